//! Sharing onward: the recipient sees what was chosen and nothing else by any door, once it is recalled nothing at all, and the log
//! says who gave what to whom.

use std::time::Duration;

use referral_exchange::{
    app::{Added, Answered, App, Caller, Error, Founder, IdempotencyKey, ListQuery, LogQuery, ReferralView},
    audit::body::Body,
    domain::{
        action::Action,
        agreement::Fit,
        answers::FieldError,
        compartment::{CompartmentKind, EntryKind},
        file::FileForm,
        ids::{EntryId, TeamId},
        legal::Basis,
        message::Audience,
        relation::Relation,
        sharing::{NewShare, ShareTo},
        text::TeamName,
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send,
    files::{attach, fetch, pdf, photograph},
    hub::{ENGINES, Hub},
    notice,
    raw::Raw,
};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn team(hub: &Hub, code: &str) -> TeamId {
    hub.app.store().team_by_code(code).await.unwrap().unwrap().id
}

async fn read(app: &App, caller: &Caller, reference: &str) -> Result<ReferralView, Error> {
    app.read_referral(&app.request(None), caller, reference).await
}

/// A share with a team on the pathway's own basis.
async fn sharing(app: &App, caller: &Caller, reference: &str, to: ShareTo, entries: &[EntryId]) -> NewShare {
    let view = read(app, caller, reference).await.unwrap();
    let (basis, purpose) = app.own_law(caller, &view).await.unwrap();
    NewShare { to, entries: entries.to_vec(), basis: Some(basis), purpose: Some(purpose), ..NewShare::default() }
}

fn to_team(team: TeamId) -> ShareTo {
    ShareTo { team: Some(team), person: String::new() }
}

async fn share(app: &App, caller: &Caller, name: &str, reference: &str, what: &NewShare) -> Result<Answered<Added>, Error> {
    app.share(&app.request(None), caller, &key(name), (reference, what)).await
}

async fn recall(app: &App, caller: &Caller, name: &str, reference: &str, id: &str) -> Result<Answered<Added>, Error> {
    app.recall_share(&app.request(None), caller, &key(name), (reference, id)).await
}

fn fields(refused: &Result<Answered<Added>, Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(faults)) => faults.iter().map(FieldError::name).collect(),
        other => panic!("{other:?}"),
    }
}

fn of_kind(view: &ReferralView, kind: EntryKind) -> Vec<EntryId> {
    view.entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.id).collect()
}

/// The bodies of the events of an act that were allowed.
async fn done(hub: &Hub, action: Action) -> Vec<Body> {
    hub.app.sequence().await.unwrap();
    let all = hub.app.store().sequenced_from(0, 10_000).await.unwrap();
    let bodies = all.iter().map(|row| row.event.as_ref().unwrap().check(hub.app.store().authenticator()).unwrap().unwrap());
    bodies.filter(|body| body.action == action.code() && body.outcome == "allow").collect()
}

/// A hub with one referral that was talked about: sender, triager, reference.
async fn told(engine: Engine) -> (Hub, Caller, Caller, String) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |answers| answers["narrative"] = json!("canaryanswers")).await.reference.to_string();
    attach(app, &tess, &reference, "file", ("shared", "stairs.jpg", &photograph().0)).await.unwrap();
    attach(app, &tess, &reference, "other", ("shared", "plan.pdf", &pdf(70_000))).await.unwrap();
    let theo = hub.sign_in("theo.invented").await;
    read(app, &theo, &reference).await.unwrap();
    for (audience, text) in [(Audience::Shared, "canaryshared: which floor?"), (Audience::Casework, "canaryown: known since May")]
    {
        hub.clock.advance(Duration::from_secs(1));
        app.write_message(&app.request(None), &theo, &key(text.split(':').next().unwrap()), (&reference, audience, text))
            .await
            .unwrap();
    }
    (hub, tess, theo, reference)
}

async fn cannot_wait(engine: Engine) {
    let (hub, _, theo, reference) = told(engine).await;
    let app = &hub.app;
    let to = to_team(hub.person("hugh.pseudo").team_id);
    let said = of_kind(&read(app, &theo, &reference).await.unwrap(), EntryKind::Message);
    let mut raw = Raw::owner(&hub).await;
    for (urgent, name) in [(false, "later"), (true, "now")] {
        let revision = Some(read(app, &theo, &reference).await.unwrap().referral.revision);
        let item = &said[usize::from(urgent)..][..1];
        let what = NewShare { urgent, revision, ..sharing(app, &theo, &reference, to.clone(), item).await };
        share(app, &theo, name, &reference, &what).await.unwrap();
        let told = raw.count("SELECT COUNT(*) FROM notice WHERE code = 'shared' AND urgent = 1").await;
        assert_eq!(told, i64::from(urgent), "whoever shares says whether it can wait");
    }
    hub.finish().await;
}

async fn exactly_what_was_chosen(engine: Engine) {
    let (hub, tess, theo, reference) = told(engine).await;
    let app = &hub.app;
    let hugh = hub.sign_in("hugh.pseudo").await;
    assert!(matches!(read(app, &hugh, &reference).await.map(drop), Err(Error::Unseen)));
    let own = read(app, &theo, &reference).await.unwrap();
    let said = of_kind(&own, EntryKind::Message);
    let picture = own.files.iter().find(|file| file.has_original).unwrap().id;
    let chosen = [said[1], picture];
    let health = team(&hub, "health-safeguarding").await;
    let what = sharing(app, &theo, &reference, to_team(health), &chosen).await;
    let preview = app.preview_share(&app.request(None), &theo, (&reference, &what)).await.unwrap();
    assert_eq!(preview.to, "Health safeguarding (Leicestershire Partnership NHS Trust)");
    assert_eq!(preview.readers, 2);
    let shared = share(app, &theo, "share", &reference, &what).await.unwrap();
    let again = share(app, &theo, "share", &reference, &what).await.unwrap();
    assert!(again.replayed && again.value == shared.value);

    let view = read(app, &hugh, &reference).await.unwrap();
    assert_eq!((view.relation, view.by_share), (Relation::Granted, true));
    // What they see is what the preview showed.
    for seen in [&view, &preview.view] {
        assert!(seen.answers.is_none() && seen.decisions.is_empty() && seen.notes.is_empty() && seen.desk.is_none());
        assert!(seen.holders.is_empty() && seen.sent_by.0.is_empty() && seen.by_share);
        let words: Vec<_> = seen.messages.iter().map(|said| (said.from.as_str(), said.text.as_str(), said.audience)).collect();
        assert_eq!(words, [("Theo Invented", "canaryown: known since May", Audience::Share)]);
        let files: Vec<_> = seen.files.iter().map(|file| (file.name.as_str(), file.has_original)).collect();
        assert_eq!(files, [("stairs.jpg", false)]);
        assert!(seen.entries.iter().all(|entry| entry.compartment == CompartmentKind::Share));
        assert_eq!(seen.entries.len(), 2);
    }
    let theirs = [Action::ListShared, Action::ReadReferral, Action::ReadAccess, Action::DownloadFile, Action::QuarantineFile];
    assert_eq!(view.actions, theirs, "who has seen it is told within what they hold");
    let given = view.files[0].id.to_string();
    let got = fetch(app, &hugh, (&reference, &given), FileForm::File).await.unwrap();
    assert_eq!((got.0.as_str(), got.2), ("stairs.jpg", photograph().1));

    // No other door leads further.
    let original = fetch(app, &hugh, (&reference, &given), FileForm::Original).await;
    assert!(matches!(original.map(drop), Err(Error::Refused)));
    for file in &own.files {
        let got = fetch(app, &hugh, (&reference, &file.id.to_string()), FileForm::File).await;
        assert!(matches!(got.map(drop), Err(Error::Unseen)), "the source is not theirs");
    }
    let said = app.write_message(&app.request(None), &hugh, &key("say"), (&reference, Audience::Shared, "Hello")).await;
    assert!(matches!(said.map(drop), Err(Error::Refused)));
    let onward = sharing(app, &theo, &reference, to_team(team(&hub, "city-front-door").await), &chosen).await;
    assert!(matches!(share(app, &hugh, "onward", &reference, &onward).await, Err(Error::Refused)));
    let list = app.shared_with(&app.request(None), &hugh, &ListQuery::default()).await.unwrap().items;
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].reference.to_string(), list[0].by.0.as_str()), (reference.clone(), "Fire Protection"));
    // What is written later is not part of it, nor what a colleague of another team sees.
    app.write_message(&app.request(None), &theo, &key("later"), (&reference, Audience::Casework, "canarylater")).await.unwrap();
    assert_eq!(read(app, &hugh, &reference).await.unwrap().messages.len(), 1);
    assert!(matches!(read(app, &hub.sign_in("cleo.dummy").await, &reference).await.map(drop), Err(Error::Unseen)));
    assert!(read(app, &tess, &reference).await.unwrap().shares.is_empty(), "the sender is not told with whom it is shared");

    // The disclosure is one event that names recipient, law and each item; their officer sees that, and nothing before it.
    let events = done(&hub, Action::Share).await;
    let [event] = &events[..] else { panic!("one disclosure: {}", events.len()) };
    assert_eq!(event.recipients.iter().map(|to| to.team.clone()).collect::<Vec<_>>(), [health.to_string()]);
    assert_eq!(event.legal.as_ref().map(|legal| legal.basis.as_str()), what.basis.map(Basis::code));
    assert_eq!(event.agreement.as_ref().map(|agreement| agreement.fit.as_str()), Some(Fit::None.code()));
    let vouched: Vec<&str> = event.vouches.iter().map(|vouch| vouch.table.as_str()).collect();
    let count = |table: &str| vouched.iter().filter(|name| **name == table).count();
    assert_eq!((count("entry"), count("attachment"), count("grant_made"), count("grant_share")), (3, 1, 1, 1), "{vouched:?}");
    let dara = hub.sign_in("dara.quasi").await;
    let query = LogQuery { reference: Some(reference.clone()), ..LogQuery::default() };
    let mut seen: Vec<_> = app.read_log(&app.request(None), &dara, &query).await.unwrap().items;
    seen.retain(|item| item.outcome == "allow");
    let mut acts: Vec<_> = seen.iter().map(|item| (item.action.as_str(), item.actor.as_deref().unwrap_or_default())).collect();
    acts.sort_unstable();
    acts.dedup();
    let hughs = |action| (action, "hugh.pseudo");
    assert_eq!(
        acts,
        [hughs("download-file"), hughs("list-shared"), hughs("read-referral"), ("share", "theo.invented")],
        "nothing of what others did"
    );
    hub.finish().await;
}

async fn refused_and_twice(engine: Engine) {
    let (hub, tess, theo, reference) = told(engine).await;
    let app = &hub.app;
    let own = read(app, &theo, &reference).await.unwrap();
    let said = of_kind(&own, EntryKind::Message);
    let health = team(&hub, "health-safeguarding").await;
    let good = sharing(app, &theo, &reference, to_team(health), &said).await;
    let teams = [
        ("fno-desk", "no way into the desk that takes nothing from elsewhere"),
        ("fire-protection", "they have it"),
        ("ashgrove-safeguarding", "they sent it"),
    ];
    for (code, why) in teams {
        let to = to_team(team(&hub, code).await);
        let refused = share(app, &theo, code, &reference, &NewShare { to, ..good.clone() }).await;
        assert_eq!(fields(&refused), ["team"], "{why}");
    }
    let abel = hub.sign_in("adam.notional").await;
    let name = TeamName::parse("Young firesetters").unwrap();
    let founder = Founder::Caller(&abel);
    let awaiting = app.make_team(&app.request(None), &founder, abel.agency(), ("firesetters", name)).await.unwrap();
    let refused = share(app, &theo, "awaiting", &reference, &NewShare { to: to_team(awaiting), ..good.clone() }).await;
    assert_eq!(fields(&refused), ["team"], "a team without a key gets nothing");
    for person in ["nobody.known", "cleo.dummy", "tess.example"] {
        let to = ShareTo { team: Some(health), person: person.to_owned() };
        assert_eq!(fields(&share(app, &theo, person, &reference, &NewShare { to, ..good.clone() }).await), ["user"], "{person}");
    }
    // Nothing that lists, points or notes; nothing that is not there for them.
    for entry in own.entries.iter().filter(|entry| !entry.kind.can_be_shared()) {
        let refused =
            share(app, &theo, &entry.id.to_string(), &reference, &NewShare { entries: vec![entry.id], ..good.clone() }).await;
        assert_eq!(fields(&refused), ["entries"], "{}", entry.kind);
    }
    for (name, entries) in [("none", Vec::new()), ("unknown", vec![EntryId::from_bytes([9; 16])])] {
        assert_eq!(fields(&share(app, &theo, name, &reference, &NewShare { entries, ..good.clone() }).await), ["entries"]);
    }
    let other = NewShare { basis: Some(Basis::VitalInterests), ..good.clone() };
    assert_eq!(fields(&share(app, &theo, "basis", &reference, &other).await), ["reason"]);
    let enforcing = NewShare { basis: Some(Basis::LawEnforcement), reason: "An offence".into(), ..good.clone() };
    assert_eq!(fields(&share(app, &theo, "law", &reference, &enforcing).await), ["basis"]);
    let stale = NewShare { revision: Some(own.referral.revision - 1), ..good.clone() };
    assert!(matches!(share(app, &theo, "stale", &reference, &stale).await, Err(Error::Conflict(_))));
    for (name, caller) in [("sender", &tess), ("cover", &hub.sign_in("cora.pretend").await)] {
        let refused = share(app, caller, name, &reference, &good).await;
        assert!(matches!(refused, Err(Error::Refused | Error::Unseen)), "{name}: {refused:?}");
    }
    app.quarantine(&app.request(None), &theo, &key("stop"), (&reference, &own.files[0].id.to_string(), None)).await.unwrap();
    let stopped = NewShare { entries: vec![own.files[0].id], ..good.clone() };
    assert_eq!(fields(&share(app, &theo, "stopped", &reference, &stopped).await), ["entries"]);
    assert!(done(&hub, Action::Share).await.is_empty(), "nothing went out");

    // Of two who share at once one does, and the other is told; and nobody is given the same again.
    let fay = hub.sign_in("fay.fictional").await;
    for (number, code) in ["health-safeguarding", "city-front-door", "county-front-door"].into_iter().enumerate() {
        let what = NewShare { to: to_team(team(&hub, code).await), ..good.clone() };
        let names = [format!("one-{number}"), format!("two-{number}")];
        let (one, two) =
            tokio::join!(share(app, &theo, &names[0], &reference, &what), share(app, &fay, &names[1], &reference, &what));
        let lost = match (one, two) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            other => panic!("one shares: {other:?}"),
        };
        assert!(matches!(lost, Error::Conflict(_)), "{lost:?}");
        let again = share(app, &fay, &format!("again-{number}"), &reference, &what).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
    assert_eq!(done(&hub, Action::Share).await.len(), 3);
    // More than before is no repetition, and what comes twice is seen once.
    let more = NewShare { entries: [&said[..], &of_kind(&own, EntryKind::Submission)].concat(), ..good };
    share(app, &theo, "more", &reference, &more).await.unwrap();
    let view = read(app, &hub.sign_in("hugh.pseudo").await, &reference).await.unwrap();
    assert_eq!((view.messages.len(), view.answers.is_some(), view.shares.len()), (2, true, 2));
    hub.finish().await;
}

async fn recalled(engine: Engine) {
    let (hub, _, theo, reference) = told(engine).await;
    let app = &hub.app;
    let own = read(app, &theo, &reference).await.unwrap();
    let health = team(&hub, "health-safeguarding").await;
    let what = sharing(app, &theo, &reference, to_team(health), &of_kind(&own, EntryKind::Message)).await;
    let id = share(app, &theo, "share", &reference, &what).await.unwrap().value.id;
    let to_hana = ShareTo { team: Some(team(&hub, "community-nursing").await), person: "hugh.pseudo".to_owned() };
    let by_name = NewShare { to: to_hana, ..what.clone() };
    let other = share(app, &theo, "by-name", &reference, &by_name).await.unwrap().value.id;
    let hugh = hub.sign_in("hugh.pseudo").await;
    let hana = hub.sign_in("hana.conjured").await;
    assert_eq!(read(app, &hugh, &reference).await.unwrap().shares.len(), 2);
    assert_eq!(read(app, &hana, &reference).await.unwrap().shares.len(), 1, "what is for one person is not for their team");
    assert!(matches!(recall(app, &hugh, "theirs", &reference, &id).await, Err(Error::Refused)));
    assert!(matches!(recall(app, &theo, "none", &reference, &"0".repeat(32)).await, Err(Error::Unseen)));
    let before = hub.verify().await;
    assert_eq!(before.findings, []);

    let ended = recall(app, &theo, "recall", &reference, &id).await.unwrap();
    assert_eq!(recall(app, &theo, "recall", &reference, &id).await.unwrap().value, ended.value);
    assert!(matches!(recall(app, &theo, "twice", &reference, &id).await, Err(Error::Conflict(_))));
    assert!(matches!(read(app, &hana, &reference).await.map(drop), Err(Error::Unseen)), "from then on as if it had never been");
    assert!(app.shared_with(&app.request(None), &hana, &ListQuery::default()).await.unwrap().items.is_empty());
    assert_eq!(read(app, &hugh, &reference).await.unwrap().shares.len(), 1, "another share goes on");
    recall(app, &theo, "other", &reference, &other).await.unwrap();
    assert!(matches!(read(app, &hugh, &reference).await.map(drop), Err(Error::Unseen)));
    let view = read(app, &theo, &reference).await.unwrap();
    let ends: Vec<_> = view.shares.iter().map(|share| share.ended.as_ref().map(|(name, _)| name.as_str())).collect();
    assert_eq!(ends, [Some("Theo Invented"); 2]);
    assert!(view.shares.iter().all(|share| share.entries.len() == 2));
    let left = "SELECT COUNT(*) FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id WHERE g.reason = 'share'";
    assert_eq!(Raw::owner(&hub).await.count(left).await, 0, "the wrapped keys are erased");
    // What was recalled may be shared anew.
    share(app, &theo, "anew", &reference, &what).await.unwrap();
    assert_eq!(read(app, &hana, &reference).await.unwrap().messages.len(), 2);
    hub.finish().await;
}

async fn by_name_alone(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = notice::send(app, &tess, &notice::with(&json!({ "involved": true }))).await;
    let reference = receipt.reference.to_string();
    let mut held = None;
    for name in ["erin.hypothetical", "mara.storybook", "iris.makebelieve", "nia.imaginary", "fay.fictional"] {
        let caller = hub.sign_in(name).await;
        if read(app, &caller, &reference).await.is_ok_and(|view| view.relation == Relation::ReceivingTeam) {
            held = Some(caller);
            break;
        }
    }
    let holder = held.expect("somebody received it by name");
    let view = read(app, &holder, &reference).await.unwrap();
    let submission = of_kind(&view, EntryKind::Submission);
    let health = team(&hub, "health-safeguarding").await;
    let to_all = sharing(app, &holder, &reference, to_team(health), &submission[..1]).await;
    assert_eq!(fields(&share(app, &holder, "all", &reference, &to_all).await), ["user"], "whoever is involved may be among them");
    let to = ShareTo { team: Some(health), person: "hugh.pseudo".to_owned() };
    share(app, &holder, "one", &reference, &NewShare { to, ..to_all }).await.unwrap();
    let hugh = hub.sign_in("hugh.pseudo").await;
    assert!(read(app, &hugh, &reference).await.unwrap().answers.is_some());
    hub.finish().await;
}

async fn planted(engine: Engine) {
    let (hub, _, theo, reference) = told(engine).await;
    let app = &hub.app;
    let own = read(app, &theo, &reference).await.unwrap();
    let health = team(&hub, "health-safeguarding").await;
    let what = sharing(app, &theo, &reference, to_team(health), &of_kind(&own, EntryKind::Message)).await;
    share(app, &theo, "share", &reference, &what).await.unwrap();
    let mut raw = Raw::owner(&hub).await;
    let city = team(&hub, "city-front-door").await;
    let id = "f".repeat(32);
    let columns = "referral, compartment, what, 'team', '{city}', '{city}', by_user, by_team, at, basis, purpose, agreement, fit, urgent, event";
    let columns = columns.replace("{city}", &city.to_string());
    assert_eq!(raw.run(&format!("INSERT INTO grant_share SELECT '{id}', {columns} FROM grant_share")).await, 1);
    let grant = format!(
        "INSERT INTO grant_made SELECT '{id}', referral, compartment, epoch, key_id, 'team', '{city}', to_key, to_epoch, suite, \
         sha256, reason, held, granted_at, event FROM grant_made WHERE reason = 'share'"
    );
    assert_eq!(raw.run(&grant).await, 1);
    raw.run(&format!("INSERT INTO grant_bytes SELECT '{id}', bytes FROM grant_bytes WHERE grant_id IN (SELECT id FROM grant_made WHERE reason = 'share' AND id <> '{id}')")).await;
    let cleo = hub.sign_in("cleo.dummy").await;
    let refused = read(app, &cleo, &reference).await;
    assert!(matches!(refused.map(drop), Err(Error::Integrity(_))), "a planted grant opens nothing");
    assert!(app.shared_with(&app.request(None), &cleo, &ListQuery::default()).await.unwrap().items.is_empty());
    assert_eq!(read(app, &theo, &reference).await.unwrap().shares.len(), 1, "a planted share is not shown as one");
    let findings = hub.verify().await.findings;
    for table in ["grant_share", "grant_made"] {
        assert!(findings.iter().any(|found| found.table == table && found.id == id), "{table}: {findings:?}");
    }
    hub.abandon().await;
}

crate::support::on_both! {
    what_cannot_wait_is_told_as_urgent => cannot_wait,
    a_recipient_sees_what_was_chosen_and_nothing_else_by_any_door => exactly_what_was_chosen,
    what_cannot_be_shared_is_not_and_of_two_at_once_one_is => refused_and_twice,
    what_is_recalled_is_gone_for_its_recipient_and_nobody_else => recalled,
    what_was_received_by_name_is_shared_by_name => by_name_alone,
    a_planted_share_or_grant_gives_nothing_and_is_found => planted,
}
