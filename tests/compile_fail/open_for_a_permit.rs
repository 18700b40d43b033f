use referral_exchange::{audit::Recorded, crypto::{Identity, SealContext, open}, policy::Permit};
pub fn case(recorded: &Recorded, permit: &Permit, at: &SealContext, hash: &[u8; 32], bytes: &[u8], identity: &Identity) {
    let _ = open(permit, at, hash, bytes, identity); //~ E0308
    //= let _ = open(recorded, at, hash, bytes, identity);
}
