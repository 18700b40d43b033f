//! When a team reads what it receives, by the clock: so that a page can say when somebody reads next.

use super::{
    calendar::{WorkingCalendar, at_hour},
    time::Timestamp,
};

coded_enum! {
    /// The days on which a team reads.
    pub enum Days {
        /// Monday to Friday, without bank holidays.
        Working = "working",
        /// Every day of the year.
        Every = "every",
    }
}

/// The same hours on each of its days, in the United Kingdom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The days.
    pub days: Days,
    /// The hour at which it begins, 0 to 23.
    pub from: i8,
    /// The hour at which it ends, 1 to 24, later than `from`.
    pub to: i8,
}

impl Opening {
    /// When somebody reads next, if nobody reads at this moment; none while somebody does.
    pub fn next(self, at: Timestamp, calendar: &WorkingCalendar) -> Option<Timestamp> {
        let there = at.zoned();
        let today = there.date();
        if self.is_day(today, calendar) {
            if there.hour() < self.from {
                return Some(at_hour(today, self.from));
            }
            if there.hour() < self.to {
                return None;
            }
        }
        let mut day = today.tomorrow().ok()?;
        while !self.is_day(day, calendar) {
            day = day.tomorrow().ok()?;
        }
        Some(at_hour(day, self.from))
    }

    /// The end of the last hours that lie before a moment at which nobody reads; none where there were none within a year.
    pub fn last(self, at: Timestamp, calendar: &WorkingCalendar) -> Option<Timestamp> {
        let there = at.zoned();
        let mut day = there.date();
        if there.hour() < self.to {
            day = day.yesterday().ok()?;
        }
        for _ in 0..366 {
            if self.is_day(day, calendar) {
                return Some(at_hour(day, self.to));
            }
            day = day.yesterday().ok()?;
        }
        None
    }

    fn is_day(self, day: jiff::civil::Date, calendar: &WorkingCalendar) -> bool {
        self.days == Days::Every || calendar.is_working_day(day)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const WEEK: Opening = Opening { days: Days::Working, from: 9, to: 17 };

    fn calendar() -> WorkingCalendar {
        WorkingCalendar::new([date(2026, 12, 25), date(2026, 12, 28)], date(2027, 12, 31))
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a moment")
    }

    #[test]
    fn the_last_hours_before_a_night_a_weekend_or_a_holiday_are_known() {
        for (at_night, last) in [
            ("2026-11-29T02:30:00Z", "2026-11-27T17:00:00Z"),
            ("2026-12-24T17:00:00Z", "2026-12-24T17:00:00Z"),
            ("2026-12-29T08:00:00Z", "2026-12-24T17:00:00Z"),
        ] {
            assert_eq!(WEEK.last(at(at_night), &calendar()), Some(at(last)), "{at_night}");
        }
        let every = Opening { days: Days::Every, from: 8, to: 18 };
        assert_eq!(every.last(at("2026-11-29T02:30:00Z"), &calendar()), Some(at("2026-11-28T18:00:00Z")));
        let round = Opening { days: Days::Every, from: 0, to: 24 };
        assert_eq!(round.next(at("2026-11-29T02:30:00Z"), &calendar()), None, "somebody always reads");
    }

    #[test]
    fn nobody_reads_at_night_at_weekends_and_on_bank_holidays() {
        for (now, next) in [
            ("2026-12-24T16:59:00Z", None),
            ("2026-12-24T17:00:00Z", Some("2026-12-29T09:00:00Z")),
            ("2026-12-25T10:00:00Z", Some("2026-12-29T09:00:00Z")),
            ("2026-12-29T08:00:00Z", Some("2026-12-29T09:00:00Z")),
            // In summer the hours are those of the wall.
            ("2026-07-03T08:30:00Z", None),
            ("2026-07-03T16:30:00Z", Some("2026-07-06T08:00:00Z")),
        ] {
            assert_eq!(WEEK.next(at(now), &calendar()), next.map(at), "{now}");
        }
        let every = Opening { days: Days::Every, from: 8, to: 18 };
        assert_eq!(every.next(at("2026-12-25T10:00:00Z"), &calendar()), None);
        assert_eq!(every.next(at("2026-12-25T19:00:00Z"), &calendar()), Some(at("2026-12-26T08:00:00Z")));
    }

    proptest! {
        #[test]
        fn what_is_promised_is_later_and_then_somebody_reads(millis in 0_i64..4_000_000_000_000) {
            let now = Timestamp::from_millis(millis);
            if let Some(next) = WEEK.next(now, &calendar()) {
                prop_assert!(next > now && WEEK.next(next, &calendar()).is_none());
            }
        }
    }
}
