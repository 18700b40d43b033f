//! Who was trained, and whose account lies unused: told of, and in nobody's way.

use std::time::Duration;

use jiff::civil::Date;
use referral_exchange::{
    app::{Error, PersonView},
    domain::{account::DORMANT, ids::UserId, training::Training},
    store::Engine,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::key,
};

async fn told_and_in_nobodys_way(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let admin = hub.sign_in("abel.template").await;
    let pia = hub.person("pia.supposed").user;
    let today = app.now().uk_date();
    let long_ago = Date::new(2001, 1, 5).unwrap();
    let sets = async |user: UserId, on: Option<Date>| {
        app.set_training(&app.request(None), &admin, &key(app), (user, on)).await.map(drop)
    };
    let view = async || app.person_of_agency(&app.request(None), &admin, pia).await.unwrap().training;
    assert_eq!(view().await, Training::Unknown);
    sets(pia, Some(long_ago)).await.unwrap();
    assert_eq!(view().await, Training::Old(long_ago));
    let caller = hub.sign_in("pia.supposed").await;
    assert_eq!(app.own_training(&app.request(None), &caller).await.unwrap(), Training::Old(long_ago));
    send(app, &caller, "untrained", |_| {}).await;
    sets(pia, Some(today)).await.unwrap();
    assert_eq!(view().await, Training::Recent(today));
    assert!(matches!(sets(pia, Some(today.tomorrow().unwrap())).await, Err(Error::Malformed(_))));
    sets(pia, None).await.unwrap();
    assert_eq!(view().await, Training::Unknown);
    assert!(matches!(sets(admin.user(), Some(today)).await, Err(Error::Refused)), "not of themselves");
    assert!(matches!(sets(hub.person("theo.invented").user, Some(today)).await, Err(Error::Unseen)));
    hub.finish().await;
}

async fn unused(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    hub.sign_in("quinn.mock").await;
    let nearly = DORMANT.checked_sub(Duration::from_hours(1)).unwrap();
    hub.clock.advance(nearly);
    let quinn = async || -> PersonView {
        let admin = hub.sign_in("abel.template").await;
        app.person_of_agency(&app.request(None), &admin, hub.person("quinn.mock").user).await.unwrap()
    };
    let view = quinn().await;
    assert!(!view.dormant && view.last_sign_in.is_some());
    hub.clock.advance(Duration::from_hours(2));
    assert!(quinn().await.dormant);
    hub.sign_in("quinn.mock").await;
    assert!(!quinn().await.dormant, "whoever signs in is back");
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_records_a_training_on_the_page_and_the_person_is_told_when_it_is_old() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let admin = Client::new(&served);
    admin.sign_in(&served, "abel.template").await;
    let href = format!("/people/{}", served.hub.person("pia.supposed").user);
    let page = admin.get(&format!("{href}/training")).await;
    let (action, hidden) = page.last_form();
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let with = |day| [&hidden[..], &[("trained_on", day)]].concat();
    let wrong = admin.post(&action, &with("soon")).await;
    assert_eq!((wrong.status.as_u16(), wrong.value("trained_on")), (422, "soon".to_owned()));
    assert_eq!(admin.post(&action, &with("5/1/2001")).await.location(), href);
    assert!(admin.get(&href).await.body.contains("5 January 2001, more than a year ago"));
    let pia = Client::new(&served);
    pia.sign_in(&served, "pia.supposed").await;
    let start = pia.get("/").await.body;
    assert!(start.contains("5 January 2001") && start.contains("You can do everything as before"));
    served.finish().await;
}

crate::support::on_both! {
    an_old_training_is_told_of_and_keeps_nobody_from_anything => told_and_in_nobodys_way,
    an_account_that_nobody_used_for_ninety_days_is_told_of => unused,
}
