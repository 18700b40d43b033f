use referral_exchange::crypto::{Identity, Recipient};
pub fn case(identity: &Identity) -> Recipient {
    let _ = *identity.secret(); //~ E0624
    //= // nothing of the kind
    identity.recipient()
}
