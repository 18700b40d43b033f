use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    clock::{Limit, Pauses, Starts, StepClock},
    code::{Choice, Code, PathwayId, TeamCode},
    compartment::Category,
    condition::Condition,
    enquiry::FormKind,
    legal::Purpose,
    outcome::Retention,
    pathway::Clocks,
    question::{AddressUse, DateKind, DateRange, NotKnown, Precision, Sealed},
    route::{Route, Routes},
    rule::UrgencyRule,
    section::{Danger, Section},
    sensitivity::Sensitivity,
    urgency::Urgency,
};

const SENDER: AgencyKind = AgencyKind::Council;
const TODAY: Date = date(2026, 11, 22);

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).expect("an id")
}

fn code(text: &str) -> Code {
    Code::parse(text).expect("a code")
}

fn choices(codes: &[&str]) -> Vec<Choice> {
    codes.iter().map(|text| Choice::new(code(text), format!("The {text}"))).collect()
}

fn question(name: &str, kind: Kind, required: bool) -> Question {
    Question {
        id: id(name),
        label: format!("What is the {name}?"),
        short: format!("The {name}"),
        noun: format!("the {name}"),
        hint: None,
        kind,
        required,
        not_known: None,
        show_when: None,
        sealed: Sealed::Shared,
        personal: false,
        minor: None,
        not_before: vec![],
        within_months: None,
        or_not_sure: false,
        withhold: false,
        example: None,
    }
}

const fn day(when: DateRange) -> DateKind {
    DateKind { when, precision: Precision::Whole, approximate: false }
}

/// A question of the older kinds; `detail` is asked when `colour` is red.
fn pathway() -> Pathway {
    let mut detail = question("detail", Kind::Text { max: 10 }, true);
    detail.show_when = Some(Condition::Is(id("colour"), code("red")));
    let mut colour = question("colour", Kind::Choice(choices(&["red", "blue"])), true);
    colour.not_known = Some(NotKnown { reasons: choices(&["dark"]), is_none: false });
    let questions = vec![
        question("danger", Kind::YesNo, true),
        question("name", Kind::Text { max: 10 }, true),
        question("story", Kind::LongText { min: 0, max: 2000 }, false),
        colour,
        detail,
        question("signs", Kind::Many(choices(&["one", "two", "three"])), true),
        question("day", Kind::Date(day(DateRange::TodayOrPast)), true),
        question("phone", Kind::Phone, false),
        question("email", Kind::Email, false),
        question("place", Kind::Address(AddressUse::Place), false),
    ];
    let team = |text| TeamCode::parse(text).expect("a code");
    Pathway {
        id: PathwayId::parse("test").expect("an id"),
        kind: FormKind::Referral,
        enquiry: None,
        title: "Test".into(),
        description: "A test".into(),
        sensitivity: Sensitivity::L1,
        purpose: Purpose::FireSafety,
        lawful: vec![],
        may_submit: vec![],
        about_person: false,
        consent: None,
        safe_contact: vec![],
        voice: None,
        conflict: id("danger"),
        minutes: 1,
        to_hand: vec![],
        danger: Danger { question: id("danger"), title: "Ring".into(), lines: vec![], ring: vec![], also: None },
        sections: vec![Section { id: code("all"), title: "All".into(), intro: None, later: false, gate: false, questions }],
        district: Some(id("colour")),
        headline: vec![id("name"), id("signs"), id("colour")],
        rules: vec![],
        risk: None,
        urgency: vec![UrgencyRule { when: Condition::Is(id("danger"), code("yes")), urgency: Urgency::Today }],
        advice: vec![],
        nameless: None,
        flags: vec![],
        routes: Routes {
            special: vec![],
            default: Route {
                team: team("team"),
                hours: "9 to 5".into(),
                opens: None,
                cover: team("cover"),
                cover_decides: false,
                restricted: team("few"),
                restricted_elsewhere: team("others"),
                emergency: "999".into(),
            },
        },
        copies: vec![],
        check: None,
        restricted: vec![],
        clocks: Clocks {
            triage: StepClock { special: vec![], default: Limit::Hours(1), pauses: Pauses::Never, starts: Starts::Receipt },
            others: vec![],
        },
        outcomes: vec![],
        grades: vec![],
        free_feedback: true,
        takes_redirected: true,
        retention: Retention { years: 1, basis: "test".into() },
        owner: "test".into(),
        review_by: TODAY,
        next_steps: vec![],
    }
}

fn text(value: &str) -> RawAnswer {
    RawAnswer::Text(value.into())
}

fn many(values: &[&str]) -> RawAnswer {
    RawAnswer::Many(values.iter().map(|value| (*value).into()).collect())
}

fn parts(values: &[(&str, &str)]) -> RawAnswer {
    RawAnswer::Parts(values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

fn good() -> RawAnswers {
    BTreeMap::from([
        (id("danger"), text("no")),
        (id("name"), text("  Ash ")),
        (id("colour"), text("blue")),
        (id("signs"), many(&["three", "one", "one"])),
        (id("day"), text("2026-11-22")),
    ])
}

#[test]
fn good_answers_are_tidied_and_ordered() {
    let answers = validate(&pathway(), good(), SENDER, TODAY).expect("valid");
    let ids: Vec<_> = answers.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["danger", "name", "colour", "signs", "day"]);
    assert_eq!(answers.get(&id("name")), Some(&Answer::Text("Ash".into())));
    assert_eq!(answers.get(&id("signs")), Some(&Answer::Many(vec![code("one"), code("three")])));
    let rows: Vec<_> = pathway().summary(&answers).into_iter().map(|row| (row.question.to_string(), row.text)).collect();
    let shown = |name: &str| rows.iter().find(|(id, _)| id == name).map(|(_, text)| text.as_str());
    assert_eq!(shown("danger"), Some("No"));
    assert_eq!(shown("day"), Some("22 November 2026"));
    assert_eq!(shown("story"), Some("Not provided"));
    assert_eq!(shown("detail"), None);
    assert_eq!(pathway().headline(&answers), "Ash · The one, The three · The blue");
    assert_eq!(pathway().urgency(&answers), Urgency::Routine);
    assert_eq!(pathway().district(&answers), Some(&code("blue")));
}

/// What is put in for a question (`None` takes it out), and the errors that follow.
type Row = (&'static str, Option<RawAnswer>, &'static [(&'static str, &'static str)]);

fn table() -> Vec<Row> {
    vec![
        ("danger", None, &[("danger", "Select the danger")]),
        ("danger", Some(text("true")), &[("danger", "Select the danger")]),
        ("danger", Some(RawAnswer::NotKnown(None)), &[("danger", "Select the danger: not known is not enough here")]),
        ("name", None, &[("name", "Enter the name")]),
        ("name", Some(text(" \n ")), &[("name", "Enter the name")]),
        ("name", Some(text("12345678901")), &[("name", "The name must be 10 characters or less")]),
        (
            "name",
            Some(text("a\u{7}b")),
            &[("name", "The name must not include control characters or line breaks it cannot hold")],
        ),
        ("name", Some(many(&["a"])), &[("name", "Enter the name")]),
        ("story", Some(text(&"x".repeat(2001))), &[("story", "The story must be 2,000 characters or less")]),
        ("story", Some(text("line\r\nline")), &[]),
        ("colour", None, &[("colour", "Select the colour, or select not known")]),
        ("colour", Some(text("green")), &[("colour", "Select the colour")]),
        ("colour", Some(RawAnswer::NotKnown(None)), &[]),
        ("colour", Some(RawAnswer::NotKnown(Some("dark".into()))), &[]),
        (
            "colour",
            Some(RawAnswer::NotKnown(Some("canary".into()))),
            &[("colour", "Select one of the reasons listed for not known")],
        ),
        ("colour", Some(text("red")), &[("detail", "Enter the detail")]),
        ("detail", Some(text("x")), &[("detail", "Leave this out: the other answers make it not apply")]),
        ("detail", Some(text("  ")), &[]),
        ("signs", Some(many(&[])), &[("signs", "Select the signs")]),
        ("signs", Some(many(&["one", "four"])), &[("signs", "Select the signs")]),
        ("signs", Some(text("one")), &[("signs", "Select the signs")]),
        ("day", Some(text("2026-11-23")), &[("day", "The day must be today or in the past")]),
        ("day", Some(text("2026-02-30")), &[("day", "The day must be a real date")]),
        ("day", Some(text("yesterday")), &[("day", "The day must be a real date")]),
        ("day", Some(parts(&[("day", "4"), ("month", "Jun"), ("year", "2026")])), &[]),
        ("day", Some(parts(&[("day", "04"), ("month", "6"), ("year", "2026")])), &[]),
        ("day", Some(parts(&[("day", "4"), ("month", "June")])), &[("day", "The day must include a year")]),
        ("day", Some(parts(&[("month", "6"), ("year", "2026")])), &[("day", "The day must include a day")]),
        (
            "day",
            Some(parts(&[("day", "4"), ("month", "6"), ("year", "26")])),
            &[("day", "The day must include a year of four digits")],
        ),
        ("day", Some(parts(&[("day", "31"), ("month", "6"), ("year", "2026")])), &[("day", "The day must be a real date")]),
        ("day", Some(parts(&[("day", "4"), ("month", "ju"), ("year", "2026")])), &[("day", "The day must be a real date")]),
        ("phone", Some(text("0116 496  0000")), &[]),
        ("phone", Some(text("+44 (0)7700 900000")), &[]),
        (
            "phone",
            Some(text("999")),
            &[("phone", "Enter the phone in full, with the area code: a short number like 999 or 101 does not reach them")],
        ),
        ("email", Some(text(" robin@post.example ")), &[]),
        ("email", Some(text("robin at post")), &[("email", "Enter the email, like name@example.com")]),
        ("phone", Some(text("ask at the desk")), &[("phone", "Enter the phone, like 0116 496 0000 or +44 7700 900 000")]),
        ("place", Some(parts(&[("line_1", "1 Way"), ("town", "Anytown"), ("postcode", "le11aa")])), &[]),
        ("place", Some(parts(&[("line_1", "1 Way")])), &[("place.town", "Enter the town or city of the place")]),
        (
            "place",
            Some(parts(&[("town", "Anytown"), ("postcode", "LE1"), ("uprn", "12x")])),
            &[
                ("place.line_1", "Enter the first line of the place"),
                ("place.postcode", "Enter a full UK postcode, like LE1 1AA"),
                ("place.uprn", "Property reference must be 12 digits or less"),
            ],
        ),
        ("place", Some(text("1 Way, Anytown")), &[("place.line_1", "Enter the place")]),
        ("canary", Some(text("x")), &[("canary", "Leave this out: the pathway has no such question")]),
    ]
}

#[test]
fn errors_say_what_to_do_field_by_field() {
    for (field, value, expected) in table() {
        let mut raw = good();
        raw.remove(&id(field));
        if let Some(value) = value.clone() {
            raw.insert(id(field), value);
        }
        let errors = validate(&pathway(), raw, SENDER, TODAY).err().unwrap_or_default();
        let errors: Vec<_> = errors.iter().map(|error| (error.name(), error.message.clone())).collect();
        let expected: Vec<_> = expected.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect();
        assert_eq!(errors, expected, "{field}");
    }
}

#[test]
fn a_question_hangs_on_no_faulty_answer() {
    let mut raw = good();
    raw.insert(id("colour"), text("green"));
    raw.insert(id("detail"), text("x"));
    let errors = validate(&pathway(), raw, SENDER, TODAY).expect_err("an error");
    assert_eq!(errors.iter().map(FieldError::name).collect::<Vec<_>>(), ["colour"], "one mistake, one error");
}

#[test]
fn every_error_is_told_at_once_in_the_order_of_the_form() {
    let errors = validate(&pathway(), RawAnswers::new(), SENDER, TODAY).expect_err("errors");
    assert_eq!(errors.iter().map(FieldError::name).collect::<Vec<_>>(), ["danger", "name", "colour", "signs", "day"]);
}

#[test]
fn a_rule_that_holds_stops_the_sending_beside_its_question() {
    let mut pathway = pathway();
    pathway.rules = vec![Rule {
        code: code("blue"),
        when: Condition::All(vec![Condition::Is(id("colour"), code("blue")), Condition::Is(id("sender_kind"), code("council"))]),
        question: id("colour"),
        message: "Use the other form for blue ones".into(),
        title: None,
        text: None,
        pathways: vec![],
    }];
    let errors = validate(&pathway, good(), AgencyKind::Council, TODAY).expect_err("the rule");
    assert_eq!(errors, [FieldError::new(id("colour"), "Use the other form for blue ones")]);
    assert!(validate(&pathway, good(), AgencyKind::Police, TODAY).is_ok(), "it is about councils only");
    let mut faulty = good();
    faulty.insert(id("colour"), text("green"));
    let examined = examine(&pathway, faulty, AgencyKind::Council, TODAY);
    assert_eq!((examined.broken.len(), examined.errors.len()), (0, 1), "a rule hangs on no faulty answer");
    // What no answer that is still to come can save is broken already.
    let either = vec![Condition::Is(id("colour"), code("blue")), Condition::Is(id("danger"), code("yes"))];
    pathway.rules[0].when = Condition::Any(either);
    let mut begun = good();
    begun.remove(&id("danger"));
    let examined = examine(&pathway, begun, AgencyKind::Council, TODAY);
    assert_eq!((examined.broken.len(), examined.errors.len()), (1, 1), "the open question changes nothing");
}

#[test]
fn one_compartments_part_reads_back_alone_and_parts_make_the_whole() {
    let mut pathway = pathway();
    pathway.sections[0].questions[5].sealed = Sealed::Restricted(Category::Source);
    let whole = validate(&pathway, good(), SENDER, TODAY).expect("valid");
    let source = pathway.part(&whole, Some(Category::Source));
    let rest = pathway.part(&whole, None);
    assert_eq!(source.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["signs"]);
    assert_eq!((rest.len(), rest.sender_kind()), (whole.len() - 1, Some(SENDER)));
    assert_eq!(pathway.whole([rest, source]), whole);
    let raw = RawAnswers::from([(id("signs"), many(&["one", "three"]))]);
    assert_eq!(read_back(&pathway, raw, SENDER).map(|part| part.len()), Ok(1));
    let stranger = RawAnswers::from([(id("stranger"), text("x"))]);
    assert!(read_back(&pathway, stranger, SENDER).is_err());
}

proptest! {
    #[test]
    fn nothing_typed_comes_back_in_an_error(canary in "zq[0-9]{6,40}[a-z]{1,20}") {
        for field in ["danger", "name", "story", "colour", "detail", "signs", "day", "phone", "email", "place"] {
            for value in [text(&canary.repeat(40)), many(&[&canary]), parts(&[("town", &canary), ("postcode", &canary), (&canary, "x")]), RawAnswer::NotKnown(Some(canary.clone()))] {
                let mut raw = good();
                raw.insert(id(field), value);
                if let Err(errors) = validate(&pathway(), raw, SENDER, TODAY) {
                    let shown = format!("{errors:?}");
                    prop_assert!(!shown.contains(&canary), "an error holds what was typed");
                }
            }
        }
    }

    #[test]
    fn three_boxes_and_iso_agree_on_every_date(year in 1900..2027_i16, month in 1..=12_i8, day in 1..=31_i8) {
        let asked = question("day", Kind::Date(DateKind { when: DateRange::Any, precision: Precision::Whole, approximate: false }), true);
        let from_code = read(&asked, &text(&format!("{year:04}-{month:02}-{day:02}")), TODAY);
        let boxes = [("day", day.to_string()), ("month", month.to_string()), ("year", year.to_string())];
        let boxes: Vec<(&str, &str)> = boxes.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let from_boxes = read(&asked, &parts(&boxes), TODAY);
        prop_assert_eq!(&from_code, &from_boxes);
        prop_assert_eq!(from_code.ok(), Date::new(year, month, day).ok().map(|date| Answer::Date(date.into())));
    }

    #[test]
    fn no_day_after_today_passes(days in 0..4000_i64, back in any::<bool>()) {
        let span = jiff::Span::new().days(if back { -days } else { days });
        let then = TODAY.checked_add(span).expect("a date");
        let mut raw = good();
        raw.insert(id("day"), text(&then.to_string()));
        prop_assert_eq!(validate(&pathway(), raw, SENDER, TODAY).is_ok(), then <= TODAY);
    }

    #[test]
    fn text_is_counted_in_characters(length in 1..30_usize) {
        let mut raw = good();
        raw.insert(id("name"), text(&"é".repeat(length)));
        prop_assert_eq!(validate(&pathway(), raw, SENDER, TODAY).is_ok(), length <= 10);
    }
}
