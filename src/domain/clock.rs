//! Clocks: a limit on a step, and the moment it falls due. How a clock runs for one referral: [`super::running_clock`].

use std::time::Duration;

use jiff::{Span, ToSpan, Zoned};

use super::{
    answers::Answers,
    calendar::{CLOSES, OPENS, WorkingCalendar, at_hour},
    condition::Condition,
    time::Timestamp,
    urgency::Urgency,
};

coded_enum! {
    /// The steps that can have a limit.
    pub enum Step {
        /// From receipt to the triage decision; never pauses.
        Triage = "triage",
        /// From receipt to the first contact with the person.
        FirstContact = "first-contact",
        /// From receipt to the end of an assessment.
        Assessment = "assessment",
        /// To the first review.
        Review = "review",
    }
}

coded_enum! {
    /// Whether a clock stands still while the team waits for an answer from the referrer.
    pub enum Pauses {
        /// It runs on: every clock of safety or of law.
        Never = "never",
        /// It stands still.
        WhileWaitingForReferrer = "while-waiting-for-referrer",
    }
}

coded_enum! {
    /// From when the clock of a step runs.
    pub enum Starts {
        /// From the moment that the receiving team has the referral.
        Receipt = "receipt",
        /// From the first decision on it: before, nobody could do the step.
        Decision = "decision",
    }
}

/// How long a step may take; counts are at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Hours on the wall, nights and holidays included.
    Hours(u16),
    /// Calendar days: the same time of day so many days later.
    Days(u16),
    /// Calendar months: the same day and time so many months later, or the month's last day.
    Months(u16),
    /// Hours between 9:00 and 17:00 of working days.
    WorkingHours(u16),
    /// The end (17:00) of the so-manieth working day after the day of receipt.
    WorkingDays(u16),
}

impl Limit {
    /// When a limit that starts at a moment falls due. Times of day are those of the United Kingdom; a time that the
    /// change of clocks skips moves on by the hour skipped. At the end of time, the end.
    pub fn due(self, from: Timestamp, calendar: &WorkingCalendar) -> Timestamp {
        match self {
            Self::Hours(hours) => from.plus(hours_long(hours)),
            Self::Days(days) => later(from, i64::from(days).days()),
            Self::Months(months) => later(from, i64::from(months).months()),
            Self::WorkingHours(hours) => working_hours(from, hours_long(hours), calendar),
            Self::WorkingDays(days) => working_days(from, days, calendar),
        }
    }

    /// The limit in words: `10 working days`.
    pub fn words(self) -> String {
        let (count, unit) = match self {
            Self::Hours(count) => (count, "hour"),
            Self::Days(count) => (count, "day"),
            Self::Months(count) => (count, "month"),
            Self::WorkingHours(count) => (count, "working hour"),
            Self::WorkingDays(count) => (count, "working day"),
        };
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }

    /// As rows hold it: a unit's code and a count.
    pub const fn parts(self) -> (&'static str, u16) {
        match self {
            Self::Hours(count) => ("hours", count),
            Self::Days(count) => ("days", count),
            Self::Months(count) => ("months", count),
            Self::WorkingHours(count) => ("working-hours", count),
            Self::WorkingDays(count) => ("working-days", count),
        }
    }

    /// The limit of a unit's code and a count; none for any other code.
    pub fn of(unit: &str, count: u16) -> Option<Self> {
        Some(match unit {
            "hours" => Self::Hours(count),
            "days" => Self::Days(count),
            "months" => Self::Months(count),
            "working-hours" => Self::WorkingHours(count),
            "working-days" => Self::WorkingDays(count),
            _ => return None,
        })
    }

    /// When a step is due after its clock stood still from one moment to another: later by the time that passed, of limits in
    /// working time by the working time.
    pub(super) fn postponed(self, due: Timestamp, (from, to): (Timestamp, Timestamp), calendar: &WorkingCalendar) -> Timestamp {
        match self {
            Self::Hours(_) | Self::Days(_) | Self::Months(_) => due.plus(to.since(from)),
            Self::WorkingHours(_) => match worked(from, to, calendar) {
                Duration::ZERO => due,
                stood => working_hours(due, stood, calendar),
            },
            Self::WorkingDays(_) => match days_ended(from, to, calendar) {
                0 => due,
                days => working_days(due, days, calendar),
            },
        }
    }
}

/// The working time between two moments.
fn worked(from: Timestamp, to: Timestamp, calendar: &WorkingCalendar) -> Duration {
    let mut total = Duration::ZERO;
    let mut date = from.uk_date();
    while date <= to.uk_date() {
        if calendar.is_working_day(date) {
            let (opens, closes) = (at_hour(date, OPENS), at_hour(date, CLOSES));
            total += to.min(closes).since(from.max(opens));
        }
        let Some(next) = calendar.working_day_after(date) else { break };
        date = next;
    }
    total
}

/// How many working days end after one moment, up to and including another.
fn days_ended(from: Timestamp, to: Timestamp, calendar: &WorkingCalendar) -> u16 {
    let (mut days, mut date) = (0_u16, from.uk_date());
    while date <= to.uk_date() {
        let closes = at_hour(date, CLOSES);
        if calendar.is_working_day(date) && from < closes && closes <= to {
            days = days.saturating_add(1);
        }
        let Some(next) = calendar.working_day_after(date) else { break };
        date = next;
    }
    days
}

fn hours_long(hours: u16) -> Duration {
    Duration::from_hours(u64::from(hours))
}

fn later(from: Timestamp, span: Span) -> Timestamp {
    let moved: Option<Zoned> = from.zoned().checked_add(span).ok();
    Timestamp::from_millis(moved.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond()))
}

fn working_days(from: Timestamp, days: u16, calendar: &WorkingCalendar) -> Timestamp {
    let mut date = from.uk_date();
    for _ in 0..days {
        let Some(next) = calendar.working_day_after(date) else { return Timestamp::from_millis(i64::MAX) };
        date = next;
    }
    at_hour(date, CLOSES)
}

fn working_hours(from: Timestamp, mut left: Duration, calendar: &WorkingCalendar) -> Timestamp {
    let mut date = from.uk_date();
    loop {
        if calendar.is_working_day(date) {
            let start = from.max(at_hour(date, OPENS));
            let end = at_hour(date, CLOSES);
            let today = end.since(start);
            if left <= today {
                return start.plus(left);
            }
            left -= today;
        }
        let Some(next) = calendar.working_day_after(date) else { return Timestamp::from_millis(i64::MAX) };
        date = next;
    }
}

/// The limit of one step: the first rule that matches, else the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepClock {
    /// Tried in order.
    pub special: Vec<SpecialLimit>,
    /// For everything else.
    pub default: Limit,
    /// Whether it may stand still.
    pub pauses: Pauses,
    /// From when it runs.
    pub starts: Starts,
}

/// A limit for some referrals only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialLimit {
    /// Only for these urgencies; empty matches all.
    pub urgencies: Vec<Urgency>,
    /// Only when this holds.
    pub when: Option<Condition>,
    /// The limit.
    pub limit: Limit,
}

impl StepClock {
    /// The limit for these answers and their urgency.
    pub fn limit(&self, answers: &Answers, urgency: Urgency) -> Limit {
        let matches = |special: &&SpecialLimit| {
            (special.urgencies.is_empty() || special.urgencies.contains(&urgency))
                && special.when.as_ref().is_none_or(|when| when.holds(answers))
        };
        self.special.iter().find(matches).map_or(self.default, |special| special.limit)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> WorkingCalendar {
        let holidays = [date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29)];
        WorkingCalendar::new(holidays, date(2027, 12, 31))
    }

    #[test]
    fn limits_fall_due_as_people_count() {
        let table = [
            // Over a weekend, over Christmas (Friday and Monday are holidays), from a Saturday.
            ("2026-11-20T16:00:00Z", Limit::WorkingHours(2), "2026-11-23T10:00:00.000Z"),
            ("2026-11-20T16:00:00Z", Limit::WorkingHours(1), "2026-11-20T17:00:00.000Z"),
            ("2026-11-20T18:30:00Z", Limit::WorkingHours(1), "2026-11-23T10:00:00.000Z"),
            ("2026-11-20T06:00:00Z", Limit::WorkingHours(16), "2026-11-23T17:00:00.000Z"),
            ("2026-12-24T16:30:00Z", Limit::WorkingDays(1), "2026-12-29T17:00:00.000Z"),
            ("2026-11-21T12:00:00Z", Limit::WorkingDays(1), "2026-11-23T17:00:00.000Z"),
            ("2026-11-20T09:00:00Z", Limit::WorkingDays(3), "2026-11-25T17:00:00.000Z"),
            ("2026-12-31T10:00:00Z", Limit::WorkingDays(10), "2027-01-15T17:00:00.000Z"),
            // Summer time begins on 28 March 2027 at 1am and ends on 31 October 2027 at 2am.
            ("2027-03-27T12:00:00Z", Limit::Days(1), "2027-03-28T11:00:00.000Z"),
            ("2027-03-27T01:30:00Z", Limit::Days(1), "2027-03-28T01:30:00.000Z"),
            ("2027-03-27T12:00:00Z", Limit::Hours(24), "2027-03-28T12:00:00.000Z"),
            ("2027-03-25T17:00:00Z", Limit::WorkingDays(1), "2027-03-30T16:00:00.000Z"),
            ("2027-10-30T11:00:00Z", Limit::Days(1), "2027-10-31T12:00:00.000Z"),
            // A late evening in summer is already the next day's date in the United Kingdom only, not in UTC.
            ("2027-06-03T23:30:00Z", Limit::WorkingDays(1), "2027-06-07T16:00:00.000Z"),
            ("2027-01-31T10:00:00Z", Limit::Months(1), "2027-02-28T10:00:00.000Z"),
            ("2027-02-28T10:00:00Z", Limit::Months(3), "2027-05-28T09:00:00.000Z"),
        ];
        for (from, limit, due) in table {
            let start = Timestamp::parse(from).expect("a time");
            assert_eq!(limit.due(start, &calendar()).rfc3339(), due, "{} from {from}", limit.words());
        }
    }

    #[test]
    fn the_end_of_time_ends_every_limit() {
        let end = Timestamp::from_millis(i64::MAX);
        for limit in [Limit::Hours(9), Limit::Days(9), Limit::Months(9), Limit::WorkingHours(90), Limit::WorkingDays(9)] {
            assert_eq!(limit.due(end, &calendar()), end);
        }
    }

    #[test]
    fn the_operator_is_warned_six_months_ahead() {
        assert_eq!(calendar().warning(date(2027, 6, 29)), None);
        let warning = calendar().warning(date(2027, 6, 30)).expect("a warning");
        assert!(warning.contains("31 December 2027") && warning.contains("bank-holidays.toml"), "{warning}");
        assert!(calendar().warning(date(2029, 1, 1)).is_some());
    }

    fn any_limit() -> impl Strategy<Value = Limit> {
        (1..60_u16, 0..5_u8).prop_map(|(count, kind)| match kind {
            0 => Limit::Hours(count),
            1 => Limit::Days(count),
            2 => Limit::Months(count),
            3 => Limit::WorkingHours(count),
            _ => Limit::WorkingDays(count),
        })
    }

    /// Moments of 2026 and 2027, which hold four changes of the clocks.
    fn moment() -> impl Strategy<Value = Timestamp> {
        (1_767_225_600_000_i64..1_830_297_600_000).prop_map(Timestamp::from_millis)
    }

    proptest! {
        #[test]
        fn a_later_start_is_never_due_earlier(limit in any_limit(), a in moment(), b in moment()) {
            let (early, late) = (a.min(b), a.max(b));
            // The hour that the clocks repeat in autumn may swap moments within it, for limits by time of day.
            // Months that end on the same last day of a shorter one differ by the time of day alone.
            let slack = match limit {
                Limit::Days(_) => Duration::from_hours(1),
                Limit::Months(_) => Duration::from_hours(25),
                _ => Duration::ZERO,
            };
            prop_assert!(limit.due(early, &calendar()) <= limit.due(late, &calendar()).plus(slack));
        }

        #[test]
        fn due_is_after_the_start(limit in any_limit(), from in moment()) {
            prop_assert!(limit.due(from, &calendar()) > from);
        }

        #[test]
        fn working_limits_end_in_working_time(count in 1..60_u16, from in moment()) {
            for limit in [Limit::WorkingHours(count), Limit::WorkingDays(count)] {
                let due = limit.due(from, &calendar()).zoned();
                prop_assert!(calendar().is_working_day(due.date()));
                prop_assert!(!matches!(due.weekday(), Weekday::Saturday | Weekday::Sunday));
                let minutes = i32::from(due.hour()) * 60 + i32::from(due.minute());
                prop_assert!((9 * 60..=17 * 60).contains(&minutes));
            }
        }

        #[test]
        fn working_hours_add_up(a in 1..30_u16, b in 1..30_u16, from in moment()) {
            let calendar = calendar();
            let at_once = Limit::WorkingHours(a + b).due(from, &calendar);
            let in_turn = Limit::WorkingHours(b).due(Limit::WorkingHours(a).due(from, &calendar), &calendar);
            prop_assert_eq!(at_once, in_turn);
        }

        #[test]
        fn days_keep_the_time_of_day(days in 1..400_u16, from in moment()) {
            let (start, due) = (from.zoned(), Limit::Days(days).due(from, &calendar()).zoned());
            let skipped = start.hour() == 1 && due.hour() == 2;
            prop_assert!(due.time() == start.time() || skipped);
        }
    }
}
