use referral_exchange::{crypto::{SessionSecret, SessionWrap}, policy::Permit};
pub fn case(secret: &SessionSecret, permit: &Permit, bytes: &[u8], at: &SessionWrap) {
    let _ = secret.unwrap_identity(bytes, at); //~ E0061
    //= let _ = secret.unwrap_identity(permit, bytes, at);
}
