use referral_exchange::{audit::Details, policy::Permit, store::Tx};
pub async fn case(tx: Tx, permit: Permit) {
    let _ = tx.finish().await; //~ E0624
    //= let _ = tx.commit(permit, &Details::default()).await;
}
