//! A password is changed: the key stays the same, and the old password opens nothing.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, Error, NewPassword, NotChanged, Password},
    demo::DemoPerson,
    store::Engine,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::sign_in,
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

crate::support::on_both! {
    a_changed_password_opens_what_the_old_one_did_and_the_old_one_nothing => same_key,
    a_present_password_cannot_be_guessed_at => no_faster_than_at_the_door,
}
