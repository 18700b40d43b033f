//! What whoever opens a referral must see first, and whom it names.

use serde_json::json;

use super::{answers, answers_of, file, library, not_known, people};
use crate::{domain::agency::AgencyKind, pathways::example};

fn flags(pathway: &str, given: &serde_json::Value) -> Vec<String> {
    let pathway = file(pathway);
    let answers = answers(&pathway, given);
    pathway.flags(&answers).map(str::to_owned).collect()
}

#[test]
fn danger_stands_above_all_else_on_every_pathway() {
    for loaded in library().iter() {
        let pathway = &loaded.pathway;
        let danger = pathway.danger.question.to_string();
        let first = flags(pathway.id.as_str(), &json!({ danger.clone(): true }));
        assert!(first.first().is_some_and(|flag| flag.starts_with("The sender fears")), "{}: {first:?}", pathway.id);
        assert!(flags(pathway.id.as_str(), &json!({ danger: false })).is_empty(), "{}", pathway.id);
        if let Some(enquiry) = &pathway.enquiry {
            let asked = answers(&enquiry.form, &json!({ pathway.danger.question.to_string(): true }));
            assert_eq!(enquiry.form.flags(&asked).count(), 1, "{}: of an enquiry the danger alone", pathway.id);
        }
    }
}

#[test]
fn how_not_to_make_contact_stands_above_all_else_where_a_person_is_reached() {
    for pathway in people() {
        let (id, asks) = (pathway.id.as_str(), pathway.safe_contact.iter().any(|id| id.as_str() == "contact_ok"));
        assert!(asks, "{id}");
        // In modern slavery contact is asked about only of somebody whose details may be given.
        let child = pathway.question(&super::id("under_18_now")).is_some();
        let with = |contact: serde_json::Value| {
            flags(
                id,
                &if child { json!({ "under_18_now": "yes", "contact_ok": contact }) } else { json!({ "contact_ok": contact }) },
            )
        };
        assert!(with(json!("no")).iter().any(|flag| flag.starts_with("Do not contact")), "{id}");
        assert!(with(json!("through-me")).iter().any(|flag| flag.contains("only through the sender")), "{id}");
        assert!(with(json!("yes")).is_empty(), "{id}");
        if pathway.question(&super::id("contact_ok")).is_some_and(|question| question.not_known.is_some()) {
            assert!(with(not_known()).iter().any(|flag| flag.contains("Ask the sender first")), "{id}");
        }
    }
}

#[test]
fn a_flag_of_what_was_not_asked_does_not_stand() {
    let given = json!({ "under_18_now": "no", "consent_nrm": "refused", "will_work": "no" });
    let stands = flags("modern-slavery", &given);
    assert!(stands.iter().all(|flag| !flag.contains("ontact")), "whose details are withheld is not asked how to be reached");
    assert!(stands.iter().any(|flag| flag.contains("does not agree to the national referral")), "{stands:?}");
    assert_eq!(
        flags("modern-slavery", &json!({ "under_18_now": "not-sure", "contact_ok": "yes" })).len(),
        1,
        "treat them as a child"
    );
}

#[test]
fn the_people_whom_the_answers_name_are_listed_with_their_part_and_age() {
    let marac = file("marac");
    let person = |name: &str| json!({ "given_name": name });
    let given = json!({
        "victim": person("Robin"), "age": { "years": 34 }, "children_known": "yes",
        "children": [{ "child": person("Sam"), "child_age": { "years": 7 } }, { "child": person("Alex"), "child_age": not_known() }],
    });
    let named: Vec<_> = marac.people(&answers(&marac, &given)).into_iter().map(|one| (one.name, one.age.is_some())).collect();
    assert_eq!(named, [("Robin".to_owned(), true), ("Sam".to_owned(), true), ("Alex".to_owned(), false)]);
    let people = marac.people(&answers(&marac, &given));
    assert!(people[1].part.ends_with(" 1") && people[2].part.ends_with(" 2") && !people[0].part.ends_with('1'), "{people:?}");
    // Premises are nobody, and of what is sealed apart nobody is listed here.
    let premises = file("fire-protection");
    assert!(premises.people(&answers(&premises, &json!({ "danger_now": false }))).is_empty());
    let today = jiff::civil::date(2026, 11, 27);
    for loaded in library().iter() {
        let pathway = &loaded.pathway;
        let example = example(pathway, AgencyKind::Police, today);
        let whole = answers_of(pathway, AgencyKind::Police, &example["answers"]);
        let apart = pathway.questions().filter(|question| question.sealed.category().is_some()).map(|question| &question.short);
        let apart: Vec<_> = apart.collect();
        assert!(pathway.people(&whole).iter().all(|one| !apart.contains(&&one.part)), "{}", pathway.id);
    }
}
