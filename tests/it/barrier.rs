//! Between decision and commit the world moves on: what the decision rested on is checked again, in the same transaction.

use std::sync::Arc;

use referral_exchange::{
    app::{App, Caller, ListQuery, PolicyFiles},
    audit::Details,
    domain::{
        action::Action,
        actor::{Actor, Person, Strength},
        relation::Relation,
    },
    policy::{Act, Object, Permit, State},
    store::{CommitError, Engine, entries::Entry},
};

use crate::support::{
    acts::{job_permit, policy, request, send},
    hub::{ENGINES, Hub},
    raw::{Raw, hex},
};

/// What moves, and what the refusal calls it.
const MOVES: [(&str, &str); 7] = [
    ("UPDATE membership SET state = 'ended', version = version + 1 WHERE account = '{user}'", "place"),
    ("UPDATE membership SET version = version + 1 WHERE account = '{user}'", "place"),
    ("UPDATE session SET ended_at = 1 WHERE account = '{user}'", "session"),
    ("DELETE FROM session WHERE account = '{user}'", "session"),
    ("UPDATE account SET state = 'disabled', version = version + 1 WHERE id = '{user}'", "account"),
    // Stored as well as put into force: otherwise verification rightly names the hub.
    (
        "INSERT INTO policy_file (digest, model, policy, cases, stored_at) VALUES ('{another}', '', '', '', 0) ON CONFLICT DO NOTHING; \
         UPDATE hub SET policy = '{another}'",
        "policy",
    ),
    ("UPDATE referral SET revision = revision + 1", "referral"),
];

struct Scene {
    hub: Hub,
    app: Arc<App>,
    caller: Caller,
    referral: referral_exchange::app::ReferralView,
}

async fn scene(engine: Engine) -> Scene {
    let hub = Hub::founded(engine).await;
    let app = Arc::clone(&hub.app);
    let sender = hub.sign_in("tess.example").await;
    let sent = send(&app, &sender, "barrier", |_| {}).await;
    let caller = hub.sign_in("theo.invented").await;
    let referral = app.read_referral(&app.request(None), &caller, &sent.reference.to_string()).await.unwrap();
    Scene { hub, app, caller, referral }
}

impl Scene {
    /// The triager about to act on their own account, or on the referral when that is what moves.
    async fn permit(&self, on_referral: bool) -> Permit {
        let account = self.app.store().account(self.caller.user()).await.unwrap().unwrap();
        let actor = Actor::Person(Box::new(Person {
            user: account.id,
            version: account.version,
            agency: account.agency,
            session: Some(self.caller.session()),
            strength: Strength::SecondFactor,
            place: self.caller.main().unwrap().place.clone(),
        }));
        let own = Act {
            actor,
            action: Action::ReadAccount,
            object: Object::Account(account.id),
            relation: Relation::Own,
            sensitivity: None,
            state: State::None,
            compartments: Vec::new(),
            legal: None,
            request: request(self.app.now()),
        };
        let referral = &self.referral.referral;
        let act = if on_referral { Act { object: Object::Referral(referral.id, Some(referral.revision)), ..own } } else { own };
        policy().await.decide(act).unwrap()
    }

    /// A row that would come with the act.
    fn entry(&self, like: &Entry) -> Entry {
        Entry { id: referral_exchange::domain::ids::EntryId::random(self.app.random()), ..like.clone() }
    }
}

fn stale(result: Result<impl std::fmt::Debug, CommitError>) -> &'static str {
    match result {
        Err(CommitError::Stale(what)) => what,
        other => panic!("{other:?}"),
    }
}

async fn what_moved_is_noticed(engine: Engine) {
    let empty = || String::new();
    let another = hex(&PolicyFiles { model: empty(), policy: empty(), cases: empty() }.digest());
    for (sql, what) in MOVES {
        let scene = scene(engine).await;
        let store = scene.app.store();
        let mut owner = Raw::owner(&scene.hub).await;
        let permits = [scene.permit(what == "referral").await, scene.permit(what == "referral").await];
        let still = scene.permit(what == "referral").await;
        assert!(store.begin().await.unwrap().commit(still, &Details::default()).await.is_ok(), "nothing has moved yet");

        owner.run(&sql.replace("{user}", &scene.caller.user().to_string()).replace("{another}", &another)).await;
        let (events, rows) = (count(&mut owner, "log_event").await, count(&mut owner, "measure").await);
        let [alone, in_batch] = permits;
        let mut tx = store.begin().await.unwrap();
        tx.count_measure("a", "b", "c", "d", "e").await.unwrap();
        assert_eq!(stale(tx.commit(alone, &Details::default()).await), what, "{sql}");
        assert_eq!(count(&mut owner, "log_event").await, events, "no event without its act");
        assert_eq!(count(&mut owner, "measure").await, rows, "no act without its event");

        // Among others it is left out, and they are recorded. A policy that moved leaves nothing to compare with.
        if what != "policy" {
            let job = job_permit(scene.app.now()).await;
            let other = job_permit(scene.app.now()).await;
            let acts = vec![(job, Details::default()), (in_batch, Details::default()), (other, Details::default())];
            let mut answers = store.record(acts).await.unwrap().into_iter();
            assert!(answers.next().unwrap().is_ok());
            assert_eq!(stale(answers.next().unwrap()), what, "{sql}");
            assert!(answers.next().unwrap().is_ok());
            assert_eq!(count(&mut owner, "log_event").await, events + 2);
        }
        scene.hub.finish().await;
    }
}

async fn count(raw: &mut Raw, table: &str) -> i64 {
    raw.count(&format!("SELECT COUNT(*) FROM {table}")).await
}

/// A change that is under way is waited for: whoever commits first is right, and the other is told.
async fn a_change_under_way_is_waited_for(engine: Engine) {
    let scene = scene(engine).await;
    let store = scene.app.store();
    let permit = scene.permit(false).await;
    let place = scene.caller.main().unwrap().place.clone();
    let mut leaving = store.begin().await.unwrap();
    assert!(leaving.end_membership(place.id, place.version).await.unwrap());
    let ended = job_permit(scene.app.now()).await;
    let acting = async { store.begin().await.unwrap().commit(permit, &Details::default()).await };
    let nothing = Details::default();
    let (acted, left) = tokio::join!(acting, leaving.commit(ended, &nothing));
    left.unwrap();
    assert_eq!(stale(acted), "place");
    scene.hub.finish().await;
}

/// Written-once rows of a refused act are not left behind either.
async fn no_row_outlives_its_refusal(engine: Engine) {
    let scene = scene(engine).await;
    let store = scene.app.store();
    let mut owner = Raw::owner(&scene.hub).await;
    let row = &owner.rows("SELECT id, compartment FROM entry ORDER BY id").await[0];
    let compartment = referral_exchange::domain::ids::CompartmentId::parse(&row[1].shown()).unwrap();
    let referral = &scene.referral.referral;
    let before = count(&mut owner, "entry").await;
    let permit = scene.permit(false).await;
    let mut tx = store.begin().await.unwrap();
    let like = Entry {
        id: referral_exchange::domain::ids::EntryId::from_bytes([1; 16]),
        referral: referral.id,
        compartment,
        epoch: 1,
        kind: referral_exchange::domain::compartment::EntryKind::Headline,
        version: 1,
        author: scene.caller.user(),
        at: scene.app.now(),
        suite: 1,
        sha256: [0; 32],
        event: tx.event(),
        bytes: vec![1],
    };
    tx.insert_entry(&scene.entry(&like)).await.unwrap();
    drop(tx);
    assert_eq!(count(&mut owner, "entry").await, before, "a transaction that is dropped leaves nothing");
    owner.run(&format!("DELETE FROM session WHERE account = '{}'", scene.caller.user())).await;
    let mut tx = store.begin().await.unwrap();
    tx.insert_entry(&Entry { event: tx.event(), ..scene.entry(&like) }).await.unwrap();
    assert_eq!(stale(tx.commit(permit, &Details::default()).await), "session");
    for table in ["entry", "entry_bytes"] {
        assert_eq!(count(&mut owner, table).await, before, "{table}");
    }
    scene.hub.finish().await;
}

/// Somebody leaves a team between sight and commit: nothing is sealed any more under the key that they have.
async fn nothing_goes_under_a_key_of_before(engine: Engine) {
    for change in ["epoch = epoch + 1", "keyless = 1"] {
        let scene = scene(engine).await;
        let store = scene.app.store();
        let mut owner = Raw::owner(&scene.hub).await;
        let row = &owner.rows("SELECT id, compartment FROM entry ORDER BY id").await[0];
        let mut tx = store.begin().await.unwrap();
        let entry = Entry {
            id: referral_exchange::domain::ids::EntryId::from_bytes([1; 16]),
            referral: scene.referral.referral.id,
            compartment: referral_exchange::domain::ids::CompartmentId::parse(&row[1].shown()).unwrap(),
            epoch: 1,
            kind: referral_exchange::domain::compartment::EntryKind::Headline,
            version: 1,
            author: scene.caller.user(),
            at: scene.app.now(),
            suite: 1,
            sha256: [0; 32],
            event: tx.event(),
            bytes: vec![1],
        };
        tx.insert_entry(&entry).await.unwrap();
        drop(tx);
        let team = scene.referral.referral.receiving_team;
        owner.run(&format!("UPDATE team SET {change} WHERE id = '{team}'")).await;
        let mut tx = store.begin().await.unwrap();
        let written = tx.insert_entry(&Entry { event: tx.event(), ..scene.entry(&entry) }).await;
        assert!(matches!(written, Err(referral_exchange::store::Error::Superseded("compartment"))), "{change}: {written:?}");
        drop(tx);
        scene.hub.abandon().await;
    }
}

/// The use cases themselves: a caller whose ground has gone is shown nothing and changes nothing.
async fn use_cases_meet_the_barrier(engine: Engine) {
    let scene = scene(engine).await;
    let app = &scene.app;
    let mut owner = Raw::owner(&scene.hub).await;
    owner.run(&format!("UPDATE session SET ended_at = 1 WHERE account = '{}'", scene.caller.user())).await;
    let reference = scene.referral.referral.reference.to_string();
    let read = app.read_referral(&app.request(None), &scene.caller, &reference).await;
    assert!(matches!(read, Err(referral_exchange::app::Error::NotSignedIn)));
    let listed = app.queue(&app.request(None), &scene.caller, &ListQuery::default()).await.unwrap();
    assert!(listed.items.is_empty(), "each row of the list was refused at commit");
    scene.hub.finish().await;
}

crate::support::on_both! {
    what_moved_between_decision_and_commit_is_noticed => what_moved_is_noticed,
    a_change_that_is_under_way_is_waited_for => a_change_under_way_is_waited_for,
    no_row_outlives_the_refusal_of_its_act => no_row_outlives_its_refusal,
    nothing_is_sealed_under_a_key_that_somebody_left_with_meanwhile => nothing_goes_under_a_key_of_before,
    use_cases_show_nothing_to_a_caller_whose_ground_has_gone => use_cases_meet_the_barrier,
}
