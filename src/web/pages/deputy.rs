//! Who goes on with drafts: by default, chosen on the account page, and for one draft.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing,
};
use serde::Deserialize;

use super::filled::{Filled, Opened};
use crate::{
    app::{App, Error},
    domain::{ids::UserId, text::PersonName},
    web::{
        components::{Button, Hint, Label, Select, SelectItem, WarningText},
        error::{Answer, Failure, ok, see},
        posted::Posted,
        session::SignedIn,
        view::Frame,
    },
};

/// The question who goes on with a draft, or with all of them.
#[derive(Clone, Template)]
#[template(path = "draft/deputy.html")]
pub struct DeputyPage {
    /// The frame.
    pub frame: Frame,
    /// The heading.
    pub heading: String,
    /// Who was taken off, and why; empty for nobody.
    pub taken_off: String,
    /// What the choice does.
    pub about: String,
    /// Address that keeps the choice.
    pub action: String,
    /// The people to choose among: id and name.
    pub people: Vec<(String, String)>,
    /// The id of who is chosen now; empty for nobody.
    pub chosen: String,
}

impl DeputyPage {
    fn select(&self) -> Select {
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        let nobody = SelectItem { value: Some(String::new()), text: "Nobody".to_owned(), selected: None };
        Select {
            id: "deputy".to_owned(),
            name: "deputy".to_owned(),
            label: Label::from("Your deputy"),
            hint: Some(Hint::from("Somebody of your agency whose account is ready.")),
            items: std::iter::once(nobody).chain(self.people.iter().map(item)).collect(),
            value: self.chosen.clone(),
            ..Select::default()
        }
    }

    fn warning() -> WarningText {
        let text = "With nobody chosen, a draft waits for you alone. If you fall ill or forget your password, it reaches nobody.";
        WarningText { text: text.to_owned(), ..WarningText::default() }
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/account/deputy", routing::get(show).post(choose))
        .route("/drafts/{reference}/deputy", routing::get(show_for_draft).post(choose_for_draft))
}

fn chosen(posted: &Posted) -> Result<Option<UserId>, Failure> {
    match posted.value("deputy") {
        "" => Ok(None),
        id => Ok(Some(UserId::parse(id).map_err(|_| Failure(Error::Malformed("This is nobody who can be chosen.")))?)),
    }
}

async fn people(app: &App, person: &SignedIn) -> Result<Vec<(String, String)>, Failure> {
    Ok(listed(app.deputies_to_choose(&person.caller).await?))
}

fn listed(people: Vec<(UserId, PersonName)>) -> Vec<(String, String)> {
    people.into_iter().map(|(id, name)| (id.to_string(), name.as_str().to_owned())).collect()
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let chosen = app.chosen_deputy(&person.caller).await?;
    ok(&DeputyPage {
        frame: person.frame.titled("Your deputy").back_to("/account").at("/account"),
        heading: "Who goes on with your drafts if you cannot?".to_owned(),
        taken_off: String::new(),
        about: "They can see and send the drafts that you begin from now on. You can choose differently for each draft."
            .to_owned(),
        action: "/account/deputy".to_owned(),
        people: people(&app, &person).await?,
        chosen: chosen.map(|id| id.to_string()).unwrap_or_default(),
    })
}

async fn choose(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    app.choose_deputy(&person.request, &person.caller, chosen(&posted)?).await?;
    Ok(see("/account"))
}

/// How the page of a draft's deputy was come to.
#[derive(Deserialize)]
struct Asked {
    /// Because the deputy was taken off.
    party: Option<String>,
}

async fn show_for_draft(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let filled = match Filled::open(&app, &person, &reference).await? {
        Opened::Draft(filled) => filled,
        Opened::Gone(response) => return Ok(response),
    };
    let here = format!("/drafts/{}", filled.view.draft.reference);
    if !filled.view.own {
        return Ok(see(&here));
    }
    let looked = filled.look();
    let (view, answers) = (&filled.view, &looked.answers);
    let may_be_party = filled.pathway().check.as_ref().is_some_and(|check| check.may_be_party(answers));
    let taken_off = if asked.party.is_some() && may_be_party && view.draft.deputy.is_none() {
        "Your deputy checks these for your agency, and may be involved. So they can no longer see this draft or go on with it."
    } else {
        ""
    };
    ok(&DeputyPage {
        taken_off: taken_off.to_owned(),
        frame: person.frame.titled(&format!("Who can go on – {}", filled.pathway().title)).back_to(&here),
        heading: "Who can go on with this draft if you cannot?".to_owned(),
        about:
            "They can see this draft, go on with it and send it. Whoever could before, and is not chosen now, loses sight of it."
                .to_owned(),
        action: format!("{here}/deputy"),
        people: listed(app.deputies_for(&person.caller, (view, answers)).await?),
        chosen: view.draft.deputy.map(|id| id.to_string()).unwrap_or_default(),
    })
}

async fn choose_for_draft(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path(reference): Path<String>,
    posted: Posted,
) -> Answer {
    let chosen = chosen(&posted)?;
    if let Some(chosen) = chosen {
        let filled = match Filled::open(&app, &person, &reference).await? {
            Opened::Draft(filled) => filled,
            Opened::Gone(response) => return Ok(response),
        };
        let people = app.deputies_for(&person.caller, (&filled.view, &filled.look().answers)).await?;
        if filled.view.own && people.iter().all(|(id, _)| *id != chosen) {
            return Err(Failure(Error::Conflict(
                "this person cannot be chosen for this draft: they may be involved, or hold no key",
            )));
        }
    }
    app.change_draft_deputy(&person.request, &person.caller, &reference, chosen).await?;
    Ok(see(&format!("/drafts/{reference}")))
}
