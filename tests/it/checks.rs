//! The check before sharing: held until it is passed on, stopped with a reason, sent all the same, or let go by the clock.

use std::time::Duration;

use referral_exchange::{
    app::{
        App, Caller, Choices, Error, Founder, IdempotencyKey, ListQuery, LogQuery, NewAbsence, Receipt, SafeguardingLead,
        Sending, Stop, Verdict, raw_from_json,
    },
    domain::{
        answers::Answers, code::Code, draft::Part, pathway::Pathway, referral::ReferralState, relation::Relation, time::Timestamp,
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    hub::{ENGINES, Hub},
    kept_back::try_send_chosen,
    notice::{self, read, send, with},
    raw::Raw,
};

/// Answers that must be checked first.
fn checked(changes: &Value) -> Value {
    let mut answers = with(&json!({ "lead_party": false, "child": true, "informant": "canaryinformant" }));
    for (name, value) in changes.as_object().unwrap() {
        answers[name] = value.clone();
    }
    answers
}

async fn decide(app: &App, caller: &Caller, receipt: &Receipt, verdict: &Verdict) -> Result<bool, Error> {
    let key = IdempotencyKey::parse(&format!("check-{}", receipt.reference)).unwrap();
    let done = app.check(&app.request(None), caller, &key, (&receipt.reference.to_string(), verdict)).await;
    done.map(|answered| answered.replayed)
}

fn stop(reason: &str, text: &str) -> Verdict {
    Verdict::Stop(Stop { reason: Code::parse(reason).unwrap(), text: text.to_owned() })
}

/// Those of the receiving side, and what each of them sees of a referral: nothing, or all.
async fn receivers_see(hub: &Hub, receipt: &Receipt, sees: bool) {
    for name in ["paul.figment", "nia.imaginary", "cass.nominal", "iris.makebelieve"] {
        let caller = hub.sign_in(name).await;
        // The copy goes to the county here; the city is told nothing.
        let told = sees && name != "nia.imaginary";
        let view = Box::pin(read(&hub.app, &caller, receipt)).await;
        assert_eq!(view.is_ok(), told, "{name}");
        let mut listed = 0;
        for place in hub.app.queue_places(&caller) {
            let query = ListQuery { team: Some(place.team), ..ListQuery::default() };
            listed += Box::pin(hub.app.queue(&hub.app.request(None), &caller, &query)).await.unwrap().items.len();
        }
        // The intelligence bureau reads a category; the referral stands in no queue of its own.
        assert_eq!(listed > 0, told && name != "cass.nominal", "{name}");
    }
}

async fn passed_on(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &checked(&json!({}))).await;
    assert_eq!(receipt.state, ReferralState::Checking);
    let first = receipt.check.as_ref().unwrap();
    assert_eq!(first.by, ["Lena Sample"]);
    // Sent on a Friday morning: the end of the next working day.
    assert_eq!(first.until, Timestamp::parse("2026-11-23T17:00:00Z").unwrap());
    receivers_see(&hub, &receipt, false).await;
    // Not even the log of the receiving agency tells of it.
    let dina = hub.sign_in("dina.proforma").await;
    let about = LogQuery { reference: Some(receipt.reference.to_string()), ..LogQuery::default() };
    assert!(app.read_log(&app.request(None), &dina, &about).await.unwrap().items.is_empty());

    let lena = hub.sign_in("lena.sample").await;
    let list = app.checks(&app.request(None), &lena).await.unwrap();
    assert_eq!(list.items.iter().map(|item| item.check_until).collect::<Vec<_>>(), [Some(first.until)]);
    let view = read(app, &lena, &receipt).await.unwrap();
    assert_eq!(view.relation, Relation::Checker);
    assert!(view.answers.is_some_and(|answers| answers.iter().all(|(id, _)| id.as_str() != "informant")));
    for stranger in [&tess, &dina] {
        let refused = decide(app, stranger, &receipt, &Verdict::Pass).await;
        assert!(matches!(refused, Err(Error::Refused | Error::Unseen)), "{refused:?}");
    }
    assert!(!decide(app, &lena, &receipt, &Verdict::Pass).await.unwrap());
    assert!(decide(app, &lena, &receipt, &Verdict::Pass).await.unwrap(), "once for each key");
    receivers_see(&hub, &receipt, true).await;
    assert!(app.checks(&app.request(None), &lena).await.unwrap().items.is_empty());
    assert!(!app.read_log(&app.request(None), &dina, &about).await.unwrap().items.is_empty());
    hub.finish().await;
}

async fn stopped_and_sent(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &checked(&json!({}))).await;
    let lena = hub.sign_in("lena.sample").await;
    let Err(Error::Invalid(errors)) = decide(app, &lena, &receipt, &stop("made-up", "")).await else { panic!("no such reason") };
    assert_eq!(errors[0].name(), "reason");
    decide(app, &lena, &receipt, &stop("other-way", "canarywords: speak to the family first")).await.unwrap();
    receivers_see(&hub, &receipt, false).await;

    let view = read(app, &tess, &receipt).await.unwrap();
    assert_eq!(view.referral.stage.state(), ReferralState::Stopped);
    let told = view.stop.unwrap();
    assert_eq!((told.by.as_str(), told.title.as_str()), ("Lena Sample", "Another way helps more"));
    assert_eq!(told.text, "canarywords: speak to the family first");
    assert!(view.actions.iter().any(|action| action.code() == "send-stopped"));
    // The clock lets nothing go that somebody stopped.
    hub.clock.advance(Duration::from_hours(24 * 7));
    assert_eq!(app.mind_checks().await.unwrap(), 0);

    let key = IdempotencyKey::parse("anyway").unwrap();
    let reference = receipt.reference.to_string();
    let lena = hub.sign_in("lena.sample").await;
    let refused = app.send_stopped(&app.request(None), &lena, &key, &reference).await;
    assert!(matches!(refused, Err(Error::Refused)), "the sender decides: {refused:?}");
    let tess = hub.sign_in("tess.example").await;
    app.send_stopped(&app.request(None), &tess, &key, &reference).await.unwrap();
    receivers_see(&hub, &receipt, true).await;
    let paul = hub.sign_in("paul.figment").await;
    let view = read(app, &paul, &receipt).await.unwrap();
    assert!(view.stop.is_none() && view.entries.iter().all(|entry| entry.kind.code() != "check-reason"), "for the sender's side");
    assert!(read(app, &tess, &receipt).await.unwrap().stop.is_some());
    for body in Raw::owner(&hub).await.rows("SELECT body FROM log_body").await {
        assert!(!String::from_utf8_lossy(&body[0].bytes()).contains("canary"), "words are sealed");
    }
    hub.finish().await;
}

/// What gets worse while it is being checked need not wait for the check.
async fn sent_without_waiting(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &checked(&json!({}))).await;
    receivers_see(&hub, &receipt, false).await;
    let key = IdempotencyKey::parse("now").unwrap();
    let reference = receipt.reference.to_string();
    let lena = hub.sign_in("lena.sample").await;
    let refused = app.send_stopped(&app.request(None), &lena, &key, &reference).await;
    assert!(matches!(refused, Err(Error::Refused)), "the sender decides: {refused:?}");
    let tess = hub.sign_in("tess.example").await;
    app.send_stopped(&app.request(None), &tess, &key, &reference).await.unwrap();
    receivers_see(&hub, &receipt, true).await;
    let lena = hub.sign_in("lena.sample").await;
    let late = decide(app, &lena, &receipt, &stop("not-met", "")).await;
    assert!(matches!(late, Err(Error::Refused)), "it has gone: {late:?}");
    hub.finish().await;
}

async fn let_go(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &checked(&json!({}))).await;
    let until = receipt.check.as_ref().unwrap().until;
    hub.clock.advance(until.minus(Duration::from_secs(1)).since(app.now()));
    assert_eq!(app.mind_checks().await.unwrap(), 0);
    hub.clock.advance(Duration::from_secs(1));
    // Two nodes mind the same clock: it goes once.
    let other = hub.another_node().await;
    let (one, two) = tokio::join!(app.mind_checks(), other.mind_checks());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    receivers_see(&hub, &receipt, true).await;
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM log_event WHERE action = 'release-check' AND actor IS NULL").await, 1);
    let lena = hub.sign_in("lena.sample").await;
    let late = decide(app, &lena, &receipt, &stop("not-met", "")).await;
    assert!(matches!(late, Err(Error::Refused)), "what has gone cannot be stopped: {late:?}");
    hub.finish().await;
}

async fn at_once(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    for (why, changes) in [
        ("urgent", json!({ "danger_now": true })),
        ("the lead is a party", json!({ "lead_party": true })),
        ("the lead may be a party", json!({ "lead_party": { "not_known": "not-known" } })),
        ("somebody is known to a partner", json!({ "involved": true })),
    ] {
        let receipt = send(app, &tess, &checked(&changes)).await;
        assert_eq!((receipt.state, receipt.check), (ReferralState::Received, None), "{why}");
    }
    let lena = hub.sign_in("lena.sample").await;
    let own = send(app, &lena, &checked(&json!({}))).await;
    assert_eq!(own.state, ReferralState::Received, "the lead sends it");

    // What shows means goes at once, though its sender says that it could wait.
    let prevent = json!({ "danger_now": false, "can_wait": "yes", "lead_is_party": false, "conflict": false, "cues": ["none"] });
    for (why, changes, state) in [
        ("it can wait", json!({}), ReferralState::Checking),
        ("signs of means", json!({ "cues": ["weapons"] }), ReferralState::Received),
        ("danger now", json!({ "danger_now": true }), ReferralState::Received),
    ] {
        let mut answers = prevent.clone();
        answers.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let receipt = try_send_chosen(app, &tess, ("prevent", answers), Choices::default()).await.unwrap();
        assert_eq!((receipt.state, receipt.check.is_some()), (state, state == ReferralState::Checking), "Prevent: {why}");
    }

    // Away, and back.
    let abel = hub.sign_in("abel.template").await;
    let police = abel.agency();
    let pia = hub.person("pia.supposed").user;
    let away = |away_until| [SafeguardingLead { user: pia, away_until }];
    let founder = Founder::Caller(&abel);
    let quinn = hub.sign_in("quinn.mock").await;
    for (until, state) in [(Some(Duration::from_hours(48)), ReferralState::Received), (None, ReferralState::Checking)] {
        let until = until.map(|later| app.now().plus(later));
        app.set_safeguarding_leads(&app.request(None), &founder, police, &away(until)).await.unwrap();
        assert_eq!(send(app, &quinn, &checked(&json!({}))).await.state, state, "{until:?}");
    }
    // What somebody says of themselves counts as much.
    let absent = hub.sign_in("pia.supposed").await;
    let until = app.now().plus(Duration::from_hours(72)).uk_date().to_string();
    let key = IdempotencyKey::parse("away").unwrap();
    let absence = NewAbsence { until, ..NewAbsence::default() };
    app.set_absence(&app.request(None), &absent, &key, &absence).await.unwrap();
    assert_eq!(send(app, &quinn, &checked(&json!({}))).await.state, ReferralState::Received, "away by their own word");
    app.set_safeguarding_leads(&app.request(None), &founder, police, &[]).await.unwrap();
    assert_eq!(send(app, &quinn, &checked(&json!({}))).await.state, ReferralState::Received, "no lead is set");
    let school = tess.agency();
    let refused = app.set_safeguarding_leads(&app.request(None), &founder, school, &[]).await;
    assert!(matches!(refused, Err(Error::Refused)), "another agency's: {refused:?}");
    let stranger = [SafeguardingLead { user: tess.user(), away_until: None }];
    let refused = app.set_safeguarding_leads(&app.request(None), &founder, police, &stranger).await;
    assert!(matches!(refused, Err(Error::Malformed(_))), "{refused:?}");
    hub.finish().await;
}

async fn withdrawn(engine: Engine) {
    const HELD: &str = "SELECT COUNT(*) FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id WHERE g.held = 1";
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let mut left = Vec::new();
    for _ in 0..2 {
        let tess = hub.sign_in("tess.example").await;
        let receipt = send(app, &tess, &checked(&json!({}))).await;
        let lena = hub.sign_in("lena.sample").await;
        decide(app, &lena, &receipt, &stop("not-met", "")).await.unwrap();
        left.push(receipt);
    }
    let tess = hub.sign_in("tess.example").await;
    let key = IdempotencyKey::parse("withdraw").unwrap();
    app.withdraw_stopped(&app.request(None), &tess, &key, &left[0].reference.to_string()).await.unwrap();
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count(HELD).await, 3, "of two times three held keys one referral's are erased");
    let key = IdempotencyKey::parse("anyway").unwrap();
    let late = app.send_stopped(&app.request(None), &tess, &key, &left[0].reference.to_string()).await;
    assert!(matches!(late, Err(Error::Refused)), "its key is gone: {late:?}");
    // What its sender leaves stopped is cleared away after four weeks.
    // A week before they are reminded, once; at its end they are told.
    hub.clock.advance(Duration::from_hours(20 * 24));
    assert_eq!(app.mind_drafts().await.unwrap(), 0);
    hub.clock.advance(Duration::from_hours(24));
    assert_eq!(app.mind_drafts().await.unwrap(), 1);
    assert_eq!(app.mind_drafts().await.unwrap(), 0);
    hub.clock.advance(Duration::from_hours(7 * 24));
    assert_eq!(app.mind_checks().await.unwrap(), 1);
    assert_eq!(raw.texts("SELECT code FROM notice WHERE code LIKE 'stop-%' ORDER BY at").await, ["stop-ending", "stop-ended"]);
    assert_eq!(raw.count(HELD).await, 0);
    let tess = hub.sign_in("tess.example").await;
    for receipt in &left {
        let view = read(app, &tess, receipt).await.unwrap();
        assert_eq!(view.referral.stage.state(), ReferralState::Withdrawn, "the sender still reads what they wrote");
        receivers_see(&hub, receipt, false).await;
    }
    hub.finish().await;
}

/// What the draft begins with here: nothing of the answers but that they were there to be read.
fn write_again(_: &Pathway, answers: &Answers) -> Vec<Part> {
    let answered = answers.iter().map(|(id, _)| (id.to_string(), "answered".to_owned()));
    vec![Part { section: "danger".to_owned(), fields: answered.collect() }]
}

async fn put_right(engine: Engine) {
    const HELD: &str = "SELECT COUNT(*) FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id WHERE g.held = 1";
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &checked(&json!({}))).await;
    let at = receipt.reference.to_string();
    let key = IdempotencyKey::parse("change").unwrap();
    let early = app.change_stopped(&app.request(None), &tess, &key, &at, write_again).await;
    assert!(matches!(early, Err(Error::Refused)), "it is still being checked: {early:?}");
    let lena = hub.sign_in("lena.sample").await;
    decide(app, &lena, &receipt, &stop("other-way", "The name is wrong.")).await.unwrap();
    let refused = app.change_stopped(&app.request(None), &lena, &key, &at, write_again).await;
    assert!(matches!(refused, Err(Error::Refused)), "the sender decides: {refused:?}");

    let begun = app.change_stopped(&app.request(None), &tess, &key, &at, write_again).await.unwrap();
    assert!(app.change_stopped(&app.request(None), &tess, &key, &at, write_again).await.unwrap().replayed, "begun once");
    let draft = app.read_draft(&app.request(None), &tess, &begun.value.to_string()).await.unwrap();
    assert_eq!(draft.stopped, Some(receipt.reference));
    assert!(draft.fields().iter().any(|(name, _)| name == "informant"), "what is kept apart comes along");
    let view = read(app, &tess, &receipt).await.unwrap();
    assert_eq!(view.referral.stage.state(), ReferralState::Stopped, "nothing becomes of it until the draft is sent");

    let answers = checked(&json!({ "account": "Put right." }));
    let sent = app.send_draft(&app.request(None), &tess, begun.value, |_| Ok(raw_from_json(&answers).unwrap())).await.unwrap();
    assert_eq!(sent.value.state, ReferralState::Checking, "it is checked again");
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count(HELD).await, 3, "of two times three held keys the first referral's are erased");
    assert!(raw.count("SELECT COUNT(*) FROM log_event WHERE action = 'change-stopped'").await >= 3);
    for caller in [&tess, &lena] {
        let before = read(app, caller, &receipt).await.unwrap();
        assert_eq!((before.referral.stage.state(), before.replaced_by), (ReferralState::Withdrawn, Some(begun.value)));
        assert_eq!(before.referral.due_at, None);
        let after = read(app, caller, &sent.value).await.unwrap();
        assert_eq!((after.replaces, after.replaced_by), (Some(receipt.reference), None));
    }
    let key = IdempotencyKey::parse("anyway").unwrap();
    let late = app.send_stopped(&app.request(None), &tess, &key, &at).await;
    assert!(matches!(late, Err(Error::Refused)), "its key is gone: {late:?}");
    decide(app, &lena, &sent.value, &Verdict::Pass).await.unwrap();
    let paul = hub.sign_in("paul.figment").await;
    assert_eq!(read(app, &paul, &sent.value).await.unwrap().replaces, None, "the receiving side is told nothing of it");
    hub.finish().await;
}

/// The same without a draft, as a client of the API does.
async fn replaced(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &checked(&json!({}))).await;
    let lena = hub.sign_in("lena.sample").await;
    decide(app, &lena, &receipt, &stop("other-way", "")).await.unwrap();
    let replace = async |caller: &Caller, changes: &Value| {
        let answers = checked(changes);
        let replaces = Some(receipt.reference.to_string());
        let sending = Sending { replaces, ..Sending::from(raw_from_json(&answers).unwrap()) };
        let key = IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
        let (pathway, body) = (app.pathway(notice::NOTICE).unwrap(), answers.to_string());
        app.submit(&app.request(None), caller, &key, body.as_bytes(), &pathway, sending).await.map(|done| done.value)
    };
    let refused = replace(&lena, &json!({})).await;
    assert!(matches!(refused, Err(Error::Refused)), "only its sender: {refused:?}");
    // Held by people by name, the new one is absent everywhere else.
    let sent = replace(&tess, &json!({ "involved": true })).await.unwrap();
    let view = read(app, &tess, &receipt).await.unwrap();
    assert_eq!((view.referral.stage.state(), view.replaced_by), (ReferralState::Withdrawn, None));
    assert_eq!(read(app, &tess, &sent).await.unwrap().replaces, Some(receipt.reference));
    let twice = replace(&tess, &json!({})).await;
    assert!(matches!(twice, Err(Error::Refused)), "it has ended: {twice:?}");
    hub.finish().await;
}

crate::support::on_both! {
    what_the_lead_passes_on_reaches_the_team_and_not_before => passed_on,
    a_stop_gives_the_sender_its_reason_and_the_sender_may_still_send_it => stopped_and_sent,
    what_gets_worse_is_sent_without_waiting_for_the_check => sent_without_waiting,
    what_nobody_checks_in_time_goes_on_by_itself_once => let_go,
    it_goes_at_once_when_urgent_or_when_nobody_can_check_it => at_once,
    what_is_left_stopped_loses_the_receivers_key => withdrawn,
    what_was_stopped_is_put_right_and_sent_again => put_right,
    what_was_stopped_ends_with_what_takes_its_place => replaced,
}
