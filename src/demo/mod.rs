//! A made-up partnership, filled through the same use cases that people use, on a clock that is set.
//! Never here: SQL, keys, shortcuts past the gate. The seed drives people and story, never keys or nonces.
//! Named by `cli` (the `demo` command) and by the tests' harness.

mod clock;
mod directory;
mod partnership;
mod people;
mod record;
mod story;

use std::time::Duration;

pub use clock::SettableClock;
pub use directory::{Directory, Found, Vacancy};
pub use people::DemoPerson;
pub use record::SignIn;

use crate::{
    app::{App, Error, Founder, NewPassword},
    domain::{
        ids::UserId,
        role::Role,
        text::{AgencyName, PersonName, TeamName, Username},
        time::Timestamp,
    },
};
use partnership::{AgencyPlan, PARTNERSHIP, PersonPlan, TeamPlan};

/// Longer than a one-time code's step, so that the same person can sign in again.
const NEXT_CODE: Duration = Duration::from_secs(31);

/// Founds the partnership: agencies, teams, accounts, credentials, team keys, admissions; the hub is open afterwards.
pub async fn found(app: &App, clock: &SettableClock) -> Result<Vec<DemoPerson>, Error> {
    let mut people = Vec::new();
    for agency in PARTNERSHIP {
        people.extend(found_agency(app, agency).await?);
    }
    app.open_hub(&app.request(None)).await?;
    let leads: Vec<DemoPerson> = people.iter().filter(|person| person.role == Role::Lead).cloned().collect();
    for lead in leads {
        clock.advance(NEXT_CODE);
        let (caller, cookie) = lead.sign_in(app).await?;
        app.bear_team(&app.request(None), &caller, lead.team_id).await?;
        // The key is in force from here on: the lead's own place has changed with it.
        let caller = app.authenticate(&app.request(None), &cookie).await?;
        let waiting = people.iter().filter(|person| person.team_id == lead.team_id && person.user != lead.user);
        for member in waiting.filter(|person| person.role.holds_team_key()) {
            app.admit_member(&app.request(None), &caller, lead.team_id, member.user).await?;
        }
        app.sign_out(&app.request(None), &caller).await?;
    }
    clock.advance(NEXT_CODE);
    Ok(people)
}

/// Fills a founded partnership with referrals over the months before `until`, and leaves the clock there.
pub async fn fill(app: &App, clock: &SettableClock, people: &[DemoPerson], seed: u64, until: Timestamp) -> Result<usize, Error> {
    story::tell(app, clock, people, seed, until).await
}

async fn found_agency(app: &App, plan: &AgencyPlan) -> Result<Vec<DemoPerson>, Error> {
    let request = app.request(None);
    let unusable = |_| Error::Configuration("the made-up partnership has a name that cannot be used".into());
    let name = AgencyName::parse(plan.name).map_err(unusable)?;
    let recovery = app.recipient_without_secret();
    let agency = app.enrol_agency(&request, &Founder::SetUp, (plan.code, name, plan.kind), &recovery).await?;
    let mut people = Vec::new();
    for TeamPlan { code, name, people: members } in plan.teams {
        let team_name = TeamName::parse(name).map_err(unusable)?;
        let team = app.make_team(&request, &Founder::SetUp, agency, (code, team_name)).await?;
        for PersonPlan { username, name: person_name, role } in *members {
            let login = Username::parse(username).map_err(unusable)?;
            let shown = PersonName::parse(person_name).map_err(unusable)?;
            let user = app.make_account(&request, &Founder::SetUp, agency, (login, shown)).await?;
            app.give_place(&request, &Founder::SetUp, user, team, *role).await?;
            let (password, totp_secret) = set_credentials(app, user).await?;
            people.push(DemoPerson {
                user,
                team_id: team,
                username: (*username).to_owned(),
                name: (*person_name).to_owned(),
                agency: plan.name.to_owned(),
                team: (*name).to_owned(),
                role: *role,
                password,
                totp_secret,
            });
        }
    }
    Ok(people)
}

/// A password that nobody has used before, and the second factor's secret.
async fn set_credentials(app: &App, user: UserId) -> Result<(String, String), Error> {
    let mut bytes = [0; 8];
    app.random().fill(&mut bytes);
    let text = format!("demonstration-{}", hex::encode(bytes));
    let password = NewPassword::parse(text.clone()).map_err(|error| Error::Configuration(error.to_string()))?;
    let factor = app.enrol_credentials(&app.request(None), user, &password).await?;
    Ok((text, factor.secret.as_str().to_owned()))
}
