//! Views of queues that somebody keeps under names: kept from the queue, shown above it, removed here.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing,
};

use super::queue_place::{Asked, LIMITS, QueuePlace};
use crate::{
    app::{App, Error, IdempotencyKey, NewSavedView},
    domain::{
        answers::FieldError,
        queue::{QueueFilter, QueueView},
        saved_view::{Kept, MOST, SavedView},
        urgency::Urgency,
    },
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Input},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// A name for what the queue shows now, and what is kept already.
#[derive(Clone, Template)]
#[template(path = "queue/views.html")]
pub struct ViewsPage {
    /// The frame.
    pub frame: Frame,
    /// Makes keeping twice harmless.
    pub form_token: String,
    /// What the queue shows now, in words.
    pub shows: String,
    /// What the form carries along: names and values of the place in the queue.
    pub carried: Vec<(String, String)>,
    /// The name as typed.
    pub name: String,
    /// What is kept, by name.
    pub kept: Vec<KeptLine>,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

/// A view that is kept.
#[derive(Clone)]
pub struct KeptLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it shows, in words.
    pub shows: String,
    /// Its address.
    pub href: String,
    /// Makes removing twice harmless.
    pub form_token: String,
}

impl ViewsPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn input(&self) -> Input {
        let error = self.errors.first().map(|(_, words)| ErrorMessage { text: words.clone() });
        Input {
            name: "name".to_owned(),
            label: "What do you call it?".into(),
            hint: Some("For example, Overdue from schools. Name no person here: it is not sealed.".into()),
            error_message: error,
            value: self.name.clone(),
            classes: "govuk-input--width-20".to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        }
    }

    fn button() -> Button {
        Button { text: "Keep this view".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }

    const fn most() -> usize {
        MOST
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/queue/views", routing::get(show).post(keep)).route("/queue/views/{id}/delete", routing::post(forget))
}

/// The address of a view that is kept.
pub(super) fn href(Kept { team, view, filter }: &Kept) -> String {
    QueuePlace { team: Some(*team), view: *view, filter: filter.clone(), limit: LIMITS[0], cursor: None }.href()
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let place = asked.place()?;
    ok(&page(&app, &person, &place, "").await?)
}

async fn page(app: &App, person: &SignedIn, place: &QueuePlace, name: &str) -> Result<ViewsPage, Error> {
    let place = QueuePlace { cursor: None, limit: LIMITS[0], ..place.clone() };
    let agencies: Vec<_> = app.agencies().await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let line = |SavedView { id, name, kept }: SavedView| KeptLine {
        id: id.to_string(),
        name: name.as_str().to_owned(),
        shows: shows(app, &agencies, kept.view, &kept.filter),
        href: href(&kept),
        form_token: fresh_token(app),
    };
    Ok(ViewsPage {
        frame: person.frame.titled("Your views of the queue").back_to(&place.href()).at("/queue"),
        form_token: fresh_token(app),
        shows: shows(app, &agencies, place.view, &place.filter),
        carried: place.fields().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        name: name.to_owned(),
        kept: app.saved_views(&person.caller).await?.into_iter().map(line).collect(),
        errors: Vec::new(),
    })
}

/// What a place in a queue shows, in words.
fn shows(app: &App, agencies: &[(String, String)], view: QueueView, filter: &QueueFilter) -> String {
    let QueueFilter { pathway, urgency, agency, state, overdue, unread, retracted } = filter;
    let pathway = pathway.as_ref().map(|id| app.pathway(id).map_or_else(|| id.clone(), |one| one.pathway.title.clone()));
    let agency = agency.map(|id| id.to_string());
    let agency = agency.and_then(|id| agencies.iter().find(|(known, _)| *known == id));
    let parts = [
        Some(view.title().to_owned()),
        pathway,
        urgency.map(|urgency| Urgency::title(urgency).to_owned()),
        agency.map(|(_, name)| format!("sent by {name}")),
        state.map(|state| words::lower(&words::standing(state, false, false).text)),
        overdue.then(|| "overdue".to_owned()),
        unread.then(|| "unread or new".to_owned()),
        retracted.then(|| "asked to withdraw".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

async fn keep(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&[
        "form_token",
        "name",
        "team",
        "view",
        "state",
        "pathway",
        "urgency",
        "agency",
        "overdue",
        "unread",
        "retracted",
    ])?;
    let place = Asked::posted(&posted).place()?;
    let name = posted.value("name");
    let new = NewSavedView { name: name.to_owned(), team: place.team, view: Some(place.view), filter: place.filter.clone() };
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    match app.save_view(&person.request, &person.caller, &key, &new).await {
        Ok(_) => Ok(see(&place.href())),
        Err(Error::Invalid(errors)) => {
            let page = page(&app, &person, &place, name).await?;
            // The form asks for the name alone.
            let error = |error: &FieldError| ("name".to_owned(), error.message.clone());
            let errors = errors.iter().map(error).collect();
            mend(&ViewsPage { frame: page.frame.clone().failed_if(true), errors, ..page })
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn forget(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.forget_view(&person.request, &person.caller, &key, &id).await?;
    Ok(see("/queue/views"))
}
