//! When somebody is away: said on one's own page, or by a lead on the team's, where the team reads it.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use serde::Deserialize;

use super::queue_place::QueuePlace;
use crate::{
    app::{AbsenceView, App, Error, IdempotencyKey, NewAbsence},
    domain::{
        answers::FieldError,
        ids::TeamId,
        queue::{QueueFilter, QueueView},
    },
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Input, Label, Select, SelectItem},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// The days of an absence, as typed, and what is wrong with them.
#[derive(Clone, Default)]
pub struct Days {
    /// The first day away; blank for today.
    pub from: String,
    /// The first day back; blank where that is open.
    pub until: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl Days {
    fn posted(posted: &Posted) -> Self {
        Self { from: posted.value("from").to_owned(), until: posted.value("until").to_owned(), errors: Vec::new() }
    }

    fn failed(self, errors: &[FieldError]) -> Self {
        Self { errors: errors.iter().map(|error| (error.name(), error.message.clone())).collect(), ..self }
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn input(&self, name: &str, (label, hint): (&str, &str), value: &str) -> Input {
        Input {
            name: name.to_owned(),
            label: Label::from(label),
            hint: Some(hint.into()),
            error_message: self.error(name),
            value: value.to_owned(),
            classes: "govuk-input--width-10".to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        }
    }

    fn inputs(&self) -> [Input; 2] {
        [
            self.input("from", ("First day away", "For example, 27/3/2026. Leave it blank for today."), &self.from),
            self.input(
                "until",
                ("First day back", "It ends by itself on that day. Leave it blank if that is not known yet."),
                &self.until,
            ),
        ]
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// When the reader is away.
#[derive(Clone, Template)]
#[template(path = "account/absence.html")]
pub struct OwnAbsencePage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What the team reads now, as a sentence; empty where nothing was said.
    pub now: String,
    /// The days to say.
    pub days: Days,
}

impl OwnAbsencePage {
    fn back() -> Button {
        Button {
            text: "I am back, or do not go".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// Who of a team is away.
#[derive(Clone, Template)]
#[template(path = "queue/absences.html")]
pub struct TeamAbsencesPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// The team's id.
    pub team: String,
    /// The team.
    pub team_name: String,
    /// Where what lies with those who are away stands.
    pub work_href: String,
    /// Who is away, now or later.
    pub lines: Vec<AbsenceLine>,
    /// Whom the reader may say it of: user name and name; empty where they may not.
    pub people: Vec<(String, String)>,
    /// Who was chosen.
    pub of: String,
    /// The days to say.
    pub days: Days,
}

/// Somebody who is away, now or later.
#[derive(Clone)]
pub struct AbsenceLine {
    /// What they sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// When, in words.
    pub away: String,
    /// Makes saying that they are back twice harmless.
    pub form_token: String,
}

impl TeamAbsencesPage {
    fn select(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Choose somebody".to_owned(), selected: None };
        let item =
            |(value, name): &(String, String)| SelectItem { value: Some(value.clone()), text: name.clone(), selected: None };
        Select {
            name: "of".to_owned(),
            label: Label::from("Who is away?"),
            error_message: self.days.error("of"),
            items: std::iter::once(none).chain(self.people.iter().map(item)).collect(),
            value: self.of.clone(),
            ..Select::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/account/absence", routing::get(show_own).post(say_own))
        .route("/account/absence/end", routing::post(end_own))
        .route("/queue/absences", routing::get(show_team).post(say_of))
        .route("/queue/absences/end", routing::post(end_of))
}

async fn own(app: &App, person: &SignedIn, days: Days) -> Result<OwnAbsencePage, Error> {
    let absence = app.own_absence(&person.caller).await?;
    let frame = person.frame.titled("When you are away").back_to("/account").at("/account");
    Ok(OwnAbsencePage {
        frame: frame.failed_if(!days.errors.is_empty()),
        form_token: fresh_token(app),
        now: absence.map(|absence| format!("You are {}.", words::absence(absence, person.request.at))).unwrap_or_default(),
        days,
    })
}

async fn show_own(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    ok(&own(&app, &person, Days::default()).await?)
}

async fn say_own(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&["form_token", "from", "until"])?;
    let days = Days::posted(&posted);
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let new = NewAbsence { of: String::new(), from: days.from.clone(), until: days.until.clone() };
    match app.set_absence(&person.request, &person.caller, &key, &new).await {
        Ok(_) => Ok(see("/account")),
        Err(Error::Invalid(errors)) => mend(&own(&app, &person, days.failed(&errors)).await?),
        Err(other) => Err(Failure(other)),
    }
}

async fn end_own(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.end_absence(&person.request, &person.caller, &key, "").await?;
    Ok(see("/account"))
}

/// Which team's page.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    team: String,
}

fn read_team(text: &str) -> Result<Option<TeamId>, Error> {
    if text.is_empty() { Ok(None) } else { TeamId::parse(text).map(Some).map_err(|_| Error::Unseen) }
}

fn href(team: &str) -> String {
    format!("/queue/absences?team={team}")
}

async fn of_team(app: &App, person: &SignedIn, team: &str, (of, days): (&str, Days)) -> Result<TeamAbsencesPage, Error> {
    let (team, members) = app.absences(&person.request, &person.caller, read_team(team)?).await?;
    let named = person.caller.places().iter().find(|named| named.place.team == team);
    let place = QueuePlace { team: Some(team), view: QueueView::Away, filter: QueueFilter::default(), limit: 25, cursor: None };
    let says = app.says_who_is_away(&person.caller, team);
    let line = |view: &AbsenceView| {
        Some(AbsenceLine {
            username: view.username.clone(),
            name: view.name.clone(),
            away: words::absence(view.absence?, person.request.at),
            form_token: fresh_token(app),
        })
    };
    let frame = person.frame.titled("Who is away").back_to(&place.of_view(QueueView::Team).href()).at("/queue");
    Ok(TeamAbsencesPage {
        frame: frame.failed_if(!days.errors.is_empty()),
        form_token: fresh_token(app),
        team: team.to_string(),
        team_name: named.map_or("your team", |named| named.team.as_str()).to_owned(),
        work_href: place.href(),
        lines: members.iter().filter_map(line).collect(),
        people: if says { members.into_iter().map(|view| (view.username, view.name)).collect() } else { Vec::new() },
        of: of.to_owned(),
        days,
    })
}

async fn show_team(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    ok(&of_team(&app, &person, &asked.team, ("", Days::default())).await?)
}

async fn say_of(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&["form_token", "team", "of", "from", "until"])?;
    let (team, of, days) = (posted.value("team"), posted.value("of"), Days::posted(&posted));
    if of.is_empty() {
        let errors = vec![("of".to_owned(), "Choose who is away".to_owned())];
        return mend(&of_team(&app, &person, team, (of, Days { errors, ..days })).await?);
    }
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let new = NewAbsence { of: of.to_owned(), from: days.from.clone(), until: days.until.clone() };
    match app.set_absence(&person.request, &person.caller, &key, &new).await {
        Ok(_) => Ok(see(&href(team))),
        Err(Error::Invalid(errors)) => mend(&of_team(&app, &person, team, (of, days.failed(&errors))).await?),
        Err(other) => Err(Failure(other)),
    }
}

async fn end_of(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&["form_token", "team", "of"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.end_absence(&person.request, &person.caller, &key, posted.value("of")).await?;
    let team = read_team(posted.value("team"))?;
    Ok(see(&href(&team.map(|team| team.to_string()).unwrap_or_default())))
}
