//! How somebody joins: invited by their administrator, let in by nobody but themselves.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, Error, Founder, Invited, NewPassword, NotJoined, Password},
    demo::code,
    domain::{account::AccountState, ids::UserId, role::Role},
    store::Engine,
};

use crate::support::{
    client::{Client, Page},
    hub::{ENGINES, Hub, Served},
    newcomer,
    raw::Raw,
};

const GOOD: &str = "seven grey owls at noon";

fn password(text: &str) -> NewPassword {
    NewPassword::parse(text.to_owned()).unwrap()
}

async fn invited(hub: &Hub, abel: &Caller, username: &str) -> (UserId, Invited) {
    let new = newcomer::invited(username, (hub.person("pia.supposed").team_id, Role::Practitioner));
    hub.app.add_person(&hub.app.request(None), abel, new).await.unwrap()
}

async fn joins(app: &App, ticket: &str, text: &str) -> Result<Result<Caller, NotJoined>, Error> {
    let request = app.request(None);
    let joining = app.joining(&request, ticket).await?;
    let code = code(&joining.factor.secret, request.at).unwrap();
    match app.join(&request, ticket, &password(text), &code).await? {
        Ok(begun) => Ok(Ok(app.authenticate(&request, &begun.cookie).await?)),
        Err(not) => Ok(Err(not)),
    }
}

async fn from_the_invitation_to_the_queue(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let (user, first) = invited(&hub, &abel, "ivy.fancied").await;
    let people = app.people(&app.request(None), &abel, (None, None)).await.unwrap().people;
    let ivy = people.iter().find(|person| person.user == user).unwrap();
    assert_eq!((ivy.state, ivy.invited_until, ivy.places.len()), (AccountState::Invited, Some(first.expires_at), 1));
    assert!(ivy.places[0].waits && ivy.places[0].own);

    // Nobody signs in before they have joined, whatever they know.
    let early = app.sign_in(&app.request(None), "ivy.fancied", Password::typed(first.code.to_string()), "000000").await;
    assert!(matches!(early, Err(Error::Credentials)));
    let ticket = app.take_up_invitation(&app.request(None), " IVY.fancied ", &first.code.to_lowercase()).await.unwrap();
    assert_eq!(joins(app, &ticket, "ivy.fancied12").await.unwrap().err(), Some(NotJoined::CommonPassword));
    let wrong = app.join(&app.request(None), &ticket, &password(GOOD), "000000").await.unwrap();
    assert_eq!(wrong.err(), Some(NotJoined::WrongCode), "nothing was kept of that");
    let caller = joins(app, &ticket, GOOD).await.unwrap().unwrap();
    assert_eq!((caller.user(), caller.name().as_str()), (user, "Ivy Fancied"));

    // Used up: the ticket and the code lead nowhere, and there is nothing left to guess at.
    assert!(matches!(app.joining(&app.request(None), &ticket).await, Err(Error::Credentials)));
    let again = app.take_up_invitation(&app.request(None), "ivy.fancied", &first.code).await;
    assert!(matches!(again, Err(Error::Credentials)));
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM invitation").await, 0);
    let late = app.invite(&app.request(None), &Founder::Caller(&abel), user).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "whoever has joined is not invited");

    // The place waits until a lead hands the team's key over.
    assert!(caller.places().iter().all(|named| !named.place.opens()));
    let pia = hub.sign_in("pia.supposed").await;
    app.admit_member(&app.request(None), &pia, hub.person("pia.supposed").team_id, user).await.unwrap();
    let ivy = app.person_of_agency(&app.request(None), &abel, user).await.unwrap();
    assert_eq!((ivy.state, ivy.places[0].waits, ivy.invited_until), (AccountState::Ready, false, None));
    hub.finish().await;
}

async fn runs_out_and_is_replaced(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let (user, first) = invited(&hub, &abel, "ivy.fancied").await;
    let ticket = app.take_up_invitation(&app.request(None), "ivy.fancied", &first.code).await.unwrap();
    let seen = app.joining(&app.request(None), &ticket).await.unwrap().factor.secret;
    let again = app.take_up_invitation(&app.request(None), "ivy.fancied", &first.code).await.unwrap();
    assert_ne!(app.joining(&app.request(None), &again).await.unwrap().factor.secret, seen);

    let second = app.invite(&app.request(None), &Founder::Caller(&abel), user).await.unwrap();
    assert_ne!(second.code, first.code);
    assert!(matches!(app.joining(&app.request(None), &ticket).await, Err(Error::Credentials)), "a new code ends the old one");
    assert!(matches!(app.take_up_invitation(&app.request(None), "ivy.fancied", &first.code).await, Err(Error::Credentials)));
    let ticket = app.take_up_invitation(&app.request(None), "ivy.fancied", &second.code).await.unwrap();
    hub.clock.advance(Duration::from_hours(7 * 24));
    assert!(matches!(app.joining(&app.request(None), &ticket).await, Err(Error::Credentials)), "it has run out");
    assert!(matches!(app.take_up_invitation(&app.request(None), "ivy.fancied", &second.code).await, Err(Error::Credentials)));
    hub.finish().await;
}

/// Whoever made the code, or overheard it, and gave it before the person did.
async fn an_onlooker(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let (_, invited) = invited(&hub, &abel, "ivy.fancied").await;
    let theirs = app.take_up_invitation(&app.request(None), "ivy.fancied", &invited.code).await.unwrap();
    let seen = app.joining(&app.request(None), &theirs).await.unwrap().factor.secret;
    let own = app.take_up_invitation(&app.request(None), "ivy.fancied", &invited.code).await.unwrap();
    for ticket in [&theirs, &own] {
        assert!(!ticket.contains(&*invited.code) && !ticket.contains(&invited.code.replace('-', "")), "a ticket holds no code");
    }
    // The secret that stays is shown to the one ticket alone, and the other joins nothing.
    assert!(matches!(app.joining(&app.request(None), &theirs).await, Err(Error::Credentials)));
    let at = app.request(None);
    let join = app.join(&at, &theirs, &password(GOOD), &code(&seen, at.at).unwrap()).await;
    assert!(matches!(join, Err(Error::Credentials)), "{:?}", join.map(drop));
    assert_ne!(app.joining(&app.request(None), &own).await.unwrap().factor.secret, seen);
    joins(app, &own, GOOD).await.unwrap().unwrap();
    hub.finish().await;
}

/// Whoever sits down at the same machine later.
async fn half_an_hour(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let (_, invited) = invited(&hub, &abel, "ivy.fancied").await;
    let ticket = app.take_up_invitation(&app.request(None), "ivy.fancied", &invited.code).await.unwrap();
    hub.clock.advance(Duration::from_secs(30 * 60 - 1));
    let at = app.request(None);
    let secret = app.joining(&at, &ticket).await.unwrap().factor.secret;
    hub.clock.advance(Duration::from_secs(1));
    let late = app.request(None);
    assert!(matches!(app.joining(&late, &ticket).await, Err(Error::Credentials)));
    let join = app.join(&late, &ticket, &password(GOOD), &code(&secret, late.at).unwrap()).await;
    assert!(matches!(join, Err(Error::Credentials)), "{:?}", join.map(drop));
    // The code itself is good for days.
    let ticket = app.take_up_invitation(&app.request(None), "ivy.fancied", &invited.code).await.unwrap();
    joins(app, &ticket, GOOD).await.unwrap().unwrap();
    hub.finish().await;
}

/// The code is replaced while the password of whoever joins by it is worked out.
async fn replaced_meanwhile(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let mut raw = Raw::owner(&hub).await;
    for number in 0..6 {
        let username = format!("ivy.fancied{number}");
        let (user, first) = invited(&hub, &abel, &username).await;
        let ticket = app.take_up_invitation(&app.request(None), &username, &first.code).await.unwrap();
        let at = app.request(None);
        let (founder, new) = (Founder::Caller(&abel), app.request(None));
        let (joined, replaced) = tokio::join!(joins(app, &ticket, GOOD), app.invite(&new, &founder, user));
        match (joined, replaced) {
            (Ok(Ok(_)), Err(Error::Conflict(_))) => {}
            (Err(Error::Credentials), Ok(second)) => {
                let ticket = app.take_up_invitation(&at, &username, &second.code).await.unwrap();
                joins(app, &ticket, GOOD).await.unwrap().unwrap();
            }
            (joined, replaced) => panic!("one of them counts: {:?}, {:?}", joined.map(drop), replaced.map(drop)),
        }
        assert_eq!(raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM invitation").await, 0);
    }
    hub.finish().await;
}

/// Long after it ran out nobody needs to know that there was one.
async fn forgotten(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let abel = hub.sign_in("abel.template").await;
    let (_, invited) = invited(&hub, &abel, "ivy.fancied").await;
    let mut raw = Raw::owner(&hub).await;
    hub.app.store().forget_invitations(invited.expires_at).await.unwrap();
    assert_eq!(raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM invitation").await, 1);
    hub.app.store().forget_invitations(invited.expires_at.plus(Duration::from_millis(1))).await.unwrap();
    assert_eq!(raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM invitation").await, 0);
    hub.finish().await;
}

/// The last of its parts fails: then there is none of it, and the user name is free.
async fn all_or_nothing(engine: Engine) {
    let (bar, unbar) = match engine {
        Engine::Sqlite => {
            ("CREATE TRIGGER barred BEFORE INSERT ON invitation BEGIN SELECT RAISE(ABORT, 'barred'); END", "DROP TRIGGER barred")
        }
        Engine::Postgres => (
            "ALTER TABLE invitation ADD CONSTRAINT barred CHECK (made_at < 0) NOT VALID",
            "ALTER TABLE invitation DROP CONSTRAINT barred",
        ),
    };
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let mut raw = Raw::owner(&hub).await;
    raw.run(bar).await;
    let new = newcomer::invited("ivy.fancied", (hub.person("pia.supposed").team_id, Role::Practitioner));
    let failed = app.add_person(&app.request(None), &abel, new).await;
    assert!(failed.is_err());
    let left = "SELECT CAST(COUNT(*) AS BIGINT) FROM account WHERE username = 'ivy.fancied'";
    assert_eq!(raw.count(left).await, 0);
    let made = "SELECT CAST(COUNT(*) AS BIGINT) FROM log_event WHERE action = 'invite-person'";
    assert_eq!(raw.count(made).await, 0);
    raw.run(unbar).await;
    let (user, _) = invited(&hub, &abel, "ivy.fancied").await;
    assert_eq!(raw.count(made).await, 1, "and each act has its event");
    assert_eq!(app.person_of_agency(&app.request(None), &abel, user).await.unwrap().places.len(), 1);
    hub.finish().await;
}

async fn guessing(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let (_, invited) = invited(&hub, &abel, "ivy.fancied").await;
    let mut waits = false;
    for _ in 0..7 {
        match app.take_up_invitation(&app.request(None), "ivy.fancied", "00000-00000-00000-00000").await {
            Err(Error::Credentials) => {}
            Err(Error::Throttled(_)) => waits = true,
            other => panic!("{:?}", other.map(drop)),
        }
    }
    assert!(waits, "guesses are slowed down");
    let right = app.take_up_invitation(&app.request(None), "ivy.fancied", &invited.code).await;
    assert!(matches!(right, Err(Error::Throttled(_))), "the right code waits as well: {:?}", right.map(drop));
    let other = app.sign_in(&app.request(None), "ivy.fancied", Password::typed(GOOD.into()), "000000").await;
    assert!(matches!(other, Err(Error::Throttled(_))), "both doors count together: {:?}", other.map(drop));
    hub.clock.advance(Duration::from_mins(20));
    for (name, code) in
        [("theo.invented", invited.code.as_str()), ("nobody.here", &invited.code), ("no name!", ""), ("ivy.fancied", "x")]
    {
        assert!(matches!(app.take_up_invitation(&app.request(None), name, code).await, Err(Error::Credentials)), "{name}");
    }
    let forged = format!("{}.{}", hub.person("theo.invented").user, *invited.code);
    assert!(matches!(app.joining(&app.request(None), &forged).await, Err(Error::Credentials)));
    hub.finish().await;
}

async fn own_agency(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let abel = hub.sign_in("abel.template").await;
    let (user, _) = invited(&hub, &abel, "ivy.fancied").await;
    for stranger in ["adam.notional", "pia.supposed", "otis.mirage", "dev.specimen"] {
        let caller = hub.sign_in(stranger).await;
        let refused = app.invite(&app.request(None), &Founder::Caller(&caller), user).await;
        let foreign = caller.agency() != abel.agency();
        assert!(matches!(refused, Err(Error::Unseen)) == foreign && refused.is_err(), "{stranger}");
        assert!(app.person_of_agency(&app.request(None), &caller, user).await.is_err(), "{stranger}");
    }
    // Nobody gives themselves a place, or ends their own.
    let founder = Founder::Caller(&abel);
    let team = hub.person("pia.supposed").team_id;
    let own = app.give_place(&app.request(None), &founder, abel.user(), team, Role::Lead).await;
    assert!(matches!(own, Err(Error::Refused)), "{own:?}");
    let own = app.end_place(&app.request(None), &abel, abel.user(), hub.person("abel.template").team_id).await;
    assert!(matches!(own, Err(Error::Refused)), "{own:?}");
    let taken = app.add_person(&app.request(None), &abel, newcomer::invited("pia.supposed", (team, Role::Triager))).await;
    assert!(matches!(taken, Err(Error::Conflict(_))));
    let mut elsewhere = newcomer::invited("ida.fancied", (team, Role::Triager));
    elsewhere.place.0 = hub.person("theo.invented").team_id;
    assert!(matches!(app.add_person(&app.request(None), &abel, elsewhere).await, Err(Error::Unseen)), "no team of the agency");
    hub.finish().await;
}

async fn post(client: &Client, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = page.token();
    let all: Vec<_> = std::iter::once(("csrf_token", csrf.as_str())).chain(fields.iter().copied()).collect();
    client.post(path, &all).await
}

/// The administrator's page and then the member's, over TLS.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_invites_somebody_and_they_join_on_the_pages() {
    let served: Served = Hub::founded(ENGINES[0]).await.serve().await;
    let abel = Client::new(&served);
    abel.sign_in(&served, "abel.template").await;
    let list = abel.get("/people").await;
    assert!(list.body.contains("Pia Supposed") && !list.body.contains("Theo Invented"), "{}", list.body);
    let form = abel.get("/people/add").await;
    let empty = post(&abel, &form, "/people/add", &[]).await;
    assert_eq!((empty.status.as_u16(), empty.words(".govuk-error-summary__list a").len()), (422, 4));
    let team = served.hub.person("pia.supposed").team_id.to_string();
    let fields = [("name", "Ivy Fancied"), ("username", "Ivy.Fancied"), ("team", team.as_str()), ("role", "practitioner")];
    let taken = post(&abel, &form, "/people/add", &[("name", "X Y"), ("username", "pia.supposed"), fields[2], fields[3]]).await;
    assert_eq!((taken.status.as_u16(), taken.value("name")), (422, "X Y".to_owned()), "what was typed stays");
    let operator = post(&abel, &form, "/people/add", &[fields[0], fields[1], fields[2], ("role", "hub-operator")]).await;
    assert_eq!(operator.status.as_u16(), 422, "nobody is made an operator here");
    let invited = post(&abel, &form, "/people/add", &fields).await;
    assert_eq!(invited.heading(), "An invitation for Ivy Fancied");
    let code = invited.words("dd.app-secret").remove(0);
    assert_eq!(invited.words("title"), ["Invitation – Referral Exchange"], "a name never stands in a title");
    assert!(abel.get("/people").await.body.contains("Invited; the code runs out on"));

    let ivy = Client::new(&served);
    let page = ivy.get("/join").await;
    let wrong = post(&ivy, &page, "/join", &[("username", "ivy.fancied"), ("code", "00000-00000-00000-00000")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert_eq!(ivy.get("/join/ready").await.location(), "/join", "nothing is shown before the code");
    let taken_up = post(&ivy, &page, "/join", &[("username", "ivy.fancied"), ("code", &code)]).await;
    assert_eq!(taken_up.location(), "/join/ready");
    // Another browser gives the code, and then the first once more: each time the earlier one begins again.
    let onlooker = Client::new(&served);
    let page_there = onlooker.get("/join").await;
    post(&onlooker, &page_there, "/join", &[("username", "ivy.fancied"), ("code", &code)]).await;
    let again = ivy.get("/join/ready").await;
    assert_eq!((again.heading().as_str(), again.words(".govuk-inset-text").len()), ("Join", 1));
    assert_eq!(ivy.get("/join/ready").await.location(), "/join", "the cookie is gone");
    post(&ivy, &again, "/join", &[("username", "ivy.fancied"), ("code", &code)]).await;
    let page_there = post(&onlooker, &page_there, "/join/ready", &[("password", GOOD), ("code", "000000")]).await;
    assert_eq!(page_there.words(".govuk-inset-text").len(), 1, "{}", page_there.body);
    let ready = ivy.get("/join/ready").await;
    let secret: String = ready.words("p.app-secret").remove(0).split_whitespace().collect();
    assert!(ready.body.contains("<svg") && ready.links("main a").iter().any(|href| href.starts_with("otpauth://totp/")));
    let short = post(&ivy, &ready, "/join/ready", &[("password", "short"), ("code", "000000")]).await;
    assert_eq!((short.status.as_u16(), short.words(".govuk-error-summary__list a").len()), (422, 1));
    assert!(!short.body.contains("value=\"short\""), "a password never comes back");
    let now = served.hub.app.now();
    let app_code = referral_exchange::demo::code(&secret, now).unwrap();
    let joined = post(&ivy, &ready, "/join/ready", &[("password", GOOD), ("code", &app_code)]).await;
    assert_eq!((joined.status.as_u16(), joined.location()), (303, "/"));
    assert_eq!(ivy.get("/account").await.status.as_u16(), 200);
    assert_eq!(ivy.get("/join").await.location(), "/");
    // Pressed twice, or gone back to: whoever is in is led in.
    assert_eq!(ivy.get("/join/ready").await.location(), "/");
    let twice = post(&ivy, &ready, "/join/ready", &[("password", GOOD), ("code", &app_code)]).await;
    assert_eq!(twice.location(), "/join", "which leads whoever is in to the start");
    assert!(abel.get("/people").await.body.contains("Joined, and waits for a lead"));
    served.finish().await;
}

crate::support::on_both! {
    an_invited_person_joins_by_themselves_and_once => from_the_invitation_to_the_queue,
    whoever_gave_the_code_first_knows_nothing_of_the_secret_that_stays => an_onlooker,
    between_code_and_password_lies_half_an_hour_at_most => half_an_hour,
    a_code_replaced_while_a_password_is_worked_out_makes_no_account => replaced_meanwhile,
    account_place_and_invitation_are_made_together_or_not_at_all => all_or_nothing,
    an_invitation_that_ran_out_long_ago_is_forgotten => forgotten,
    a_code_runs_out_and_a_new_one_ends_the_old => runs_out_and_is_replaced,
    codes_cannot_be_guessed_at_and_are_nobody_elses => guessing,
    an_administrator_looks_after_their_own_people_and_not_after_themselves => own_agency,
}
