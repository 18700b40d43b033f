//! A file in quarantine: stopped once, stopped everywhere; told to all who could read it and to nobody else; let out by a lead.

use referral_exchange::{
    app::{Added, Answered, App, Caller, Error, FileView, IdempotencyKey, NoticeQuery, ReferralView},
    domain::{
        action::Action,
        compartment::EntryKind,
        file::FileForm,
        ids::EntryId,
        quarantine::{LiftReason, StopReason},
        sharing::{NewShare, ShareTo},
    },
    store::Engine,
};

use crate::support::{
    acts::send,
    files::{attach, fetch, photograph},
    hub::{ENGINES, Hub},
};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap()
}

async fn only_file(app: &App, caller: &Caller, reference: &str) -> FileView {
    let files = read(app, caller, reference).await.files;
    let [file] = &files[..] else { panic!("one file") };
    file.clone()
}

/// Shares a file with a team, or with one person of it.
async fn give(hub: &Hub, by: &Caller, reference: &str, (team, person): (&str, &str), file: EntryId) {
    let app = &hub.app;
    let team = app.store().team_by_code(team).await.unwrap().unwrap().id;
    let (basis, purpose) = app.own_law(by, &read(app, by, reference).await).await.unwrap();
    let to = ShareTo { team: Some(team), person: person.to_owned() };
    let what = NewShare { to, entries: vec![file], basis: Some(basis), purpose: Some(purpose), ..NewShare::default() };
    app.share(&app.request(None), by, &key(&format!("{team}{person}")), (reference, &what)).await.unwrap();
}

async fn stop(app: &App, by: &Caller, reference: &str, id: EntryId, why: Option<StopReason>) -> Result<Answered<Added>, Error> {
    app.quarantine(&app.request(None), by, &key(&format!("stop-{id}")), (reference, &id.to_string(), why)).await
}

async fn lift(app: &App, by: &Caller, reference: &str, id: EntryId, why: LiftReason) -> Result<Answered<Added>, Error> {
    let name = app.request(None).id.to_string();
    app.lift_quarantine(&app.request(None), by, &key(&name), (reference, &id.to_string(), why)).await
}

/// How often somebody was told something.
async fn told(app: &App, caller: &Caller, code: &str) -> usize {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.iter().filter(|notice| notice.code.code() == code).count()
}

/// A file of a referral, with the sender, the desk, a team and a person that were given it.
struct Given {
    hub: Hub,
    tess: Caller,
    theo: Caller,
    hugh: Caller,
    iris: Caller,
    reference: String,
}

async fn given(engine: Engine) -> Given {
    let hub = Hub::founded(engine).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, "one", |_| ()).await.reference.to_string();
    attach(&hub.app, &tess, &reference, "file", ("shared", "stairs.jpg", &photograph().0)).await.unwrap();
    let theo = hub.sign_in("theo.invented").await;
    let file = only_file(&hub.app, &theo, &reference).await.id;
    give(&hub, &theo, &reference, ("health-safeguarding", ""), file).await;
    give(&hub, &theo, &reference, ("county-front-door", "iris.makebelieve"), file).await;
    let (hugh, iris) = (hub.sign_in("hugh.pseudo").await, hub.sign_in("iris.makebelieve").await);
    Given { hub, tess, theo, hugh, iris, reference }
}

async fn a_copy_stops_all(engine: Engine) {
    let Given { hub, tess, theo, hugh, iris, reference } = Box::pin(given(engine)).await;
    let app = &hub.app;
    let all = [&tess, &theo, &hugh, &iris];
    for caller in all {
        let id = only_file(app, caller, &reference).await.id.to_string();
        fetch(app, caller, (&reference, &id), FileForm::File).await.unwrap();
    }
    let copy = only_file(app, &hugh, &reference).await.id;
    stop(app, &hugh, &reference, copy, Some(StopReason::ChildImage)).await.unwrap();
    for caller in all {
        let file = only_file(app, caller, &reference).await;
        let got = fetch(app, caller, (&reference, &file.id.to_string()), FileForm::File).await;
        assert!(matches!(got, Err(Error::Conflict(_))), "{got:?}");
        let stopped = file.quarantine.clone().unwrap();
        assert!(file.is_quarantined() && stopped.reason == Some(StopReason::ChildImage));
        // The sender and whoever else was given a copy do not learn by this that somebody has one.
        let knows = caller.user() == theo.user() || caller.user() == hugh.user();
        assert_eq!(stopped.by.is_some_and(|by| by.starts_with("Hugh Pseudo, ")), knows);
        assert_eq!(told(app, caller, "file-stopped").await, 1, "everybody who could read it is told");
    }
    let original =
        fetch(app, &theo, (&reference, &only_file(app, &theo, &reference).await.id.to_string()), FileForm::Original).await;
    assert!(matches!(original, Err(Error::Conflict(_))));
    let view = read(app, &theo, &reference).await;
    let (basis, purpose) = app.own_law(&theo, &view).await.unwrap();
    let front_door = app.store().team_by_code("city-front-door").await.unwrap().unwrap().id;
    let to = ShareTo { team: Some(front_door), person: String::new() };
    let what =
        NewShare { to, entries: vec![view.files[0].id], basis: Some(basis), purpose: Some(purpose), ..NewShare::default() };
    let again = app.share(&app.request(None), &theo, &key("again"), (&reference, &what)).await;
    assert!(matches!(again, Err(Error::Invalid(_))), "{again:?}");
    hub.finish().await;
}

async fn the_original_stops_all(engine: Engine) {
    let Given { hub, tess, theo, hugh, iris, reference } = Box::pin(given(engine)).await;
    let app = &hub.app;
    let file = only_file(app, &tess, &reference).await.id;
    stop(app, &tess, &reference, file, None).await.unwrap();
    for caller in [&tess, &theo, &hugh, &iris] {
        let file = only_file(app, caller, &reference).await;
        let got = fetch(app, caller, (&reference, &file.id.to_string()), FileForm::File).await;
        assert!(matches!(got, Err(Error::Conflict(_))), "{got:?}");
        let stopped = file.quarantine.unwrap();
        let reads_there = [tess.user(), theo.user()].contains(&caller.user());
        assert_eq!((stopped.by.is_some(), stopped.reason), (reads_there, None), "it is stopped without a reason, too");
        assert_eq!(told(app, caller, "file-stopped").await, usize::from(caller.user() != tess.user()));
    }
    hub.finish().await;
}

async fn a_lead_lets_out(engine: Engine) {
    let Given { hub, tess, theo, hugh, reference, .. } = Box::pin(given(engine)).await;
    let app = &hub.app;
    let fay = hub.sign_in("fay.fictional").await;
    let file = only_file(app, &theo, &reference).await.id;
    assert!(!read(app, &fay, &reference).await.actions.contains(&Action::LiftQuarantine), "nothing is stopped");
    assert!(matches!(lift(app, &fay, &reference, file, LiftReason::Slip).await, Err(Error::Conflict(_))));
    let copy = only_file(app, &hugh, &reference).await.id;
    stop(app, &hugh, &reference, copy, Some(StopReason::ChildImage)).await.unwrap();
    for (caller, id) in [(&theo, file), (&tess, file), (&hugh, copy)] {
        let refused = lift(app, caller, &reference, id, LiftReason::PoliceAgreed).await;
        assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    }
    assert!(matches!(lift(app, &fay, &reference, copy, LiftReason::PoliceAgreed).await, Err(Error::Unseen)), "a copy is no door");
    assert!(read(app, &fay, &reference).await.actions.contains(&Action::LiftQuarantine));
    assert!(matches!(lift(app, &fay, &reference, file, LiftReason::Slip).await, Err(Error::Invalid(_))));
    lift(app, &fay, &reference, file, LiftReason::PoliceAgreed).await.unwrap();
    for caller in [&tess, &theo, &hugh] {
        let file = only_file(app, caller, &reference).await;
        fetch(app, caller, (&reference, &file.id.to_string()), FileForm::File).await.unwrap();
        let (by, _, why) = file.quarantine.unwrap().lifted.unwrap();
        assert_eq!((by.as_str(), why), ("Fay Fictional", LiftReason::PoliceAgreed));
        assert_eq!(told(app, caller, "file-let-out").await, 1);
    }
    assert!(matches!(lift(app, &fay, &reference, file, LiftReason::PoliceAgreed).await, Err(Error::Conflict(_))));
    // What was let out can be stopped again.
    app.quarantine(&app.request(None), &theo, &key("anew"), (&reference, &file.to_string(), Some(StopReason::Harmful)))
        .await
        .unwrap();
    assert!(only_file(app, &hugh, &reference).await.is_quarantined());
    app.sequence().await.unwrap();
    let all = app.store().sequenced_from(0, 10_000).await.unwrap();
    let bodies = all.iter().map(|row| row.event.as_ref().unwrap().check(app.store().authenticator()).unwrap().unwrap());
    let acts = [Action::QuarantineFile, Action::LiftQuarantine].map(Action::code);
    let mut why: Vec<_> =
        bodies.filter(|body| acts.contains(&body.action.as_str()) && body.outcome == "allow").map(|body| body.why).collect();
    why.sort();
    let code = |code: &str| Some(code.to_owned());
    assert_eq!(why, [code("child-image"), code("harmful"), code("police-agreed")], "each is an event that says why");
    hub.finish().await;
}

async fn the_graver_reason_stands(engine: Engine) {
    let Given { hub, tess, theo, hugh, reference, .. } = Box::pin(given(engine)).await;
    let app = &hub.app;
    let fay = hub.sign_in("fay.fictional").await;
    let file = only_file(app, &theo, &reference).await.id;
    let request = |why: Option<StopReason>| (why, app.request(None).id.to_string());
    let say = async |by: &Caller, id: EntryId, (why, name): (Option<StopReason>, String)| {
        app.quarantine(&app.request(None), by, &key(&name), (&reference, &id.to_string(), why)).await.unwrap();
        only_file(app, &theo, &reference).await.quarantine.unwrap().reason
    };
    // Whoever stops it first, with a lighter reason or none, does not decide who may let it out.
    assert_eq!(say(&tess, file, request(None)).await, None);
    assert_eq!(say(&theo, file, request(Some(StopReason::Misplaced))).await, Some(StopReason::Misplaced));
    let copy = only_file(app, &hugh, &reference).await.id;
    assert_eq!(say(&hugh, copy, request(Some(StopReason::ChildImage))).await, Some(StopReason::ChildImage));
    let before = told(app, &tess, "file-stopped").await;
    assert_eq!(before, 2, "each graver reason is told to whoever did not give it");
    for lighter in [None, Some(StopReason::Misplaced), Some(StopReason::Harmful), Some(StopReason::ChildImage)] {
        assert_eq!(say(&theo, file, request(lighter)).await, Some(StopReason::ChildImage), "it stays");
    }
    assert_eq!(told(app, &tess, "file-stopped").await, before, "nothing new is told of what changes nothing");
    for enough in [LiftReason::Slip, LiftReason::FoundSafe] {
        assert!(matches!(lift(app, &fay, &reference, file, enough).await, Err(Error::Invalid(_))), "{enough}");
    }
    assert!(only_file(app, &tess, &reference).await.is_quarantined());
    lift(app, &fay, &reference, file, LiftReason::PoliceAgreed).await.unwrap();
    hub.finish().await;
}

async fn of_the_team_alone(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let id = attach(app, &theo, &reference, "own", ("casework", "notes.txt", b"notes")).await.unwrap().value.id;
    app.quarantine(&app.request(None), &theo, &key("stop"), (&reference, &id, Some(StopReason::Misplaced))).await.unwrap();
    let fay = hub.sign_in("fay.fictional").await;
    assert_eq!((told(app, &tess, "file-stopped").await, told(app, &fay, "file-stopped").await), (0, 1));
    assert!(read(app, &theo, &reference).await.entries.iter().any(|entry| entry.kind == EntryKind::Attachment));
    hub.finish().await;
}

crate::support::on_both! {
    stopping_a_copy_stops_the_file_and_every_copy_for_everybody => a_copy_stops_all,
    stopping_a_file_stops_every_copy_with_or_without_a_reason => the_original_stops_all,
    a_lead_of_the_receiving_team_lets_a_file_out_for_a_reason_that_is_enough => a_lead_lets_out,
    a_graver_reason_takes_the_place_of_the_first_and_decides_who_lets_out => the_graver_reason_stands,
    what_the_team_keeps_for_itself_is_stopped_without_telling_the_sender => of_the_team_alone,
}
