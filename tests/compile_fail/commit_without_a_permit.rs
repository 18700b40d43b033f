use referral_exchange::{audit::Details, policy::Permit, store::Tx};
pub async fn case(tx: Tx, permit: Permit) {
    let _ = tx.commit(&Details::default()).await; //~ E0061
    //= let _ = tx.commit(permit, &Details::default()).await;
}
