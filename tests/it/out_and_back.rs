//! Who was shut out for a while, or whose team was: what was written meanwhile is missing from what they read, which they are told,
//! and nothing else is.

use std::sync::Arc;

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, NoticeQuery, Receipt, ReferralView, example, flags, raw_from_json},
    domain::{message::Audience, role::Role},
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    newcomer::{key, newcomer, sign_in},
    raw::Raw,
};

async fn read(app: &App, who: &Caller, reference: &str) -> Result<ReferralView, Error> {
    app.read_referral(&app.request(None), who, reference).await
}

fn said(view: &ReferralView) -> Vec<&str> {
    view.messages.iter().map(|message| message.text.as_str()).collect()
}

async fn write(app: &App, who: &Caller, reference: &str, words: &str) -> Result<(), Error> {
    app.write_message(&app.request(None), who, &key(app), (reference, Audience::Shared, words)).await.map(drop)
}

/// Sends a case that its sender holds by name.
async fn send_by_name(app: &Arc<App>, who: &Caller) -> String {
    let (request, pathway) = (app.request(None), app.pathway("child-exploitation").unwrap());
    let mut body = example(&pathway.pathway, app.sender_kind(who).await.unwrap(), request.at.uk_date());
    body["answers"]["district"] = json!("leicester");
    let answers = raw_from_json(&body["answers"]).unwrap();
    let key = IdempotencyKey::parse(&request.id.to_string()).unwrap();
    let sent: Receipt = app.submit(&request, who, &key, body.to_string().as_bytes(), &pathway, answers).await.unwrap().value;
    sent.reference.to_string()
}

/// How many of a referral's newest keys somebody holds by name.
fn by_name(reference: &str, user: impl std::fmt::Display) -> String {
    format!(
        "SELECT COUNT(*) FROM grant_made g JOIN compartment c ON c.id = g.compartment AND c.epoch = g.epoch \
         JOIN referral r ON r.id = g.referral WHERE r.reference = '{reference}' AND g.to_id = '{user}' AND c.kind <> 'share'"
    )
}

async fn suspended_and_back(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (finn, adam) = (hub.sign_in("finn.mythical").await, hub.sign_in("adam.notional").await);
    let reference = send_by_name(app, &finn).await;
    let nia = hub.sign_in("nia.imaginary").await;
    write(app, &nia, &reference, "We have it.").await.unwrap();
    app.suspend(&app.request(None), &adam, &key(app), finn.user()).await.unwrap();
    while app.renew_keys().await.unwrap().more {}
    write(app, &nia, &reference, "Written while he was away.").await.unwrap();
    app.reinstate(&app.request(None), &adam, &key(app), finn.user()).await.unwrap();
    let fay = hub.sign_in("fay.fictional").await;
    let person = hub.person("finn.mythical").clone();
    app.admit_member(&app.request(None), &fay, person.team_id, person.user).await.unwrap();
    let finn = sign_in(&hub, &person).await;
    let view = read(app, &finn, &reference).await.unwrap();
    assert!(view.answers.is_some() && said(&view) == ["We have it."], "what he had he has: {:?}", said(&view));
    assert_eq!(view.locked, 1);
    assert!(flags(&view)[0].starts_with("One item of this was sealed while you had no key to it"), "{:?}", flags(&view));
    let whole = read(app, &nia, &reference).await.unwrap();
    assert_eq!((whole.locked, said(&whole).len()), (0, 2));
    assert!(flags(&whole).iter().all(|flag| !flag.contains("sealed while")));
    hub.finish().await;
}

async fn place_ended(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (finn, adam) = (hub.sign_in("finn.mythical").await, hub.sign_in("adam.notional").await);
    let reference = send_by_name(app, &finn).await;
    let mut raw = Raw::owner(&hub).await;
    let held = by_name(&reference, finn.user());
    assert!(raw.count(&held).await > 0, "a case of this kind is its sender's by name");
    for place in finn.places() {
        let moved = app.end_place(&app.request(None), &adam, finn.user(), place.place.team).await;
        moved.unwrap_or_else(|error| panic!("{}: {error:?}", place.team.as_str()));
    }
    while app.renew_keys().await.unwrap().more {}
    assert_eq!(raw.count(&held).await, 0, "whoever has no place left gets no next key of anything");
    let nia = hub.sign_in("nia.imaginary").await;
    write(app, &nia, &reference, "Written after he left.").await.unwrap();
    assert_eq!(said(&read(app, &nia, &reference).await.unwrap()), ["Written after he left."]);
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

/// Of what somebody was told, the codes.
async fn told(app: &App, who: &Caller) -> Vec<&'static str> {
    let page = app.notices(&app.request(None), who, &NoticeQuery::default()).await.unwrap();
    page.items.iter().map(|notice| notice.code.code()).collect()
}

async fn nobody_there(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (tess, adam) = (hub.sign_in("tess.example").await, hub.sign_in("adam.notional").await);
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let team = hub.person("fay.fictional").team_id;
    let dora = hub.sign_in("dora.madeup").await;
    app.suspend(&app.request(None), &adam, &key(app), hub.person("theo.invented").user).await.unwrap();
    assert!(!told(app, &dora).await.contains(&"team-keyless"), "a lead is left");
    app.suspend(&app.request(None), &adam, &key(app), hub.person("fay.fictional").user).await.unwrap();

    // Words that nobody would ever open are not taken; whoever watches over the agency hears why.
    let refused = write(app, &tess, &reference, "Is anybody there?").await;
    assert!(matches!(refused, Err(Error::Conflict(why)) if why.contains("ring the team")), "{refused:?}");
    assert!(said(&read(app, &tess, &reference).await.unwrap()).is_empty());
    let otis = hub.sign_in("otis.mirage").await;
    for who in [&dora, &adam, &otis] {
        assert!(told(app, who).await.contains(&"team-keyless"), "{}", who.username().as_str());
    }
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Lead)).await;
    let lead = sign_in(&hub, &nell).await;
    app.bear_team(&app.request(None), &lead, team).await.unwrap();
    for who in [&dora, &adam, &otis] {
        assert!(told(app, who).await.contains(&"team-reborn"), "no one person takes over a team unseen");
    }

    // From then on the team is there again: it reads what is written now, and is told that it does not read what was before.
    while app.renew_keys().await.unwrap().more {}
    let lead = sign_in(&hub, &nell).await;
    write(app, &tess, &reference, "Is anybody there now?").await.unwrap();
    let view = read(app, &lead, &reference).await.unwrap();
    assert_eq!(said(&view), ["Is anybody there now?"]);
    assert!(view.locked > 0 && view.answers.is_none() && flags(&view).len() == 1, "{:?}", flags(&view));
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

crate::support::on_both! {
    who_was_suspended_reads_what_they_had_and_is_told_what_is_missing => suspended_and_back,
    who_has_no_place_left_gets_no_next_key_of_what_was_theirs_by_name => place_ended,
    what_nobody_would_open_is_not_taken_and_a_team_is_not_taken_over_unseen => nobody_there,
}
