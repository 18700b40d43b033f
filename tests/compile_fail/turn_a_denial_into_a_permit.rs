use referral_exchange::policy::{Denial, Permit};
pub fn case(denial: Denial, permit: Permit) -> Permit {
    denial.into() //~ E0277
    //= permit
}
