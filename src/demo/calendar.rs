//! The days of the story: two a week for two years, and each of the last working days.

use std::time::Duration;

use jiff::{
    Span,
    civil::{Date, Weekday},
};

use super::chance::Chance;
use crate::domain::time::{Timestamp, london};

/// So many weeks come before the last days.
const WEEKS: i64 = 101;
/// So many working days are the last ones.
pub(super) const LAST_DAYS: usize = 12;

/// One day on which somebody sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// Nine o'clock by the clocks of the United Kingdom.
    pub(super) morning: Timestamp,
    /// Its week, the first is nought; each of the last days counts as one.
    pub(super) week: usize,
    /// Whether it is the second of its week.
    pub(super) is_second: bool,
    /// How many days follow, where it is one of the last.
    pub(super) left: Option<usize>,
}

/// The days of a story that ends at a moment, the first first; as many whatever the moment.
pub(super) fn days(until: Timestamp, chance: &mut Chance) -> Vec<Day> {
    let yesterday = until.minus(Duration::from_hours(24)).uk_date();
    let mut last: Vec<Date> = before(yesterday).filter(|date| is_worked(*date)).take(LAST_DAYS).collect();
    last.reverse();
    let first = last.first().copied().unwrap_or(yesterday);
    let mut days = Vec::new();
    for week in 0..WEEKS {
        let begins = first.saturating_sub(Span::new().days(7 * (WEEKS - week)));
        let worked: Vec<Date> =
            (0..7).map(|day| begins.saturating_add(Span::new().days(day))).filter(|date| is_worked(*date)).collect();
        let (early, late) = worked.split_at(worked.len() / 2);
        for (is_second, part) in [(false, early), (true, late)] {
            if let (Some(date), Ok(week)) = (chance.pick(part), usize::try_from(week)) {
                days.push(Day { morning: morning(*date, until), week, is_second, left: None });
            }
        }
    }
    let lately = last.iter().enumerate().map(|(at, date)| Day {
        morning: morning(*date, until),
        week: days.len() / 2 + at,
        is_second: true,
        left: Some(last.len() - 1 - at),
    });
    let lately: Vec<Day> = lately.collect();
    days.extend(lately);
    days
}

/// This date and those before it, the last first.
fn before(date: Date) -> impl Iterator<Item = Date> {
    (0..).map(move |days| date.saturating_sub(Span::new().days(days)))
}

/// Whether people are at work: no weekend, Christmas or New Year. Of seven days on end three are left at least.
fn is_worked(date: Date) -> bool {
    let is_holiday = matches!((date.month(), date.day()), (12, 25 | 26) | (1, 1));
    !is_holiday && !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Nine o'clock of a date.
fn morning(date: Date, otherwise: Timestamp) -> Timestamp {
    let morning = date.at(9, 0, 0, 0).to_zoned(london());
    morning.map_or(otherwise, |morning| Timestamp::from_millis(morning.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn as_many_working_mornings_in_order_over_two_years_whatever_day_and_hour_it_ends() {
        let mut numbers = BTreeSet::new();
        let first = Timestamp::parse("2026-11-23T00:10:00Z").expect("a Monday");
        for hours in (0..24 * 400).step_by(31) {
            let until = first.plus(Duration::from_hours(hours));
            let days = days(until, &mut Chance::from_seed(hours));
            numbers.insert(days.len());
            assert!(days.is_sorted_by_key(|day| day.morning), "{until:?}");
            assert!(days.iter().all(|day| is_worked(day.morning.uk_date()) && day.morning.zoned().hour() == 9));
            let (begins, ends) = (days[0].morning, days[days.len() - 1].morning);
            assert!(ends < until, "{until:?}");
            let spans = Duration::from_millis(u64::try_from(ends.millis() - begins.millis()).expect("after"));
            assert!(spans >= Duration::from_hours(24 * 700), "{until:?}: {spans:?}");
            let since = Duration::from_millis(u64::try_from(until.millis() - begins.millis()).expect("after"));
            assert!(since < Duration::from_hours(24 * 740), "{until:?}: the partnership is founded before: {since:?}");
            assert_eq!(days.iter().filter(|day| day.left.is_some()).count(), LAST_DAYS);
        }
        assert_eq!(numbers.into_iter().collect::<Vec<_>>(), [2 * 101 + LAST_DAYS]);
    }

    #[test]
    fn most_weeks_have_two_days_of_their_own() {
        let until = Timestamp::parse("2026-11-23T00:10:00Z").expect("a Monday");
        let days = days(until, &mut Chance::from_seed(7));
        let dates: BTreeSet<Date> = days.iter().map(|day| day.morning.uk_date()).collect();
        assert_eq!(dates.len(), days.len(), "no day comes twice");
        let weekdays: BTreeSet<_> = dates.iter().map(|date| date.weekday().to_monday_one_offset()).collect();
        assert_eq!(weekdays.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }
}
