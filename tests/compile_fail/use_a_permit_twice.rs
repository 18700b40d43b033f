use referral_exchange::{audit::Details, policy::Permit, store::Tx};
pub async fn case(one: Tx, other: Tx, permit: Permit, second: Permit) {
    let _ = one.commit(permit, &Details::default()).await;
    let _ = other.commit(permit, &Details::default()).await; //~ E0382
    //= let _ = other.commit(second, &Details::default()).await;
}
