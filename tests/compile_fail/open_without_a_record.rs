use referral_exchange::{audit::Recorded, crypto::{Identity, SealContext, open}};
pub fn case(recorded: &Recorded, at: &SealContext, hash: &[u8; 32], bytes: &[u8], identity: &Identity) {
    let _ = open(at, hash, bytes, identity); //~ E0061
    //= let _ = open(recorded, at, hash, bytes, identity);
}
