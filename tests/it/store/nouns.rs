//! Each noun's promises.

use std::{sync::Arc, time::Duration};

use referral_exchange::{
    app::App,
    domain::{
        account::{AccountState, MembershipState},
        actor::Place,
        agency::TeamState,
        ids::{AgencyId, KeyId, MembershipId, SessionId, TeamId, UserId},
        key::OwnerKind,
        ports::Random,
        role::Role,
        session::SessionPurpose,
        text::{PersonName, TeamName, Username},
        time::Timestamp,
    },
    store::{
        Engine, Error, accounts::Account, idempotency::Remembered, keys::PublishedKey, sessions::Session, teams::Team,
        throttle::ThrottleKind,
    },
};

use crate::support::{
    acts::{job_permit, keep},
    hub::{ENGINES, Hub},
    raw::Raw,
};

fn account(random: &dyn Random, agency: AgencyId, username: &str) -> Account {
    Account {
        id: UserId::random(random),
        username: Username::parse(username).unwrap(),
        name: PersonName::parse("Some Body").unwrap(),
        agency,
        state: AccountState::Invited,
        version: 1,
        key: None,
    }
}

async fn people(hub: &Hub) -> (Arc<App>, Account, Team) {
    let app = Arc::clone(&hub.app);
    let known = app.store().account(hub.person("tess.example").user).await.unwrap().unwrap();
    let team = app.store().team(hub.person("tess.example").team_id).await.unwrap().unwrap();
    (app, known, team)
}

async fn accounts_teams_and_places(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (app, known, team) = people(&hub).await;
    let (store, random, now) = (app.store(), app.random(), app.now());

    // A name is taken once, and the refusal names the table; a missing agency is another kind of refusal.
    let mut tx = store.begin().await.unwrap();
    let taken = tx.insert_account(&account(random, known.agency, "tess.example"), now).await.unwrap_err();
    assert!(taken.is_duplicate_in("account") && !taken.is_duplicate_in("acc") && !taken.is_duplicate_in("team"), "{taken:?}");
    drop(tx);
    let nowhere = account(random, AgencyId::from_bytes([9; 16]), "no.where");
    let mut tx = store.begin().await.unwrap();
    let refused = tx.insert_account(&nowhere, now).await.unwrap_err();
    assert!(matches!(refused, Error::Constraint(_)) && !refused.is_duplicate_in("account"), "{refused:?}");
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    let awake = Account { state: AccountState::Ready, ..account(random, known.agency, "too.early") };
    let refused = tx.insert_account(&awake, now).await.unwrap_err();
    assert!(matches!(&refused, Error::Constraint(name) if name == "account_ready_has_key"), "{refused:?}");
    assert!(!refused.is_duplicate_in("account"));
    drop(tx);

    // What is dropped is gone; what is kept is there; a change expects the version it saw.
    let fresh = account(random, known.agency, "fresh.person");
    let mut tx = store.begin().await.unwrap();
    tx.insert_account(&fresh, now).await.unwrap();
    drop(tx);
    assert!(store.account(fresh.id).await.unwrap().is_none());
    let mut tx = store.begin().await.unwrap();
    tx.insert_account(&fresh, now).await.unwrap();
    assert!(!tx.ready_account(fresh.id, 2, KeyId::random(random)).await.unwrap());
    keep(&app, tx).await;
    assert_eq!(store.account_by_username(&fresh.username).await.unwrap().unwrap().id, fresh.id);
    let names = store.account_names(&[fresh.id, known.id, UserId::from_bytes([3; 16])]).await.unwrap();
    assert_eq!(names.len(), 2);
    assert!(store.account_names(&[]).await.unwrap().is_empty());

    let again = Team { id: TeamId::random(random), state: TeamState::AwaitingKey, epoch: 0, ..team.clone() };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.insert_team(&again, now).await.unwrap_err().is_duplicate_in("team"));
    drop(tx);
    let other = Team { code: "another-team".into(), name: TeamName::parse("Another").unwrap(), ..again };
    let mut tx = store.begin().await.unwrap();
    tx.insert_team(&other, now).await.unwrap();
    assert!(tx.advance_team(other.id, 0).await.unwrap());
    assert!(!tx.advance_team(other.id, 0).await.unwrap(), "somebody was faster");
    keep(&app, tx).await;
    let stored = store.team_by_code("another-team").await.unwrap().unwrap();
    assert_eq!((stored.epoch, stored.state), (1, TeamState::Ready));

    // One place a team; it can be given anew once it has ended.
    let place = |state| Place {
        id: MembershipId::random(random),
        version: 1,
        team: other.id,
        agency: other.agency,
        role: Role::Triager,
        state,
    };
    let first = place(MembershipState::Waiting);
    let mut tx = store.begin().await.unwrap();
    tx.insert_membership(fresh.id, &first, now).await.unwrap();
    keep(&app, tx).await;
    let mut tx = store.begin().await.unwrap();
    let twice = tx.insert_membership(fresh.id, &place(MembershipState::Active), now).await.unwrap_err();
    assert!(twice.is_duplicate_in("membership"), "{twice:?}");
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.activate_membership(first.id, 7).await.unwrap(), "another version");
    assert!(tx.activate_membership(first.id, 1).await.unwrap());
    assert!(!tx.activate_membership(first.id, 2).await.unwrap(), "no longer waiting");
    assert!(!tx.end_membership(first.id, 1).await.unwrap());
    assert!(tx.end_membership(first.id, 2).await.unwrap());
    assert!(!tx.end_membership(first.id, 3).await.unwrap(), "ended already");
    let second = place(MembershipState::Active);
    tx.insert_membership(fresh.id, &second, now).await.unwrap();
    keep(&app, tx).await;
    let places: Vec<_> = store.places(fresh.id).await.unwrap().into_iter().map(|place| place.id).collect();
    assert_eq!(places, [second.id]);
    let members: Vec<_> = store.members(other.id).await.unwrap().into_iter().map(|(user, place)| (user, place.id)).collect();
    assert_eq!(members, [(fresh.id, second.id)]);
    hub.finish().await;
}

async fn keys_and_one_time_codes(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (app, known, team) = people(&hub).await;
    let store = app.store();
    let mut tx = store.begin().await.unwrap();
    let key = PublishedKey {
        id: KeyId::random(app.random()),
        owner_kind: OwnerKind::Team,
        owner: team.id.to_string(),
        epoch: team.epoch,
        suite: 1,
        recipient: app.recipient_without_secret(),
        published_at: app.now(),
        event: tx.event(),
    };
    let refused = tx.publish_key(&key).await.unwrap_err();
    assert!(refused.is_duplicate_in("key_published"), "one key an epoch: {refused:?}");
    drop(tx);

    let row = store.second_factor(known.id).await.unwrap().unwrap();
    let step = row.last_step + 1_000_000_000;
    for (next, spent) in [(step, true), (step, false), (step - 1, false), (step + 1, true)] {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.spend_step(known.id, next).await.unwrap(), spent, "{next}");
        keep(&app, tx).await;
    }
    // Setting up happens once.
    let hub_row = store.hub().await.unwrap().unwrap();
    store.found_hub("another.example/log", false).await.unwrap();
    assert_eq!(store.hub().await.unwrap().unwrap(), hub_row);
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.open_hub().await.unwrap(), "it is open already");
    drop(tx);
    hub.finish().await;
}

async fn sessions(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (app, known, _) = people(&hub).await;
    let (store, now) = (app.store(), app.now());
    let minutes = |count: u64| now.plus(Duration::from_mins(count));
    let before = store.live_sessions(known.id, now).await.unwrap();
    let session = Session {
        id: SessionId::random(app.random()),
        lookup: vec![7; 32],
        user: known.id,
        purpose: SessionPurpose::Session,
        wrapped_identity: b"wrapped".to_vec(),
        key: known.key.unwrap(),
        idle_expires_at: minutes(15),
        expires_at: minutes(60),
    };
    let mut tx = store.begin().await.unwrap();
    tx.insert_session(&session, now).await.unwrap();
    keep(&app, tx).await;
    let mut tx = store.begin().await.unwrap();
    let twin = Session { id: SessionId::random(app.random()), ..session.clone() };
    assert!(tx.insert_session(&twin, now).await.unwrap_err().is_duplicate_in("session"));
    drop(tx);
    let alive = async |at| store.session(&[7; 32], at).await.unwrap().is_some();
    assert!(alive(minutes(14)).await && !alive(minutes(15)).await);
    assert!(store.session(&[8; 32], now).await.unwrap().is_none());
    assert_eq!(store.live_sessions(known.id, now).await.unwrap(), before + 1);
    // Use moves the idle limit on, never back and never past the end.
    store.touch_session(session.id, minutes(30)).await.unwrap();
    store.touch_session(session.id, minutes(20)).await.unwrap();
    assert!(alive(minutes(29)).await && !alive(minutes(30)).await);
    store.touch_session(session.id, minutes(300)).await.unwrap();
    assert!(alive(minutes(59)).await && !alive(minutes(60)).await);
    let mut tx = store.begin().await.unwrap();
    assert!(tx.end_session(session.id, now).await.unwrap());
    assert!(!tx.end_session(session.id, now).await.unwrap());
    keep(&app, tx).await;
    assert!(!alive(now).await);
    let left = Raw::owner(&hub).await.rows(&format!("SELECT wrapped_identity FROM session WHERE id = '{}'", session.id)).await;
    assert!(left[0][0].bytes().is_empty(), "the wrapped identity goes with the session");
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.end_sessions(known.id, now).await.unwrap(), before.unsigned_abs());
    keep(&app, tx).await;
    assert_eq!(store.live_sessions(known.id, now).await.unwrap(), 0);
    store.forget_old(minutes(1_000_000), now).await.unwrap();
    assert_eq!(Raw::owner(&hub).await.count("SELECT COUNT(*) FROM session").await, 0);
    hub.finish().await;
}

async fn throttles(engine: Engine) {
    let hub = Hub::empty(engine).await;
    let (store, kind, who) = (hub.app.store(), ThrottleKind::Account, [1; 32]);
    let at = Timestamp::from_millis;
    for (moment, forget, count) in [(1000, 0, 1), (2000, 0, 2), (3000, 1500, 3), (9000, 8000, 1), (9001, 8000, 2)] {
        let mut counting = store.begin_counting().await.unwrap();
        assert_eq!(counting.count(kind, &who, at(moment), at(forget)).await.unwrap().failures, count, "{moment}");
        counting.keep().await.unwrap();
    }
    let mut dropped = store.begin_counting().await.unwrap();
    dropped.count(kind, &who, at(9002), at(0)).await.unwrap();
    drop(dropped);
    assert!(store.throttled(ThrottleKind::Address, &who).await.unwrap().is_none(), "counted by kind");
    let mut counting = store.begin_counting().await.unwrap();
    counting.block(kind, &who, at(50_000)).await.unwrap();
    counting.block(kind, &who, at(40_000)).await.unwrap();
    counting.keep().await.unwrap();
    let known = async || {
        let known = store.throttled(kind, &who).await.unwrap();
        known.map(|known| (known.failures, known.last_at, known.blocked_until))
    };
    assert_eq!(known().await, Some((2, 9001, 50_000)), "the longer refusal stands, and what was dropped was not counted");
    let mut counting = store.begin_counting().await.unwrap();
    counting.take_back(kind, &who, 1, at(40_000)).await.unwrap();
    counting.keep().await.unwrap();
    assert_eq!(known().await, Some((1, 9001, 50_000)), "a refusal that another try brought stays");
    let mut counting = store.begin_counting().await.unwrap();
    counting.take_back(kind, &who, 2, at(50_000)).await.unwrap();
    counting.keep().await.unwrap();
    assert_eq!(known().await, Some((0, 9001, 0)), "never fewer than none");
    let mut counting = store.begin_counting().await.unwrap();
    counting.forget(kind, &who).await.unwrap();
    counting.clear(ThrottleKind::Familiar, &who, at(1)).await.unwrap();
    counting.keep().await.unwrap();
    assert_eq!(known().await, None);
    assert_eq!(store.throttled(ThrottleKind::Familiar, &who).await.unwrap().unwrap().failures, 0);
    // Homes are kept for longer than counts.
    store.forget_old(at(1_000_000), at(1)).await.unwrap();
    assert!(store.throttled(ThrottleKind::Familiar, &who).await.unwrap().is_some());
    store.forget_old(at(1_000_000), at(2)).await.unwrap();
    assert!(store.throttled(ThrottleKind::Familiar, &who).await.unwrap().is_none());
    // Many at once lose no count.
    let counts = (0..20).map(|_| {
        let app = Arc::clone(&hub.app);
        tokio::spawn(async move {
            let mut counting = app.store().begin_counting().await.unwrap();
            let counted = counting.count(kind, &who, at(1), at(0)).await.unwrap();
            counting.keep().await.unwrap();
            counted.failures
        })
    });
    let mut seen = Vec::new();
    for count in counts.collect::<Vec<_>>() {
        seen.push(count.await.unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).collect::<Vec<i64>>());

    hub.finish().await;
}

async fn idempotency(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (app, known, _) = people(&hub).await;
    let (store, now, old) = (app.store(), app.now(), app.now().minus(Duration::from_hours(24)));
    let answer = Remembered { request_sha256: vec![1; 32], status: 201, body: "{}".into() };
    let mut tx = store.begin().await.unwrap();
    tx.remember(known.id, "key", &answer, now, old).await.unwrap();
    drop(tx);
    assert!(store.remembered(known.id, "key", old).await.unwrap().is_none(), "an answer that was not earned is not kept");
    let mut tx = store.begin().await.unwrap();
    tx.remember(known.id, "key", &answer, now, old).await.unwrap();
    keep(&app, tx).await;
    assert_eq!(store.remembered(known.id, "key", old).await.unwrap(), Some(answer.clone()));
    assert!(store.remembered(known.id, "key", now.plus(Duration::from_millis(1))).await.unwrap().is_none(), "too old");
    assert!(store.remembered(UserId::from_bytes([2; 16]), "key", old).await.unwrap().is_none(), "somebody else's");
    let mut tx = store.begin().await.unwrap();
    assert!(tx.remember(known.id, "key", &answer, now, old).await.unwrap_err().is_duplicate_in("idempotency"));
    drop(tx);
    // A day later the key is free again.
    let mut tx = store.begin().await.unwrap();
    let tomorrow = now.plus(Duration::from_hours(25));
    tx.remember(known.id, "key", &answer, tomorrow, tomorrow.minus(Duration::from_hours(24))).await.unwrap();
    keep(&app, tx).await;
    hub.finish().await;
}

async fn leases_and_measures(engine: Engine) {
    let hub = Hub::empty(engine).await;
    let store = hub.app.store();
    let at = Timestamp::from_millis;
    let take = async |holder: &str, now, until| store.take_lease("work", holder, at(now), at(until)).await.unwrap();
    assert_eq!(take("one", 0, 100).await, Some(1));
    assert_eq!(take("one", 50, 150).await, Some(1), "renewed");
    assert_eq!(take("two", 149, 250).await, None, "held");
    assert_eq!(take("two", 150, 250).await, Some(2), "run out: the token grows");
    assert_eq!(take("one", 160, 260).await, None);
    assert!(store.begin_sequencing("work", 1).await.unwrap().is_none(), "a stale token opens no transaction");
    assert!(store.begin_sequencing("nothing", 1).await.unwrap().is_none());
    // While the newest holder's transaction is open, nobody takes over under its hands.
    let held = store.begin_sequencing("work", 2).await.unwrap().expect("the newest token");
    let (taken, kept) = tokio::join!(take("one", 500, 600), held.commit());
    kept.unwrap();
    assert_eq!(taken, Some(3));
    assert!(store.begin_sequencing("work", 2).await.unwrap().is_none());
    store.give_up_lease("work", 2).await.unwrap();
    assert_eq!(take("two", 510, 600).await, None, "a stale token gives nothing up");
    store.give_up_lease("work", 3).await.unwrap();
    assert_eq!(take("two", 510, 600).await, Some(4));

    let permit = job_permit(hub.app.now()).await;
    let mut tx = store.begin().await.unwrap();
    for code in ["sent", "sent", "opened"] {
        tx.count_measure("fire", "school", "blaby", "2026-11", code).await.unwrap();
    }
    tx.commit(permit, &referral_exchange::audit::Details::default()).await.unwrap();
    let counts = Raw::owner(&hub).await.rows("SELECT code, count FROM measure ORDER BY code").await;
    let shown: Vec<_> = counts.iter().map(|row| (row[0].shown(), row[1].shown())).collect();
    assert_eq!(shown, [("opened".to_owned(), "1".to_owned()), ("sent".to_owned(), "2".to_owned())]);
    hub.finish().await;
}

crate::support::on_both! {
    accounts_teams_and_places_keep_their_versions_and_names => accounts_teams_and_places,
    keys_have_one_row_an_epoch_and_codes_are_spent_once => keys_and_one_time_codes,
    sessions_end_when_they_should => sessions,
    failures_are_counted => throttles,
    an_answer_is_remembered_once => idempotency,
    leases_fence_and_measures_count => leases_and_measures,
}
