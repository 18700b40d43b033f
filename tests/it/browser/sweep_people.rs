//! The sweep's part on people: an administrator's pages, joining, and a lead's.

use referral_exchange::demo::code as code_of;

use super::sweep::Sweep;
use crate::support::hub::Served;

/// An administrator's pages, and those on which whoever they invite joins.
pub(super) async fn joining(sweep: &mut Sweep<'_>, served: &Served) {
    let browser = sweep.browser;
    browser.sign_in(served, "abel.template").await;
    sweep.open("/people", "/people", "good").await;
    sweep.open("/people?after=nobody", "/people", "bad").await;
    sweep.open("/keys", "/keys", "good").await;
    browser.submit().await;
    sweep.look("/keys", "replaced").await;
    sweep.open("/people/nobody", "/people/{id}", "bad").await;
    sweep.open("/teams", "/teams", "good").await;
    browser.follow("Police neighbourhoods").await;
    sweep.look("/teams/{team}", "good").await;
    browser.fill("review", "soon").await;
    browser.submit().await;
    sweep.look("/teams/{team}", "bad").await;
    sweep.open("/teams/none/key", "/teams/{team}/key", "bad").await;
    sweep.open("/teams/add", "/teams/add", "good").await;
    browser.submit().await;
    sweep.look("/teams/add", "bad").await;
    browser.go("/people").await;
    browser.follow("Invite somebody").await;
    sweep.look("/people/add", "good").await;
    browser.submit().await;
    sweep.look("/people/add", "bad").await;
    browser.fill("name", "Ivy Fancied").await;
    browser.fill("username", "ivy.fancied").await;
    let team = served.hub.app.store().team_by_code("police-neighbourhoods").await.unwrap().unwrap().id;
    browser.click(&format!("main select[name=team] option[value='{team}']")).await;
    browser.choose("role", "practitioner").await;
    browser.submit().await;
    sweep.look("/people/add", "invited").await;
    let code = browser.text("dd.app-secret").await;
    browser.follow("Go on to their page").await;
    sweep.look("/people/{id}", "invited").await;
    let person = browser.path().await;
    sweep.open(&format!("{person}/place"), "/people/{id}/place", "good").await;
    browser.submit().await;
    sweep.look("/people/{id}/place", "bad").await;
    sweep.open(&format!("{person}/places/none"), "/people/{id}/places/{team}", "bad").await;
    browser.go(&person).await;
    browser.press("main a[href*='/places/']").await;
    sweep.look("/people/{id}/places/{team}", "good").await;
    sweep.open(&format!("{person}/training"), "/people/{id}/training", "good").await;
    browser.fill("trained_on", "soon").await;
    browser.submit().await;
    sweep.look("/people/{id}/training", "bad").await;
    sweep.open(&format!("{person}/suspend"), "/people/{id}/suspend", "good").await;
    sweep.open(&format!("{person}/reset"), "/people/{id}/reset", "nothing-held").await;
    let practitioner = served.hub.person("tess.example").user;
    sweep.open(&format!("/people/{practitioner}/reset"), "/people/{id}/reset", "good").await;
    sweep.open(&format!("{person}/leave"), "/people/{id}/leave", "good").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
    sweep.open("/join", "/join", "good").await;
    browser.submit().await;
    sweep.look("/join", "bad").await;
    browser.fill("username", "ivy.fancied").await;
    browser.fill("code", &code).await;
    browser.submit().await;
    sweep.look("/join/ready", "good").await;
    browser.submit().await;
    sweep.look("/join/ready", "bad").await;
    let secret = browser.text("p.app-secret").await.replace(' ', "");
    browser.fill("password", "seven grey owls at noon").await;
    browser.fill("code", &code_of(&secret, served.hub.app.now()).unwrap()).await;
    browser.submit().await;
    sweep.look("/", "just-joined").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
    admitting(sweep, served).await;
    letting_in(sweep, served).await;
}

/// The operator's pages on which another agency comes in.
async fn letting_in(sweep: &mut Sweep<'_>, served: &Served) {
    let browser = sweep.browser;
    browser.sign_in(served, "otis.mirage").await;
    sweep.open("/agencies", "/agencies", "good").await;
    browser.follow("Let an agency in").await;
    sweep.look("/agencies/add", "good").await;
    browser.submit().await;
    sweep.look("/agencies/add", "bad").await;
    let recipient = served.hub.app.recipient_without_secret();
    for (field, text) in [
        ("name", "Wolds Housing"),
        ("code", "wolds-housing"),
        ("recovery", recipient.as_str()),
        ("person", "Wanda Fancied"),
        ("username", "wanda.fancied"),
        ("team", "Wolds office"),
        ("team_code", "wolds-office"),
    ] {
        browser.fill(field, text).await;
    }
    browser.choose("kind", "housing").await;
    browser.submit().await;
    sweep.look("/agencies/add", "invited").await;
    browser.follow("Go back to the agencies").await;
    sweep.look("/agencies", "one-more").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
}

/// A lead's pages on which a key is compared and handed over.
async fn admitting(sweep: &mut Sweep<'_>, served: &Served) {
    let browser = sweep.browser;
    browser.sign_in(served, "pia.supposed").await;
    sweep.look("/", "somebody-waits").await;
    sweep.open("/give-back", "/give-back", "empty").await;
    sweep.open("/admissions", "/admissions", "good").await;
    sweep.open("/admissions/nowhere/nobody", "/admissions/{team}/{id}", "bad").await;
    browser.go("/admissions").await;
    browser.follow("Ivy Fancied").await;
    sweep.look("/admissions/{team}/{id}", "good").await;
    browser.press("main form:not([action$='/refuse']) button").await;
    sweep.look("/admissions/{team}/{id}", "not-compared").await;
    browser.press("form[action$='/refuse'] button").await;
    sweep.look("/admissions/{team}/{id}", "no-reason").await;
    browser.choose("compared", "yes").await;
    browser.press("main form:not([action$='/refuse']) button").await;
    sweep.look("/admissions", "empty").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
}
