//! The agencies of the partnership, for the hub's operators: the list, and the form that lets one in with its first
//! administrator.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::person::InvitedPage;
use crate::{
    app::{
        AGENCY_TAKEN, App, EnrolledAgency, Error, FirstPerson, IdempotencyKey, InvitationMade, NewAgency, RecoveryRecipient,
        TEAM_TAKEN,
    },
    domain::{
        account::AccountState,
        agency::AgencyKind,
        ids::AgencyId,
        text::{AgencyName, PersonName, TeamName, Username, WorkPhone},
    },
    web::{
        components::{
            Button, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, Label, Radio, Radios, SummaryList, SummaryRow,
        },
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

const HREF: &str = "/agencies";
const KIND: &str = "kind";
const FORM_TOKEN: &str = "form_token";

/// Every agency, by name.
#[derive(Clone, Template)]
#[template(path = "agencies/list.html")]
pub struct AgenciesPage {
    /// The frame.
    pub frame: Frame,
    /// The agencies.
    pub agencies: Vec<AgencyBlock>,
    /// Makes sending twice harmless.
    pub form_token: String,
}

/// One of them.
#[derive(Clone)]
pub struct AgencyBlock {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// What it is in law, in words.
    pub kind: &'static str,
    /// Its recovery recipient's fingerprint.
    pub recovery: String,
    /// Its administrators, each with where they stand.
    pub administrators: Vec<String>,
    /// Where another code is asked for; empty once somebody has joined.
    pub invite_href: String,
}

impl AgencyBlock {
    fn of(agency: EnrolledAgency) -> Self {
        let standing = |(name, state): &(String, AccountState)| match state {
            AccountState::Invited => format!("{name} (has not joined yet)"),
            AccountState::Ready => name.clone(),
            AccountState::Disabled => format!("{name} (cannot sign in)"),
        };
        Self {
            invite_href: agency.waits_for.map(|_| format!("{HREF}/{}/invite", agency.id)).unwrap_or_default(),
            administrators: agency.administrators.iter().map(standing).collect(),
            kind: kind_words(agency.kind),
            name: agency.name,
            code: agency.code,
            recovery: agency.recovery_fingerprint,
        }
    }

    fn facts(&self) -> SummaryList {
        let administrators = if self.administrators.is_empty() { "Nobody".to_owned() } else { self.administrators.join("; ") };
        let rows = vec![
            SummaryRow::words("Code", &self.code),
            SummaryRow::words("Kind", self.kind),
            SummaryRow::words("Fingerprint of its recovery key", &self.recovery),
            SummaryRow::words("Administrators", &administrators),
        ];
        SummaryList { rows, ..SummaryList::default() }
    }

    fn invite(&self) -> Button {
        Button {
            text: format!("Make another code for the first administrator of {}", self.name),
            prevent_double_click: Some(true),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
        }
    }
}

/// What an agency is in law, in words.
const fn kind_words(kind: AgencyKind) -> &'static str {
    match kind {
        AgencyKind::Police => "Police force",
        AgencyKind::Council => "Council",
        AgencyKind::Health => "NHS body",
        AgencyKind::Fire => "Fire and rescue service",
        AgencyKind::Education => "School, college or university",
        AgencyKind::Charity => "Charity or other voluntary body",
        AgencyKind::Housing => "Housing provider",
        AgencyKind::Justice => "Probation or prison service",
    }
}

/// An agency to be let in; posted to `/agencies/add`.
#[derive(Clone, Template)]
#[template(path = "agencies/add.html")]
pub struct AddAgencyPage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// What was typed, in the order of the fields.
    pub typed: [String; 8],
    /// The code of the kind chosen; empty for none yet.
    pub kind: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What is wrong: field and words.
    pub errors: Vec<(&'static str, String)>,
}

/// The fields that are typed: name, label, hint.
const FIELDS: [(&str, &str, &str); 8] = [
    ("name", "Name of the agency", ""),
    ("code", "Short code", "2 to 60 small letters, numbers and hyphens. It stays for ever."),
    ("recovery", "Recovery recipient", "It begins with age1. The agency makes it, in a ceremony of its own."),
    ("person", "Full name", ""),
    ("username", "User name", "What they will sign in with: 3 to 64 small letters, numbers, dots, hyphens or @."),
    ("phone", "Work phone number (optional)", ""),
    ("team", "Team in which they sit", "Such as Information governance. It is made with them."),
    ("team_code", "Short code of the team", "2 to 60 small letters, numbers and hyphens, such as council-governance."),
];
/// How many of them are about the agency.
const OF_AGENCY: usize = 3;

impl AddAgencyPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(&str, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn inputs(&self) -> impl Iterator<Item = Input> {
        FIELDS.iter().zip(&self.typed).map(|((name, label, hint), typed)| Input {
            name: (*name).to_owned(),
            label: Label::from(*label),
            hint: (!hint.is_empty()).then(|| Hint::from(*hint)),
            error_message: self.error(name),
            value: typed.clone(),
            kind: if *name == "phone" { "tel" } else { "text" }.to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        })
    }

    fn agency_inputs(&self) -> Vec<Input> {
        self.inputs().take(OF_AGENCY).collect()
    }

    fn person_inputs(&self) -> Vec<Input> {
        self.inputs().skip(OF_AGENCY).collect()
    }

    fn kind_question(&self) -> Radios {
        let item =
            |kind: &AgencyKind| Radio { value: kind.code().to_owned(), text: kind_words(*kind).to_owned(), ..Radio::default() };
        Radios {
            name: KIND.to_owned(),
            fieldset: Some(Fieldset::new("What is it in law?", "govuk-fieldset__legend--s")),
            error_message: self.error(KIND),
            items: AgencyKind::ALL.iter().map(item).collect(),
            value: self.kind.clone(),
            ..Radios::default()
        }
    }

    fn button() -> Button {
        Button { text: "Let it in and make the code".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(HREF, routing::get(show))
        .route("/agencies/add", routing::get(show_add).post(add))
        .route("/agencies/{id}/invite", routing::post(invite))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let agencies = app.enrolled_agencies(&person.request, &person.caller).await?;
    ok(&AgenciesPage {
        frame: person.frame.titled("Agencies").at(HREF),
        agencies: agencies.into_iter().map(AgencyBlock::of).collect(),
        form_token: fresh_token(&app),
    })
}

async fn add_page(app: &App, person: &SignedIn) -> Result<AddAgencyPage, Failure> {
    // Whoever may not is told so before typing.
    app.look_at_agencies(&person.request, &person.caller).await?;
    Ok(AddAgencyPage {
        frame: person.frame.titled("Let an agency in").back_to(HREF).at(HREF),
        typed: std::array::from_fn(|_| String::new()),
        kind: String::new(),
        form_token: fresh_token(app),
        errors: Vec::new(),
    })
}

async fn show_add(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    ok(&add_page(&app, &person).await?)
}

/// What a form says of an agency, or what is wrong with it.
fn read(posted: &Posted) -> Result<NewAgency, Vec<(&'static str, String)>> {
    let typed = |field: &str| posted.value(field).trim();
    let code_words = "Enter 2 to 60 small letters, numbers and hyphens";
    let name = AgencyName::parse(typed("name")).map_err(|_| ("name", "Enter the name of the agency, 120 characters or fewer"));
    let code = App::read_code(typed("code")).map_err(|_| ("code", code_words));
    let recovery = RecoveryRecipient::parse(typed("recovery"))
        .map_err(|_| ("recovery", "Enter the recipient that the agency made: age1 and 58 more small letters and numbers"));
    let kind = AgencyKind::parse(typed(KIND)).ok_or((KIND, "Choose what it is in law"));
    let person = PersonName::parse(typed("person")).map_err(|_| ("person", "Enter their full name, 100 characters or fewer"));
    let username = Username::parse(typed("username"))
        .map_err(|_| ("username", "Enter a user name of 3 to 64 small letters, numbers, dots, hyphens or @"));
    let phone = if typed("phone").is_empty() { Ok(None) } else { WorkPhone::parse(typed("phone")).map(Some) }
        .map_err(|_| ("phone", "Enter a work phone number, like 0116 496 0000, or leave it blank"));
    let team = TeamName::parse(typed("team")).map_err(|_| ("team", "Enter the name of the team, 120 characters or fewer"));
    let team_code = App::read_code(typed("team_code")).map_err(|_| ("team_code", code_words));
    match (name, code, recovery, kind, person, username, phone, team, team_code) {
        (Ok(name), Ok(code), Ok(recovery), Ok(kind), Ok(person), Ok(username), Ok(phone), Ok(team), Ok(team_code)) => {
            let administrator = FirstPerson { username, name: person, phone, team: (team_code, team) };
            Ok(NewAgency { code, name, kind, recovery, administrator })
        }
        (name, code, recovery, kind, person, username, phone, team, team_code) => {
            let errors = [name.err(), code.err(), recovery.err(), kind.err(), person.err(), username.err(), phone.err()];
            let errors = errors.into_iter().chain([team.err(), team_code.err()]);
            Err(errors.flatten().map(|(field, words)| (field, words.to_owned())).collect())
        }
    }
}

async fn add(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let page = add_page(&app, &person).await?;
    posted.only(&[&FIELDS.map(|(name, ..)| name)[..], &[KIND, FORM_TOKEN]].concat())?;
    let errors = match read(&posted) {
        Ok(new) => {
            let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
            match app.let_in(&person.request, &person.caller, &key, &new).await {
                Ok(made) => return invited(&person, new.administrator.name.as_str(), made.value),
                Err(Error::Conflict(AGENCY_TAKEN)) => vec![("code", "Choose another code: an agency has this one".to_owned())],
                Err(Error::Conflict(TEAM_TAKEN)) => vec![("team_code", "Choose another code: a team has this one".to_owned())],
                Err(Error::Conflict(_)) => vec![("username", "Choose another user name: this one is taken".to_owned())],
                Err(other) => return Err(Failure(other)),
            }
        }
        Err(errors) => errors,
    };
    mend(&AddAgencyPage {
        frame: page.frame.failed_if(true),
        typed: FIELDS.map(|(field, ..)| posted.value(field).to_owned()),
        kind: posted.value(KIND).to_owned(),
        errors,
        ..page
    })
}

/// The code, the first time; whoever sends the same form again is led to the list.
fn invited(person: &SignedIn, name: &str, made: InvitationMade) -> Answer {
    let Some(code) = made.code else { return Ok(see(HREF)) };
    ok(&InvitedPage {
        frame: person.frame.titled("Invitation").at(HREF),
        reset: false,
        name: name.to_owned(),
        username: made.username,
        code: code.to_string(),
        until: made.expires_at.words(),
        href: HREF.to_owned(),
        onward: "Go back to the agencies".to_owned(),
    })
}

async fn invite(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[FORM_TOKEN])?;
    // A text that cannot be an id is looked up as one that nobody has, and found like it.
    let agency = AgencyId::parse(&id).unwrap_or(AgencyId::from_bytes([0; 16]));
    // The list's token names the page; each agency's button is a request of its own.
    let key = IdempotencyKey::parse(&format!("{}-{agency}", posted.value(FORM_TOKEN)))?;
    let made = app.invite_administrator(&person.request, &person.caller, &key, agency).await?.value;
    let name = made.username.clone();
    invited(&person, &name, made)
}
