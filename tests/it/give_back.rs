//! Drills: somebody forgets or comes back, and those who hold what was theirs by name give it back, to nobody else.

use referral_exchange::{
    app::{App, Caller, Error, answers_to_json},
    demo::DemoPerson,
    domain::{draft::Part, enquiry::FormKind, message::Audience, role::Role},
    store::Engine,
};
use serde_json::json;

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::{admit, key, rejoin, reset, sign_in},
    notice::{self, NOTICE, with},
    raw::Raw,
};

/// Quinn of the police, who has begun a draft and sent something to named people, with what a source told kept apart; Pia is the
/// deputy of both and the lead of the team.
async fn begun(engine: Engine) -> (Hub, DemoPerson, [String; 2]) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    app.choose_deputy(&app.request(None), &quinn, Some(hub.person("pia.supposed").user)).await.unwrap();
    let answers = with(&json!({ "danger_now": true, "lead_party": false, "informant": "canaryinformant" }));
    let sent = notice::send(app, &quinn, &answers).await.reference.to_string();
    let part = Part { section: "all".to_owned(), fields: vec![("account".to_owned(), "words".to_owned())] };
    let form = (NOTICE, FormKind::Referral);
    let draft = app.start_draft(&app.request(None), &quinn, &key(app), (form, &part)).await.unwrap().value.to_string();
    let person = hub.person("quinn.mock").clone();
    (hub, person, [sent, draft])
}

async fn owed(app: &App, caller: &Caller) -> Vec<(String, usize, usize)> {
    let owed = app.owed(&app.request(None), caller).await.unwrap().into_iter();
    owed.map(|view| (view.name, view.drafts, view.referrals)).collect()
}

/// They forget, an administrator resets them, they set a new password, and the lead admits them.
async fn forgotten(hub: &Hub, person: &DemoPerson) -> (DemoPerson, Caller) {
    let abel = hub.sign_in("abel.template").await;
    let code = reset(hub, &abel, person).await;
    let (person, _) = rejoin(hub, person, &code).await;
    let pia = hub.sign_in("pia.supposed").await;
    assert_eq!(owed(&hub.app, &pia).await, [], "nothing before the key is compared");
    let early = hub.app.give_back(&hub.app.request(None), &pia, &key(&hub.app), person.user).await;
    assert!(matches!(early, Err(Error::Unseen)), "{early:?}");
    admit(hub, &pia, &person).await.unwrap();
    let caller = sign_in(hub, &person).await;
    (person, caller)
}

async fn by_the_deputy(engine: Engine) {
    let (hub, person, [sent, draft]) = begun(engine).await;
    let app = &hub.app;
    let (_, quinn) = forgotten(&hub, &person).await;
    let unseen = app.read_draft(&app.request(None), &quinn, &draft).await.map(drop);
    assert!(matches!(unseen, Err(Error::Unseen)), "{unseen:?}");
    let pia = hub.sign_in("pia.supposed").await;
    assert_eq!(owed(app, &pia).await, [("Quinn Mock".to_owned(), 1, 1)]);
    assert_eq!(owed(app, &hub.sign_in("abel.template").await).await, []);
    let same = key(app);
    let given = app.give_back(&app.request(None), &pia, &same, person.user).await.unwrap();
    let again = app.give_back(&app.request(None), &pia, &same, person.user).await.unwrap();
    assert_eq!((again.replayed, again.value), (true, given.value));

    let opened = app.read_draft(&app.request(None), &quinn, &draft).await.unwrap();
    assert_eq!(opened.fields(), [("account".to_owned(), "words".to_owned())]);
    let read = app.read_referral(&app.request(None), &quinn, &sent).await.unwrap();
    let answers = answers_to_json(read.answers.as_ref().unwrap());
    assert_eq!((answers["account"].as_str(), answers.get("informant")), (Some("Something odd was said."), None));
    assert_eq!(app.own_loss(&quinn).await.unwrap(), referral_exchange::app::Loss::default());
    // The deputy never held what the source said: whoever the pathway names for it gives that back.
    let mut raw = Raw::owner(&hub).await;
    let events = "SELECT COUNT(*) FROM log_event WHERE action = 'give-back' AND outcome = 'allow'";
    assert_eq!(raw.count(events).await, 2, "each an event");
    assert_eq!(raw.count("SELECT COUNT(*) FROM give_back WHERE given_at IS NULL").await, 1);
    assert_eq!(owed(app, &pia).await, []);
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

async fn by_the_receiving_team(engine: Engine) {
    let (hub, person, [sent, draft]) = begun(engine).await;
    let app = &hub.app;
    let (_, quinn) = forgotten(&hub, &person).await;
    let paul = hub.sign_in("paul.figment").await;
    assert_eq!(owed(app, &paul).await, [("Quinn Mock".to_owned(), 0, 1)]);
    app.give_back(&app.request(None), &paul, &key(app), person.user).await.unwrap();
    assert!(app.read_referral(&app.request(None), &quinn, &sent).await.unwrap().answers.is_some());
    let unseen = app.read_draft(&app.request(None), &quinn, &draft).await.map(drop);
    assert!(matches!(unseen, Err(Error::Unseen)), "a draft is nobody's but its owner's and deputy's: {unseen:?}");
    // The second to come finds what is left.
    let pia = hub.sign_in("pia.supposed").await;
    assert_eq!(owed(app, &pia).await, [("Quinn Mock".to_owned(), 1, 0)]);
    hub.finish().await;
}

async fn to_nobody_else(engine: Engine) {
    let (hub, person, [sent, _]) = begun(engine).await;
    let app = &hub.app;
    forgotten(&hub, &person).await;
    let toby = hub.person("toby.fabled").user;
    let mut raw = Raw::owner(&hub).await;
    let planted = raw.run(&format!("UPDATE give_back SET account = '{toby}'")).await;
    assert!(planted > 0);
    let pia = hub.sign_in("pia.supposed").await;
    let given = app.give_back(&app.request(None), &pia, &key(app), toby).await;
    assert!(matches!(given, Err(Error::Conflict(_))), "who it was given to is said by the events, not by the list: {given:?}");
    assert_eq!(raw.count(&format!("SELECT COUNT(*) FROM grant_made WHERE to_id = '{toby}'")).await, 0);
    let caller = hub.sign_in("toby.fabled").await;
    let unseen = app.read_referral(&app.request(None), &caller, &sent).await.map(drop);
    assert!(matches!(unseen, Err(Error::Unseen)), "{unseen:?}");
    hub.finish().await;
}

async fn after_a_suspension(engine: Engine) {
    let (hub, person, [sent, draft]) = begun(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    app.suspend(&app.request(None), &abel, &key(app), person.user).await.unwrap();
    while app.renew_keys().await.unwrap().more {}
    let pia = hub.sign_in("pia.supposed").await;
    let words = "They have changed the lock.";
    app.write_message(&app.request(None), &pia, &key(app), (&sent, Audience::Shared, words)).await.unwrap();
    app.reinstate(&app.request(None), &abel, &key(app), person.user).await.unwrap();
    admit(&hub, &pia, &person).await.unwrap();
    let quinn = sign_in(&hub, &person).await;
    assert_eq!(owed(app, &pia).await, [("Quinn Mock".to_owned(), 1, 1)]);
    app.give_back(&app.request(None), &pia, &key(app), person.user).await.unwrap();
    let read = app.read_referral(&app.request(None), &quinn, &sent).await.unwrap();
    assert_eq!(read.messages.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), [words]);
    assert!(answers_to_json(read.answers.as_ref().unwrap())["account"].is_string(), "what was sent before as well");
    app.read_draft(&app.request(None), &quinn, &draft).await.unwrap();
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

async fn two_leads_at_once(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let theo = hub.person("theo.invented").clone();
    app.set_place(&app.request(None), &adam, &key(app), (theo.user, theo.team_id, Role::Lead)).await.unwrap();
    let nell = crate::support::newcomer::newcomer(&hub, &adam, "nell.novel", (theo.team_id, Role::Triager)).await;
    let (one, other) = (hub.sign_in("fay.fictional").await, sign_in(&hub, &theo).await);
    let (first, second) = tokio::join!(admit(&hub, &one, &nell), admit(&hub, &other, &nell));
    assert!(first.is_ok() != second.is_ok(), "one of them: {first:?} {second:?}");
    let mut raw = Raw::owner(&hub).await;
    let held = format!("SELECT COUNT(*) FROM key_wrap w JOIN key_wrap_bytes b ON b.wrap = w.id WHERE w.to_id = '{}'", nell.user);
    assert_eq!(raw.count(&held).await, 1, "and the key is handed over once");
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_gives_back_on_the_page_what_a_colleague_lost() {
    let (hub, person, _) = begun(ENGINES[0]).await;
    forgotten(&hub, &person).await;
    let served = hub.serve().await;
    let pia = Client::new(&served);
    pia.sign_in(&served, "pia.supposed").await;
    let start = pia.get("/").await;
    assert!(start.body.contains("Give back to Quinn Mock what was theirs") && start.body.contains("1 referral and 1 draft"));
    let page = pia.get("/give-back").await;
    let (action, hidden) = page.last_form();
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let given = pia.post(&action, &hidden).await;
    assert_eq!((given.status.as_u16(), given.location()), (303, "/give-back"));
    assert!(pia.get("/give-back").await.body.contains("Nobody waits for anything that you hold."));
    served.finish().await;
}

crate::support::on_both! {
    a_deputy_gives_back_a_draft_and_a_referral_to_whoever_forgot => by_the_deputy,
    the_receiving_team_gives_back_what_is_shared_and_no_draft => by_the_receiving_team,
    what_was_somebodys_is_given_to_nobody_else_whoever_asks => to_nobody_else,
    whoever_was_suspended_gets_what_was_written_meanwhile => after_a_suspension,
    two_leads_who_admit_at_once_hand_the_key_over_once => two_leads_at_once,
}
