//! Giving several referrals of a queue to one member of the team, after a look at which they are.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use super::{assignment, queue_place};
use crate::{
    app::{App, Assignment, Error, IdempotencyKey},
    domain::{ids::TeamId, reference::Reference},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Label, Select, SelectItem, Textarea},
        error::{Answer, Failure, mend, ok},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
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
    /// The references chosen.
    pub references: Vec<String>,
    /// The people to choose among: user name and name.
    pub people: Vec<(String, String)>,
    /// Who was chosen before.
    pub to: String,
    /// What was written before.
    pub note: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
    /// What came of each, once they were given out: reference and words.
    pub done: Vec<(String, String)>,
    /// Where the queue is.
    pub back: String,
}

impl GivingOutPage {
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

    fn button() -> Button {
        Button {
            text: "Give them out".to_owned(),
            name: "step".to_owned(),
            value: "give".to_owned(),
            prevent_double_click: Some(true),
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
    let members = app.team_members(&person.request, &person.caller, TeamId::parse(posted.value("team")).ok()).await?;
    let chosen = posted.fields().iter().filter(|(name, _)| name == "reference").take(MOST);
    let mut references: Vec<Reference> = chosen.filter_map(|(_, text)| Reference::parse(text).ok()).collect();
    references.dedup();
    let page = GivingOutPage {
        frame: person.frame.titled("Give referrals out").at("/queue"),
        form_token: fresh_token(&app),
        team: posted.value("team").to_owned(),
        references: references.iter().map(Reference::to_string).collect(),
        people: members.iter().map(assignment::choice).collect(),
        to: posted.value("to").to_owned(),
        note: posted.value("note").to_owned(),
        errors: Vec::new(),
        done: Vec::new(),
        back: queue_place::back(person.queue.as_deref().map(String::as_str)),
    };
    if posted.value("step") != "give" || page.references.is_empty() {
        return ok(&page);
    }
    if page.people.iter().all(|(username, _)| *username != page.to) {
        let errors = vec![("to".to_owned(), "Choose who works on them".to_owned())];
        return mend(&GivingOutPage { frame: page.frame.clone().failed_if(true), errors, ..page });
    }
    let mut done = Vec::new();
    for reference in &page.references {
        let key = IdempotencyKey::parse(&format!("{}-{reference}", posted.value("form_token")))?;
        let assignment = Assignment { to: page.to.clone(), note: page.note.clone(), revision: None };
        // Each by itself: one that cannot be given never keeps the others.
        let words = match app.assign(&person.request, &person.caller, &key, (reference, &assignment)).await {
            Ok(_) => "Given out".to_owned(),
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(". "),
            Err(Error::Unseen | Error::Refused | Error::Conflict(_)) => "Left as it was: it cannot be given out now".to_owned(),
            Err(other) => return Err(Failure(other)),
        };
        done.push((reference.clone(), words));
    }
    ok(&GivingOutPage { done, ..page })
}
