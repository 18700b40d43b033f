//! Who answers for a team, and when that is looked at again.

use jiff::civil::Date;

use super::ids::UserId;

/// A team with fewer people than this who hold its key is a mishap away from losing what it has.
pub const FEWEST_KEY_HOLDERS: usize = 2;

/// The contact register of a team.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TeamRegister {
    /// Who answers for it.
    pub lead: Option<UserId>,
    /// Who does when they are away.
    pub deputy: Option<UserId>,
    /// The day by which all this is looked at again.
    pub review: Option<Date>,
}

impl TeamRegister {
    /// Whether the day of the review has passed, or none was ever set.
    pub fn is_due(&self, today: Date) -> bool {
        self.review.is_none_or(|review| review < today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_due_after_its_day_and_where_none_is_set() {
        let day = |day| Date::new(2026, 6, day).expect("a day");
        let until = |review| TeamRegister { review, ..TeamRegister::default() };
        assert!(until(None).is_due(day(1)));
        assert!(!until(Some(day(4))).is_due(day(4)) && until(Some(day(4))).is_due(day(5)));
    }
}
