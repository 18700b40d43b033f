//! Giving several referrals of a queue to one member of the team: whom, then a look at what goes and what cannot, then the act.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use super::{assignment, queue_place};
use crate::{
    app::{App, Assignment, Error, IdempotencyKey},
    domain::{ids::TeamId, reference::Reference, referral::ReferralState, time::Timestamp},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Label, Select, SelectItem, Textarea, WarningText},
        error::{Answer, Failure, mend, ok},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// The most that are given out at once: a page of the queue.
const MOST: usize = 100;

/// What is given out, to whom; or what came of it.
#[derive(Clone, Template)]
#[template(path = "queue/giving_out.html")]
pub struct GivingOutPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// The team's id.
    pub team: String,
    /// What was chosen and can be given out.
    pub lines: Vec<GivenLine>,
    /// What was chosen and cannot: reference and why.
    pub left: Vec<(String, String)>,
    /// The people to choose among: user name and name.
    pub people: Vec<(String, String)>,
    /// Who was chosen before.
    pub to: String,
    /// Who gets them, by name; empty while that is still asked.
    pub chosen: String,
    /// Until when they are away; empty where they are there.
    pub warning: String,
    /// What was written before.
    pub note: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
    /// What came of each, once they were given out: reference and words.
    pub done: Vec<(String, String)>,
    /// Where the queue is.
    pub back: String,
}

/// One that can be given out.
#[derive(Clone)]
pub struct GivenLine {
    /// Its reference.
    pub reference: String,
    /// What it is about in a line, or the pathway's name.
    pub about: String,
    /// Who has it now.
    pub with: String,
    /// When it is due, in words.
    pub due: String,
}

impl GivingOutPage {
    fn warning(&self) -> Option<WarningText> {
        (!self.warning.is_empty()).then(|| WarningText { text: self.warning.clone(), ..WarningText::default() })
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn people(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Choose somebody".to_owned(), selected: None };
        let item =
            |(value, name): &(String, String)| SelectItem { value: Some(value.clone()), text: name.clone(), selected: None };
        Select {
            name: "to".to_owned(),
            label: Label::from("Who works on them from now on?"),
            error_message: self.error("to"),
            items: std::iter::once(none).chain(self.people.iter().map(item)).collect(),
            value: self.to.clone(),
            ..Select::default()
        }
    }

    fn note(&self) -> Textarea {
        Textarea {
            name: "note".to_owned(),
            label: "What do they need to know?".into(),
            hint: Some(Hint::from("It is kept with each of them. Only your team reads it. You can leave it out.")),
            error_message: self.error("note"),
            value: self.note.clone(),
            rows: Some(3),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn look() -> Button {
        Button { text: "Go on".to_owned(), name: "step".to_owned(), value: "look".to_owned(), ..Button::default() }
    }

    fn give() -> Button {
        Button {
            text: "Give them out".to_owned(),
            name: "step".to_owned(),
            value: "give".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }

    fn change() -> Button {
        Button {
            text: "Choose somebody else".to_owned(),
            name: "step".to_owned(),
            value: "ask".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
        }
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/queue/assign", routing::post(give_out))
}

async fn give_out(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let known = ["form_token", "team", "reference", "to", "note", "step"];
    if posted.fields().iter().any(|(name, _)| !known.contains(&name.as_str())) {
        return Err(Failure(Error::Malformed("The form has fields that do not belong to it.")));
    }
    let team = TeamId::parse(posted.value("team")).ok();
    let members = app.team_members(&person.request, &person.caller, team).await?;
    let team = team.ok_or(Failure(Error::Unseen))?;
    let chosen = posted.fields().iter().filter(|(name, _)| name == "reference").take(MOST);
    let mut references: Vec<Reference> = chosen.filter_map(|(_, text)| Reference::parse(text).ok()).collect();
    references.sort_by_key(Reference::to_string);
    references.dedup();
    let to = members.iter().find(|member| member.username == posted.value("to"));
    let mut page = GivingOutPage {
        frame: person.frame.titled("Give referrals out").at("/queue"),
        form_token: fresh_token(&app),
        team: team.to_string(),
        lines: Vec::new(),
        left: Vec::new(),
        people: members.iter().map(assignment::choice).collect(),
        to: posted.value("to").to_owned(),
        chosen: String::new(),
        warning: String::new(),
        note: posted.value("note").to_owned(),
        errors: Vec::new(),
        done: Vec::new(),
        back: queue_place::back(person.queue.as_deref().map(String::as_str)),
    };
    match (posted.value("step"), to) {
        ("give", Some(to)) if !references.is_empty() => {
            page.done = given(&app, &person, (&posted, &references), &to.username).await?;
            return ok(&page);
        }
        ("look", Some(to)) => {
            page.chosen.clone_from(&to.name);
            page.warning = to.away.map(|absence| format!("{} is {}.", to.name, words::away(absence))).unwrap_or_default();
        }
        ("look" | "give", None) if !references.is_empty() => {
            page.errors = vec![("to".to_owned(), "Choose who works on them".to_owned())];
            page.frame = page.frame.failed_if(true);
        }
        _ => {}
    }
    (page.lines, page.left) = sorted(&app, &person, team, &references).await?;
    if page.errors.is_empty() { ok(&page) } else { mend(&page) }
}

/// What can be given out, and what cannot, and why.
async fn sorted(
    app: &App,
    person: &SignedIn,
    team: TeamId,
    references: &[Reference],
) -> Result<(Vec<GivenLine>, Vec<(String, String)>), Error> {
    let mut items = app.of_queue(&person.request, &person.caller, (team, references)).await?;
    items.sort_by_key(|item| item.due_at.map_or(i64::MAX, Timestamp::millis));
    let (mut lines, mut left) = (Vec::new(), Vec::new());
    for reference in references.iter().filter(|reference| items.iter().all(|item| item.reference != **reference)) {
        left.push((
            reference.to_string(),
            "your team did not receive it: it is here for information, to cover, or not at all".to_owned(),
        ));
    }
    for item in items {
        let reference = item.reference.to_string();
        if item.state == ReferralState::Closed {
            left.push((reference, "it is closed".to_owned()));
            continue;
        }
        let with = item.assigned_to.map_or_else(|| "Nobody".to_owned(), |name| words::name_away(&name, item.assigned_away));
        let about = item.headline.map_or(item.pathway_title, |line| words::headline(item.kind, &line));
        lines.push(GivenLine { reference, about, with, due: words::due(item.due_at, person.request.at) });
    }
    Ok((lines, left))
}

/// Gives each by itself, so that one that cannot be given never keeps the others; says what came of it.
async fn given(
    app: &App,
    person: &SignedIn,
    (posted, references): (&Posted, &[Reference]),
    to: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let mut done = Vec::new();
    for reference in references.iter().map(Reference::to_string) {
        let key = IdempotencyKey::parse(&format!("{}-{reference}", posted.value("form_token")))?;
        let assignment = Assignment { to: to.to_owned(), note: posted.value("note").to_owned(), revision: None };
        let words = match app.assign(&person.request, &person.caller, &key, (&reference, &assignment)).await {
            Ok(_) => "Given out".to_owned(),
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(". "),
            Err(Error::Conflict(_)) => "Left as it was: it changed meanwhile, or is closed".to_owned(),
            Err(Error::Unseen | Error::Refused) => "Left as it was: it is not your team’s to give out".to_owned(),
            Err(other) => return Err(Failure(other)),
        };
        done.push((reference, words));
    }
    Ok(done)
}
