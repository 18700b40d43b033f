//! A password is changed: the key stays the same, and the old password opens nothing.

use std::{sync::Arc, time::Duration};

use referral_exchange::{
    app::{
        App, BlobDirectory, Caller, Error, KeyFiles, NewPassword, NotChanged, NotJoined, Parts, Password, PathwayLibrary,
        PolicyFiles, SystemRandom, TestScanner,
    },
    demo::{DemoPerson, code as code_of},
    domain::{ports::Clock, role::Role},
    store::{Db, Engine},
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{CHEAP, ENGINES, Hub},
    newcomer::{invited, sign_in},
    raw::Raw,
};

const NEW: &str = "seven grey owls at noon";

async fn changes(app: &App, caller: &Caller, present: &str, new: &str) -> Result<Result<(), NotChanged>, Error> {
    let new = NewPassword::parse(new.to_owned()).unwrap();
    app.change_password(&app.request(None), caller, (Password::typed(present.to_owned()), &new)).await
}

async fn signs_in(hub: &Hub, person: &DemoPerson) -> Result<(), Error> {
    hub.clock.advance(Duration::from_secs(31));
    let request = hub.app.request(None);
    let code = person.code(request.at).unwrap();
    hub.app.sign_in(&request, &person.username, Password::typed(person.password.clone()), &code).await.map(drop)
}

async fn same_key(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "earlier", |_| {}).await.reference.to_string();
    let theo = hub.person("theo.invented").clone();
    hub.clock.advance(Duration::from_secs(31));
    let (_, elsewhere) = theo.sign_in(app).await.unwrap();
    let caller = hub.sign_in("theo.invented").await;
    assert_eq!(changes(app, &caller, "not his password", NEW).await.unwrap(), Err(NotChanged::WrongPassword));
    assert_eq!(changes(app, &caller, &theo.password, "theo.invented1").await.unwrap(), Err(NotChanged::CommonPassword));
    let before = app.own_fingerprint(&caller).await.unwrap();
    assert_eq!(changes(app, &caller, &theo.password, NEW).await.unwrap(), Ok(()));

    assert!(matches!(app.authenticate(&app.request(None), &elsewhere).await, Err(Error::NotSignedIn)), "elsewhere it ended");
    assert!(app.read_referral(&app.request(None), &caller, &reference).await.unwrap().answers.is_some(), "here it goes on");
    assert!(matches!(signs_in(&hub, &theo).await, Err(Error::Credentials)));
    let changed = sign_in(&hub, &DemoPerson { password: NEW.to_owned(), ..theo }).await;
    assert_eq!(app.own_fingerprint(&changed).await.unwrap(), before);
    assert!(app.read_referral(&app.request(None), &changed, &reference).await.unwrap().answers.is_some());
    hub.finish().await;
}

async fn under_way(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let mut theo = hub.person("theo.invented").clone();
    let words = ["seven grey owls at noon", "nine brown hares at dusk", "two white crows at dawn", "six black cats at tea"];
    for new in words {
        let caller = sign_in(&hub, &theo).await;
        hub.clock.advance(Duration::from_secs(31));
        let request = app.request(None);
        let code = theo.code(request.at).unwrap();
        let old = Password::typed(theo.password.clone());
        let (first, changed) =
            tokio::join!(app.sign_in(&request, &theo.username, old, &code), changes(app, &caller, &theo.password, new));
        assert_eq!(changed.unwrap(), Ok(()));
        // Whichever was first: by the old password nobody is in any more.
        match first {
            Ok(begun) => {
                let seen = app.authenticate(&app.request(None), &begun.cookie).await;
                assert!(matches!(seen, Err(Error::NotSignedIn)), "a session outlived the password it was begun with");
            }
            Err(error) => assert!(matches!(error, Error::Credentials), "{error:?}"),
        }
        theo.password = new.to_owned();
    }
    // The tag of before is told from the one that stands, within whatever transaction asks.
    let before = app.store().credential(theo.user).await.unwrap().unwrap().auth_tag;
    let mut tx = app.store().begin().await.unwrap();
    assert!(tx.holds_credential(theo.user, &before).await.unwrap());
    drop(tx);
    let caller = sign_in(&hub, &theo).await;
    assert_eq!(changes(app, &caller, &theo.password, "five red foxes at rest").await.unwrap(), Ok(()));
    let mut tx = app.store().begin().await.unwrap();
    assert!(!tx.holds_credential(theo.user, &before).await.unwrap(), "the one before fits nothing");
    drop(tx);
    hub.finish().await;
}

async fn no_faster_than_at_the_door(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let caller = hub.sign_in("theo.invented").await;
    let mut waits = false;
    for _ in 0..8 {
        match changes(&hub.app, &caller, "not his password", NEW).await {
            Ok(Err(NotChanged::WrongPassword)) => {}
            Err(Error::Throttled(_)) => waits = true,
            other => panic!("{other:?}"),
        }
    }
    assert!(waits, "guesses are slowed down");
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_changes_their_password_on_the_page() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let page = client.get("/account/password").await;
    let csrf = page.token();
    let old = served.hub.person("tess.example").password.clone();
    let posts = async |present: &str, new: &str| {
        client.post("/account/password", &[("csrf_token", csrf.as_str()), ("present", present), ("password", new)]).await
    };
    for (present, new) in [("wrong", NEW), (&*old, "short"), (&*old, "tess.example12")] {
        let answer = posts(present, new).await;
        assert_eq!((answer.status.as_u16(), answer.words(".govuk-error-summary__list a").len()), (422, 1), "{new}");
        assert!(!answer.body.contains(NEW) && !answer.body.contains(&old), "a password never comes back");
    }
    assert_eq!(posts(&old, NEW).await.location(), "/account");
    served.finish().await;
}

/// A live hub over the same database and keys: as if somebody had brought a demonstration's rows into one.
async fn live(hub: &Hub) -> Arc<App> {
    Raw::owner(hub).await.run("UPDATE hub SET demonstration = 0").await;
    let parts = Parts {
        db: Db::open(&hub.url).await.unwrap(),
        keys: KeyFiles::read(&hub.folder.path().join("keys")).unwrap(),
        blobs: Arc::new(BlobDirectory::new(&hub.folder.path().join("blobs"), Arc::new(SystemRandom))),
        scanner: Arc::new(TestScanner),
        mail: None,
        helpline: None,
        passwords: CHEAP,
        clock: Arc::clone(&hub.clock) as Arc<dyn Clock>,
        random: Arc::new(SystemRandom),
        policy: PolicyFiles::embedded(),
        pathways: PathwayLibrary::embedded().unwrap(),
        origin: "test.referral-exchange.example/log".to_owned(),
        demonstration: false,
        partnership: "Exampleshire Safeguarding Partnership".to_owned(),
        name: "Referral Exchange".to_owned(),
    };
    App::start(parts).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_hub_takes_no_password_of_a_demonstration() {
    let hub = Hub::founded(ENGINES[0]).await;
    let abel = hub.sign_in("abel.template").await;
    let team = hub.person("pia.supposed").team_id;
    let new = invited("ivy.fancied", (team, Role::Practitioner));
    let (_, invitation) = hub.app.add_person(&hub.app.request(None), &abel, new).await.unwrap();
    let live = live(&hub).await;

    // A right password and a right code, and nobody is let in.
    let tess = hub.person("tess.example").clone();
    hub.clock.advance(Duration::from_secs(31));
    let request = live.request(None);
    let password = || Password::typed(tess.password.clone());
    let refused = live.sign_in(&request, &tess.username, password(), &tess.code(request.at).unwrap()).await;
    assert!(matches!(refused, Err(Error::Credentials)), "{:?}", refused.map(drop));

    // Nor does anybody join with one: it is told like any password that others know.
    let ticket = live.take_up_invitation(&request, "ivy.fancied", &invitation.code).await.unwrap();
    let joining = live.joining(&request, &ticket).await.unwrap();
    let digits = code_of(&joining.factor.secret, live.now()).unwrap();
    let theirs = NewPassword::parse(tess.password.clone()).unwrap();
    let refused = live.join(&request, &ticket, &theirs, &digits).await.unwrap();
    assert!(matches!(refused, Err(NotJoined::CommonPassword)));
    let own = NewPassword::parse(NEW.to_owned()).unwrap();
    assert!(live.join(&request, &ticket, &own, &digits).await.unwrap().is_ok());
    live.close().await.unwrap();
    Raw::owner(&hub).await.run("UPDATE hub SET demonstration = 1").await;
    hub.finish().await;
}

crate::support::on_both! {
    a_changed_password_opens_what_the_old_one_did_and_the_old_one_nothing => same_key,
    a_sign_in_under_way_does_not_outlive_a_change_of_password => under_way,
    a_present_password_cannot_be_guessed_at => no_faster_than_at_the_door,
}
