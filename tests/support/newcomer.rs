//! Somebody new to a founded hub: with account, place, password and second factor, who waits for their team's key.

use referral_exchange::{
    app::{App, Caller, Founder, IdempotencyKey, NewPassword, NewPerson, WorkContact},
    demo::DemoPerson,
    domain::{
        ids::TeamId,
        role::Role,
        text::{PersonName, Username},
    },
};

use super::hub::Hub;

/// A key that no request came with before.
pub fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

/// Makes them, as an administrator of their agency does, and sets what they would set themselves.
pub async fn newcomer(hub: &Hub, administrator: &Caller, username: &str, (team, role): (TeamId, Role)) -> DemoPerson {
    let (app, founder) = (&hub.app, Founder::Caller(administrator));
    let person = (Username::parse(username).unwrap(), PersonName::parse("Nell Novel").unwrap(), WorkContact::default());
    let user = app.make_account(&app.request(None), &founder, administrator.agency(), person).await.unwrap();
    app.give_place(&app.request(None), &founder, user, team, role).await.unwrap();
    let password = format!("{username} has a long one");
    let new = NewPassword::parse(password.clone()).unwrap();
    let factor = app.enrol_credentials(&app.request(None), user, &new).await.unwrap();
    let like = hub.people.iter().find(|person| person.team_id == team).unwrap_or(&hub.people[0]).clone();
    DemoPerson {
        user,
        team_id: team,
        username: username.to_owned(),
        name: "Nell Novel".to_owned(),
        role,
        password,
        totp_secret: factor.secret.to_string(),
        ..like
    }
}

/// Somebody to be invited, with their first place.
pub fn invited(username: &str, place: (TeamId, Role)) -> NewPerson {
    NewPerson {
        username: Username::parse(username).unwrap(),
        name: PersonName::parse("Ivy Fancied").unwrap(),
        contact: WorkContact::default(),
        place,
    }
}

/// Signs them in; the clock moves on so that the next code is a new one.
pub async fn sign_in(hub: &Hub, person: &DemoPerson) -> Caller {
    hub.clock.advance(std::time::Duration::from_secs(31));
    person.sign_in(&hub.app).await.unwrap().0
}

/// An administrator resets somebody's password; gives the code.
pub async fn reset(hub: &Hub, administrator: &Caller, person: &DemoPerson) -> String {
    let app = &hub.app;
    let made = app.reset_person(&app.request(None), administrator, &key(app), person.user).await.unwrap();
    made.value.code.unwrap().as_str().to_owned()
}

/// Whoever has a code sets a new password and second factor with it, as that person; they, with what they sign in with now.
pub async fn rejoin(hub: &Hub, person: &DemoPerson, code: &str) -> (DemoPerson, Caller) {
    hub.clock.advance(std::time::Duration::from_secs(31));
    let (app, request) = (&hub.app, hub.app.request(None));
    let ticket = app.take_up_invitation(&request, &person.username, code).await.unwrap();
    let totp_secret = app.joining(&request, &ticket).await.unwrap().factor.secret.to_string();
    let shown = referral_exchange::demo::code(&totp_secret, request.at).unwrap();
    let password = "seven grey owls at noon".to_owned();
    let new = NewPassword::parse(password.clone()).unwrap();
    let Ok(begun) = app.join(&request, &ticket, &new, &shown).await.unwrap() else { panic!("the code fits") };
    let caller = app.authenticate(&request, &begun.cookie).await.unwrap();
    (DemoPerson { password, totp_secret, ..person.clone() }, caller)
}

/// A lead compares somebody's key and hands the team's over, with those of before.
pub async fn admit(hub: &Hub, lead: &Caller, person: &DemoPerson) -> Result<(), referral_exchange::app::Error> {
    let app = &hub.app;
    let waiting = app.admission(&app.request(None), lead, (person.team_id, person.user)).await?;
    let fingerprint = waiting.fingerprint.unwrap_or_default();
    let admission = referral_exchange::app::Admission { team: person.team_id, user: person.user, fingerprint, older: true };
    app.admit(&app.request(None), lead, &key(app), &admission).await.map(drop)
}
