use referral_exchange::{audit::Details, policy::{Denial, Permit}, store::Tx};
pub async fn case(tx: Tx, denial: Denial, permit: Permit) {
    let _ = tx.commit(denial, &Details::default()).await; //~ E0308
    //= let _ = tx.commit(permit, &Details::default()).await;
}
