use referral_exchange::crypto::{Identity, Recipient};
pub fn case(identity: Identity) -> (Identity, Recipient) {
    let copy = Identity::clone(&identity); (copy, identity.recipient()) //~ E0277
    //= let public = identity.recipient(); (identity, public)
}
