//! Admission: nobody opens what a team holds before a lead has compared their key with them.

use std::sync::Arc;

use referral_exchange::{
    app::{Admission, App, Caller, Error, NoticeQuery},
    domain::{account::AccountState, admission::NotAdmitted, ids::TeamId, notice::NoticeCode, role::Role},
    store::Engine,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::{key, newcomer, sign_in},
};

/// What somebody is told of, the newest first.
async fn told(app: &App, caller: &Caller) -> Vec<(NoticeCode, Option<String>)> {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.into_iter().map(|notice| (notice.code, notice.about)).collect()
}

fn admission(team: TeamId, caller: &Caller, fingerprint: &str) -> Admission {
    Admission { team, user: caller.user(), fingerprint: fingerprint.to_owned(), older: false }
}

async fn compared(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "earlier", |_| {}).await.reference.to_string();
    let adam = hub.sign_in("adam.notional").await;
    let team = hub.person("fay.fictional").team_id;
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Triager)).await;
    let waiting = sign_in(&hub, &nell).await;
    let waits_for = app.waits_for(&waiting).await.unwrap();
    assert_eq!((waits_for.len(), waits_for[0].leads[0].name.as_str()), (1, "Fay Fictional"));

    let fay = hub.sign_in("fay.fictional").await;
    assert_eq!(told(app, &fay).await[0], (NoticeCode::MemberWaits, Some("Nell Novel".to_owned())));
    assert_eq!(app.admissions_waiting(&fay).await.unwrap(), [("Fire Protection".to_owned(), 1)]);
    let seen = app.admissions(&app.request(None), &fay).await.unwrap().remove(0);
    let own = app.own_fingerprint(&waiting).await.unwrap();
    assert_eq!(seen.fingerprint.as_ref(), Some(&own), "both see the same");

    // Another key than the one compared is given nothing.
    let other = app.own_fingerprint(&tess).await.unwrap();
    let refused = app.admit(&app.request(None), &fay, &key(app), &admission(team, &waiting, &other)).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert!(matches!(app.read_referral(&app.request(None), &waiting, &reference).await, Err(Error::Unseen)));

    let typed = own.replace(' ', "").to_uppercase();
    let once = key(app);
    let done = app.admit(&app.request(None), &fay, &once, &admission(team, &waiting, &typed)).await.unwrap();
    let again = app.admit(&app.request(None), &fay, &once, &admission(team, &waiting, &typed)).await.unwrap();
    assert_eq!((again.replayed, again.value), (true, done.value));
    let late = app.admit(&app.request(None), &fay, &key(app), &admission(team, &waiting, &typed)).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "nobody is admitted twice");
    let admitted = sign_in(&hub, &nell).await;
    assert_eq!(told(app, &admitted).await[0].0, NoticeCode::Admitted);
    assert!(app.read_referral(&app.request(None), &admitted, &reference).await.unwrap().answers.is_some());
    assert!(
        app.admissions(&app.request(None), &fay).await.unwrap().is_empty() && app.waits_for(&admitted).await.unwrap().is_empty()
    );
    hub.finish().await;
}

/// Two leads of one team, and somebody who waits.
async fn two_leads(hub: &Hub) -> (Caller, Caller, Caller, TeamId) {
    let adam = hub.sign_in("adam.notional").await;
    let team = hub.person("fay.fictional").team_id;
    let lou = newcomer(hub, &adam, "lou.leader", (team, Role::Lead)).await;
    let fay = hub.sign_in("fay.fictional").await;
    hub.app.admit_member(&hub.app.request(None), &fay, team, lou.user).await.unwrap();
    let lou = sign_in(hub, &lou).await;
    let nell = newcomer(hub, &adam, "nell.novel", (team, Role::Triager)).await;
    let nell = sign_in(hub, &nell).await;
    (fay, lou, nell, team)
}

async fn at_once(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (fay, lou, nell, team) = two_leads(&hub).await;
    let app = &hub.app;
    let fingerprint = app.own_fingerprint(&nell).await.unwrap();
    let admits = async |lead: &Caller| {
        let admission = admission(team, &nell, &fingerprint);
        app.admit(&app.request(None), lead, &key(app), &admission).await.map(drop)
    };
    let both = tokio::join!(admits(&fay), admits(&lou));
    let (won, lost) = if both.0.is_ok() { both } else { (both.1, both.0) };
    assert!(won.is_ok() && matches!(lost, Err(Error::Conflict(_))), "{won:?} {lost:?}");
    let news = [told(app, &fay).await, told(app, &lou).await].concat();
    assert_eq!(news.iter().filter(|(code, _)| *code == NoticeCode::MemberAdmitted).count(), 1, "whoever did not do it is told");
    hub.finish().await;
}

async fn turned_away(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (fay, _, nell, team) = two_leads(&hub).await;
    let app = &hub.app;
    let refuse =
        async |why: NotAdmitted| app.refuse_member(&app.request(None), &fay, &key(app), (team, nell.user(), why)).await.map(drop);
    refuse(NotAdmitted::OtherKey).await.unwrap();
    assert!(matches!(refuse(NotAdmitted::NotExpected).await, Err(Error::Unseen)), "they wait no more");
    let adam = hub.sign_in("adam.notional").await;
    assert_eq!(told(app, &adam).await[0], (NoticeCode::KeyDiffers, Some("Nell Novel".to_owned())));
    let view = app.person_of_agency(&app.request(None), &adam, nell.user()).await.unwrap();
    assert_eq!((view.state, view.places.len()), (AccountState::Ready, 0));
    let dpo = hub.people.iter().find(|person| person.role == Role::Dpo && person.agency.contains("Fire")).unwrap();
    let dpo = hub.sign_in(&dpo.username.clone()).await;
    assert_eq!(told(app, &dpo).await[0].0, NoticeCode::KeyDiffers, "whose key it was must be found out");
    hub.finish().await;
}

async fn leads_alone(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let team = hub.person("fay.fictional").team_id;
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Triager)).await;
    // A lead who waits for the key themselves holds nothing to hand over, nor does anybody they would let in.
    let lou = newcomer(&hub, &adam, "lou.leader", (team, Role::Lead)).await;
    let lou = sign_in(&hub, &lou).await;
    let nell = sign_in(&hub, &nell).await;
    let fingerprint = app.own_fingerprint(&nell).await.unwrap();
    for other in [&lou, &adam, &hub.sign_in("theo.invented").await, &hub.sign_in("pia.supposed").await, &nell] {
        let given = app.admit(&app.request(None), other, &key(app), &admission(team, &nell, &fingerprint)).await;
        assert!(matches!(given, Err(Error::Refused)), "{given:?}");
        let away = app.refuse_member(&app.request(None), other, &key(app), (team, nell.user(), NotAdmitted::NotExpected)).await;
        assert!(matches!(away, Err(Error::Refused)), "{away:?}");
        let seen = app.admission(&app.request(None), other, (team, nell.user())).await;
        assert!(matches!(seen, Err(Error::Refused)), "{seen:?}");
    }
    let none = TeamId::from_bytes([9; 16]);
    assert!(matches!(app.admission(&app.request(None), &lou, (none, nell.user())).await, Err(Error::Unseen)));
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_compares_the_key_on_the_page_and_hands_the_teams_over() {
    let hub = Hub::founded(ENGINES[0]).await;
    let adam = hub.sign_in("adam.notional").await;
    let team = hub.person("fay.fictional").team_id;
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Triager)).await;
    let waiting = sign_in(&hub, &nell).await;
    let fingerprint = hub.app.own_fingerprint(&waiting).await.unwrap();
    let app = Arc::clone(&hub.app);
    let served = hub.serve().await;
    let fay = Client::new(&served);
    fay.sign_in(&served, "fay.fictional").await;
    assert!(fay.get("/").await.body.contains("1 person waits for the key of Fire Protection"));
    let list = fay.get("/admissions").await;
    let href = list.links("main li a").remove(0);
    let page = fay.get(&href).await;
    assert_eq!(
        (page.heading().as_str(), page.words("title")),
        ("Nell Novel", vec!["Somebody who waits – New members – Referral Exchange".to_owned()])
    );
    assert_eq!(page.words("p.app-secret"), [fingerprint.as_str()]);
    let hidden: Vec<_> = page.hidden();
    let value = |name: &str| hidden.iter().find(|(known, _)| known == name).unwrap().1.clone();
    let (csrf, token) = (page.token(), value("form_token"));
    let fields = [("csrf_token", csrf.as_str()), ("form_token", token.as_str()), ("fingerprint", fingerprint.as_str())];
    let unticked = fay.post(&href, &fields).await;
    assert_eq!((unticked.status.as_u16(), unticked.words(".govuk-error-summary__list a").len()), (422, 1));
    let no_reason = fay.post(&format!("{href}/refuse"), &fields[..2]).await;
    assert_eq!((no_reason.status.as_u16(), no_reason.words(".govuk-error-summary__list a").len()), (422, 1));
    let done = fay.post(&href, &[fields[0], fields[1], fields[2], ("compared", "yes")]).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, "/admissions"));
    assert!(fay.get("/admissions").await.body.contains("Nobody waits."));
    assert!(app.waits_for(&sign_in(&served.hub, &nell).await).await.unwrap().is_empty());
    served.finish().await;
}

crate::support::on_both! {
    a_lead_hands_the_key_to_whoever_has_the_key_they_compared_and_to_nobody_twice => compared,
    of_two_leads_at_once_one_admits_and_the_other_is_told_politely => at_once,
    whoever_is_turned_away_loses_the_place_and_a_key_that_differs_is_told_to_those_who_must_know => turned_away,
    only_a_lead_who_holds_the_key_admits_or_turns_away => leads_alone,
}
