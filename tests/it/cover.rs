//! A referral for today reaches the team that covers, too: in its queue, to look at, without seeming read to the team that decides.

use referral_exchange::{
    app::{Caller, IdempotencyKey, ListQuery, example, raw_from_json},
    domain::{agency::AgencyKind, ids::TeamId, referral::ReferralState},
    store::Engine,
};
use serde_json::json;

use crate::support::hub::{ENGINES, Hub};

async fn cover_sees_what_is_for_today(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let pathway = hub.app.pathway("fire-protection").unwrap();
    let mut references = Vec::new();
    for (key, danger) in [("routine", false), ("urgent", true)] {
        let request = hub.app.request(None);
        let mut body = example(&pathway.pathway, AgencyKind::Police, request.at.uk_date());
        body["answers"]["danger_now"] = json!(danger);
        let raw = raw_from_json(&body["answers"]).unwrap();
        let key = IdempotencyKey::parse(key).unwrap();
        let sent = hub.app.submit(&request, &sender, &key, key_bytes(danger), &pathway, raw).await.unwrap();
        references.push(sent.value.reference);
    }

    let cover = hub.sign_in("cora.pretend").await;
    let queue = hub.app.queue(&hub.app.request(None), &cover, &ListQuery::default()).await.unwrap();
    let shown: Vec<_> = queue.items.iter().map(|item| (item.reference, item.urgency.as_str())).collect();
    assert_eq!(shown, [(references[1], "today")]);
    assert!(queue.items[0].headline.is_some(), "cover can open the line");
    let looked = hub.app.read_referral(&hub.app.request(None), &cover, &references[1].to_string()).await.unwrap();
    assert_eq!(looked.referral.stage.state(), ReferralState::Received, "a look by cover opens it for nobody");

    let triager = hub.sign_in("theo.invented").await;
    let own = hub.app.queue(&hub.app.request(None), &triager, &ListQuery::default()).await.unwrap();
    assert_eq!(own.items.len(), 2);
    assert!(own.items.iter().all(|item| item.unread), "nobody in the team that decides has read either");

    // Both queues say that one is urgent and unopened, until the team that decides opens it; no other queue says so.
    let count = async |caller: &Caller, team: TeamId| hub.app.urgent_unopened(caller, team).await.unwrap();
    let teams = [("cora.pretend", "fire-control"), ("theo.invented", "fire-protection")];
    for (expected, opens) in [(1, true), (0, false)] {
        for (person, code) in teams {
            let person = hub.sign_in(person).await;
            let team = hub.app.store().team_by_code(code).await.unwrap().unwrap().id;
            assert_eq!(count(&person, team).await, expected, "{code}");
            let other = hub.app.store().team_by_code("marac-team").await.unwrap().unwrap().id;
            assert_eq!(count(&person, other).await, 0, "not theirs to count");
        }
        if opens {
            let triager = hub.sign_in("theo.invented").await;
            hub.app.read_referral(&hub.app.request(None), &triager, &references[1].to_string()).await.unwrap();
        }
    }
    hub.finish().await;
}

fn key_bytes(danger: bool) -> &'static [u8] {
    if danger { b"urgent" } else { b"routine" }
}

crate::support::on_both! {
    a_referral_for_today_stands_in_the_queue_of_the_team_that_covers => cover_sees_what_is_for_today,
}
