//! Suspended, back, and gone: from the moment it is said, whoever is shut out opens nothing.

use referral_exchange::{
    app::{App, Caller, Error, Founder, Password, Remains},
    demo::DemoPerson,
    domain::{account::AccountState, role::Role},
    store::Engine,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::{key, sign_in},
};

async fn signs_in(hub: &Hub, person: &DemoPerson) -> Result<(), Error> {
    hub.clock.advance(std::time::Duration::from_secs(31));
    let request = hub.app.request(None);
    let code = person.code(request.at).unwrap();
    hub.app.sign_in(&request, &person.username, Password::typed(person.password.clone()), &code).await.map(drop)
}

async fn state(app: &App, by: &Caller, person: &DemoPerson) -> (AccountState, usize, bool) {
    let view = app.person_of_agency(&app.request(None), by, person.user).await.unwrap();
    (view.state, view.places.len(), view.places.iter().all(|place| place.waits))
}

async fn suspended_and_back(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "earlier", |_| {}).await.reference.to_string();
    let theo = hub.person("theo.invented").clone();
    hub.clock.advance(std::time::Duration::from_secs(31));
    let (caller, cookie) = theo.sign_in(app).await.unwrap();
    let adam = hub.sign_in("adam.notional").await;
    app.suspend(&app.request(None), &adam, &key(app), theo.user).await.unwrap();

    // The session is gone at once, what was begun in it fails, and no password helps.
    assert!(matches!(app.authenticate(&app.request(None), &cookie).await, Err(Error::NotSignedIn)));
    let read = app.read_referral(&app.request(None), &caller, &reference).await;
    assert!(matches!(read, Err(Error::NotSignedIn | Error::Unseen | Error::Refused)), "{:?}", read.map(drop));
    assert!(matches!(signs_in(&hub, &theo).await, Err(Error::Credentials)));
    assert_eq!(state(app, &adam, &theo).await, (AccountState::Disabled, 1, true));
    assert_eq!(app.store().team(theo.team_id).await.unwrap().unwrap().epoch, 2, "the team has its next key");
    let again = app.suspend(&app.request(None), &adam, &key(app), theo.user).await;
    assert!(matches!(again, Err(Error::Conflict(_))));

    // Back they sign in as before, and open nothing until a lead has compared their key.
    app.reinstate(&app.request(None), &adam, &key(app), theo.user).await.unwrap();
    let back = sign_in(&hub, &theo).await;
    assert!(matches!(app.read_referral(&app.request(None), &back, &reference).await, Err(Error::Unseen)));
    let fay = hub.sign_in("fay.fictional").await;
    assert_eq!(app.admissions_waiting(&fay).await.unwrap()[0].1, 1);
    app.admit_member(&app.request(None), &fay, theo.team_id, theo.user).await.unwrap();
    let back = sign_in(&hub, &theo).await;
    assert!(app.read_referral(&app.request(None), &back, &reference).await.unwrap().answers.is_some());
    hub.finish().await;
}

async fn gone(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let theo = hub.person("theo.invented").clone();
    app.remove_person(&app.request(None), &adam, &key(app), theo.user).await.unwrap();
    assert_eq!(state(app, &adam, &theo).await, (AccountState::Disabled, 0, true));
    assert!(matches!(signs_in(&hub, &theo).await, Err(Error::Credentials)));
    let again = app.remove_person(&app.request(None), &adam, &key(app), theo.user).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    // Somebody who comes back has no place until they are given one.
    app.reinstate(&app.request(None), &adam, &key(app), theo.user).await.unwrap();
    assert!(matches!(signs_in(&hub, &theo).await, Err(Error::Credentials)));
    app.set_place(&app.request(None), &adam, &key(app), (theo.user, theo.team_id, Role::Triager)).await.unwrap();
    assert!(signs_in(&hub, &theo).await.is_ok());
    hub.finish().await;
}

async fn not_joined_yet(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let new = crate::support::newcomer::invited("ivy.fancied", (hub.person("fay.fictional").team_id, Role::Triager));
    let (user, first) = app.add_person(&app.request(None), &adam, new).await.unwrap();
    app.suspend(&app.request(None), &adam, &key(app), user).await.unwrap();
    let taken = app.take_up_invitation(&app.request(None), "ivy.fancied", &first.code).await;
    assert!(matches!(taken, Err(Error::Credentials)), "an invitation of somebody shut out invites nobody");
    let invited = app.invite(&app.request(None), &Founder::Caller(&adam), user).await;
    assert!(matches!(invited, Err(Error::Conflict(_))));
    app.reinstate(&app.request(None), &adam, &key(app), user).await.unwrap();
    let view = app.person_of_agency(&app.request(None), &adam, user).await.unwrap();
    assert_eq!((view.state, view.invited_until), (AccountState::Invited, None));
    let second = app.invite(&app.request(None), &Founder::Caller(&adam), user).await.unwrap();
    assert!(app.take_up_invitation(&app.request(None), "ivy.fancied", &second.code).await.is_ok());
    hub.finish().await;
}

async fn nobody_themselves(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (adam, abel) = (hub.sign_in("adam.notional").await, hub.sign_in("abel.template").await);
    let theo = hub.person("theo.invented").user;
    let fay = hub.sign_in("fay.fictional").await;
    for (by, user, seen) in [(&adam, adam.user(), true), (&fay, theo, true), (&abel, theo, false)] {
        for refused in [
            app.suspend(&app.request(None), by, &key(app), user).await,
            app.remove_person(&app.request(None), by, &key(app), user).await,
            app.reinstate(&app.request(None), by, &key(app), user).await,
        ] {
            assert!(matches!((&refused, seen), (Err(Error::Refused), true) | (Err(Error::Unseen), false)), "{refused:?}");
        }
    }
    hub.finish().await;
}

async fn told_before(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let fay = hub.person("fay.fictional").clone();
    let missing = app.missing_without(fay.user).await.unwrap();
    assert!(missing.iter().any(|missing| missing.team == "Fire Protection" && missing.remains == Remains::WithoutLead));
    // An account in wrong hands is shut whatever its team loses by it.
    let adam = hub.sign_in("adam.notional").await;
    let theo = hub.person("theo.invented").user;
    app.suspend(&app.request(None), &adam, &key(app), theo).await.unwrap();
    let missing = app.missing_without(fay.user).await.unwrap();
    assert!(missing.iter().any(|missing| missing.team == "Fire Protection" && missing.remains == Remains::Nobody));
    app.suspend(&app.request(None), &adam, &key(app), fay.user).await.unwrap();
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_suspends_somebody_on_the_page_and_has_them_back() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let theo = Client::new(&served);
    theo.sign_in(&served, "theo.invented").await;
    let adam = Client::new(&served);
    adam.sign_in(&served, "adam.notional").await;
    let href = format!("/people/{}", served.hub.person("theo.invented").user);
    let presses = async |path: &str| {
        let page = adam.get(path).await;
        let (action, hidden) = page.last_form();
        let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = adam.post(&action, &hidden).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, href.as_str()), "{path}");
    };
    assert_eq!(adam.get(&format!("{href}/suspend")).await.heading(), "Suspend Theo Invented?");
    presses(&format!("{href}/suspend")).await;
    assert!(theo.get("/queue").await.location().starts_with("/sign-in"), "at once");
    let page = adam.get(&href).await;
    assert!(page.body.contains("They cannot sign in") && adam.get("/people").await.body.contains("Suspended"));
    presses(&href).await;
    assert!(adam.get("/people").await.body.contains("Joined, and waits for a lead of Fire Protection"));
    presses(&format!("{href}/leave")).await;
    assert!(adam.get("/people").await.body.contains("Has left"));
    served.finish().await;
}

crate::support::on_both! {
    whoever_is_suspended_opens_nothing_and_is_admitted_anew_when_they_are_back => suspended_and_back,
    whoever_leaves_has_no_place_and_no_way_in => gone,
    an_invitation_of_somebody_shut_out_is_of_no_use => not_joined_yet,
    nobody_shuts_out_themselves_or_the_people_of_other_agencies => nobody_themselves,
    what_a_team_would_lose_is_told_before_and_keeps_nobody_in => told_before,
}
