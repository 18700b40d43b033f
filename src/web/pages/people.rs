//! The people of an agency, and the form by which its administrator invites somebody.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use serde::Deserialize;

use super::{
    person::InvitedPage,
    queue::{ListLink, heads, next_page},
};
use crate::{
    app::{App, Error, NewPerson, PersonView, WorkContact},
    domain::{
        account::AccountState,
        ids::{TeamId, UserId},
        role::Role,
        text::{JobTitle, PersonName, Username, WorkPhone},
        time::Timestamp,
    },
    web::{
        components::{
            Button, Cell, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, Label, Pagination, Radio, Radios, Select,
            SelectItem, Table,
        },
        error::{Answer, Failure, mend, ok},
        posted::Posted,
        session::SignedIn,
        view::Frame,
    },
};

pub(super) const HREF: &str = "/people";

/// Everybody of the agency, by name.
#[derive(Clone, Template)]
#[template(path = "people/list.html")]
pub struct PeoplePage {
    /// The frame.
    pub frame: Frame,
    /// Name of the agency.
    pub agency: String,
    /// The people of this page.
    pub people: Vec<PersonLine>,
    /// Address of the next page; empty for none.
    pub next: String,
}

/// Somebody in the list.
#[derive(Clone)]
pub struct PersonLine {
    /// Their name.
    pub name: String,
    /// Their page.
    pub href: String,
    /// What they sign in with.
    pub username: String,
    /// Their places, one line each.
    pub places: Vec<String>,
    /// Where they stand, in words.
    pub standing: String,
}

impl PersonLine {
    fn of(view: &PersonView, now: Timestamp) -> Self {
        Self {
            name: view.name.clone(),
            href: format!("{HREF}/{}", view.user),
            username: view.username.clone(),
            places: view.places.iter().map(|place| format!("{}, {}", place.role.title(), place.name)).collect(),
            standing: standing(view, now),
        }
    }
}

/// Where somebody stands on their way in, in words.
pub(super) fn standing(view: &PersonView, now: Timestamp) -> String {
    match (view.state, view.invited_until) {
        (AccountState::Disabled, _) if view.places.is_empty() => "Has left".to_owned(),
        (AccountState::Disabled, _) => "Suspended".to_owned(),
        (AccountState::Ready, _) if view.places.is_empty() => "Joined, and has no place in a team".to_owned(),
        (AccountState::Ready, _) if view.dormant => match view.last_sign_in {
            Some(last) => format!("Joined, and has not signed in since {}", last.date_words()),
            None => "Joined".to_owned(),
        },
        (AccountState::Ready, _) => match view.places.iter().find(|place| place.waits) {
            Some(place) => format!("Joined, and waits for a lead of {}", place.name),
            None => "Joined".to_owned(),
        },
        (AccountState::Invited, Some(until)) if view.reset_at.is_some() && until > now => {
            format!("Password reset; the code runs out on {}", until.date_words())
        }
        (AccountState::Invited, _) if view.reset_at.is_some() => "Password reset, and the code has run out".to_owned(),
        (AccountState::Invited, None) => "Not invited yet".to_owned(),
        (AccountState::Invited, Some(until)) if until <= now => format!("Invitation ran out on {}", until.date_words()),
        (AccountState::Invited, Some(until)) => format!("Invited; the code runs out on {}", until.date_words()),
    }
}

impl PeoplePage {
    fn table(&self) -> Result<Table, askama::Error> {
        let row = |line: &PersonLine| -> Result<Vec<Cell>, askama::Error> {
            let places = if line.places.is_empty() { "None".to_owned() } else { line.places.join("; ") };
            Ok(vec![
                Cell::of(&ListLink { href: &line.href, text: &line.name })?,
                Cell::words(&line.username),
                Cell::words(&places),
                Cell::words(&line.standing),
            ])
        };
        Ok(Table {
            caption: format!("People of {}", self.agency),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Name", "User name", "Places", "Where they stand"])),
            rows: self.people.iter().map(row).collect::<Result<_, askama::Error>>()?,
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        })
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

/// Somebody to be invited, posted to `/people/add`.
#[derive(Clone, Template)]
#[template(path = "people/add.html")]
pub struct AddPersonPage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// What was typed: name, user name, role at work, phone.
    pub typed: [String; 4],
    /// The teams to choose among: id and name.
    pub teams: Vec<(String, String)>,
    /// The team chosen; empty for none yet.
    pub team: String,
    /// The code of the role chosen; empty for none yet.
    pub role: String,
    /// What is wrong: field and words.
    pub errors: Vec<(&'static str, String)>,
}

const NAME: &str = "name";
const USERNAME: &str = "username";
const TITLE: &str = "title";
const PHONE: &str = "phone";
const TEAM: &str = "team";
const ROLE: &str = "role";

/// The roles that an administrator gives, each with what it lets somebody do.
const ROLES: [(Role, &str); 7] = [
    (Role::Practitioner, "Sends referrals and hears back"),
    (Role::Triager, "Decides on referrals that reach the team"),
    (Role::Lead, "Decides, gives work out, and hands the team’s key to new members"),
    (Role::Coordinator, "Runs meetings"),
    (Role::Dpo, "Reads the log of your agency, and no referral"),
    (Role::AgencyAdministrator, "Looks after people and teams as you do, and reads no referral"),
    (Role::Analyst, "Reads counts, and no referral"),
];

/// The question what somebody may do in a team.
pub(super) fn role_question(chosen: &str, error: Option<ErrorMessage>) -> Radios {
    let item = |(role, about): &(Role, &str)| Radio {
        value: role.code().to_owned(),
        text: role.title().to_owned(),
        hint: Some(Hint::from(*about)),
        ..Radio::default()
    };
    Radios {
        name: ROLE.to_owned(),
        fieldset: Some(Fieldset::new("What will they do there?", "govuk-fieldset__legend--s")),
        error_message: error,
        items: ROLES.iter().map(item).collect(),
        value: chosen.to_owned(),
        ..Radios::default()
    }
}

/// The question in which team somebody is to have a place.
pub(super) fn team_question(teams: &[(String, String)], chosen: &str, error: Option<ErrorMessage>) -> Select {
    let item =
        |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), ..SelectItem::default() };
    let none = SelectItem { value: Some(String::new()), text: "Choose a team".to_owned(), ..SelectItem::default() };
    Select {
        name: TEAM.to_owned(),
        label: Label::from("Team"),
        error_message: error,
        items: std::iter::once(none).chain(teams.iter().map(item)).collect(),
        value: chosen.to_owned(),
        ..Select::default()
    }
}

/// The role that a form chose; none but those that are offered.
pub(super) fn role_chosen(posted: &Posted) -> Option<Role> {
    let role = Role::parse(posted.value(ROLE))?;
    ROLES.iter().any(|(offered, _)| *offered == role).then_some(role)
}

impl AddPersonPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(&str, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn inputs(&self) -> Vec<Input> {
        let labels = [
            (NAME, "Full name", "", "text"),
            (USERNAME, "User name", "What they will sign in with: 3 to 64 small letters, numbers, dots, hyphens or @.", "text"),
            (TITLE, "Role at work (optional)", "Such as ward sister, or designated safeguarding lead.", "text"),
            (PHONE, "Work phone number (optional)", "Whoever reads a referral that they sent sees it.", "tel"),
        ];
        let input = |((name, label, hint, kind), typed): ((&str, &str, &str, &str), &String)| Input {
            name: name.to_owned(),
            label: Label::from(label),
            hint: (!hint.is_empty()).then(|| Hint::from(hint)),
            error_message: self.error(name),
            value: typed.clone(),
            kind: kind.to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        };
        labels.into_iter().zip(&self.typed).map(input).collect()
    }

    fn team(&self) -> Select {
        team_question(&self.teams, &self.team, self.error(TEAM))
    }

    fn role(&self) -> Radios {
        role_question(&self.role, self.error(ROLE))
    }

    fn button() -> Button {
        Button { text: "Make the invitation".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route(HREF, routing::get(show)).route("/people/add", routing::get(show_add).post(add))
}

/// After whom the list goes on.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let after = match asked.after.as_str() {
        "" => None,
        text => Some(UserId::parse(text).map_err(|_| Error::Malformed("This page of the list is none of ours."))?),
    };
    let page = app.people(&person.request, &person.caller, (after, None)).await?;
    ok(&PeoplePage {
        agency: person.caller.main().map(|named| named.agency.as_str().to_owned()).unwrap_or_default(),
        people: page.people.iter().map(|view| PersonLine::of(view, person.request.at)).collect(),
        next: page.next.map(|id| format!("{HREF}?after={id}")).unwrap_or_default(),
        frame: person.frame.titled("People").at(HREF),
    })
}

/// The caller's teams as a form offers them.
pub(super) async fn teams(app: &App, person: &SignedIn) -> Result<Vec<(String, String)>, Failure> {
    Ok(app.own_teams(&person.caller).await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

async fn add_page(app: &App, person: &SignedIn) -> Result<AddPersonPage, Failure> {
    // The form says which teams there are, so it is looked at like the list: whoever may not is told so before typing.
    app.look_at_people(&person.request, &person.caller, None).await?;
    Ok(AddPersonPage {
        frame: person.frame.titled("Invite somebody").back_to(HREF).at(HREF),
        typed: std::array::from_fn(|_| String::new()),
        teams: teams(app, person).await?,
        team: String::new(),
        role: String::new(),
        errors: Vec::new(),
    })
}

async fn show_add(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    ok(&add_page(&app, &person).await?)
}

/// What a form says of somebody new, or what is wrong with it.
fn read(posted: &Posted) -> Result<NewPerson, Vec<(&'static str, String)>> {
    let blank = |text: &str| text.trim().is_empty();
    let name = PersonName::parse(posted.value(NAME)).map_err(|_| (NAME, "Enter their full name, 100 characters or fewer"));
    let username = Username::parse(posted.value(USERNAME))
        .map_err(|_| (USERNAME, "Enter a user name of 3 to 64 small letters, numbers, dots, hyphens or @"));
    let title = posted.value(TITLE);
    let title = if blank(title) { Ok(None) } else { JobTitle::parse(title).map(Some) }
        .map_err(|_| (TITLE, "Their role must be one line of 100 characters or fewer"));
    let phone = posted.value(PHONE);
    let phone = if blank(phone) { Ok(None) } else { WorkPhone::parse(phone).map(Some) }
        .map_err(|_| (PHONE, "Enter a work phone number, like 0116 496 0000, or leave it blank"));
    let team = TeamId::parse(posted.value(TEAM)).map_err(|_| (TEAM, "Choose the team in which they have a place"));
    let role = role_chosen(posted).ok_or((ROLE, "Choose what they will do there"));
    match (name, username, title, phone, team, role) {
        (Ok(name), Ok(username), Ok(title), Ok(phone), Ok(team), Ok(role)) => {
            Ok(NewPerson { username, name, contact: WorkContact { title, phone }, place: (team, role) })
        }
        (name, username, title, phone, team, role) => {
            let errors = [name.err(), username.err(), title.err(), phone.err(), team.err(), role.err()];
            Err(errors.into_iter().flatten().map(|(field, words)| (field, words.to_owned())).collect())
        }
    }
}

async fn add(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    // Whoever may not is told that, and not what is wrong with the form.
    let page = add_page(&app, &person).await?;
    posted.only(&[NAME, USERNAME, TITLE, PHONE, TEAM, ROLE])?;
    let errors = match read(&posted) {
        Ok(new) => match app.add_person(&person.request, &person.caller, new).await {
            Ok((user, invited)) => {
                return ok(&InvitedPage::of(&person.frame, user, invited));
            }
            Err(Error::Conflict(_)) => vec![(USERNAME, "Choose another user name: this one is taken".to_owned())],
            Err(Error::Unseen) => vec![(TEAM, "Choose a team of your agency".to_owned())],
            Err(other) => return Err(Failure(other)),
        },
        Err(errors) => errors,
    };
    mend(&AddPersonPage {
        frame: page.frame.failed_if(true),
        typed: [NAME, USERNAME, TITLE, PHONE].map(|field| posted.value(field).to_owned()),
        team: posted.value(TEAM).to_owned(),
        role: posted.value(ROLE).to_owned(),
        errors,
        ..page
    })
}
