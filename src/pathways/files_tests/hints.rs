//! Hints that stand in every file, or come from the words that were typed.

use jiff::civil::{Date, date};
use serde_json::json;

use super::{answers, file, library, people, question};
use crate::domain::{hint::Hint, next_step::Way};

const TODAY: Date = date(2026, 11, 28);

#[test]
fn whoever_names_nobody_to_ask_while_they_are_away_is_told_so_on_every_form_about_a_person() {
    assert_eq!(people().len(), 6);
    for pathway in people() {
        let told = |given: &serde_json::Value| {
            let answers = answers(&pathway, given);
            pathway.hints(&answers, TODAY).iter().any(|hint| hint.text.starts_with("You named nobody who can be asked"))
        };
        assert!(told(&json!({ "danger_now": false })), "{}", pathway.id);
        // Whoever says that there is nobody has not forgotten it.
        assert!(!told(&json!({ "second_contact": { "not_known": "none" } })), "{}", pathway.id);
        assert!(!told(&json!({ "second_contact": "Alex Stand-in, duty desk" })), "{}", pathway.id);
    }
}

#[test]
fn that_there_is_nobody_else_to_ask_is_one_tick_on_every_form_and_reads_as_said() {
    let asking = library().iter().filter(|loaded| loaded.pathway.questions().any(|asked| asked.id.as_str() == "second_contact"));
    let mut asked = 0;
    for pathway in asking.map(|loaded| &loaded.pathway) {
        let contact = question(pathway, "second_contact");
        let ways = contact.not_known.as_ref().map(crate::domain::question::NotKnown::ways).unwrap_or_default();
        assert_eq!(ways, [("none", "There is nobody else to ask".to_owned())], "{}", pathway.id);
        let given = answers(pathway, &json!({ "second_contact": { "not_known": "none" } }));
        assert_eq!(given.get(&contact.id).expect("said").words(&contact), "There is nobody else to ask", "{}", pathway.id);
        asked += 1;
    }
    assert_eq!(asked, 8);
}

#[test]
fn a_question_without_a_name_gets_a_hint_where_its_words_look_as_if_they_tell_who_it_is() {
    let enquiries = library().iter().filter_map(|loaded| loaded.pathway.enquiry.as_ref());
    let mut asked = 0;
    for form in enquiries.map(|enquiry| &*enquiry.form) {
        let hints = |worry: &str| {
            let hints = form.hints(&answers(form, &json!({ "advice_worry": worry })), TODAY);
            let about: Vec<Hint> = hints.into_iter().filter(|hint| hint.question.is_some()).collect();
            assert!(about.iter().all(|hint| hint.field().as_deref() == Some("advice_worry")), "{}", form.id);
            about.into_iter().map(|hint| hint.text).collect::<Vec<_>>()
        };
        assert_eq!(hints("A pupil came with new things twice last week."), [""; 0], "{}", form.id);
        let told = hints("Born 3 May 2010 of LE1 1AA, rings from 07700 900123 and writes from a@post.example");
        let held = "a telephone number, a postcode, an email address and a full date such as a date of birth";
        assert!(told.len() == 1 && told[0].contains(held), "{}: {told:?}", form.id);
        assert!(["2010", "LE1", "07700", "post.example"].iter().all(|said| !told.concat().contains(said)), "{told:?}");
        asked += 1;
    }
    assert_eq!(asked, 6);
    // Where names are asked for, nothing is said about them.
    for pathway in people() {
        let given = answers(&pathway, &json!({ "second_contact": "Alex Stand-in, 07700 900123" }));
        assert!(pathway.hints(&given, TODAY).iter().all(|hint| hint.question.is_none()), "{}", pathway.id);
    }
}

#[test]
fn a_referral_without_a_name_gets_a_hint_where_its_long_words_look_as_if_they_tell_who_it_is() {
    let slavery = file("modern-slavery");
    let told = |refused: bool, words: &str| {
        let consent = if refused { "refused" } else { "given" };
        let given = json!({
            "under_18_now": "no", "consent_nrm": consent, "will_work": "no", "narrative": words,
            "second_contact": "Alex Stand-in, 07700 900123",
        });
        let hints = slavery.hints(&answers(&slavery, &given), TODAY);
        hints.into_iter().filter(|hint| hint.question.is_some()).map(|hint| hint.text).collect::<Vec<_>>()
    };
    let names = "They rang from 07700 900123 and live at LE1 1AA.";
    assert_eq!(told(true, "They are driven to a farm each morning."), [""; 0]);
    assert_eq!(told(false, names), [""; 0], "whoever agrees may be named");
    let hints = told(true, names);
    assert!(hints.len() == 1 && hints[0].contains("a telephone number and a postcode"), "{hints:?}");
}

#[test]
fn a_threat_to_set_a_fire_shows_how_to_reach_the_police_as_well() {
    let ring = file("fire-prevention").danger.ring;
    let police: Vec<&str> = ring.iter().filter(|ring| ring.who.contains("olice")).map(|ring| ring.number.as_str()).collect();
    assert_eq!(police, ["999", "101"]);
}

#[test]
fn every_cue_that_brings_the_numbers_also_brings_the_advice_to_ring() {
    let pathway = file("prevent");
    let cues = question(&pathway, "cues");
    for cue in cues.kind.choices().iter().map(|choice| choice.code.as_str()) {
        let given = answers(&pathway, &json!({ "danger_now": false, "cues": [cue] }));
        let advised = pathway.advice(&given, TODAY).any(|advice| advice.code.as_str() == "ring-now");
        assert_eq!(advised, pathway.is_alarming(&given), "{cue}");
    }
}

#[test]
fn nobody_who_wants_no_help_is_promised_that_an_adviser_contacts_them() {
    let pathway = file("marac");
    for (support, contact, promised) in
        [("given", "yes", true), ("refused", "yes", false), ("given", "no", false), ("given", "through-me", false)]
    {
        let given = answers(&pathway, &json!({ "consent_support": support, "contact_ok": contact }));
        let steps: Vec<&str> = pathway.steps(Way::AtOnce, &given).collect();
        let told = steps.iter().any(|step| step.starts_with("An independent adviser contacts the person"));
        assert_eq!(told, promised, "{support} {contact}: {steps:?}");
        assert!(promised || steps.iter().any(|step| step.starts_with("An independent adviser rings you")), "{steps:?}");
    }
}
