use referral_exchange::{audit::Recorded, domain::ids::EntryId};
pub fn case(mut recorded: Recorded, entry: EntryId) -> bool {
    recorded.entries.push((entry, [0; 32])); //~ E0616
    //= // nothing of the kind
    recorded.names(entry, &[0; 32])
}
