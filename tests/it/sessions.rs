//! Where somebody is signed in: told to them alone, and ended by them one by one.

use std::time::Duration;

use referral_exchange::{app::Error, domain::ids::SessionId, store::Engine};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::key,
};

async fn listed_and_ended(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.person("tess.example").clone();
    hub.clock.advance(Duration::from_secs(31));
    let (_, cookie) = tess.sign_in(app).await.unwrap();
    hub.clock.advance(Duration::from_mins(2));
    let here = hub.sign_in("tess.example").await;
    let sessions = app.own_sessions(&app.request(None), &here).await.unwrap();
    assert_eq!(sessions.iter().map(|session| session.is_this).collect::<Vec<_>>(), [true, false]);
    assert!(sessions[1].begun_at < sessions[0].begun_at && sessions[1].used_at >= sessions[1].begun_at);

    let other = sessions[1].id;
    let stranger = hub.sign_in("theo.invented").await;
    for (by, session) in [(&stranger, other), (&here, SessionId::from_bytes([9; 16]))] {
        let ended = app.end_own_session(&app.request(None), by, &key(app), session).await;
        assert!(matches!(ended, Err(Error::Unseen)), "{ended:?}");
    }
    assert!(app.authenticate(&app.request(None), &cookie).await.is_ok());
    app.end_own_session(&app.request(None), &here, &key(app), other).await.unwrap();
    assert!(matches!(app.authenticate(&app.request(None), &cookie).await, Err(Error::NotSignedIn)), "at once");
    assert_eq!(app.own_sessions(&app.request(None), &here).await.unwrap().len(), 1);
    // One's own, too.
    app.end_own_session(&app.request(None), &here, &key(app), here.session()).await.unwrap();
    assert!(matches!(app.own_sessions(&app.request(None), &here).await, Err(Error::NotSignedIn)));
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_ends_the_session_on_a_lost_device_on_the_page() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let (lost, here) = (Client::new(&served), Client::new(&served));
    lost.sign_in(&served, "tess.example").await;
    here.sign_in(&served, "tess.example").await;
    let page = here.get("/account/sessions").await;
    assert_eq!(page.words("main li").len(), 2);
    let (action, hidden) = page.last_form();
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(here.post(&action, &hidden).await.location(), "/account/sessions");
    assert!(lost.get("/account").await.location().starts_with("/sign-in"));
    assert_eq!(here.get("/account/sessions").await.words("main li").len(), 1);
    served.finish().await;
}

crate::support::on_both! {
    sessions_are_listed_to_their_person_and_ended_one_by_one => listed_and_ended,
}
