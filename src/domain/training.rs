//! When somebody was last trained in safeguarding. It is told of, and keeps nobody from anything.

use jiff::{ToSpan, civil::Date};

/// After so many months a training counts as old.
pub const MONTHS: i32 = 12;

/// How somebody's last training stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Training {
    /// Nobody has recorded one.
    Unknown,
    /// It is recent.
    Recent(Date),
    /// It is more than [`MONTHS`] ago.
    Old(Date),
}

impl Training {
    /// Of a recorded day, on this one.
    pub fn of(on: Option<Date>, today: Date) -> Self {
        match on {
            None => Self::Unknown,
            // Beyond the calendar nothing is old.
            Some(on) if on.checked_add(MONTHS.months()).is_ok_and(|until| until < today) => Self::Old(on),
            Some(on) => Self::Recent(on),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_is_recent_for_a_year_to_the_day() {
        let day = |year, month, day| Date::new(year, month, day).expect("a day");
        let on = day(2025, 2, 28);
        assert_eq!(Training::of(None, on), Training::Unknown);
        assert_eq!(Training::of(Some(on), day(2026, 2, 28)), Training::Recent(on));
        assert_eq!(Training::of(Some(on), day(2026, 3, 1)), Training::Old(on));
        assert_eq!(Training::of(Some(day(2024, 2, 29)), day(2025, 2, 28)), Training::Recent(day(2024, 2, 29)));
        assert_eq!(Training::of(Some(Date::MAX), Date::MAX), Training::Recent(Date::MAX));
    }
}
