//! Asking for advice without naming anybody, and making a referral of what was asked.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing,
};
use serde::Deserialize;

use super::{
    answers::typed,
    pathway::{StopPage, Where, begin_of, beginning, contacts, danger_of, danger_radios, ring_of, start_of},
};
use crate::{
    app::{App, Error, IdempotencyKey, ReferralView},
    domain::{action::Action, answers::Answer as Given, code::QuestionId, draft::Part, enquiry::FormKind, pathway::Pathway},
    web::{
        components::{Button, ErrorSummary, Radios},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// What a referral made of a question takes over, and whether anyone is in danger now; posts the answer to `action`.
#[derive(Clone, Template)]
#[template(path = "referral/refer.html")]
pub struct ReferPage {
    /// The frame; `failed` when no answer was chosen.
    pub frame: Frame,
    /// The question's reference.
    pub reference: String,
    /// Name of the pathway that it is referred by.
    pub pathway: String,
    /// The pathway's own question, which says what danger means here.
    pub hint: String,
    /// What is taken over: the question asked there, and the answer in words.
    pub carried: Vec<(String, String)>,
    /// Address that the answer goes to.
    pub action: String,
    /// The same for all presses of the button: one form begins one draft.
    pub form_token: String,
}

impl ReferPage {
    fn summary() -> ErrorSummary {
        super::pathway::DangerPage::summary()
    }

    fn radios(&self) -> Radios {
        danger_radios("govuk-fieldset__legend--m", false, self.frame.failed, &self.hint)
    }

    fn button() -> Button {
        Button { text: "Begin the referral".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/refer/{pathway}/advice", routing::get(start))
        .route("/refer/{pathway}/advice/danger", routing::get(danger))
        .route("/refer/{pathway}/advice/ring", routing::get(ring))
        .route("/refer/{pathway}/advice/start", routing::post(begin))
        .route("/referrals/{reference}/refer", routing::get(ask_refer).post(refer))
}

async fn start(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    start_of(&app, &person, (&id, FormKind::Enquiry)).await
}

async fn danger(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    danger_of(&app, &person, (&id, FormKind::Enquiry)).await
}

async fn ring(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, Query(at): Query<Where>) -> Answer {
    ring_of(&app, &person, (&id, FormKind::Enquiry), &at).await
}

async fn begin(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    begin_of(&app, &person, (&id, FormKind::Enquiry), &posted).await
}

/// What the address of the page may say.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// Somebody is in danger: say whom to ring first.
    ring: Option<String>,
}

async fn ask_refer(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let page = page(&app, &person, &view, "", false)?;
    if asked.ring.is_none() {
        return ok(&page);
    }
    let pathway = app.pathway(&view.referral.pathway).ok_or(Failure(Error::Unseen))?.pathway;
    ok(&StopPage {
        frame: person.frame.titled(&format!("Ring now – {}", pathway.title)).back_to(&page.action),
        pathway: page.pathway,
        heading: pathway.danger.title.clone(),
        lines: pathway.danger.lines.clone(),
        contacts: contacts(&app, &person, &pathway, view.answers.as_ref().and_then(|answers| pathway.district(answers))),
        districts: Vec::new(),
        district: String::new(),
        here: page.action.clone(),
        action: page.action,
        form_token: page.form_token,
        refer_href: String::new(),
    })
}

fn page(app: &App, person: &SignedIn, view: &ReferralView, form_token: &str, failed: bool) -> Result<ReferPage, Failure> {
    if !view.actions.contains(&Action::TakeUpEnquiry) {
        return Err(Failure(Error::Refused));
    }
    let pathway = app.pathway(&view.referral.pathway).ok_or(Failure(Error::Unseen))?.pathway;
    let here = format!("/referrals/{}", view.referral.reference);
    let row = |(id, answer): (QuestionId, Given)| {
        let question = pathway.question(&id)?;
        Some((question.short.clone(), answer.words(question)))
    };
    Ok(ReferPage {
        frame: person.frame.titled(&format!("Make this a referral – {}", pathway.title)).back_to(&here).failed_if(failed),
        reference: view.referral.reference.to_string(),
        pathway: pathway.title.clone(),
        hint: pathway.question(&pathway.danger.question).map(|question| question.label.clone()).unwrap_or_default(),
        carried: view.carried.iter().cloned().filter_map(row).collect(),
        action: format!("{here}/refer"),
        form_token: IdempotencyKey::parse(form_token).map_or_else(|_| fresh_token(app), |_| form_token.to_owned()),
    })
}

async fn refer(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "danger", "rung"])?;
    let answer = posted.value("danger");
    let may_begin = answer == "no" || (answer == "yes" && !posted.value("rung").is_empty());
    if !may_begin {
        let view = app.read_referral(&person.request, &person.caller, &reference).await?;
        let page = page(&app, &person, &view, posted.value("form_token"), true)?;
        return if answer == "yes" { Ok(see(&format!("{}?ring=yes", page.action))) } else { mend(&page) };
    }
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let begun = app.refer_from_enquiry(&person.request, &person.caller, &key, (&reference, answer == "yes"), carry).await?;
    Ok(see(&format!("/drafts/{}", begun.value)))
}

/// The sections of a draft that hold what is carried over, as their forms would post it.
fn carry(pathway: &Pathway, in_danger: bool, carried: &[(QuestionId, Given)]) -> Vec<Part> {
    let first = beginning(pathway, if in_danger { "yes" } else { "no" }).ok();
    let rest = carried.iter().filter_map(|(id, answer)| {
        let (question, section) = (pathway.question(id)?, pathway.section_of(id)?);
        Some(Part { section: section.id.to_string(), fields: typed(question, answer) })
    });
    first.into_iter().chain(rest).collect()
}
