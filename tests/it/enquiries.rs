//! Advice without naming anybody: asked, answered, and made a referral; and what of it points at what.

use std::{sync::Arc, time::Duration};

use referral_exchange::{
    app::{
        App, Caller, DraftView, Error, IdempotencyKey, Item, ListQuery, Receipt, ReferralView, Sending, example, raw_from_json,
    },
    domain::{
        action::Action, agency::AgencyKind, answers::Answer, code::QuestionId, draft::Part, enquiry::FormKind,
        grant::GrantReason, message::Audience, pathway::Pathway, reference::Reference, referral::ReferralState, time::Timestamp,
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    hub::{ENGINES, Hub},
    raw::Raw,
};

const WORRY: &str = "canaryworry of a mother of two";

/// The example of a form of a pathway, some answers changed.
fn answers(app: &App, form: (&str, FormKind), changes: &Value) -> Value {
    // Every kind of agency is asked the same here.
    let sender = AgencyKind::Education;
    let versioned = app.form(form.0, form.1).unwrap();
    let mut body = example(&versioned.pathway, sender, app.now().uk_date());
    for (name, value) in changes.as_object().unwrap() {
        body["answers"][name] = value.clone();
    }
    body["answers"].take()
}

async fn try_send(
    app: &Arc<App>,
    caller: &Caller,
    form: (&str, FormKind),
    changes: &Value,
    made_of: Option<&Receipt>,
) -> Result<Receipt, Error> {
    let answers = answers(app, form, changes);
    let versioned = app.form(form.0, form.1).unwrap();
    let key = IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
    let sending = Sending {
        enquiry: made_of.map(|receipt| receipt.reference.to_string()),
        ..Sending::from(raw_from_json(&answers).unwrap())
    };
    let body = answers.to_string();
    app.submit(&app.request(None), caller, &key, body.as_bytes(), &versioned, sending).await.map(|answered| answered.value)
}

/// Asks a pathway's team for advice.
async fn ask(app: &Arc<App>, caller: &Caller, pathway: &str, changes: &Value) -> Receipt {
    let sent = try_send(app, caller, (pathway, FormKind::Enquiry), changes, None).await;
    sent.unwrap_or_else(|error| panic!("{pathway}: {error:?}"))
}

/// Sends a referral that is made of a question.
async fn refer(app: &Arc<App>, caller: &Caller, pathway: &str, changes: &Value, made_of: &Receipt) -> Receipt {
    let sent = try_send(app, caller, (pathway, FormKind::Referral), changes, Some(made_of)).await;
    sent.unwrap_or_else(|error| panic!("{pathway}: {error:?}"))
}

async fn read(app: &App, caller: &Caller, receipt: &Receipt) -> Result<ReferralView, Error> {
    app.read_referral(&app.request(None), caller, &receipt.reference.to_string()).await
}

async fn write(app: &App, caller: &Caller, receipt: &Receipt, audience: Audience, text: &str) -> Result<(), Error> {
    let key = IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
    let message = (&*receipt.reference.to_string(), audience, text);
    app.write_message(&app.request(None), caller, &key, message).await.map(drop)
}

async fn sent(app: &App, caller: &Caller) -> Vec<Item> {
    app.sent(&app.request(None), caller, &ListQuery::default()).await.unwrap().items
}

async fn queue(app: &App, caller: &Caller, team: &str) -> Vec<Item> {
    let named = caller.places().iter().find(|named| named.team.as_str() == team);
    let team = named.unwrap_or_else(|| panic!("no place in {team}")).place.team;
    let query = ListQuery { team: Some(team), ..ListQuery::default() };
    app.queue(&app.request(None), caller, &query).await.unwrap().items
}

async fn asked_and_answered(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    app.choose_deputy(&app.request(None), &tess, Some(hub.person("lena.sample").user)).await.unwrap();
    let receipt = ask(app, &tess, "marac", &json!({ "advice_worry": WORRY, "advice_soon": "week" })).await;
    assert_eq!((receipt.state, receipt.received_by.0.as_str()), (ReferralState::Received, "MARAC team"));
    assert_eq!(receipt.due_at, Timestamp::parse("2026-11-25T17:00:00Z").unwrap(), "a clock of its own");
    assert!(receipt.copies.is_empty());

    let mara = hub.sign_in("mara.storybook").await;
    let waiting = queue(app, &mara, "MARAC team").await;
    let [item] = waiting.as_slice() else { panic!("one waits") };
    assert_eq!((item.kind, item.answered_at, item.pathway.as_str()), (FormKind::Enquiry, None, "marac"));
    assert!(item.headline.as_deref().is_some_and(|line| !line.contains("canary") && !line.is_empty()));
    let view = read(app, &mara, &receipt).await.unwrap();
    assert_eq!(view.referral.kind, FormKind::Enquiry);
    assert!(view.answers.as_ref().is_some_and(|answers| answers.iter().count() >= 6));
    assert!(!view.actions.contains(&Action::TakeUpEnquiry), "whoever advises does not refer in somebody's name");

    // A word among the team is no answer; the first to the asker is, and later ones change nothing.
    write(app, &mara, &receipt, Audience::Casework, "canarynote: seen before").await.unwrap();
    assert_eq!(sent(app, &tess).await[0].answered_at, None);
    write(app, &tess, &receipt, Audience::Shared, "canarymore: it is urgent to us").await.unwrap();
    assert_eq!(sent(app, &tess).await[0].answered_at, None, "the asker does not answer themselves");
    hub.clock.advance(Duration::from_secs(5));
    let answered_at = app.now();
    write(app, &mara, &receipt, Audience::Shared, "canaryanswer: refer it").await.unwrap();
    hub.clock.advance(Duration::from_secs(5));
    write(app, &mara, &receipt, Audience::Shared, "canarylater: today").await.unwrap();
    assert_eq!(sent(app, &tess).await[0].answered_at, Some(answered_at));
    let news = app.answered_of_late(&app.request(None), &tess).await.unwrap();
    assert_eq!(news.iter().map(|item| item.reference).collect::<Vec<_>>(), [receipt.reference]);
    let said: Vec<_> = read(app, &tess, &receipt).await.unwrap().messages.into_iter().map(|message| message.text).collect();
    assert_eq!(said.len(), 3, "{said:?}");

    // On the asker's side from L3 on the asker and the deputy, and nobody of their team.
    let lena = hub.sign_in("lena.sample").await;
    let view = read(app, &lena, &receipt).await.unwrap();
    assert!(view.actions.contains(&Action::TakeUpEnquiry));
    assert!(view.holders.iter().any(|holder| holder.reason == GrantReason::Deputy));
    let omar = hub.sign_in("omar.placeholder").await;
    assert!(matches!(read(app, &omar, &receipt).await, Err(Error::Unseen)));

    // What was answered is overdue no more, and news for two weeks.
    hub.clock.advance(Duration::from_hours(15 * 24));
    let tess = hub.sign_in("tess.example").await;
    assert!(!sent(app, &tess).await[0].overdue);
    assert!(app.answered_of_late(&app.request(None), &tess).await.unwrap().is_empty());
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM measure WHERE pathway = 'marac' AND code = 'asked' AND count = 1").await, 1);
    assert_eq!(raw.count("SELECT COUNT(*) FROM measure WHERE code = 'submitted'").await, 0, "it is no referral");
    for table in raw.schema().await.into_keys() {
        for cell in raw.rows(&format!("SELECT * FROM {table}")).await.into_iter().flatten() {
            assert!(!String::from_utf8_lossy(&cell.bytes()).contains("canary"), "{table}");
        }
    }
    hub.finish().await;
}

async fn takes_no_files_and_no_more_answers(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = ask(app, &tess, "fire-prevention", &json!({})).await;
    let view = read(app, &tess, &receipt).await.unwrap();
    for action in [Action::AddToReferral, Action::AttachFile] {
        assert!(!view.actions.contains(&action), "{action}");
    }
    let key = IdempotencyKey::parse("more").unwrap();
    let raw = raw_from_json(&json!({ "advice_soon": "today" })).unwrap();
    let reference = receipt.reference.to_string();
    let more = app.add_answers(&app.request(None), &tess, &key, (&reference, "danger"), (&raw, b"more")).await;
    assert!(matches!(more, Err(Error::Conflict(_))), "{more:?}");
    hub.finish().await;
}

/// Makes parts as a page would, of what is carried over.
fn carry(pathway: &Pathway, in_danger: bool, carried: &[(QuestionId, Answer)]) -> Vec<Part> {
    let danger = (pathway.danger.question.to_string(), if in_danger { "yes" } else { "no" }.to_owned());
    let mut parts = vec![Part { section: "danger".into(), fields: vec![danger] }];
    for (id, answer) in carried {
        let Answer::Text(text) = answer else { continue };
        let section = pathway.section_of(id).unwrap().id.to_string();
        parts.push(Part { section, fields: vec![(id.to_string(), text.clone())] });
    }
    parts
}

/// Takes a question up, on the asker's side, by way of a draft.
async fn take_up(app: &App, caller: &Caller, receipt: &Receipt, key: &str) -> Result<(Reference, bool), Error> {
    let key = IdempotencyKey::parse(key).unwrap();
    let reference = receipt.reference.to_string();
    let begun = app.refer_from_enquiry(&app.request(None), caller, &key, (&reference, true), carry).await?;
    Ok((begun.value, begun.replayed))
}

async fn becomes_a_referral(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let asked = ask(app, &tess, "marac", &json!({ "advice_worry": WORRY })).await;
    let mara = hub.sign_in("mara.storybook").await;
    write(app, &mara, &asked, Audience::Shared, "Refer it.").await.unwrap();
    let refused = take_up(app, &mara, &asked, "not-theirs").await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    let omar = hub.sign_in("omar.placeholder").await;
    assert!(matches!(take_up(app, &omar, &asked, "stranger").await, Err(Error::Unseen)));

    let (draft, replayed) = take_up(app, &tess, &asked, "begin").await.unwrap();
    assert!(!replayed);
    assert_eq!(take_up(app, &tess, &asked, "begin").await.unwrap(), (draft, true), "pressed twice, begun once");
    let view = app.read_draft(&app.request(None), &tess, &draft.to_string()).await.unwrap();
    assert_eq!((view.enquiry, view.pathway.pathway.kind), (Some(asked.reference), FormKind::Referral));
    let fields = view.fields();
    assert!(fields.contains(&("narrative".into(), WORRY.into())), "{fields:?}");
    assert!(fields.contains(&("danger_now".into(), "yes".into())), "danger is asked anew: {fields:?}");
    assert!(fields.iter().all(|(name, _)| name != "reference"));
    let nothing = read(app, &mara, &asked).await.unwrap();
    assert!(nothing.referrals.is_empty(), "a draft has reached nobody");

    let sending = |_: &DraftView| {
        let answers = answers(app, ("marac", FormKind::Referral), &json!({ "narrative": WORRY }));
        raw_from_json(&answers)
    };
    let referral = app.send_draft(&app.request(None), &tess, draft, sending).await.unwrap().value;
    assert_eq!(referral.reference, draft);
    for caller in [&tess, &mara] {
        let view = read(app, caller, &referral).await.unwrap();
        assert_eq!((view.referral.kind, view.enquiry), (FormKind::Referral, Some(asked.reference)));
        let view = read(app, caller, &asked).await.unwrap();
        assert_eq!((view.enquiry, view.referrals), (None, vec![draft]));
    }
    let wrong = take_up(app, &tess, &referral, "twice").await;
    assert!(matches!(wrong, Err(Error::Conflict(_))), "a referral is no question: {wrong:?}");
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM draft_part").await, 0);
    for body in raw.rows("SELECT body FROM log_body").await {
        let text = String::from_utf8_lossy(&body[0].bytes()).into_owned();
        assert!(!text.contains(&asked.reference.to_string()) && !text.contains(&draft.to_string()), "pointers are sealed");
    }
    hub.finish().await;
}

async fn checked_like_any_other(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let asked = ask(app, &tess, "prevent", &json!({})).await;
    assert_eq!((asked.state, &asked.check), (ReferralState::Received, &None), "nobody looks first: nobody is named");
    let paul = hub.sign_in("paul.figment").await;
    assert_eq!(queue(app, &paul, "Prevent team").await.len(), 1);

    let changes = json!({ "can_wait": "yes", "lead_is_party": false });
    let referral = refer(app, &tess, "prevent", &changes, &asked).await;
    assert_eq!(referral.state, ReferralState::Checking, "the referral made of it is checked");
    assert!(read(app, &paul, &asked).await.unwrap().referrals.is_empty(), "the team hears of no referral before it has it");
    assert!(matches!(read(app, &paul, &referral).await, Err(Error::Unseen)));
    let lena = hub.sign_in("lena.sample").await;
    assert_eq!(read(app, &lena, &referral).await.unwrap().enquiry, Some(asked.reference));
    hub.finish().await;
}

async fn held_by_name(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let known = json!({ "conflict": true });
    let asked = ask(app, &tess, "prevent", &known).await;
    assert_eq!(asked.received_by.0, "Police restricted cases");
    let paul = hub.sign_in("paul.figment").await;
    assert!(matches!(read(app, &paul, &asked).await, Err(Error::Unseen)));
    assert!(queue(app, &paul, "Prevent team").await.is_empty());
    let erin = hub.sign_in("erin.hypothetical").await;
    assert_eq!(queue(app, &erin, "Police restricted cases").await.len(), 1);
    write(app, &erin, &asked, Audience::Shared, "An answer by name.").await.unwrap();

    // Nothing points at a case held by name: neither an open referral at it, nor an open question at a held referral.
    let open = refer(app, &tess, "prevent", &json!({}), &asked).await;
    assert_eq!(read(app, &paul, &open).await.unwrap().enquiry, None);
    assert!(read(app, &erin, &asked).await.unwrap().referrals.is_empty());
    let plain = ask(app, &tess, "marac", &json!({})).await;
    let held = refer(app, &tess, "marac", &with(&known, "conflict_who", "a partner's colleague"), &plain).await;
    let mara = hub.sign_in("mara.storybook").await;
    assert!(read(app, &mara, &plain).await.unwrap().referrals.is_empty());
    assert_eq!(read(app, &mara, &held).await.unwrap().enquiry, Some(plain.reference), "she is one of the few");
    assert!(read(app, &tess, &plain).await.unwrap().referrals.is_empty());
    hub.finish().await;
}

fn with(changes: &Value, name: &str, value: &str) -> Value {
    let mut changes = changes.clone();
    changes[name] = json!(value);
    changes
}

async fn elsewhere(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let asked = ask(app, &tess, "fire-prevention", &json!({})).await;
    // Referred to another team: that one reads where it came from, and the first hears nothing.
    let referral = refer(app, &tess, "marac", &json!({}), &asked).await;
    let fay = hub.sign_in("fay.fictional").await;
    assert!(read(app, &fay, &asked).await.unwrap().referrals.is_empty());
    let mara = hub.sign_in("mara.storybook").await;
    assert_eq!(read(app, &mara, &referral).await.unwrap().enquiry, Some(asked.reference));
    assert!(matches!(read(app, &mara, &asked).await, Err(Error::Unseen)), "a pointer opens nothing");
    // What cannot be seen and what is not there are the same.
    let quinn = hub.sign_in("quinn.mock").await;
    for made_of in [asked.clone(), Receipt { reference: Reference::NOBODYS, ..asked.clone() }] {
        let changes = json!({});
        let refused = try_send(app, &quinn, ("marac", FormKind::Referral), &changes, Some(&made_of)).await;
        assert!(matches!(refused, Err(Error::Unseen)), "{refused:?}");
    }
    // A colleague may go on with what is ordinary personal data.
    let lena = hub.sign_in("lena.sample").await;
    assert!(take_up(app, &lena, &asked, "colleague").await.is_ok());
    hub.finish().await;
}

crate::support::on_both! {
    a_question_is_sealed_routed_and_answered_without_a_name => asked_and_answered,
    a_question_takes_no_files_and_no_further_answers => takes_no_files_and_no_more_answers,
    the_side_that_asked_makes_a_referral_of_it_and_each_names_the_other => becomes_a_referral,
    a_question_is_not_checked_first_and_the_referral_made_of_it_is => checked_like_any_other,
    nothing_points_at_a_case_held_by_people_by_name => held_by_name,
    a_team_hears_of_no_referral_that_went_elsewhere => elsewhere,
}
