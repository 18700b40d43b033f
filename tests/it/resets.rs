//! Forgotten passwords: an administrator's reset opens nothing to anybody, and whoever was reset has back what their teams hold when
//! a lead has compared their new key.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, Error, Founder, ListQuery, NoticeQuery, Password, Remains},
    demo::DemoPerson,
    domain::{account::AccountState, draft::Part, enquiry::FormKind, notice::NoticeCode, role::Role},
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::{admit, key, newcomer, rejoin, reset, sign_in},
    notice::{self, NOTICE, with},
    raw::Raw,
};

async fn told(app: &App, caller: &Caller) -> Vec<NoticeCode> {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.into_iter().map(|item| item.code).collect()
}

/// What somebody sees of anything: the drafts, what they sent, and these references.
async fn sees(app: &App, caller: &Caller, references: &[String]) -> usize {
    let drafts = app.drafts(&app.request(None), caller).await.unwrap().len();
    let sent = app.sent(&app.request(None), caller, &ListQuery::default()).await.unwrap().items.len();
    let mut read = 0;
    for reference in references {
        match app.read_referral(&app.request(None), caller, reference).await {
            Ok(_) => read += 1,
            Err(Error::Unseen) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    drafts + sent + read
}

async fn draft(app: &App, caller: &Caller) -> String {
    let part = Part { section: "all".to_owned(), fields: vec![("account".to_owned(), "words".to_owned())] };
    let form = (NOTICE, FormKind::Referral);
    app.start_draft(&app.request(None), caller, &key(app), (form, &part)).await.unwrap().value.to_string()
}

/// The police, whose Quinn has sent something ordinary and something for named people, and has begun a draft.
async fn with_three(engine: Engine) -> (Hub, Caller, Vec<String>) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    app.choose_deputy(&app.request(None), &quinn, Some(hub.person("pia.supposed").user)).await.unwrap();
    let ordinary = send(app, &quinn, "ordinary", |_| {}).await.reference.to_string();
    let urgent = with(&json!({ "danger_now": true, "lead_party": false }));
    let named = notice::send(app, &quinn, &urgent).await.reference.to_string();
    let draft = draft(app, &quinn).await;
    assert_eq!(sees(app, &quinn, &[ordinary.clone(), named.clone()]).await, 1 + 2 + 2);
    (hub, quinn, vec![ordinary, named, draft])
}

async fn opens_nothing(engine: Engine) {
    let (hub, quinn, references) = with_three(engine).await;
    let app = &hub.app;
    let person = hub.person("quinn.mock").clone();
    hub.clock.advance(Duration::from_secs(31));
    let (_, cookie) = person.sign_in(app).await.unwrap();
    let abel = hub.sign_in("abel.template").await;
    let loss = app.loss_by_reset(&abel, person.user).await.unwrap();
    assert_eq!(loss.teams, [("Police neighbourhoods".to_owned(), vec!["Pia Supposed".to_owned()])]);
    assert_eq!((loss.drafts.all, loss.drafts.held, loss.referrals.all, loss.referrals.held), (1, 1, 1, 1));

    let code = reset(&hub, &abel, &person).await;
    // Signed out at once; the old password and app let nobody in, and what was begun fails.
    assert!(matches!(app.authenticate(&app.request(None), &cookie).await, Err(Error::NotSignedIn)));
    let late = app.read_referral(&app.request(None), &quinn, &references[0]).await.map(drop);
    assert!(matches!(late, Err(Error::NotSignedIn | Error::Unseen | Error::Refused)), "{late:?}");
    let request = app.request(None);
    let typed = Password::typed(person.password.clone());
    let old = app.sign_in(&request, &person.username, typed, &person.code(request.at).unwrap()).await.map(drop);
    assert!(matches!(old, Err(Error::Credentials)), "{old:?}");
    let view = app.person_of_agency(&app.request(None), &abel, person.user).await.unwrap();
    assert_eq!((view.state, view.reset_at.is_some(), view.places[0].waits), (AccountState::Invited, true, true));

    // The administrator has the code, sets a password and app, and signs in as that person.
    let (posing, impostor) = rejoin(&hub, &person, &code).await;
    let seen = &references[..2];
    assert_eq!(sees(app, &impostor, seen).await, 0);
    let unread = app.read_draft(&app.request(None), &impostor, &references[2]).await.map(drop);
    assert!(matches!(unread, Err(Error::Unseen)), "{unread:?}");
    // No job, no writing and no new referral gives that key anything.
    while app.renew_keys().await.unwrap().more {}
    let pia = hub.sign_in("pia.supposed").await;
    app.choose_deputy(&app.request(None), &pia, Some(person.user)).await.map(drop).unwrap_err();
    let urgent = with(&json!({ "danger_now": true, "lead_party": false }));
    let after = notice::send(app, &pia, &urgent).await.reference.to_string();
    let mut raw = Raw::owner(&hub).await;
    let newest = format!("SELECT id FROM key_published WHERE owner = '{}' AND epoch = 2", person.user);
    let newest = raw.texts(&newest).await.remove(0);
    for given in ["grant_made", "key_wrap"] {
        assert_eq!(raw.count(&format!("SELECT COUNT(*) FROM {given} WHERE to_key = '{newest}'")).await, 0, "{given}");
    }
    let kept =
        format!("SELECT COUNT(*) FROM key_wrap w JOIN key_wrap_bytes b ON b.wrap = w.id WHERE w.to_id = '{}'", person.user);
    assert_eq!(raw.count(&kept).await, 0, "and what the old key held of the team's is erased");
    let impostor = sign_in(&hub, &posing).await;
    assert_eq!(sees(app, &impostor, &[seen, std::slice::from_ref(&after)].concat()).await, 0);
    assert_eq!(app.waits_for(&impostor).await.unwrap()[0].leads[0].name, "Pia Supposed");

    // The lead is shown that the key is new and whose reset it was; officers and the person are told.
    let waiting = app.admissions(&app.request(None), &pia).await.unwrap().remove(0);
    assert_eq!(waiting.reset.map(|reset| (reset.by, reset.has_key)), Some(("Abel Template".to_owned(), true)));
    assert!(told(app, &pia).await.contains(&NoticeCode::MemberReset));
    assert!(told(app, &hub.sign_in("dina.proforma").await).await.contains(&NoticeCode::PersonReset));
    assert!(told(app, &impostor).await.contains(&NoticeCode::OwnReset));
    let logged = format!(
        "SELECT COUNT(*) FROM log_event WHERE action = 'reset-person' AND outcome = 'allow' AND actor = '{}'",
        abel.user()
    );
    assert_eq!(raw.count(&logged).await, 1);
    hub.finish().await;
}

async fn admitted_anew(engine: Engine) {
    let (hub, _, references) = with_three(engine).await;
    let app = &hub.app;
    let person = hub.person("quinn.mock").clone();
    let abel = hub.sign_in("abel.template").await;
    let first = reset(&hub, &abel, &person).await;
    // A code that was lost is made anew, and the one before is of no use.
    let second = app.invite(&app.request(None), &Founder::Caller(&abel), person.user).await.unwrap();
    let lost = app.take_up_invitation(&app.request(None), &person.username, &first).await.map(drop);
    assert!(matches!(lost, Err(Error::Credentials)), "{lost:?}");
    let (person, _) = rejoin(&hub, &person, &second.code).await;
    let again = app.take_up_invitation(&app.request(None), &person.username, &second.code).await.map(drop);
    assert!(matches!(again, Err(Error::Credentials)), "once");
    let pia = hub.sign_in("pia.supposed").await;
    admit(&hub, &pia, &person).await.unwrap();
    let quinn = sign_in(&hub, &person).await;
    assert!(
        app.read_referral(&app.request(None), &quinn, &references[0]).await.unwrap().answers.is_some(),
        "with the team's key"
    );
    let view = app.person_of_agency(&app.request(None), &abel, person.user).await.unwrap();
    assert_eq!((view.state, view.reset_at, view.places[0].waits), (AccountState::Ready, None, false));
    let own = app.own_loss(&quinn).await.unwrap();
    assert_eq!((own.drafts.all, own.drafts.held, own.referrals.all, own.referrals.held), (1, 1, 1, 1), "others give that back");
    // The sender writes on with a key that counts.
    let urgent = with(&json!({ "danger_now": true, "lead_party": false }));
    let next = notice::send(app, &quinn, &urgent).await;
    assert!(notice::read(app, &quinn, &next).await.unwrap().answers.is_some());
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

async fn runs_out(engine: Engine) {
    let (hub, _, _) = with_three(engine).await;
    let app = &hub.app;
    let person = hub.person("quinn.mock").clone();
    let abel = hub.sign_in("abel.template").await;
    let same = key(app);
    let made = app.reset_person(&app.request(None), &abel, &same, person.user).await.unwrap();
    let repeated = app.reset_person(&app.request(None), &abel, &same, person.user).await.unwrap();
    assert!(repeated.replayed && repeated.value.code.is_none() && made.value.code.is_some());
    let twice = app.reset_person(&app.request(None), &abel, &key(app), person.user).await.map(drop);
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    hub.clock.advance(Duration::from_hours(7 * 24));
    let late = app.take_up_invitation(&app.request(None), &person.username, made.value.code.as_ref().unwrap()).await.map(drop);
    assert!(matches!(late, Err(Error::Credentials)), "{late:?}");
    hub.finish().await;
}

async fn by_nobody_else(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (adam, abel) = (hub.sign_in("adam.notional").await, hub.sign_in("abel.template").await);
    let (theo, fay) = (hub.person("theo.invented").user, hub.sign_in("fay.fictional").await);
    for (by, user, seen) in [(&adam, adam.user(), true), (&fay, theo, true), (&abel, theo, false)] {
        let refused = app.reset_person(&app.request(None), by, &key(app), user).await.map(drop);
        assert!(matches!((&refused, seen), (Err(Error::Refused), true) | (Err(Error::Unseen), false)), "{refused:?}");
    }
    app.suspend(&app.request(None), &adam, &key(app), theo).await.unwrap();
    let shut = app.reset_person(&app.request(None), &adam, &key(app), theo).await.map(drop);
    assert!(matches!(shut, Err(Error::Conflict(_))), "{shut:?}");
    hub.finish().await;
}

async fn the_lead_forgets(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "earlier", |_| {}).await.reference.to_string();
    let (fay, theo) = (hub.person("fay.fictional").clone(), hub.person("theo.invented").clone());
    let adam = hub.sign_in("adam.notional").await;
    let missing = app.missing_without(fay.user).await.unwrap();
    assert!(missing.iter().any(|missing| missing.team == "Fire Protection" && missing.remains == Remains::WithoutLead));
    let code = reset(&hub, &adam, &fay).await;
    let (fay, waiting) = rejoin(&hub, &fay, &code).await;
    assert_eq!(sees(app, &waiting, std::slice::from_ref(&reference)).await, 0);
    assert!(app.waits_for(&waiting).await.unwrap().iter().all(|waits| waits.team != "Fire Protection" || waits.leads.is_empty()));
    // Whoever holds the key is made a lead, and admits them.
    app.set_place(&app.request(None), &adam, &key(app), (theo.user, theo.team_id, Role::Lead)).await.unwrap();
    let lead = sign_in(&hub, &theo).await;
    admit(&hub, &lead, &fay).await.unwrap();
    let back = sign_in(&hub, &fay).await;
    assert!(app.read_referral(&app.request(None), &back, &reference).await.unwrap().answers.is_some());
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

async fn the_last_forgets(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let (fay, theo) = (hub.person("fay.fictional").clone(), hub.person("theo.invented").clone());
    let adam = hub.sign_in("adam.notional").await;
    reset(&hub, &adam, &theo).await;
    let missing = app.missing_without(fay.user).await.unwrap();
    assert!(missing.iter().any(|missing| missing.team == "Fire Protection" && missing.remains == Remains::Nobody));
    let code = reset(&hub, &adam, &fay).await;
    let (fay, waiting) = rejoin(&hub, &fay, &code).await;
    // Nothing is routed to a team that nobody can open for, and a key that nobody compared makes it no new one.
    let seen = app.keys(&app.request(None), &adam).await.unwrap();
    assert!(seen.teams.iter().find(|team| team.id == fay.team_id).unwrap().fingerprint.is_empty());
    let team = app.store().team(fay.team_id).await.unwrap().unwrap();
    assert!(!team.has_key(), "as a team whose last member has left");
    assert!(app.teams_to_bear(&waiting).await.unwrap().is_empty());
    let born = app.bear_team(&app.request(None), &waiting, fay.team_id).await;
    assert!(matches!(born, Err(Error::Conflict(_))), "{born:?}");
    // Another lead makes it, and admits them; the team goes on.
    let nell = newcomer(&hub, &adam, "nell.novel", (fay.team_id, Role::Lead)).await;
    let lead = sign_in(&hub, &nell).await;
    app.bear_team(&app.request(None), &lead, fay.team_id).await.unwrap();
    let lead = sign_in(&hub, &nell).await;
    admit(&hub, &lead, &fay).await.unwrap();
    let back = sign_in(&hub, &fay).await;
    let fresh = send(app, &tess, "after", |_| {}).await.reference.to_string();
    assert!(app.read_referral(&app.request(None), &back, &fresh).await.unwrap().answers.is_some());
    hub.finish().await;
}

async fn not_by_its_maker(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let theo = hub.person("theo.invented").clone();
    let adam = hub.person("adam.notional").clone();
    let first = sign_in(&hub, &adam).await;
    let second = newcomer(&hub, &first, "nell.novel", (adam.team_id, Role::AgencyAdministrator)).await;
    let nell = sign_in(&hub, &second).await;
    app.set_place(&app.request(None), &nell, &key(app), (adam.user, theo.team_id, Role::Lead)).await.unwrap();
    let lead = DemoPerson { team_id: theo.team_id, ..adam.clone() };
    admit(&hub, &hub.sign_in("fay.fictional").await, &lead).await.unwrap();
    let both = sign_in(&hub, &adam).await;
    let code = reset(&hub, &both, &theo).await;
    let (theo, _) = rejoin(&hub, &theo, &code).await;
    assert_eq!(app.admissions_waiting(&both).await.unwrap(), []);
    assert!(app.admission(&app.request(None), &both, (theo.team_id, theo.user)).await.unwrap().reset_by_caller);
    let own = admit(&hub, &both, &theo).await;
    assert!(matches!(own, Err(Error::Conflict(_))), "whoever knew the code lets nobody in: {own:?}");
    admit(&hub, &hub.sign_in("fay.fictional").await, &theo).await.unwrap();
    // Once another has compared the key it is like any other's.
    app.end_place(&app.request(None), &nell, theo.user, theo.team_id).await.unwrap();
    app.set_place(&app.request(None), &nell, &key(app), (theo.user, theo.team_id, Role::Triager)).await.unwrap();
    admit(&hub, &both, &theo).await.unwrap();
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_resets_on_the_page_and_is_told_what_is_lost() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let abel = Client::new(&served);
    abel.sign_in(&served, "abel.template").await;
    let href = format!("/people/{}", served.hub.person("quinn.mock").user);
    assert!(abel.get(&href).await.body.contains("They have forgotten their password"));
    let page = abel.get(&format!("{href}/reset")).await;
    assert_eq!(page.heading(), "Reset the password of Quinn Mock?");
    assert!(page.body.contains("Police neighbourhoods: until Pia Supposed hands its key over again."));
    let (action, hidden) = page.last_form();
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let made = abel.post(&action, &hidden).await;
    assert_eq!((made.status.as_u16(), made.heading().as_str()), (200, "A code for Quinn Mock"));
    let code = made.words("dd.app-secret").remove(0);
    let again = abel.post(&action, &hidden).await;
    assert_eq!((again.status.as_u16(), again.location()), (303, href.as_str()), "the code is shown once");
    let theirs = abel.get(&href).await;
    assert!(theirs.body.contains("They open nothing") && theirs.body.contains("A new code"));
    assert!(abel.get("/people").await.body.contains("Password reset; the code runs out on"));

    let quinn = Client::new(&served);
    let token = quinn.get("/join").await.token();
    let given = quinn.post("/join", &[("csrf_token", &token), ("username", "quinn.mock"), ("code", &code)]).await;
    assert_eq!(given.location(), "/join/ready");
    let ready = quinn.get("/join/ready").await;
    let secret = ready.words("p.app-secret").remove(0).replace(' ', "");
    let shown = referral_exchange::demo::code(&secret, served.hub.app.now()).unwrap();
    let fields = [("csrf_token", ready.token()), ("password", "seven grey owls at noon".to_owned()), ("code", shown)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(quinn.post("/join/ready", &fields).await.location(), "/");
    let start = quinn.get("/").await;
    assert!(start.body.contains("Until then you open nothing of it.") && start.body.contains("Pia Supposed"));
    let pia = Client::new(&served);
    pia.sign_in(&served, "pia.supposed").await;
    let (team, user) = (served.hub.person("quinn.mock").team_id, served.hub.person("quinn.mock").user);
    let admission = pia.get(&format!("/admissions/{team}/{user}")).await;
    assert!(admission.body.contains("Their key is new: Abel Template reset their password on"));
    served.finish().await;
}

crate::support::on_both! {
    an_administrators_reset_opens_nothing_to_whoever_has_the_code => opens_nothing,
    whoever_was_reset_is_admitted_anew_and_has_the_teams_back => admitted_anew,
    the_code_of_a_reset_runs_out_and_is_told_once => runs_out,
    nobody_resets_themselves_or_the_people_of_other_agencies => by_nobody_else,
    a_lead_who_forgets_is_admitted_by_another_who_holds_the_key => the_lead_forgets,
    the_last_holder_who_forgets_makes_no_key_and_is_admitted_by_a_new_lead => the_last_forgets,
    whoever_made_a_reset_does_not_admit_the_key => not_by_its_maker,
}
