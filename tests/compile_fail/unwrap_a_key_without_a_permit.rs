use referral_exchange::{crypto::{Identity, Recipient, WrapContext, unwrap_key}, policy::Permit};
pub fn case(permit: &Permit, bytes: &[u8], holder: &Identity, context: &WrapContext, published: &Recipient) {
    let _ = unwrap_key(bytes, holder, context, published); //~ E0061
    //= let _ = unwrap_key(permit, bytes, holder, context, published);
}
