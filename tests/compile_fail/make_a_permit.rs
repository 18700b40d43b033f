use referral_exchange::policy::{Act, Denial, Permit, Policy};
pub fn case(policy: &Policy, act: Act) -> Result<Permit, Denial> {
    Ok(Permit::new(act, *policy.digest())) //~ E0624
    //= policy.decide(act)
}
