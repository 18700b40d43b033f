//! Before the form: what a pathway is for, and whether anyone is in danger now.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing,
};
use serde::Deserialize;

use super::receiver::Receiver;
use crate::{
    app::App,
    domain::{answers::Answers, pathway::Pathway, section::Ring},
    web::{
        components::{Button, ErrorLink, ErrorSummary, Fieldset, InsetText, Radio, Radios},
        error::{Answer, mend, ok, see},
        session::SignedIn,
        view::Frame,
    },
};

/// The start page of one pathway.
#[derive(Clone, Template)]
#[template(path = "pathway/start.html")]
pub struct StartPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway; the heading.
    pub title: String,
    /// Who it is for; one paragraph each.
    pub who_for: Vec<String>,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What to have to hand.
    pub to_hand: Vec<String>,
    /// The team that receives it.
    pub received_by: String,
    /// When a human reads it, and who covers outside those hours.
    pub hours: String,
    /// Address of the question about danger.
    pub start_href: String,
}

impl StartPage {
    fn emergency() -> InsetText {
        let text = "If anyone is in immediate danger, ring 999 now. Make this record afterwards.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }

    fn button(&self) -> Button {
        Button { text: "Start now".to_owned(), href: self.start_href.clone(), is_start_button: true, ..Button::default() }
    }
}

const CHOOSE: &str = "Select yes if anyone is in danger now";

/// "Is anyone in danger now?", asked before every form; answers with GET `?danger=yes|no` to its own address.
#[derive(Clone, Template)]
#[template(path = "pathway/danger.html")]
pub struct DangerPage {
    /// The frame; `failed` when no answer was chosen.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// Address that the answer goes to.
    pub action: String,
}

impl DangerPage {
    fn summary() -> ErrorSummary {
        ErrorSummary::new(vec![ErrorLink { href: "#danger".to_owned(), text: CHOOSE.to_owned() }])
    }

    fn radios(&self) -> Radios {
        let mut fieldset = Fieldset::new("Is anyone in danger now?", "govuk-fieldset__legend--l");
        if let Some(legend) = &mut fieldset.legend {
            legend.is_page_heading = true;
        }
        let item = |value: &str, text: &str| Radio { value: value.to_owned(), text: text.to_owned(), ..Radio::default() };
        Radios {
            name: "danger".to_owned(),
            fieldset: Some(fieldset),
            hint: Some("Somebody may be hurt, threatened or taken away within hours.".into()),
            error_message: self.frame.failed.then(|| CHOOSE.into()),
            items: vec![item("yes", "Yes, or I am not sure"), item("no", "No")],
            ..Radios::default()
        }
    }

    fn button() -> Button {
        Button { text: "Continue".to_owned(), ..Button::default() }
    }
}

/// Whom to ring now; and the record can still be made.
#[derive(Clone, Template)]
#[template(path = "pathway/stop.html")]
pub struct StopPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// The heading.
    pub heading: String,
    /// What to do, line by line.
    pub lines: Vec<String>,
    /// Whom to ring, the most urgent first.
    pub contacts: Vec<Contact>,
    /// Address of the form.
    pub form_href: String,
}

/// Somebody to ring.
#[derive(Clone)]
pub struct Contact {
    /// Who.
    pub who: String,
    /// The number as it is read out, such as `0116 496 0123`.
    pub number: String,
    /// When they answer.
    pub when: String,
}

impl Contact {
    /// The number as a telephone's address.
    pub(super) fn dial(&self) -> String {
        self.number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

impl StopPage {
    fn button(&self) -> Button {
        let text = "Make the record".to_owned();
        Button { text, href: self.form_href.clone(), classes: "govuk-button--secondary".to_owned(), ..Button::default() }
    }
}

/// Whom a pathway says to ring.
pub(super) fn contacts(pathway: &Pathway) -> Vec<Contact> {
    let contact = |ring: &Ring| Contact {
        who: ring.who.clone(),
        number: ring.number.clone(),
        when: ring.hours.clone().unwrap_or_default(),
    };
    pathway.danger.ring.iter().map(contact).collect()
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/refer/{pathway}", routing::get(start)).route("/refer/{pathway}/danger", routing::get(danger))
}

async fn start(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    let pathway = app.start_referral(&person.request, &person.caller, &id).await?.pathway;
    let receiver = Receiver::of(&app, &pathway, &Answers::default()).await?;
    ok(&StartPage {
        frame: person.frame.titled(&format!("Before you start – {}", pathway.title)).back_to("/"),
        title: pathway.title.clone(),
        who_for: vec![pathway.description.clone()],
        minutes: pathway.minutes.into(),
        to_hand: pathway.to_hand.clone(),
        received_by: receiver.name(),
        hours: receiver.read_when(),
        start_href: format!("/refer/{id}/danger"),
    })
}

/// The answer to the question about danger: a bare yes or no, so it may stand in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answered {
    danger: Option<String>,
}

async fn danger(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path(id): Path<String>,
    Query(answered): Query<Answered>,
    uri: http::Uri,
) -> Answer {
    let pathway = app.start_referral(&person.request, &person.caller, &id).await?.pathway;
    let page = |failed| DangerPage {
        frame: person
            .frame
            .titled(&format!("Is anyone in danger now? – {}", pathway.title))
            .back_to(&format!("/refer/{id}"))
            .failed_if(failed),
        pathway: pathway.title.clone(),
        action: format!("/refer/{id}/danger"),
    };
    match answered.danger.as_deref() {
        Some("yes") => ok(&StopPage {
            frame: person.frame.titled(&format!("Ring now – {}", pathway.title)).back_to(&format!("/refer/{id}/danger")),
            pathway: pathway.title.clone(),
            heading: pathway.danger.title.clone(),
            lines: pathway.danger.lines.clone(),
            contacts: contacts(&pathway),
            form_href: format!("/refer/{id}/form?danger=yes"),
        }),
        Some("no") => Ok(see(&format!("/refer/{id}/form?danger=no"))),
        Some(_) => mend(&page(true)),
        // A browser sends an empty query when nothing was chosen.
        None if uri.query().is_some() => mend(&page(true)),
        None => ok(&page(false)),
    }
}
