//! The log as officers read it: every filter, every use, pages, and only what their agency may see.

use std::time::Duration;

use referral_exchange::domain::legal::LogUse;
use serde_json::{Value, json};

use super::{Client, problem};
use crate::support::{
    hub::{ENGINES, Hub},
    raw::Raw,
};

fn column<'v>(page: &'v Value, name: &str) -> Vec<&'v Value> {
    page["items"].as_array().unwrap().iter().map(|item| &item[name]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_narrows_and_every_use_is_taken() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let first = tess.sends_example("one").await;
    served.hub.clock.advance(Duration::from_hours(1));
    let between = served.hub.app.now().rfc3339();
    let theo = Client::signed_in(&served, "theo.invented").await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let second = tess.sends_example("two").await;
    theo.json(&format!("/referrals/{first}")).await;
    let dora = Client::signed_in(&served, "dora.madeup").await;

    let all = dora.json("/log?limit=100").await;
    let item = &all["items"][0];
    let members: Vec<_> = item.as_object().unwrap().keys().map(String::as_str).collect();
    let promised = ["index", "at", "action", "actor", "agency", "role", "relation", "basis", "purpose", "outcome", "reference"];
    assert_eq!(members, [&promised[..], &["team", "reason", "use"]].concat());
    assert_eq!(all["pending"], 0, "all that had happened has a place by now");
    let places: Vec<_> = column(&all, "index").into_iter().map(|index| index.as_i64().unwrap()).collect();
    assert!(places.windows(2).all(|pair| pair[0] > pair[1]), "newest first");

    let of_first = dora.json(&format!("/log?reference={first}")).await;
    assert!(column(&of_first, "reference").iter().all(|reference| **reference == first));
    assert_eq!(column(&of_first, "action"), ["read-referral", "submit-referral"]);
    let opened = &of_first["items"][0];
    assert_eq!(
        [&opened["actor"], &opened["agency"], &opened["role"], &opened["relation"], &opened["outcome"]],
        ["theo.invented", "Leicestershire Fire and Rescue Service", "triager", "receiving-team", "allow"]
    );
    assert_eq!([&opened["basis"], &opened["purpose"]], ["public-task", "fire-safety"]);
    let by_theo = dora.json("/log?actor=theo.invented").await;
    assert!(column(&by_theo, "action").contains(&&json!("read-referral")));
    assert!(column(&by_theo, "actor").iter().all(|actor| **actor == "theo.invented"));
    let theo_id = served.hub.person("theo.invented").user.to_string();
    assert_eq!(dora.json(&format!("/log?actor={theo_id}")).await["items"], by_theo["items"]);
    let submits = dora.json("/log?action=submit-referral").await;
    assert_eq!(column(&submits, "reference"), [&json!(second), &json!(first)]);
    let late = dora.json(&format!("/log?action=submit-referral&from={between}")).await;
    assert_eq!(column(&late, "reference"), [second.as_str()]);
    let early = dora.json(&format!("/log?action=submit-referral&to={between}")).await;
    assert_eq!(column(&early, "reference"), [first.as_str()]);
    // A day is as good as a moment, and `to` takes it whole.
    let day = between[..10].to_owned();
    let that_day = dora.json(&format!("/log?action=submit-referral&from={day}&to={day}")).await;
    assert_eq!(column(&that_day, "reference"), [second.as_str(), first.as_str()]);
    for nothing in ["reference=7K3F-9QXD-2", "reference=nonsense", "actor=nobody.here", "actor=%00"] {
        let page = dora.json(&format!("/log?{nothing}")).await;
        assert_eq!((&page["items"], &page["next"]), (&json!([]), &Value::Null), "{nothing}");
    }
    let theo = served.hub.person("theo.invented");
    let account = served.hub.app.store().account(theo.user).await.unwrap().unwrap();
    let of_team = dora.json(&format!("/log?team={}&limit=100", theo.team_id)).await;
    assert!(column(&of_team, "action").contains(&&json!("read-referral")));
    assert!(column(&of_team, "team").iter().all(|team| **team == "Fire Protection"), "{of_team}");
    let of_agency = dora.json(&format!("/log?agency={}&limit=100", account.agency)).await;
    assert!(column(&of_agency, "agency").iter().all(|agency| **agency == "Leicestershire Fire and Rescue Service"));
    assert!(column(&of_agency, "actor").contains(&&json!("tess.example")) || column(&of_agency, "actor").len() > 3);
    let done = dora.json("/log?outcome=allow&limit=100").await;
    assert!(column(&done, "outcome").iter().all(|outcome| **outcome == "allow"));
    dora.get("/referrals/7K3F-9QXD-2").send().await.unwrap();
    let refused = dora.json("/log?outcome=refuse&limit=100").await;
    assert!(column(&refused, "outcome").iter().all(|outcome| **outcome == "refuse"));
    assert_eq!([&refused["items"][0]["actor"], &refused["items"][0]["reason"]], ["dora.madeup", "unseen"]);
    // Filters narrow together, whichever of them the page goes by.
    let both = dora.json(&format!("/log?team={}&action=read-referral&reference={first}&outcome=allow", theo.team_id)).await;
    assert_eq!(both["items"].as_array().unwrap().len(), 1, "{both}");
    for log_use in LogUse::ALL {
        dora.json(&format!("/log?use={}&limit=1", log_use.code())).await;
    }
    // Reading is an event that says what kind of reading it was, and nothing of what was looked for.
    let reading = dora.json("/log?action=read-log&use=integrity&limit=1").await;
    assert_eq!(reading["items"][0]["use"], "integrity");
    let mut raw = Raw::owner(&served.hub).await;
    let bodies =
        raw.texts("SELECT CAST(b.body AS TEXT) FROM log_body b JOIN log_event e ON e.id = b.event WHERE e.action = 'read-log'");
    let bodies: Vec<Value> = bodies.await.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let filters: Vec<&Value> = bodies.iter().map(|body| &body["log"]["filters"]).collect();
    assert!(filters.contains(&&json!(["reference", "team", "action", "outcome"])), "{filters:?}");
    assert!(bodies.iter().any(|body| body["log"]["from"] == between.as_str()));
    assert!(bodies.iter().all(|body| !body["log"].to_string().contains("theo")));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_none_is_answered_with_those_there_are() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let dora = Client::signed_in(&served, "dora.madeup").await;
    for (query, field, says) in [
        ("use=curiosity", "use", "lawfulness, self-monitoring, integrity, criminal-proceedings"),
        ("outcome=maybe", "outcome", "allow, refuse"),
        ("action=dance", "action", "read-referral"),
        ("team=ours", "team", "not one of the codes"),
        ("agency=ours", "agency", "not one of the codes"),
    ] {
        let told = problem(dora.get(&format!("/log?{query}")).send().await.unwrap(), 400, "malformed").await;
        assert_eq!(told["errors"][0]["field"], field, "{told}");
        assert!(told["errors"][0]["message"].as_str().unwrap().contains(says), "{told}");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let dora = Client::signed_in(&served, "dora.madeup").await;
    // Reading adds events, but only above the first cursor.
    let mut page = dora.json("/log?limit=5").await;
    let mut seen: Vec<i64> = Vec::new();
    loop {
        let places = column(&page, "index").into_iter().map(|index| index.as_i64().unwrap());
        seen.extend(places);
        let Some(next) = page["next"].as_str() else { break };
        page = dora.json(&format!("/log?limit=5&cursor={next}")).await;
    }
    let newest = seen[0];
    let whole = dora.json(&format!("/log?limit=100&cursor={}", newest + 1)).await;
    assert_eq!(seen, column(&whole, "index").into_iter().map(|index| index.as_i64().unwrap()).collect::<Vec<_>>());
    assert!(seen.len() > 10, "more than two pages: {}", seen.len());
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_officers_read_and_only_what_reaches_their_agency() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let reference = tess.sends_example("one").await;
    for username in ["tess.example", "theo.invented", "adam.notional"] {
        let client = Client::signed_in(&served, username).await;
        for path in ["/log", "/log/0", "/log/0/receipt", "/log/nonsense"] {
            problem(client.get(path).send().await.unwrap(), 403, "refused").await;
        }
    }
    let dora = Client::signed_in(&served, "dora.madeup").await;
    let hers = dora.json(&format!("/log?reference={reference}")).await;
    let place = hers["items"][0]["index"].as_i64().unwrap();
    let dev = Client::signed_in(&served, "dev.specimen").await;
    assert_eq!(dev.json(&format!("/log?reference={reference}")).await["items"], json!([]));
    for place in [
        place.to_string(),
        "999999".into(),
        "nonsense".into(),
        "-1".into(),
        "%FF".into(),
        i64::MAX.to_string(),
        u64::MAX.to_string(),
    ] {
        for path in [format!("/log/{place}"), format!("/log/{place}/receipt")] {
            let unseen = problem(dev.get(&path).send().await.unwrap(), 404, "unseen").await;
            assert_eq!(unseen["detail"], Value::Null);
        }
    }
    let event = dora.json(&format!("/log/{place}")).await;
    let mut listed = hers["items"][0].clone();
    listed["leaf_data"] = event["leaf_data"].clone();
    assert_eq!(event, listed, "the event as in the list, and its leaf");
    served.finish().await;
}
