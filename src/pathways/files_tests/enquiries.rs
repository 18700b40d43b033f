//! Advice without naming anybody: what holds for the enquiry of every file.

use std::collections::BTreeSet;

use super::*;
use crate::domain::{
    answers::Answer,
    enquiry::{Enquiry, FormKind},
    question::{Kind, Sealed},
    section::Danger,
};

fn enquiries() -> Vec<(Pathway, Enquiry)> {
    let all = library().iter().map(|loaded| loaded.pathway.clone());
    all.filter_map(|pathway| pathway.enquiry.clone().map(|enquiry| (pathway, enquiry))).collect()
}

#[test]
fn every_pathway_about_a_person_offers_it_and_no_other_does() {
    for loaded in library().iter() {
        let pathway = &loaded.pathway;
        assert_eq!(pathway.enquiry.is_some(), pathway.about_person, "{}", pathway.id);
        assert_eq!(pathway.kind, FormKind::Referral, "{}", pathway.id);
    }
    assert_eq!(enquiries().len(), 6);
}

#[test]
fn no_question_asks_who_anybody_is() {
    for (pathway, Enquiry { form, .. }) in enquiries() {
        assert!(!form.about_person && form.consent.is_none() && form.safe_contact.is_empty() && form.voice.is_none());
        for question in form.questions() {
            let names_nobody = matches!(question.kind, Kind::LongText { .. } | Kind::Choice(_) | Kind::Many(_) | Kind::YesNo);
            assert!(names_nobody && question.sealed == Sealed::Shared, "{}: {}", pathway.id, question.id);
        }
        let words: Vec<_> = form.questions().filter(|question| !question.kind.is_coded()).collect();
        let [worry] = words.as_slice() else { panic!("{}: one question takes words", pathway.id) };
        let hint = worry.hint.as_deref().unwrap_or_default();
        assert!(hint.contains("not who it is") || hint.contains("without who it is"), "{}: {hint}", pathway.id);
        let intro = form.sections.first().and_then(|section| section.intro.as_deref()).unwrap_or_default();
        assert!(intro.contains("Leave out names, addresses, dates of birth"), "{}: {intro}", pathway.id);
    }
}

#[test]
fn it_is_short_and_danger_comes_first() {
    for (pathway, Enquiry { form, .. }) in enquiries() {
        let [section] = form.sections.as_slice() else { panic!("{}: one screen", pathway.id) };
        assert!(section.questions.len() <= 9 && form.minutes <= 3, "{}", pathway.id);
        assert_eq!(section.questions.first().map(|question| &question.id), Some(&pathway.danger.question), "{}", pathway.id);
        let page = |danger: &Danger| (danger.title.clone(), danger.lines.clone(), danger.ring.clone());
        assert_eq!(page(&form.danger), page(&pathway.danger), "the same stop page");
        let mut also = form.danger.also.iter().flat_map(|also| also.questions());
        assert!(also.all(|id| form.question(id).is_some()), "{}: it looks at what it asks", pathway.id);
    }
}

#[test]
fn it_goes_where_a_referral_would_go_and_to_nobody_else() {
    for (pathway, Enquiry { form, .. }) in enquiries() {
        assert_eq!((&form.id, form.sensitivity, &form.may_submit), (&pathway.id, pathway.sensitivity, &pathway.may_submit));
        assert_eq!(form.routes, pathway.routes, "{}", pathway.id);
        assert!(form.copies.is_empty() && form.restricted.is_empty() && form.check.is_none(), "{}", pathway.id);
        let yes = json!({ form.conflict.as_str(): true });
        assert!(form.is_conflicted(&answers(&form, &yes)), "{}: a partner's own staff goes to the few", pathway.id);
        let unsure = json!({ form.conflict.as_str(): not_known() });
        assert!(form.is_conflicted(&answers(&form, &unsure)), "{}", pathway.id);
    }
    let front_door = file("child-exploitation").enquiry.expect("an enquiry").form;
    let team = |district: Value| front_door.route(&answers(&front_door, &json!({ "district": district }))).team.to_string();
    assert_eq!(team(json!("rutland")), "rutland-front-door");
    assert_eq!(team(not_known()), "exploitation-hub");
}

#[test]
fn danger_and_haste_make_it_urgent_and_its_clocks_are_its_own() {
    for (pathway, Enquiry { form, .. }) in enquiries() {
        let danger = json!({ form.danger.question.as_str(): true });
        urgencies(
            &form,
            &[
                (danger, Urgency::Today),
                (json!({ "advice_soon": "today" }), Urgency::Today),
                (json!({ "advice_soon": "tomorrow" }), Urgency::Soon),
                (json!({ "advice_soon": "week" }), Urgency::Routine),
            ],
        );
        let limit = |given: Value| {
            let given = answers(&form, &given);
            form.clocks.triage.limit(&given, form.urgency(&given))
        };
        assert_eq!(limit(json!({ "advice_soon": "today" })), Limit::Hours(4), "{}", pathway.id);
        assert_eq!(limit(json!({})), Limit::WorkingDays(3), "{}", pathway.id);
        assert!(form.clocks.others.is_empty() && Step::ALL.len() > 1);
    }
}

#[test]
fn every_example_of_an_enquiry_is_accepted_by_hub_and_schema() {
    let today = jiff::civil::date(2026, 11, 27);
    for (_, Enquiry { form, .. }) in enquiries() {
        for kind in &form.may_submit {
            let body = example(&form, *kind, today);
            let schema = jsonschema::validator_for(&schema(&form, *kind)).expect("a schema");
            let faults: Vec<_> = schema.iter_errors(&body).map(|fault| fault.to_string()).collect();
            assert_eq!(faults, Vec::<String>::new(), "{} from {kind}: {body}", form.id);
            let given = validate(&form, raw_from_json(&body["answers"]).expect("answers"), *kind, today);
            let given = given.unwrap_or_else(|errors| panic!("{} from {kind}: {errors:?}", form.id));
            assert!(!form.is_conflicted(&given) && !form.headline(&given).is_empty(), "{}", form.id);
        }
    }
}

#[test]
fn a_referral_made_of_it_begins_with_the_words_and_the_shared_answers_but_danger_is_asked_anew() {
    for (pathway, enquiry) in enquiries() {
        let today = jiff::civil::date(2026, 11, 27);
        let sender = *enquiry.form.may_submit.first().expect("a sender");
        let body = example(&enquiry.form, sender, today);
        let given = answers_of(&enquiry.form, sender, &body["answers"]);
        let carried = enquiry.carried(&given);
        let ids: BTreeSet<&str> = carried.iter().map(|(id, _)| id.as_str()).collect();
        assert!(carried.iter().all(|(id, _)| pathway.question(id).is_some()), "{}: {ids:?}", pathway.id);
        assert!(!ids.contains(pathway.danger.question.as_str()), "{}", pathway.id);
        let words = carried.iter().find(|(_, answer)| matches!(answer, Answer::Text(_)));
        let (there, _) = words.unwrap_or_else(|| panic!("{}: the words are carried", pathway.id));
        assert!(["narrative", "conduct"].contains(&there.as_str()), "{}", pathway.id);
        assert!(ids.contains("district") && ids.contains("conflict"), "{}", pathway.id);
    }
}

#[test]
fn a_question_about_a_victim_reaches_the_foreign_nationals_desk_no_more_than_a_referral() {
    let form = file("foreign-national-offender").enquiry.expect("an enquiry").form;
    for given in [
        json!({ "person_role": "victim", "harm_signs": "no" }),
        json!({ "person_role": "suspect", "harm_signs": "not-sure" }),
        json!({ "person_role": "not-sure" }),
    ] {
        assert_eq!(broken(&form, &given), ["victim-or-witness"], "{given}");
    }
    assert_eq!(broken(&form, &json!({ "person_role": "suspect", "harm_signs": "no" })), [""; 0]);
}
