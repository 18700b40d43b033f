//! The rows by which officers find events: an index for every filter, days without a walk, and keys that come later.

use std::time::Duration;

use referral_exchange::{
    domain::ids::{AgencyId, TeamId, UserId},
    store::{
        Engine,
        log_view::{LogFilter, log_sql},
    },
};

use crate::support::{
    acts::{hold, release, send},
    hub::{ENGINES, Hub},
    raw::Raw,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_goes_by_an_index_of_its_own() {
    let hub = Hub::empty(ENGINES[0]).await;
    let mut raw = Raw::owner(&hub).await;
    let all = LogFilter::default;
    let referral = || Some("r".to_owned());
    let cases = [
        (all(), "log_view_by_place (agency=? AND idx>? AND idx<?)"),
        (LogFilter { referral: referral(), ..all() }, "log_view_by_referral (agency=? AND referral=? AND idx>? AND idx<?)"),
        (
            LogFilter { actor: Some(UserId::from_bytes([1; 16])), action: Some("sign-in".into()), ..all() },
            "log_view_by_actor (agency=? AND actor=? AND idx>? AND idx<?)",
        ),
        (
            LogFilter { team: Some(TeamId::from_bytes([1; 16])), ..all() },
            "log_view_by_team (agency=? AND team=? AND idx>? AND idx<?)",
        ),
        (
            LogFilter { by_agency: Some(AgencyId::from_bytes([1; 16])), ..all() },
            "log_view_by_agency (agency=? AND by_agency=? AND idx>? AND idx<?)",
        ),
        (LogFilter { action: Some("sign-in".into()), ..all() }, "log_view_by_action (agency=? AND action=? AND idx>? AND idx<?)"),
        (LogFilter { outcome: Some("refuse".into()), ..all() }, "log_view_refused (agency=? AND idx>? AND idx<?)"),
        (LogFilter { outcome: Some("allow".into()), ..all() }, "log_view_by_place (agency=? AND idx>? AND idx<?)"),
    ];
    for (filter, index) in cases {
        let plan = format!("EXPLAIN QUERY PLAN {}", log_sql(&filter));
        let steps: Vec<String> = raw.rows(&plan).await.iter().map(|step| step[3].shown()).collect();
        assert!(steps[0].ends_with(&format!("INDEX {index}")), "{filter:?}: {steps:?}");
        assert!(steps.iter().all(|step| !step.starts_with("SCAN") && !step.contains("TEMP B-TREE")), "{filter:?}: {steps:?}");
    }
    hub.finish().await;
}

async fn days_are_found(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let person = hub.person("tess.example");
    let agency = hub.app.store().account(person.user).await.unwrap().unwrap().agency;
    let start = hub.app.now();
    for _ in 0..6 {
        hub.clock.advance(Duration::from_mins(25));
        hub.sign_in("tess.example").await;
        hub.app.sequence().await.unwrap();
    }
    let all = hub.app.store().log_page(agency, &LogFilter::default(), 1000).await.unwrap();
    assert!(all.len() > 6, "{}", all.len());
    let moment = |minutes: u64| start.plus(Duration::from_mins(minutes)).millis();
    let minutes = [None, Some(0), Some(1), Some(25), Some(26), Some(60), Some(75), Some(120), Some(149), Some(151), Some(6000)];
    for from in minutes.map(|minutes| minutes.map(moment)) {
        for to in minutes.map(|minutes| minutes.map(moment)) {
            let filter = LogFilter { from, to, ..LogFilter::default() };
            let fits = |at: i64| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to);
            let expected: Vec<i64> = all.iter().filter(|row| fits(row.event.columns.at)).map(|row| row.index).collect();
            assert_eq!(hub.app.store().log_places(agency, &filter, 1000).await.unwrap(), expected, "{from:?} {to:?}");
        }
    }
    hub.finish().await;
}

async fn later_key(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let store = hub.app.store();
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &sender, "later", |_| {}).await.reference;
    hub.app.sequence().await.unwrap();
    let other = hub.person("nia.imaginary");
    let agency = store.account(other.user).await.unwrap().unwrap().agency;
    let filter = LogFilter { referral: store.referral_id(reference).await.unwrap(), ..LogFilter::default() };
    let seen = async || {
        hub.app.sequence().await.unwrap();
        let page = store.log_page(agency, &filter, 100).await.unwrap();
        page.into_iter().map(|row| row.event.columns.action).collect::<Vec<_>>()
    };
    assert_eq!(seen().await, [""; 0], "what another agency's people do is not theirs to see");
    let grant = hold(&hub, other.team_id).await;
    assert_eq!(seen().await, [""; 0], "a key that is held back shows nothing");
    assert_eq!(hub.verify().await.findings, []);
    release(&hub, grant).await;
    assert!(seen().await.contains(&"submit-referral".to_owned()), "the release shows what was there before");
    hub.finish().await;
}

crate::support::on_both! {
    days_are_found_without_a_walk => days_are_found,
    a_key_that_comes_later_shows_what_was_before_it => later_key,
}
