use super::*;
use crate::{app::PathwayLibrary, domain::validate::validate};

const SENDER: AgencyKind = AgencyKind::Police;
const TODAY: Date = jiff::civil::date(2026, 11, 20);

fn fire() -> Pathway {
    let library = PathwayLibrary::embedded().expect("reads");
    library.iter().find(|loaded| loaded.pathway.id.as_str() == "fire-protection").expect("is there").pathway.clone()
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const GOOD: &[(&str, &str)] = &[
    ("danger_now", "no"),
    ("premises_name", "Example Stores"),
    ("premises_address.line_1", "1 Example Street"),
    ("premises_address.line_2", ""),
    ("premises_address.town", "Leicester"),
    ("premises_address.postcode", "le1 1aa"),
    ("premises_address.uprn", ""),
    ("district", "not-known"),
    ("premises_use", "shop"),
    ("responsible_person", ""),
    ("seen_on-day", "4"),
    ("seen_on-month", "June"),
    ("seen_on-year", "2026"),
    ("in_use", "open-public"),
    ("sleeping", "not-known:second-hand"),
    ("hazards", "alarm"),
    ("hazards", "doors"),
    ("narrative", "The alarm was silent."),
    ("opinion", ""),
    ("agency_reference", ""),
];

fn changed(name: &str, values: &[&str]) -> Fields {
    let mut all = fields(GOOD);
    all.retain(|(known, _)| known != name);
    all.extend(values.iter().map(|value| (name.to_owned(), (*value).to_owned())));
    all
}

#[test]
fn a_whole_form_is_a_whole_referral() {
    let (pathway, posted) = (fire(), fields(GOOD));
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    assert_eq!(given.doubled, []);
    assert!(given.shown.iter().all(|question| question.id.as_str() != "other_use"));
    let answers = validate(&pathway, given.raw.clone(), SENDER, TODAY).expect("fits");
    let words = |id: &str| {
        let question = pathway.questions().find(|question| question.id.as_str() == id).expect("a question");
        answers.get(&question.id).map(|answer| answer.words(question))
    };
    assert_eq!(words("district").as_deref(), Some("Not known"));
    assert_eq!(words("sleeping").as_deref(), Some("Not known: I was told about the premises and did not go in"));
    assert_eq!(words("seen_on").as_deref(), Some("4 June 2026"));
    assert_eq!(words("premises_address").as_deref(), Some("1 Example Street\nLeicester\nLE1 1AA"));
    assert_eq!(words("opinion"), None);
    // Section by section it is the same form.
    let parts: Fields = pathway.sections.iter().flat_map(|section| of_section(&pathway, section, &posted)).collect();
    assert!(Given::read(&pathway, &parts, SENDER, TODAY).raw == given.raw);
}

#[test]
fn a_question_that_another_answer_calls_up_is_shown_and_its_answer_is_set_aside_when_it_goes() {
    let pathway = fire();
    let mut posted = changed("premises_use", &["other"]);
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    assert!(given.shown.iter().any(|question| question.id.as_str() == "other_use"));
    let errors = validate(&pathway, given.raw, SENDER, TODAY).expect_err("other_use is missing");
    assert_eq!(errors.iter().map(FieldError::name).collect::<Vec<_>>(), ["other_use"]);

    posted = changed("premises_use", &["shop"]);
    posted.push(("other_use".to_owned(), "a covered car wash".to_owned()));
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    let section = pathway.sections.iter().find(|section| section.id.as_str() == "premises").expect("a section");
    assert_eq!(given.set_aside(section), fields(&[("other_use", "a covered car wash")]));
    assert!(validate(&pathway, given.raw, SENDER, TODAY).is_ok());
}

#[test]
fn both_an_answer_and_not_known_is_a_question_back() {
    let pathway = fire();
    let posted = changed("seen_on-not-known", &["not-known"]);
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    assert_eq!(given.doubled.iter().map(FieldError::name).collect::<Vec<_>>(), ["seen_on"]);
    let field = given.field(given.shown.iter().find(|q| q.id.as_str() == "seen_on").expect("shown"), &given.doubled);
    assert_eq!(field.values, ["4", "June", "2026"]);
    assert_eq!((field.not_known_code.as_str(), field.error.is_some()), ("not-known", true));
}

#[test]
fn errors_of_an_address_stand_at_its_parts() {
    let pathway = fire();
    let mut posted = changed("premises_address.town", &[""]);
    posted.retain(|(name, _)| name != "premises_address.postcode");
    posted.push(("premises_address.postcode".to_owned(), "nonsense".to_owned()));
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    let errors = validate(&pathway, given.raw.clone(), SENDER, TODAY).expect_err("town is missing");
    let question = pathway.questions().find(|q| q.id.as_str() == "premises_address").expect("a question");
    let field = given.field(question, &errors);
    let links: Vec<_> = field.error_links().into_iter().map(|link| link.href).collect();
    assert_eq!(links, ["#premises_address.town", "#premises_address.postcode"]);
}

#[test]
fn fields_of_no_question_are_never_answers() {
    let pathway = fire();
    let mut posted = fields(GOOD);
    posted.extend(fields(&[("status", "opened"), ("referrer", "someone"), ("seen_on", "2026-01-01")]));
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    let plain = fields(GOOD);
    assert!(given.raw == Given::read(&pathway, &plain, SENDER, TODAY).raw);
    let kept: Fields = pathway.sections.iter().flat_map(|section| of_section(&pathway, section, &posted)).collect();
    assert!(kept.iter().all(|(name, _)| name != "status" && name != "referrer"));
    // A name is that of the longest id that it begins with, and of no other.
    assert!(is_of(&pathway, "premises_address.town", "premises_address") && is_of(&pathway, "seen_on-day", "seen_on"));
    assert!(!is_of(&pathway, "premises_address.town", "premises_name") && !is_of(&pathway, "seen_onward", "seen_on"));
}
