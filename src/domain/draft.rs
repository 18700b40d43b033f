//! Drafts: what somebody has begun and not sent, saved section by section.

use std::{fmt, time::Duration};

use super::time::Timestamp;

coded_enum! {
    /// Where a draft stands.
    pub enum DraftState {
        /// It can be gone on with.
        Open = "open",
        /// It was sent, and lives on as a referral with the same reference.
        Sent = "sent",
        /// Its owner deleted it.
        Deleted = "deleted",
        /// Nobody sent it in time.
        Expired = "expired",
    }
}

/// How long a draft is kept after it was last saved.
pub const KEPT: Duration = Duration::from_hours(30 * 24);
/// How long before its end its owner is told.
pub const REMINDED: Duration = Duration::from_hours(7 * 24);

/// When a draft that was last saved at this moment is deleted.
pub fn ends_at(saved: Timestamp) -> Timestamp {
    saved.plus(KEPT)
}

/// Whether its end is near enough to be told.
pub fn is_ending(saved: Timestamp, now: Timestamp) -> bool {
    ends_at(saved).since(now) <= REMINDED
}

/// Where a draft that was made of an enquiry keeps that enquiry's reference, beside its sections; no section has such an id.
pub const ENQUIRY: &str = "(enquiry)";
/// The same of a draft that puts right what was stopped at the check.
pub const STOPPED: &str = "(stopped)";
/// Where such a draft keeps what was kept from somebody, and from whom, to be chosen again.
pub const WITHHELD: &str = "(withheld)";
/// What stands beside a draft's sections.
pub const BESIDE: [&str; 3] = [ENQUIRY, STOPPED, WITHHELD];

/// One section as it was typed: names and values as a form posts them, whether they fit or not. Nothing typed is lost.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The section's id.
    pub section: String,
    /// Names and values, in order; names may repeat.
    pub fields: Vec<(String, String)>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({}, {} …)", self.section, self.fields.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_ends_thirty_days_after_its_last_saving_and_says_so_for_seven() {
        let day = Duration::from_hours(24);
        let saved = Timestamp::from_millis(1_800_000_000_000);
        assert_eq!(ends_at(saved), saved.plus(30 * day));
        assert!(!is_ending(saved, saved.plus(23 * day).minus(Duration::from_millis(1))));
        assert!(is_ending(saved, saved.plus(23 * day)));
        assert!(is_ending(saved, saved.plus(31 * day)));
    }

    #[test]
    fn debug_shows_no_content() {
        let part = Part { section: "about".into(), fields: vec![("name".into(), "canary".into())] };
        assert!(!format!("{part:?}").contains("canary"));
    }
}
