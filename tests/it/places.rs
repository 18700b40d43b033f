//! Places come and go: who is admitted later opens what came earlier; whose place has ended opens nothing more.

use referral_exchange::{
    app::{Error, Founder, ListQuery, NewPassword, Password, WorkContact},
    domain::{
        role::Role,
        text::{PersonName, Username},
    },
    store::Engine,
};

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
};

async fn later_members_open_earlier_referrals(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(app, &sender, "earlier", |_| {}).await.reference.to_string();

    let administrator = hub.sign_in("adam.notional").await;
    let founder = Founder::Caller(&administrator);
    let (username, name) = (Username::parse("nell.novel").unwrap(), PersonName::parse("Nell Novel").unwrap());
    let team = hub.person("fay.fictional").team_id;
    let login = (username, name, WorkContact::default());
    let user = app.make_account(&app.request(None), &founder, administrator.agency(), login).await.unwrap();
    app.give_place(&app.request(None), &founder, user, team, Role::Triager).await.unwrap();
    let password = NewPassword::parse("a password of some length".to_owned()).unwrap();
    let factor = app.enrol_credentials(&app.request(None), user, &password).await.unwrap();
    let mut newcomer = hub.person("theo.invented").clone();
    "nell.novel".clone_into(&mut newcomer.username);
    "a password of some length".clone_into(&mut newcomer.password);
    newcomer.totp_secret = factor.secret.to_string();
    let sign_in = async || {
        hub.clock.advance(std::time::Duration::from_secs(31));
        newcomer.sign_in(app).await.unwrap().0
    };

    // Waiting for the team's key, the newcomer sees nothing of the team's.
    let waiting = sign_in().await;
    assert!(matches!(app.read_referral(&app.request(None), &waiting, &reference).await, Err(Error::Unseen)));
    assert!(matches!(app.queue(&app.request(None), &waiting, &ListQuery::default()).await, Err(Error::Refused)));

    let lead = hub.sign_in("fay.fictional").await;
    app.admit_member(&app.request(None), &lead, team, user).await.unwrap();
    let admitted = sign_in().await;
    let read = app.read_referral(&app.request(None), &admitted, &reference).await.unwrap();
    assert!(read.answers.is_some_and(|answers| !answers.is_empty()));

    app.end_place(&app.request(None), &administrator, user, team).await.unwrap();
    // A request under way stands on a place that has ended: it is turned away before anything is given out, and no list has a row.
    let read = app.read_referral(&app.request(None), &admitted, &reference).await;
    assert!(matches!(read, Err(Error::NotSignedIn)), "{:?}", read.map(drop));
    let listed = app.queue(&app.request(None), &admitted, &ListQuery::default()).await.unwrap();
    assert!(listed.items.is_empty());
    // Nor does a new sign-in help: there is no place left to sign in from.
    hub.clock.advance(std::time::Duration::from_secs(31));
    let request = app.request(None);
    let code = newcomer.code(request.at).unwrap();
    let again = app.sign_in(&request, "nell.novel", Password::typed(newcomer.password.clone()), &code).await;
    assert!(matches!(again, Err(Error::Credentials)), "told what a stranger is told");
    hub.finish().await;
}

crate::support::on_both! {
    members_admitted_later_open_what_came_earlier_and_leavers_nothing => later_members_open_earlier_referrals,
}
