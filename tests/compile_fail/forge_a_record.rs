use referral_exchange::{audit::Recorded, domain::ids::EventId};
pub fn case(event: EventId, recorded: Recorded) -> Recorded {
    Recorded { event, actor: None, entries: Vec::new() } //~ E0451
    //= recorded
}
