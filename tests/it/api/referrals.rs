//! Referrals in lists and one by one: each sees what is theirs, and nobody can tell the unseen from the nonexistent.

use std::{collections::BTreeSet, time::Duration};

use referral_exchange::store::Engine;
use serde_json::{Value, json};

use super::{Client, events, fields, problem};
use crate::support::hub::{ENGINES, Hub};

fn column(page: &Value, name: &str) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

async fn all_pages(client: &Client, path: &str) -> (usize, Vec<Value>) {
    let (mut pages, mut items) = (0, Vec::new());
    let mut cursor = String::new();
    loop {
        let page = client.json(&format!("{path}limit=2&cursor={cursor}")).await;
        pages += 1;
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return (pages, items),
        }
    }
}

async fn lists_page(engine: Engine) {
    let served = Hub::founded(engine).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut references = Vec::new();
    for number in 0..5 {
        references.push(tess.sends_example(&format!("key-{number}")).await);
        // Two are sent at one and the same moment.
        if number != 2 {
            served.hub.clock.advance(Duration::from_mins(1));
        }
    }
    let (pages, sent) = all_pages(&tess, "/referrals?").await;
    assert_eq!((pages, sent.len()), (3, 5));
    let newest_first: Vec<_> = sent.iter().map(|item| item["submitted_at"].as_str().unwrap()).collect();
    assert!(newest_first.windows(2).all(|pair| pair[0] >= pair[1]), "{newest_first:?}");
    let shown: BTreeSet<_> = sent.iter().map(|item| item["reference"].as_str().unwrap()).collect();
    assert_eq!(shown, references.iter().map(String::as_str).collect());
    let members: BTreeSet<_> = sent[0].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["reference", "kind", "pathway", "state", "due_at", "submitted_at", "headline", "unread"];
    assert_eq!(members, expected.into_iter().collect());

    let theo = Client::signed_in(&served, "theo.invented").await;
    let (pages, queue) = all_pages(&theo, "/queue?").await;
    assert_eq!((pages, queue.len()), (3, 5));
    assert!(queue.iter().all(|item| item["unread"] == true && item["headline"].as_str().is_some_and(|line| !line.is_empty())));
    let soonest_first: Vec<_> = queue.iter().map(|item| item["due_at"].as_str().unwrap()).collect();
    assert!(soonest_first.windows(2).all(|pair| pair[0] <= pair[1]), "{soonest_first:?}");

    let opened = theo.json(&format!("/referrals/{}", references[1])).await;
    assert!(opened["flags"].is_array(), "what must be seen first: {opened}");
    assert_eq!(column(&theo.json("/queue?state=opened").await, "reference"), [references[1].as_str()]);
    assert_eq!(theo.json("/queue?state=received").await["items"].as_array().unwrap().len(), 4);
    let team = served.hub.person("theo.invented").team_id;
    assert_eq!(theo.json(&format!("/queue?team={team}")).await["items"].as_array().unwrap().len(), 5);
    let other_team = served.hub.person("cora.pretend").team_id.to_string();
    for team in [other_team.as_str(), &"f".repeat(32), "nonsense"] {
        problem(theo.get(&format!("/queue?team={team}")).send().await.unwrap(), 404, "unseen").await;
    }
    problem(tess.get("/queue").send().await.unwrap(), 403, "refused").await;
    let lena = Client::signed_in(&served, "lena.sample").await;
    assert_eq!(lena.json("/referrals").await["items"], json!([]), "a list of what one sent oneself");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_on_sqlite() {
    lists_page(ENGINES[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_on_postgres() {
    lists_page(ENGINES[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_shown_to_each_as_they_stand_to_it() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut body = tess.json("/pathways/fire-protection/example").await;
    body["answers"]["premises_name"] = json!("Canary Hall");
    let sent: Value = tess.submit("one", &body).await.json().await.unwrap();
    let path = format!("/referrals/{}", sent["reference"].as_str().unwrap());
    let seen = tess.json(&path).await;
    let members: Vec<_> = seen.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "reference",
        "kind",
        "pathway",
        "pathway_version",
        "state",
        "due_at",
        "revision",
        "sent_by",
        "relation",
        "actions",
        "flags",
        "answers",
        "entries",
        "messages",
        "attachments",
    ];
    assert_eq!(members, expected);
    assert_eq!((&seen["relation"], &seen["state"], &seen["revision"]), (&json!("referrer"), &json!("received"), &json!(1)));
    assert_eq!((&seen["due_at"], &seen["reference"]), (&sent["due_at"], &sent["reference"]));
    assert_eq!(seen["pathway_version"], tess.json("/pathways/fire-protection").await["version"]);
    assert_eq!((&seen["messages"], &seen["attachments"]), (&json!([]), &json!([])));
    assert!(seen["actions"].as_array().unwrap().contains(&json!("read-referral")));
    assert_eq!(seen["answers"]["premises_name"], "Canary Hall");
    assert_eq!(seen["answers"].as_object().unwrap().len(), body["answers"].as_object().unwrap().len());
    let entries = seen["entries"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["kind"] == "submission" && entry["compartment"] == "shared"));
    assert!(entries.iter().all(|entry| entry["id"].is_string() && entry["at"] == entries[0]["at"]));

    let theo = Client::signed_in(&served, "theo.invented").await;
    let opened = theo.json(&path).await;
    assert_eq!(
        (&opened["relation"], &opened["state"], &opened["revision"]),
        (&json!("receiving-team"), &json!("opened"), &json!(2))
    );
    assert_eq!(opened["answers"], seen["answers"]);
    assert_eq!(theo.json(&path).await["revision"], 2, "opened once");
    let lena = Client::signed_in(&served, "lena.sample").await;
    assert_eq!(lena.json(&path).await["relation"], "referrers-team");
    assert_eq!(tess.json(&path.to_lowercase().replace('-', "")).await["state"], "opened", "as people type it");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unseen_nonexistent_and_nonsense_cannot_be_told_apart() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let reference = tess.sends_example("one").await;
    let nia = Client::signed_in(&served, "nia.imaginary").await;
    let mut answers = Vec::new();
    let texts = [reference.as_str(), "7K3F-9QXD-2", "canary", "%00%0A", "%FF", "%2E%2E%2F", &"x".repeat(500)];
    for text in texts {
        let answer = nia.get(&format!("/referrals/{text}")).send().await.unwrap();
        let mut names: Vec<_> = answer.headers().keys().map(|name| name.as_str().to_owned()).collect();
        names.sort();
        answers.push((names, problem(answer, 404, "unseen").await));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let refused = events(&served, "dev.specimen", "read-referral").await;
    assert_eq!(refused.len(), texts.len());
    let mut kinds: Vec<_> = refused
        .iter()
        .map(|event| {
            (&event.outcome, &event.reason, &event.relation, &event.reference, &event.role, &event.basis, &event.purpose)
        })
        .collect();
    kinds.dedup();
    assert_eq!(kinds.len(), 1, "{kinds:?}");
    // An officer, who never reaches content, learns no more.
    let dora = Client::signed_in(&served, "dora.madeup").await;
    problem(dora.get(&format!("/referrals/{reference}")).send().await.unwrap(), 404, "unseen").await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_that_cannot_be_true_are_refused_and_those_that_are_unlikely_get_a_hint() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut body = tess.json("/pathways/modern-slavery/example").await;
    body["answers"]["still_in_it"] = json!("left");
    body["answers"].as_object_mut().unwrap().remove("hold");
    body["answers"]["began"] = json!("2015");
    body["answers"]["ended"] = json!("2010");
    let refused = problem(tess.submit("order", &body).await, 422, "answers").await;
    assert_eq!(fields(&refused), ["ended"]);

    let mut body = tess.json("/pathways/marac/example").await;
    body["answers"]["age"] = json!({ "born": "1990-05-01" });
    body["answers"]["incident_on"] = json!("1980-02-03");
    let sent = tess.submit("birth", &body).await;
    assert_eq!(sent.status(), 201, "a hint refuses nothing");
    let sent: Value = sent.json().await.unwrap();
    let about = |hint: &&Value| hint["field"] == "incident_on" && hint["pathway"].is_null();
    let hints: Vec<&Value> = sent["hints"].as_array().unwrap().iter().filter(about).collect();
    assert_eq!(hints.len(), 2, "before the birth, and long ago: {sent}");
    assert!(hints.iter().all(|hint| !hint.to_string().contains("1980") && !hint.to_string().contains("1990")));
    let elsewhere = sent["hints"].as_array().unwrap().iter().find(|hint| hint["field"].is_null());
    assert!(elsewhere.is_none_or(|hint| hint["text"].is_string()), "the advice of the pathway is told as well");
    served.finish().await;
}

/// Whoever involves the people of a partner learns here who they are, and who got it.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_struck_out_receives_nothing_and_the_answer_names_who_did() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let members = tess.json("/pathways/fire-protection/restricted").await;
    let member = |name: &str| {
        let found = members["items"].as_array().unwrap().iter().find(|member| member["name"] == name).cloned();
        found.unwrap_or_else(|| panic!("{name}: {members}"))
    };
    let fay = member("Fay Fictional");
    let mut body = tess.json("/pathways/fire-protection/example").await;
    body["answers"]["involved"] = json!(true);
    body["answers"]["involved_who"] = json!("the owner's sister works there");
    // Whoever does not say who is involved, or that nobody is, has not sent it.
    assert_eq!(fields(&problem(tess.submit("unsaid", &body).await, 422, "answers").await), ["strike_out"]);
    assert_eq!(fay["also"][0], "Fire Protection", "where else they sit, the team that receives first: {fay}");
    let mut people = Vec::new();
    for (key, struck_out) in [("all", json!([])), ("some", json!([fay["id"]]))] {
        body["strike_out"] = struck_out;
        let sent = tess.submit(key, &body).await;
        assert_eq!(sent.status(), 201, "{key}");
        let sent: Value = sent.json().await.unwrap();
        assert_eq!(sent["received_by"]["team"], fay["team"]);
        let named = sent["received_by"]["people"].as_array().unwrap().clone();
        for (username, name) in [("fay.fictional", "Fay Fictional"), ("theo.invented", "Theo Invented")] {
            let reader = Client::signed_in(&served, username).await;
            let reference = sent["reference"].as_str().unwrap();
            let answer = reader.get(&format!("/referrals/{reference}")).send().await.unwrap();
            assert_eq!(answer.status() == 200, named.contains(&json!(name)), "{key}: who is named can open it, nobody else");
        }
        people.push(named);
    }
    assert!(people[0].contains(&json!("Fay Fictional")) && !people[1].contains(&json!("Fay Fictional")), "{people:?}");
    assert_eq!(people[1].len() + 1, people[0].len());
    // Of the team alone nobody is left: another agency's people receive it.
    let first_team = |member: &&Value| member["team"] == fay["team"];
    let of_team: Vec<Value> =
        members["items"].as_array().unwrap().iter().filter(first_team).map(|member| member["id"].clone()).collect();
    body["strike_out"] = json!(of_team);
    let elsewhere: Value = tess.submit("elsewhere", &body).await.json().await.unwrap();
    assert_ne!(elsewhere["received_by"]["agency"], fay["agency"], "{elsewhere}");
    let everybody: Vec<Value> = members["items"].as_array().unwrap().iter().map(|member| member["id"].clone()).collect();
    body["strike_out"] = json!(everybody);
    assert_eq!(fields(&problem(tess.submit("nobody", &body).await, 422, "answers").await), ["strike_out"]);
    served.finish().await;
}
