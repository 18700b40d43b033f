//! Dates of which only the year, or the month, may be known; and which may be a guess.

use std::fmt;

use jiff::civil::Date;

/// A day, a month or a year; perhaps about that time.
///
/// Ordered by what is known: a year comes before its months, a month before its days, an exact one before one that is about
/// that time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    about: bool,
}

impl PartDate {
    /// The earliest year taken.
    pub const FIRST_YEAR: i16 = 1800;

    /// A date of its parts; none where there is no such day, a day stands without its month, or the year is before 1800.
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>, about: bool) -> Option<Self> {
        let whole = match (month, day) {
            (None, Some(_)) => return None,
            (month, day) => Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?,
        };
        (Self::FIRST_YEAR..=9999).contains(&whole.year()).then_some(Self { year, month, day, about })
    }

    /// Reads `2026-06-04`, `2026-06` or `2026`, each perhaps with `~` before it.
    pub fn parse(text: &str) -> Option<Self> {
        let (about, text) = text.strip_prefix('~').map_or((false, text), |rest| (true, rest));
        let mut parts = text.split('-');
        let (year, month, day) = (digits(parts.next()?, 4)?, parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        let two = |part: Option<&str>| part.map_or(Some(None), |part| Some(Some(i8::try_from(digits(part, 2)?).ok()?)));
        Self::new(year, two(month)?, two(day)?, about)
    }

    /// The year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month, from 1, if known.
    pub const fn month(self) -> Option<i8> {
        self.month
    }

    /// The day of the month, if known.
    pub const fn day(self) -> Option<i8> {
        self.day
    }

    /// Whether it is only about that time.
    pub const fn is_about(self) -> bool {
        self.about
    }

    /// The day, if all of it is known and it is no guess.
    pub fn whole(self) -> Option<Date> {
        if self.about { None } else { Date::new(self.year, self.month?, self.day?).ok() }
    }

    /// The first day that it can be; a guess counts as what it says.
    pub fn earliest(self) -> Date {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).unwrap_or(Date::MAX)
    }

    /// The last day that it can be; a guess counts as what it says.
    pub fn latest(self) -> Date {
        match (self.month, self.day) {
            (None, _) => self.earliest().last_of_year(),
            (Some(_), None) => self.earliest().last_of_month(),
            (Some(_), Some(_)) => self.earliest(),
        }
    }

    /// Whether it lies before another for certain: a guess, or a part that could be either, is no contradiction.
    pub fn is_surely_before(self, other: Self) -> bool {
        !self.about && !other.about && self.latest() < other.earliest()
    }

    /// In words: `4 June 2026`, `June 2026`, `about 2026`.
    pub fn words(self) -> String {
        let form = match (self.month, self.day) {
            (None, _) => "%Y",
            (Some(_), None) => "%B %Y",
            (Some(_), Some(_)) => "%-d %B %Y",
        };
        let about = if self.about { "about " } else { "" };
        format!("{about}{}", self.earliest().strftime(form))
    }
}

fn digits(text: &str, count: usize) -> Option<i16> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

impl From<Date> for PartDate {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: Some(date.month()), day: Some(date.day()), about: false }
    }
}

/// As files, JSON and [`PartDate::parse`] spell it.
impl fmt::Display for PartDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:04}", if self.about { "~" } else { "" }, self.year)?;
        [self.month, self.day].into_iter().flatten().try_for_each(|part| write!(f, "-{part:02}"))
    }
}

/// A date may be somebody's birth: it is not shown.
impl fmt::Debug for PartDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartDate(…)")
    }
}

/// A date as a code, or as people write it: day, month and year by number.
pub fn whole_date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['/', '.', ' ', '-']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, day) = if a.len() == 4 { (a, c) } else { (c, a) };
    let digits = |text: &str, most: usize| {
        (!text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<i16>().ok())
            .flatten()
    };
    let small = |text: &str| i8::try_from(digits(text, 2)?).ok();
    let year = digits(year, 4).filter(|year| *year >= 1800)?;
    Date::new(year, small(b)?, small(day)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_date() -> impl Strategy<Value = PartDate> {
        (1800..=9999_i16, 0..=12_i8, 0..=31_i8, any::<bool>()).prop_filter_map("a real date", |(year, month, day, about)| {
            let month = (month > 0).then_some(month);
            PartDate::new(year, month, (day > 0).then_some(day), about)
        })
    }

    #[test]
    fn what_is_known_is_said_and_no_more() {
        for (code, words) in [
            ("2026-06-04", "4 June 2026"),
            ("2026-06", "June 2026"),
            ("2026", "2026"),
            ("~2026-06-04", "about 4 June 2026"),
            ("~2026-06", "about June 2026"),
            ("~2026", "about 2026"),
        ] {
            assert_eq!(PartDate::parse(code).map(PartDate::words).as_deref(), Some(words));
        }
        for bad in [
            "",
            "~",
            "26",
            "2026-6",
            "2026-13",
            "2026-02-30",
            "2026-06-04-01",
            "2026-",
            "-2026",
            "1799",
            "2026--04",
            "~~2026",
            "２０２６",
        ] {
            assert_eq!(PartDate::parse(bad), None, "{bad}");
        }
        assert_eq!(PartDate::new(2026, None, Some(4), false), None, "a day needs its month");
    }

    proptest! {
        #[test]
        fn every_date_reads_back(date in any_date()) {
            prop_assert_eq!(PartDate::parse(&date.to_string()), Some(date));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            if let Some(date) = PartDate::parse(&text) {
                prop_assert_eq!(date.to_string(), text);
            }
        }

        #[test]
        fn the_order_is_that_of_the_days(a in any_date(), b in any_date()) {
            prop_assert!(a.earliest() <= a.latest());
            if a.latest() < b.earliest() {
                prop_assert!(a < b);
            }
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        }

        #[test]
        fn what_may_be_either_is_never_surely_before(a in any_date(), b in any_date()) {
            let before = a.is_surely_before(b);
            prop_assert!(!(before && b.is_surely_before(a)));
            prop_assert!(!(before && (a.is_about() || b.is_about())));
            // Less said is never more certain.
            let year = |date: PartDate| PartDate::new(date.year(), None, None, false).expect("a year");
            prop_assert!(!year(a).is_surely_before(b) || a.is_about() || before);
            if let (Some(first), Some(second)) = (a.whole(), b.whole()) {
                prop_assert_eq!(before, first < second);
            }
        }

        #[test]
        fn only_a_whole_date_is_a_day(date in any_date()) {
            let day = date.whole();
            prop_assert_eq!(day.is_some(), date.day().is_some() && !date.is_about());
            if let Some(day) = day {
                prop_assert_eq!((date.earliest(), date.latest(), PartDate::from(day)), (day, day, date));
            }
        }

        #[test]
        fn words_say_about_only_where_it_is(date in any_date()) {
            prop_assert_eq!(date.words().starts_with("about "), date.is_about());
            let year = date.year().to_string();
            prop_assert!(date.words().ends_with(&year));
        }
    }

    #[test]
    fn a_whole_date_is_read_as_a_code_or_as_people_write_it() {
        for text in ["2030-01-31", "31/1/2030", "31 01 2030", "31.1.2030"] {
            assert_eq!(whole_date(text).map(|date| date.to_string()).as_deref(), Some("2030-01-31"), "{text}");
        }
        for bad in ["", "2030", "31/1/30", "30/2/2030", "1/1/2030/1", "x/y/2030", "2030-1-é"] {
            assert_eq!(whole_date(bad), None, "{bad}");
        }
    }
}
