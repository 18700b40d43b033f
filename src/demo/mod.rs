//! A made-up partnership, filled through the same use cases that people use, on a clock that is set.
//! Never here: SQL, keys, shortcuts past the gate. The seed drives people and story, never keys or nonces.
//! Named by `cli` (the `demo` command) and by the tests' harness.

mod addresses;
mod calendar;
mod chance;
mod clock;
mod desk_work;
mod directory;
mod files;
mod last_days;
mod partnership;
mod people;
mod questions;
mod record;
mod sending;
mod sharing;
mod story;
mod tales;
mod words;
mod writing;

use std::time::Duration;

pub use clock::SettableClock;
pub use directory::{Directory, Found, Vacancy, is_demonstration};
pub use people::{DemoPerson, code};
pub use record::SignIn;

use crate::{
    app::{App, Error, Founder, NewPassword, SafeguardingLead, WorkContact, demonstration_password},
    domain::{
        agency::AgencyKind,
        ids::{TeamId, UserId},
        role::Role,
        text::{AgencyName, JobTitle, PersonName, TeamName, Username, WorkPhone},
        time::Timestamp,
    },
};
use partnership::{AgencyPlan, Extent, PersonPlan, TeamPlan};

/// Longer than a one-time code's step, so that the same person can sign in again.
const NEXT_CODE: Duration = Duration::from_secs(31);

/// A place that founding gave to somebody.
struct Given {
    user: UserId,
    team: TeamId,
    role: Role,
}

/// Founds the agencies that receive, and a school: agencies, teams, accounts, credentials, team keys, admissions; the hub is
/// open afterwards. Gives one row for each person, with their main place.
///
/// # Errors
/// [`Error`].
pub async fn found(app: &App, clock: &SettableClock) -> Result<Vec<DemoPerson>, Error> {
    found_as_far_as(app, clock, Extent::Receiving).await
}

/// Founds the whole partnership: further teams, and the agencies that only send, as well.
///
/// # Errors
/// [`Error`].
pub async fn found_whole(app: &App, clock: &SettableClock) -> Result<Vec<DemoPerson>, Error> {
    found_as_far_as(app, clock, Extent::Whole).await
}

async fn found_as_far_as(app: &App, clock: &SettableClock, extent: Extent) -> Result<Vec<DemoPerson>, Error> {
    let (mut people, mut given, mut further) = (Vec::new(), Vec::new(), Vec::new());
    for (agency, teams) in extent.agencies() {
        let founded = found_agency(app, agency, &teams).await?;
        given.extend(founded.people.iter().map(|person| Given { user: person.user, team: person.team_id, role: person.role }));
        people.extend(founded.people);
        further.extend(founded.further);
    }
    // The team that somebody works in is their oldest place, and so their main one.
    clock.advance(Duration::from_millis(1));
    for (username, team, role) in further {
        let known = people.iter().find(|person| person.username == username);
        let user = known.ok_or_else(|| Error::Configuration("the made-up partnership names nobody".into()))?.user;
        app.give_place(&app.request(None), &Founder::SetUp, user, team, role).await?;
        // People work their teams in the order of their places: no two are of one moment.
        clock.advance(Duration::from_millis(1));
        given.push(Given { user, team, role });
    }
    app.open_hub(&app.request(None)).await?;
    for person in &people {
        let led: Vec<TeamId> = led_by(&given, person.user).collect();
        if !led.is_empty() {
            clock.advance(NEXT_CODE);
            bear_teams(app, person, &led, &given).await?;
        }
    }
    clock.advance(NEXT_CODE);
    Ok(people)
}

fn led_by(given: &[Given], user: UserId) -> impl Iterator<Item = TeamId> {
    given.iter().filter(move |place| place.user == user && place.role == Role::Lead).map(|place| place.team)
}

/// One sign-in of a lead, in which each of their teams gets its key and its other members.
async fn bear_teams(app: &App, lead: &DemoPerson, teams: &[TeamId], given: &[Given]) -> Result<(), Error> {
    let (mut caller, cookie) = lead.sign_in(app).await?;
    for team in teams {
        app.bear_team(&app.request(None), &caller, *team).await?;
        // The key is in force from here on: the lead's own place has changed with it.
        caller = app.authenticate(&app.request(None), &cookie).await?;
        let waiting = given.iter().filter(|place| place.team == *team && place.user != lead.user);
        for member in waiting.filter(|place| place.role.holds_team_key()) {
            app.admit_member(&app.request(None), &caller, *team, member.user).await?;
        }
    }
    app.sign_out(&app.request(None), &caller).await
}

/// Fills a founded partnership with referrals over the two years before `until`, and leaves the clock there.
pub async fn fill(app: &App, clock: &SettableClock, people: &[DemoPerson], seed: u64, until: Timestamp) -> Result<usize, Error> {
    addresses::give(app, clock, people).await?;
    Box::pin(story::tell(app, clock, people, seed, until)).await
}

/// What founding an agency leaves: its people, and the further places in its teams, which wait until everybody is there.
struct Founded {
    people: Vec<DemoPerson>,
    further: Vec<(&'static str, TeamId, Role)>,
}

async fn found_agency(app: &App, plan: &AgencyPlan, teams: &[&TeamPlan]) -> Result<Founded, Error> {
    let request = app.request(None);
    let unusable = |_| Error::Configuration("the made-up partnership has a name that cannot be used".into());
    let name = AgencyName::parse(plan.name).map_err(unusable)?;
    let recovery = app.recipient_without_secret();
    let agency = app.enrol_agency(&request, &Founder::SetUp, (plan.code, name, plan.kind), &recovery).await?;
    let (mut people, mut further) = (Vec::new(), Vec::new());
    for TeamPlan { code, name, people: members, also, work } in teams {
        let team_name = TeamName::parse(name).map_err(unusable)?;
        let team = app.make_team(&request, &Founder::SetUp, agency, (code, team_name)).await?;
        further.extend(also.iter().map(|(username, role)| (*username, team, *role)));
        for PersonPlan { username, name: person_name, role } in *members {
            let login = Username::parse(username).map_err(unusable)?;
            let shown = PersonName::parse(person_name).map_err(unusable)?;
            let is_lead = *username == plan.safeguarding_lead;
            let contact = work_contact(username, (plan.kind, *work), *role, is_lead);
            let user = app.make_account(&request, &Founder::SetUp, agency, (login, shown, contact)).await?;
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
    let lead = people.iter().find(|person| person.username == plan.safeguarding_lead);
    let lead = lead.ok_or_else(|| Error::Configuration("the made-up partnership names nobody".into()))?;
    let leads = [SafeguardingLead { user: lead.user, away_until: None }];
    app.set_safeguarding_leads(&request, &Founder::SetUp, agency, &leads).await?;
    Ok(Founded { people, further })
}

/// What somebody of an agency does, and a number of those kept free for plays and examples.
fn work_contact(username: &str, (kind, work): (AgencyKind, Option<&str>), role: Role, is_safeguarding_lead: bool) -> WorkContact {
    let title = match (role, kind) {
        _ if is_safeguarding_lead => "Designated safeguarding lead",
        (Role::Practitioner, _) if work.is_some() => work.unwrap_or_default(),
        (Role::Practitioner, AgencyKind::Education) => "Pastoral teacher",
        (Role::Practitioner, AgencyKind::Police) => "Police constable",
        (Role::Practitioner, AgencyKind::Fire) => "Firefighter",
        (Role::Practitioner, AgencyKind::Health) => "Ward sister",
        (Role::Practitioner, _) => "Social worker",
        (Role::Lead, _) => "Team leader",
        (Role::Triager, _) => "Duty officer",
        _ => return WorkContact::default(),
    };
    let number = username.bytes().fold(0_u32, |number, byte| (number * 31 + u32::from(byte)) % 1000);
    let phone = format!("0116 496 0{number:03}");
    WorkContact { title: JobTitle::parse(title).ok(), phone: WorkPhone::parse(&phone).ok() }
}

/// A password that nobody has used before, and the second factor's secret.
async fn set_credentials(app: &App, user: UserId) -> Result<(String, String), Error> {
    let mut bytes = [0; 8];
    app.random().fill(&mut bytes);
    let text = demonstration_password(bytes);
    let password = NewPassword::parse(text.clone()).map_err(|error| Error::Configuration(error.to_string()))?;
    let factor = app.enrol_credentials(&app.request(None), user, &password).await?;
    Ok((text, factor.secret.as_str().to_owned()))
}
