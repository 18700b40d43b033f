//! Working days and hours: Monday to Friday, 9:00 to 17:00 in the United Kingdom, without bank holidays.

use std::collections::BTreeSet;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::time::Timestamp;

/// The hour at which a working day begins.
pub const OPENS: i8 = 9;
/// The hour at which a working day ends.
pub const CLOSES: i8 = 17;

/// The bank holidays of a country, known up to a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingCalendar {
    holidays: BTreeSet<Date>,
    known_until: Date,
}

impl WorkingCalendar {
    /// A calendar with these holidays, complete up to and including `known_until`. Later days count as without holidays.
    pub fn new(holidays: impl IntoIterator<Item = Date>, known_until: Date) -> Self {
        Self { holidays: holidays.into_iter().collect(), known_until }
    }

    /// Whether people work on this day.
    pub fn is_working_day(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&date)
    }

    /// Whether people are at work at this moment.
    pub fn is_working_time(&self, at: Timestamp) -> bool {
        let there = at.zoned();
        self.is_working_day(there.date()) && (OPENS..CLOSES).contains(&there.hour())
    }

    /// The next working day after this one; none at the end of time.
    pub fn working_day_after(&self, date: Date) -> Option<Date> {
        let mut day = date;
        loop {
            day = day.tomorrow().ok()?;
            if self.is_working_day(day) {
                return Some(day);
            }
        }
    }

    /// The last day for which the holidays are known.
    pub const fn known_until(&self) -> Date {
        self.known_until
    }

    /// What the operator must be told from six months before the holidays run out; none while there is time.
    pub fn warning(&self, today: Date) -> Option<String> {
        let from = self.known_until.checked_sub(6.months()).unwrap_or(self.known_until);
        (today >= from).then(|| {
            let until = self.known_until.strftime("%-d %B %Y");
            format!("bank holidays are known only until {until}: add the next year's to pathways/calendar/bank-holidays.toml")
        })
    }
}

/// An hour of a day in the United Kingdom as a moment; the end of time where there is none.
pub(super) fn at_hour(date: Date, hour: i8) -> Timestamp {
    let zoned = date.at(hour, 0, 0, 0).to_zoned(super::time::london());
    Timestamp::from_millis(zoned.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond()))
}
