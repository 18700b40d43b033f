use referral_exchange::policy::Permit;
pub fn case(permit: Permit) -> (Permit, Option<Permit>) {
    let copy = Permit::clone(&permit); (copy, Some(permit)) //~ E0277
    //= (permit, None)
}
