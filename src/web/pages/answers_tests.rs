use proptest::strategy::Strategy as _;

use super::*;
use crate::{app::PathwayLibrary, domain::validate::validate};

const SENDER: AgencyKind = AgencyKind::Police;
const TODAY: Date = jiff::civil::date(2026, 11, 20);

fn fire() -> Pathway {
    let library = PathwayLibrary::embedded().expect("reads");
    library.iter().find(|loaded| loaded.pathway.id.as_str() == "fire-protection").expect("is there").pathway.clone()
}

/// One question as a field.
fn only(given: &Given<'_>, question: &Question, errors: &[FieldError]) -> FieldView {
    given.fields_of([question], errors).remove(0)
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
    ("involved", "no"),
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
    // Drawn on the page of the answer that would call for it again, it is where it was typed; elsewhere it is kept aside.
    let drawn = given.fields_of(&section.questions, &[]);
    assert_eq!(given.set_aside(section, &drawn), []);
    assert_eq!(drawn.iter().find(|field| field.id == "other_use").expect("drawn").values, ["a covered car wash"]);
    assert_eq!(given.set_aside(section, &[]).last(), fields(&[("other_use", "a covered car wash")]).last());
    assert!(validate(&pathway, given.raw, SENDER, TODAY).is_ok());
}

#[test]
fn both_an_answer_and_not_known_is_a_question_back() {
    let pathway = fire();
    let posted = changed("seen_on-not-known", &["not-known"]);
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    assert_eq!(given.doubled.iter().map(FieldError::name).collect::<Vec<_>>(), ["seen_on"]);
    let field = only(&given, given.shown.iter().find(|q| q.id.as_str() == "seen_on").expect("shown"), &given.doubled);
    assert_eq!(field.values, ["4", "June", "2026"]);
    assert_eq!((field.not_known_code.as_str(), field.error.is_some()), ("not-known", true));
}

#[test]
fn that_there_is_none_is_one_tick_in_its_own_words_and_not_with_an_answer() {
    let pathway = fire();
    let contact = || pathway.question(&QuestionId::parse("second_contact").expect("an id")).expect("asked");
    let ticked = changed("second_contact-not-known", &["none"]);
    let given = Given::read(&pathway, &ticked, SENDER, TODAY);
    let ways: Vec<_> = only(&given, contact(), &[]).not_known.into_iter().map(|way| (way.code, way.text)).collect();
    assert_eq!(ways, [("none".to_owned(), "There is nobody else to ask".to_owned())]);
    let answers = validate(&pathway, given.raw.clone(), SENDER, TODAY).expect("fits");
    let said = answers.get(&contact().id).expect("said");
    assert_eq!(said.words(contact()), "There is nobody else to ask");
    assert_eq!(typed(contact(), said), fields(&[("second_contact-not-known", "none")]));
    let both = [ticked, fields(&[("second_contact", "Alex Stand-in")])].concat();
    let given = Given::read(&pathway, &both, SENDER, TODAY);
    let told: Vec<_> = given.doubled.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(told, ["Give an answer or select “There is nobody else to ask”, not both"]);
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
    let field = only(&given, question, &errors);
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

#[test]
fn what_was_answered_is_posted_again_as_it_was() {
    let library = PathwayLibrary::embedded().expect("reads");
    let all = library.iter().map(|loaded| loaded.pathway.clone()).chain([every_kind()]);
    for pathway in all {
        let body = crate::app::example(&pathway, SENDER, TODAY);
        let raw = crate::app::raw_from_json(&body["answers"]).expect("answers");
        let sent = validate(&pathway, raw, SENDER, TODAY).expect("valid");
        let again: Fields = sent.iter().flat_map(|(id, answer)| typed(pathway.question(id).expect("asked"), answer)).collect();
        let given = Given::read(&pathway, &again, SENDER, TODAY);
        assert_eq!(validate(&pathway, given.raw, SENDER, TODAY).as_ref(), Ok(&sent), "{}", pathway.id);
        assert_eq!(given.doubled, [], "{}", pathway.id);
    }
    let question = |id: &str| every_kind().question(&QuestionId::parse(id).expect("an id")).expect("asked").clone();
    let about = Answer::Date(PartDate::parse("~2026-06").expect("a date"));
    assert_eq!(
        typed(&question("since"), &about),
        fields(&[("since-year", "2026"), ("since-month", "6"), ("since-about", "yes")])
    );
    let guess = Answer::Age(Age::Years { years: 14, estimated: true });
    assert_eq!(typed(&question("age"), &guess), fields(&[("age.years", "14"), ("age.estimated", "yes")]));
}

fn every_kind() -> Pathway {
    let text = include_str!("../../../tests/data/every-kind.toml");
    crate::app::LoadedPathway::parse("every-kind.toml", text).expect("reads").pathway
}

const PERSON: &[(&str, &str)] = &[
    ("danger_now", "no"),
    ("who.given_name", "Robin"),
    ("who.family_name", "Example"),
    ("age-day", ""),
    ("age-month", "March"),
    ("age-year", "2011"),
    ("age.years", ""),
    ("home.line_1", "1 Example Street"),
    ("home.town", "Leicester"),
    ("home.write_to", "yes"),
    ("district", "here"),
    ("wishes-not-known", "not-known"),
    ("consent", "given"),
    ("involved", "no"),
    ("day-day", "4"),
    ("day-month", "6"),
    ("day-year", "2026"),
    ("since-day", ""),
    ("since-month", ""),
    ("since-year", "2026"),
    ("since-about", "yes"),
    ("car.registration", "ab12 cde"),
    ("debt", "£1,200.50"),
    ("people", "12"),
    ("police_only", "Some words"),
    ("children-items", "3"),
    ("children.0.name.known_as", "Ash"),
    ("children.0.lives_there", "no"),
    ("children.0.lives_where.line_1", "2 Example Street"),
    ("children.0.lives_where.town", "Leicester"),
    ("children.0.told", "yes"),
    ("children.2.name.known_as", "Elm"),
    ("children.2.lives_there", "yes"),
    ("children.2.told", "no"),
    ("children.2.marks", "a"),
    ("children.2.marks", "b"),
];

#[test]
fn every_kind_is_read_from_its_fields() {
    let (pathway, posted) = (every_kind(), fields(PERSON));
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    let answers = validate(&pathway, given.raw.clone(), SENDER, TODAY).expect("fits");
    let words = |id: &str| {
        let question = pathway.questions().find(|question| question.id.as_str() == id).expect("a question");
        answers.get(&question.id).map(|answer| answer.words(question)).unwrap_or_default()
    };
    assert_eq!(words("who"), "Robin Example");
    assert_eq!(words("age"), "Born March 2011");
    assert_eq!(words("home"), "1 Example Street\nLeicester\nSafe to write to");
    assert_eq!(words("since"), "about 2026");
    assert_eq!(words("car"), "AB12 CDE");
    assert_eq!((words("debt").as_str(), words("people").as_str()), ("£1,200.50", "12"));
    // The blank child between is left out.
    assert_eq!(words("children").matches("Name: ").count(), 2);
    let kept: Fields = pathway.sections.iter().flat_map(|section| of_section(&pathway, section, &posted)).collect();
    assert_eq!(kept, posted, "what a section keeps is what was posted");
}

#[test]
fn an_item_with_a_mistake_keeps_its_place() {
    let pathway = every_kind();
    let mut posted = fields(PERSON);
    posted.retain(|(name, _)| name != "children.2.lives_there");
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    let errors = validate(&pathway, given.raw.clone(), SENDER, TODAY).expect_err("one is missing");
    assert_eq!(errors.iter().map(FieldError::name).collect::<Vec<_>>(), ["children.2.lives_there"]);
    let question = pathway.questions().find(|q| q.id.as_str() == "children").expect("a question");
    let field = only(&given, question, &errors);
    assert_eq!((field.items.len(), field.can_add), (3, false));
    assert_eq!(field.error_links().into_iter().map(|link| link.href).collect::<Vec<_>>(), ["#children.2.lives_there"]);
    assert!(field.html().expect("drawn").contains("Remove child 3"));
}

#[test]
fn items_are_added_and_removed_by_button_and_the_others_keep_their_answers() {
    let pathway = every_kind();
    let press = |name: &str, value: &str| {
        let mut posted = fields(PERSON);
        posted.push((name.to_owned(), value.to_owned()));
        regrouped(&pathway, &posted)
    };
    let removed = press("remove", "children.0").expect("changed");
    assert_eq!(first(&removed, "children-items"), "2");
    assert_eq!(
        (first(&removed, "children.1.name.known_as").as_str(), first(&removed, "children.2.name.known_as").as_str()),
        ("Elm", "")
    );
    assert_eq!(all(&removed, "children.1.marks"), ["a", "b"]);
    assert_eq!(first(&press("add", "children").expect("changed"), "children-items"), "3", "three are the most");
    let few: Fields = removed.into_iter().chain([("add".to_owned(), "children".to_owned())]).collect();
    assert_eq!(first(&regrouped(&pathway, &few).expect("changed"), "children-items"), "3");
    assert!(regrouped(&pathway, &fields(PERSON)).is_none());
    for (name, value) in
        [("add", "who"), ("add", "nothing"), ("remove", "children"), ("remove", "children.x"), ("remove", "who.0")]
    {
        assert!(press(name, value).is_none(), "{name} {value}");
    }
    let same = press("remove", "children.9").expect("read");
    assert_eq!(first(&same, "children-items"), "3", "what is not there is not removed");
}

#[test]
fn every_kind_is_drawn_with_the_names_it_is_read_by() {
    let (pathway, posted) = (every_kind(), fields(PERSON));
    let given = Given::read(&pathway, &posted, SENDER, TODAY);
    let html: String =
        given.fields_of(given.shown.iter().copied(), &[]).iter().map(|field| field.html().expect("drawn")).collect();
    for (name, _) in PERSON {
        assert!(html.contains(&format!("name=\"{name}\"")), "{name}");
    }
    assert!(html.contains("Add another child") || html.contains("Remove child 1"));
}

#[test]
fn what_is_kept_of_a_section_is_bounded_by_the_form() {
    let pathway = every_kind();
    let mut posted = fields(&[("children.0.told", "yes")]);
    let hundred = || (0..100).map(|at| format!("{at}"));
    posted.extend(hundred().map(|at| ("debt".to_owned(), at)));
    posted.extend(hundred().map(|at| (format!("debt.{at}"), at)));
    posted.extend(hundred().map(|at| (format!("children.{at}.told"), at)));
    let kept: Fields = pathway.sections.iter().flat_map(|section| of_section(&pathway, section, &posted)).collect();
    assert_eq!(first(&kept, "children.0.told"), "yes");
    assert_eq!(first(&kept, "debt"), "0");
    assert!(kept.len() < 100, "{} of {} fields are kept", kept.len(), posted.len());
}

proptest::proptest! {
    #[test]
    fn no_reader_panics_on_any_fields(
        posted in proptest::collection::vec((proptest::prop_oneof![
            proptest::sample::select(vec![
                "who.given_name", "age-year", "age.years", "age.estimated", "since-about", "since-year", "children-items",
                "children.0.name.known_as", "children.99999999999999999999.name", "children.00.told", "children.-1.told",
                "children.1.lives_where.town", "add", "remove", "debt", "people", "home.postcode", "papers.expires",
            ]).prop_map(str::to_owned),
            "\\PC{0,12}",
        ], proptest::prop_oneof!["\\PC{0,20}", "[0-9£.,/-]{0,24}", "children(\\.[0-9]{1,30})?"]), 0..24),
    ) {
        let pathway = every_kind();
        let given = Given::read(&pathway, &posted, SENDER, TODAY);
        let errors = validate(&pathway, given.raw.clone(), SENDER, TODAY).err().unwrap_or_default();
        for question in &given.shown {
            let field = only(&given, question, &errors);
            proptest::prop_assert!(field.items.len() <= 20);
            proptest::prop_assert!(field.html().is_ok());
        }
        let _ = regrouped(&pathway, &posted);
        for section in &pathway.sections {
            let _ = (given.set_aside(section, &[]), of_section(&pathway, section, &posted));
        }
    }
}
