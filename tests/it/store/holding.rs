//! Held grants: there, and yet counting for nothing until a release that an event vouches for.

use referral_exchange::{
    domain::{grant::GrantReason, ids::GrantId, reference::Reference},
    store::Engine,
};

use crate::support::{
    acts::{hold, hold_as, release, send},
    hub::{ENGINES, Hub},
    raw::Raw,
};

async fn held_until_released(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &sender, "held", |_| {}).await.reference;
    let store = hub.app.store();
    let other = hub.person("nia.imaginary");
    let sees =
        async |reference: Reference| store.referral_seen_by(reference, &[other.team_id.to_string()]).await.unwrap().is_some();
    assert!(!sees(reference).await, "nothing was granted yet");

    // A team holds as a party only what it received or sent: planted for any other, it is not even looked at.
    let third = hub.person("hugh.pseudo").team_id;
    let planted = hold_as(&hub, third, GrantReason::Party).await;
    release(&hub, planted).await;
    assert!(store.referral_seen_by(reference, &[third.to_string()]).await.unwrap().is_none(), "it is no party to this");

    let grant = hold(&hub, other.team_id).await;
    let id =
        store.referral_seen_by(reference, &[sender.user().to_string(), hub.person("theo.invented").team_id.to_string()]).await;
    let id = id.unwrap().expect("a receiver sees it").id;
    assert!(!sees(reference).await, "a held grant finds nothing");
    let held: Vec<GrantId> = store.held_grants(id).await.unwrap().into_iter().map(|held| held.id).collect();
    assert_eq!(held, [grant]);
    let held = other.team_id.to_string();
    assert!(store.holders_of_shared(id).await.unwrap().iter().all(|holder| holder.id != held));

    // Whoever releases or erases what was held must know all of it: a renewal may have made further ones meanwhile.
    let known = store.held_grants(id).await.unwrap();
    assert!(store.begin().await.unwrap().still_held(id, &known).await.unwrap());
    hold(&hub, hub.person("hugh.pseudo").team_id).await;
    assert!(!store.begin().await.unwrap().still_held(id, &known).await.unwrap(), "one more is held by now");
    let both = store.held_grants(id).await.unwrap();
    assert!(store.begin().await.unwrap().still_held(id, &both).await.unwrap());
    release(&hub, both.iter().map(|held| held.id).find(|id| *id != grant).unwrap()).await;
    assert!(!store.begin().await.unwrap().still_held(id, &both).await.unwrap(), "one of them is released");

    release(&hub, grant).await;
    assert!(sees(reference).await);
    assert!(store.held_grants(id).await.unwrap().is_empty());
    assert!(store.holders_of_shared(id).await.unwrap().iter().any(|holder| holder.id == held));
    hub.finish().await;
}

/// A release row that somebody wrote by SQL lets the row be found, but verification names it; opening asks its event.
async fn a_planted_release(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    send(&hub.app, &sender, "held", |_| {}).await;
    let grant = hold(&hub, hub.person("nia.imaginary").team_id).await;
    let sql = format!(
        "INSERT INTO grant_released (grant_id, released_at, event) SELECT id, granted_at, event FROM grant_made WHERE id = '{grant}'"
    );
    assert_eq!(Raw::owner(&hub).await.run(&sql).await, 1);
    let findings = hub.verify().await.findings;
    assert!(findings.iter().any(|found| found.table == "grant_released" && found.id == grant.to_string()), "{findings:?}");
    hub.abandon().await;
}

crate::support::on_both! {
    a_held_grant_counts_for_nothing_until_it_is_released => held_until_released,
    a_release_that_no_event_vouches_for_is_found => a_planted_release,
}
