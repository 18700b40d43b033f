use referral_exchange::{domain::action::Action, policy::Permit};
pub fn case(mut permit: Permit) -> Action {
    permit.act.action = Action::ReadReferral; //~ E0616
    //= // nothing of the kind
    permit.act().action
}
