use crate::pathways::{Fault, parse};

const FORM: &str = include_str!("../../tests/data/every-kind.toml");

fn faults(text: &str) -> Vec<Fault> {
    parse("every-kind.toml", text).expect_err("a fault").0
}

/// A change to the form, and words that its one fault must hold.
const TABLE: &[(&str, &str, &str)] = &[
    ("[enquiry]\noffered = true\n", "[enquiry]\n", "add `offered`"),
    ("offered = true\n", "", "add `offered` to enquiry"),
    ("heading = \"Your question\"\n", "", "add `heading`"),
    ("intro = \"Name nobody.\"\n", "", "add `intro`"),
    ("minutes = 1\n", "minutes = 4\n", "from 1 to 3"),
    ("headline = [\"worry\"]", "headline = [\"account\"]", "no question has the id `account`"),
    ("id = \"worry\"\nkind = \"text\"\nmax = 200", "id = \"worry\"\nkind = \"person\"", "take `worry` out of the enquiry"),
    (
        "id = \"worry\"\nkind = \"text\"",
        "id = \"worry\"\nsealed = \"health\"\nkind = \"text\"",
        "take `worry` out of the enquiry",
    ),
    ("minutes = 1\n", "minutes = 1\nshares = [\"home\"]\n", "take `home` out of `shares`"),
    ("minutes = 1\n", "minutes = 1\nshares = [\"nothing\"]\n", "no question has the id `nothing`"),
    ("carries = { worry = \"wishes\" }", "carries = { worry = \"district\" }", "takes 200 characters of words"),
    ("carries = { worry = \"wishes\" }", "carries = { wonder = \"wishes\" }", "correct `wonder`"),
    (
        "max = 200\nlabel = \"What is worrying you?\"",
        "max = 200\ncolour = \"red\"\nlabel = \"What is worrying you?\"",
        "remove `colour`",
    ),
    ("[[enquiry.clock]]\nstep = \"triage\"\nlimit = { hours = 8 }\n", "", "add `clock` to enquiry"),
    ("[[enquiry.outcome]]\ncode", "[[enquiry.result]]\ncode", "add `outcome` to enquiry"),
    ("retention = { years = 1, basis = \"Tests.\" }\n", "", "add `retention` to enquiry"),
];

#[test]
fn what_is_missing_or_contradictory_is_named() {
    let mut missed = Vec::new();
    for (from, to, words) in TABLE {
        assert!(FORM.contains(from), "the form no longer holds: {from}");
        let found = faults(&FORM.replacen(from, to, 1));
        if !found.iter().any(|fault| fault.message.contains(words)) || found.len() > 4 {
            missed.push(format!("{to:?}: expected {words:?}, found {found:#?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_pathway_about_a_person_must_offer_it_and_no_other_may() {
    let (without, _) = FORM.split_once("\n[enquiry]").expect("the table is there");
    let [none] = faults(without).try_into().expect("one fault");
    assert!(none.message.starts_with("add `[enquiry]`"), "{none:?}");
    let [refused] =
        faults(&format!("{without}\n[enquiry]\noffered = false\nwhy = \"No time.\"\n")).try_into().expect("one fault");
    assert!(refused.message.starts_with("offer the enquiry"), "{refused:?}");
    let found = faults(&FORM.replacen("about_person = true", "about_person = false", 1));
    assert!(found.iter().any(|fault| fault.message.starts_with("set `offered = false`")), "{found:#?}");
    let silent =
        faults(&format!("{without}\n[enquiry]\noffered = false\n").replacen("about_person = true", "about_person = false", 1));
    assert!(silent.iter().any(|fault| fault.message.contains("add `why` to enquiry")), "{silent:#?}");
}

#[test]
fn a_question_of_the_pathway_is_shared_and_not_asked_twice() {
    let own = "[[enquiry.question]]\nid = \"worry\"";
    let found = faults(&FORM.replacen(own, "[[enquiry.question]]\nid = \"wishes\"", 1));
    assert!(found.iter().any(|fault| fault.message.contains("put `wishes` into `shares`")), "{found:#?}");
}
