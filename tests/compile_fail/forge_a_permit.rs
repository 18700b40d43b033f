use referral_exchange::policy::{Act, Permit};
pub fn case(act: Act, permit: Permit) -> Permit {
    Permit { act, policy: [0; 32] } //~ E0451
    //= permit
}
