use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    parts::Age,
    question::{DateKind, DateRange, Precision, Sealed},
};

const TODAY: Date = date(2026, 11, 28);

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).expect("an id")
}

fn on(text: &str) -> Answer {
    Answer::Date(PartDate::parse(text).expect("a date"))
}

fn born(text: &str) -> Answer {
    Answer::Age(Age::Born(PartDate::parse(text).expect("a date")))
}

const fn aged(years: u8, estimated: bool) -> Answer {
    Answer::Age(Age::Years { years, estimated })
}

fn when(not_before: &[&str], within_months: Option<u16>) -> Question {
    Question {
        id: id("happened"),
        label: "When did it happen?".into(),
        short: "Happened".into(),
        noun: "when it happened".into(),
        hint: None,
        kind: Kind::Date(DateKind { when: DateRange::Any, precision: Precision::PartKnown, approximate: true }),
        required: false,
        not_known: None,
        show_when: None,
        sealed: Sealed::Shared,
        personal: false,
        minor: None,
        not_before: not_before.iter().map(|name| id(name)).collect(),
        within_months,
        or_not_sure: false,
        withhold: false,
        example: None,
    }
}

/// What is said of something that happened to somebody of an age.
fn told(happened: &Answer, age: Option<&Answer>, within_months: Option<u16>) -> Vec<String> {
    doubts_of(&when(&["age"], within_months), Some(happened), |name| age.filter(|_| *name == id("age")), TODAY)
}

#[test]
fn what_happened_before_a_birth_gets_a_hint_where_it_is_certain() {
    for (happened, age, doubted) in [
        ("1999-01-01", born("2012-05-01"), true),
        ("2012-04-30", born("2012-05-01"), true),
        ("2012-05-01", born("2012-05-01"), false),
        ("2012", born("2012-05-01"), false),
        ("2011", born("2012"), true),
        ("2012-05", born("2012-05-20"), false),
        ("~1999", born("2012-05-01"), false),
        ("1999", born("~2012"), false),
        // Fourteen today: born on 29 November 2011 at the earliest.
        ("2011-11-28", aged(14, false), true),
        ("2011-11-29", aged(14, false), false),
        ("1980", aged(14, true), false),
    ] {
        assert_eq!(!told(&on(happened), Some(&age), None).is_empty(), doubted, "{happened}");
    }
    assert_eq!(told(&on("1999"), None, None), Vec::<String>::new(), "nobody said how old they are");
    assert_eq!(told(&on("1999"), Some(&Answer::NotKnown(None)), None), Vec::<String>::new(), "not known is no contradiction");
    assert_eq!(told(&Answer::NotKnown(None), Some(&born("2012")), Some(1)), Vec::<String>::new());
}

#[test]
fn what_lies_further_back_than_the_form_expects_gets_a_hint() {
    for (happened, months, time) in [
        ("1920", 12, Some("12 months")),
        ("2025-11-27", 12, Some("12 months")),
        ("2025-11-28", 12, None),
        ("2025", 12, None),
        ("~1920", 12, None),
        ("2021-10", 60, Some("5 years")),
        ("2026-10-27", 1, Some("a month")),
    ] {
        let said = told(&on(happened), None, Some(months));
        let expected =
            time.map(|time| format!("this is more than {time} ago. Look at the date again; if it is right, leave it."));
        assert_eq!(said, expected.into_iter().collect::<Vec<_>>(), "{happened}");
    }
}

fn any_date() -> impl Strategy<Value = PartDate> {
    (1900..=2026_i16, 0..=12_i8, 0..=28_i8, any::<bool>()).prop_filter_map("a date", |(year, month, day, about)| {
        PartDate::new(year, (month > 0).then_some(month), (month > 0 && day > 0).then_some(day), about)
    })
}

proptest! {
    #[test]
    fn what_could_be_right_is_never_doubted(happened in any_date(), birth in any_date(), months in 1..=1200_u16) {
        // Some day that the one can be lies on or after some day that the other can be.
        let possible = happened.latest() >= birth.earliest();
        if possible {
            let said = told(&Answer::Date(happened), Some(&Answer::Age(Age::Born(birth))), None);
            prop_assert!(said.is_empty());
        }
        let recent = TODAY.checked_sub(Span::new().months(i64::from(months))).expect("a day");
        prop_assert!(happened.latest() < recent || told(&Answer::Date(happened), None, Some(months)).is_empty());
    }

    #[test]
    fn an_age_in_years_doubts_only_what_lies_before_every_day_of_birth_that_it_allows(
        happened in any_date(), back in 0..3000_i32, years in 0..=110_u8,
    ) {
        // Somebody of that age, born on some day that it allows.
        let birthday = TODAY.checked_sub(Span::new().years(i64::from(years))).expect("a day");
        let birth = birthday.checked_sub(Span::new().days(i64::from(back % 360))).expect("a day");
        prop_assume!(Age::Born(birth.into()).on(TODAY) == (years, years));
        if happened.latest() >= birth {
            prop_assert!(told(&Answer::Date(happened), Some(&aged(years, false)), None).is_empty());
        }
    }
}
