//! Every field of every pathway: left out, of another shape, too long or never heard of, it is named, and nothing is echoed.

use std::collections::BTreeSet;

use referral_exchange::domain::{
    parts::PartForm,
    question::{Kind, Question},
};
use serde_json::{Value, json};

use super::{Client, fields, problem};
use crate::support::{
    answers::{Asked, Form, Set},
    hub::{ENGINES, Hub},
    walker::walker_of,
};

/// A pathway whose answers are broken one by one.
struct Breaking<'c> {
    client: &'c Client,
    form: Form<'c>,
}

/// The answer to a question, in the first item of its group if it has one.
fn place<'s>(set: &'s mut Set, (group, question): Asked<'_>) -> Option<&'s mut Value> {
    match group {
        None => set.get_mut(question.id.as_str()),
        Some(group) => set.get_mut(group.id.as_str())?.get_mut(0)?.get_mut(question.id.as_str()),
    }
}

fn name((group, question): Asked<'_>) -> String {
    group.map_or_else(|| question.id.to_string(), |group| format!("{}.0.{}", group.id, question.id))
}

/// Values that no question of this kind takes.
fn wrong(kind: &Kind) -> Vec<Value> {
    let number = if matches!(kind, Kind::Number { .. }) { json!(47_114_711) } else { json!(4711) };
    let mut wrong = vec![json!("canary \u{7}"), json!(["canary"]), json!({ "canary": "canary" }), number, Value::Null];
    wrong.extend(match kind {
        Kind::Text { max } | Kind::LongText { max, .. } => Some(json!("canary".repeat(max / 6 + 1))),
        Kind::Date(_) => Some(json!("4711-02-31")),
        Kind::Age => Some(json!({ "years": 4711 })),
        Kind::Money => Some(json!("4711.471")),
        _ => None,
    });
    wrong
}

/// What a part of an answer does not take.
fn wrong_part(form: PartForm) -> Value {
    match form {
        PartForm::Line(max) | PartForm::NeededLine(max) => json!("canary".repeat(max / 6 + 1)),
        _ => json!("canary canary canary"),
    }
}

impl Breaking<'_> {
    /// Sends answers that must be refused for one field; gives the names of all that the refusal wants mended.
    async fn refused(&self, answers: &Set, what: &str) -> Vec<String> {
        let body = json!({ "pathway": self.form.pathway.id.as_str(), "answers": answers });
        let mended = problem(self.client.submit("k", &body).await, 422, "answers").await;
        assert!(!mended.to_string().contains("canary") && !mended.to_string().contains("4711"), "{what}: {mended}");
        fields(&mended).into_iter().map(str::to_owned).collect()
    }

    async fn names(&self, answers: &Set, wanted: &str, what: &str) {
        let named = self.refused(answers, what).await;
        let is_it = |field: &String| field == wanted || field.starts_with(&format!("{wanted}."));
        assert!(named.iter().any(is_it), "{}: {what}: {wanted} is not in {named:?}", self.form.pathway.id);
    }

    async fn question(&self, set: &Set, asked: Asked<'_>) {
        let (group, question) = asked;
        let wanted = name(asked);
        for value in wrong(&question.kind) {
            let mut broken = set.clone();
            *place(&mut broken, asked).unwrap() = value.clone();
            // What is no answer at all makes the whole group another thing than one.
            let wanted = group.filter(|_| value.is_null()).map_or(wanted.as_str(), |group| group.id.as_str());
            self.names(&broken, wanted, &value.to_string()).await;
        }
        for part in question.kind.parts() {
            let mut broken = set.clone();
            place(&mut broken, asked).unwrap()[part.name] = wrong_part(part.form);
            // A tick is no words: the whole answer is of another shape.
            let part = if part.form == PartForm::Tick { wanted.clone() } else { format!("{wanted}.{}", part.name) };
            self.names(&broken, &part, "a part").await;
        }
        if question.required {
            let mut broken = set.clone();
            match group {
                None => _ = broken.remove(question.id.as_str()),
                Some(group) => _ = broken[group.id.as_str()][0].as_object_mut().unwrap().remove(question.id.as_str()),
            }
            // An item in which nothing else was said is no item.
            let is_blank = group.is_some_and(|group| broken[group.id.as_str()][0] == json!({}));
            if !is_blank || group.is_some_and(|group| group.required) {
                self.names(&broken, wanted.split('.').next().filter(|_| is_blank).unwrap_or(&wanted), "left out").await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_every_pathway_left_out_or_wrong_is_named_and_never_echoed() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let client = Client::signed_in(&served, walker_of(pathway).0).await;
        let breaking = Breaking { client: &client, form: served.hub.form(pathway) };
        let sets = breaking.form.covering();
        // Some send more than one kind of referral.
        let before = client.json("/referrals").await["items"].clone();
        let mut broken = BTreeSet::new();
        for set in &sets {
            for asked in breaking.form.questions() {
                if place(&mut set.clone(), asked).is_some() && broken.insert(name(asked)) {
                    breaking.question(set, asked).await;
                }
            }
        }
        let mut strange = sets[0].clone();
        strange.insert("Not an id: canary".to_owned(), json!("canary"));
        assert!(!breaking.refused(&strange, "a question that is none").await.is_empty());
        assert_eq!(client.json("/referrals").await["items"], before, "nothing was sent");
        // The same answers, whole, are taken.
        for (at, set) in sets.iter().enumerate() {
            // Where somebody involved is known to a partner it must be said who is kept from it.
            let body = json!({ "pathway": pathway.id.as_str(), "answers": set, "strike_out": [] });
            let answer = client.submit(&format!("{}-{at}", pathway.id), &body).await;
            assert_eq!(answer.status(), 201, "{} {at}: {}", pathway.id, answer.text().await.unwrap());
        }
        assert!(broken.len() >= 15, "{}: {}", pathway.id, broken.len());
    }
    served.finish().await;
}

/// What the other answers hide is refused by name: a fact that nobody reads is not dropped in silence.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_what_the_others_hide_is_refused_by_name() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let mut hidden = 0;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let client = Client::signed_in(&served, walker_of(pathway).0).await;
        let breaking = Breaking { client: &client, form: served.hub.form(pathway) };
        let sets = breaking.form.covering();
        let missing = |question: &&Question| !sets[0].contains_key(question.id.as_str());
        for question in pathway.questions().filter(missing) {
            let Some(answer) = sets.iter().find_map(|set| set.get(question.id.as_str())) else { continue };
            let mut answers = sets[0].clone();
            answers.insert(question.id.to_string(), answer.clone());
            breaking.names(&answers, question.id.as_str(), "hidden").await;
            hidden += 1;
        }
    }
    assert!(hidden >= 20, "{hidden}");
    served.finish().await;
}

/// Each rule of each pathway stops a sending, in its own words, beside its question; the schema refuses the same answers.
#[tokio::test(flavor = "multi_thread")]
async fn each_rule_of_every_pathway_stops_a_sending_in_its_own_words() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let mut rules = BTreeSet::new();
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let client = Client::signed_in(&served, walker_of(pathway).0).await;
        let form = served.hub.form(pathway);
        let schema = client.json(&format!("/pathways/{}/schema", pathway.id)).await;
        let schema = jsonschema::draft202012::new(&schema).unwrap();
        for rule in &pathway.rules {
            let broken = form.breaking(rule).unwrap_or_else(|| panic!("{} cannot be broken", rule.code));
            let body = json!({ "pathway": pathway.id.as_str(), "answers": broken });
            let mended = problem(client.submit("k", &body).await, 422, "answers").await;
            let line = json!({ "field": rule.question.as_str(), "message": rule.message });
            assert_eq!(mended["errors"], json!([line]), "{}", rule.code);
            assert!(!schema.is_valid(&body), "{}", rule.code);
            rules.insert(rule.code.to_string());
        }
    }
    let all = ["child-first", "conduct-needed", "consent-first", "no-way-to-reach", "supervisor-first", "victim-or-witness"];
    assert!(all.iter().all(|code| rules.contains(*code)), "{rules:?}");
    served.finish().await;
}
