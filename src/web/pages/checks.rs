//! The check before sharing: the list of what waits, the controls on a referral's page, and what they post.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};

use super::{
    answers::typed,
    queue::{ListLink, StateTag, heads},
    referral,
};
use crate::{
    app::{App, Error, IdempotencyKey, Item, ReferralView, Stop, Verdict},
    domain::{
        action::Action,
        answers::{Answers, FieldError},
        code::{Code, QuestionId},
        draft::Part,
        pathway::Pathway,
        question::Question,
        referral::{ReferralState, Stage},
        relation::Relation,
        section::Section,
    },
    web::{
        components::{Button, Cell, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Radio, Radios, Table, Textarea},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// What waits for a check.
#[derive(Clone, Template)]
#[template(path = "checks/list.html")]
pub struct ChecksPage {
    /// The frame.
    pub frame: Frame,
    /// The referrals, the one that goes on by itself soonest first.
    pub rows: Vec<CheckRow>,
}

/// One that waits.
#[derive(Clone)]
pub struct CheckRow {
    /// Its reference.
    pub reference: String,
    /// Its address.
    pub href: String,
    /// What it is about in a line.
    pub headline: String,
    /// Name of the pathway.
    pub pathway: String,
    /// Where it stands.
    pub state: StateTag,
    /// When it goes on by itself, in words; for one that was stopped, what it waits for.
    pub goes_on: String,
}

impl ChecksPage {
    fn table(&self) -> Result<Table, askama::Error> {
        let row = |row: &CheckRow| -> Result<Vec<Cell>, askama::Error> {
            let mut reference = Cell::of(&ListLink { href: &row.href, text: &row.reference })?;
            "app-table__reference".clone_into(&mut reference.classes);
            let about = if row.headline.is_empty() { &row.pathway } else { &row.headline };
            Ok(vec![reference, Cell::words(about), Cell::of(&row.state.tag())?, Cell::words(&row.goes_on)])
        };
        Ok(Table {
            caption: "Referrals to check, the one that goes on soonest first".to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Reference", "About", "State", "Goes on"])),
            rows: self.rows.iter().map(row).collect::<Result<_, _>>()?,
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        })
    }
}

/// What may be done with a referral that is held, on its page.
#[derive(Clone, Template)]
#[template(path = "checks/controls.html")]
pub struct Controls {
    /// The session's token.
    pub csrf_token: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// For whoever checks: the reasons for stopping it, code and words, and when it goes on by itself; none for others.
    pub check: Option<CheckControls>,
    /// For the sender of a stopped one.
    pub stopped: bool,
    /// For the sender of one that waits for the check: when it goes on by itself; empty for others.
    pub waits: String,
}

/// The controls of whoever checks.
#[derive(Clone, Default)]
pub struct CheckControls {
    /// The reasons for stopping it: code and words.
    pub reasons: Vec<(String, String)>,
    /// When it goes on by itself, in words.
    pub until: String,
    /// What was chosen before.
    pub reason: String,
    /// What was written before.
    pub text: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl CheckControls {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn reasons(&self) -> Radios {
        let item = |(value, text): &(String, String)| Radio { value: value.clone(), text: text.clone(), ..Radio::default() };
        Radios {
            name: "reason".to_owned(),
            fieldset: Some(Fieldset::new("Why do you stop it?", "govuk-fieldset__legend--s")),
            hint: Some(Hint::from("The sender reads this, and can still send it.")),
            error_message: self.error("reason"),
            items: self.reasons.iter().map(item).collect(),
            value: self.reason.clone(),
            ..Radios::default()
        }
    }

    fn text(&self) -> Textarea {
        Textarea {
            name: "text".to_owned(),
            label: "What do you want to say to the sender?".into(),
            hint: Some(Hint::from("You can leave this out. If they send it all the same, the receiving team reads it too.")),
            error_message: self.error("text"),
            value: self.text.clone(),
            rows: Some(4),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    /// What is wrong, for the top of the page.
    pub(super) fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }
}

fn button(text: &str, (name, value): (&str, &str), classes: &str) -> Button {
    Button {
        text: text.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        classes: classes.to_owned(),
        prevent_double_click: Some(true),
        ..Button::default()
    }
}

impl Controls {
    /// What this caller may do with the referral; none where it is not held, or not theirs to decide.
    pub(super) fn of(app: &App, person: &SignedIn, view: &ReferralView) -> Option<Self> {
        let may = |action| view.actions.contains(&action);
        let until = match view.referral.stage {
            Stage::Checking { until } => words::day_and_time(until),
            _ => String::new(),
        };
        let check = view.pathway.pathway.check.as_ref().filter(|_| may(Action::PassCheck)).map(|check| {
            let until = until.clone();
            let reasons = check.reasons.iter().map(|choice| (choice.code.to_string(), choice.title.clone()));
            CheckControls { reasons: reasons.collect(), until, ..CheckControls::default() }
        });
        let stopped = may(Action::WithdrawStopped);
        let waits = if may(Action::SendStopped) { until } else { String::new() };
        (check.is_some() || stopped || !waits.is_empty()).then(|| Self {
            csrf_token: person.frame.csrf_token.clone(),
            form_token: fresh_token(app),
            href: format!("/referrals/{}", view.referral.reference),
            check,
            stopped,
            waits,
        })
    }

    fn pass() -> Button {
        button("Pass it on", ("decision", "pass"), "")
    }

    fn stop() -> Button {
        button("Stop it", ("decision", "stop"), "govuk-button--secondary")
    }

    fn send() -> Button {
        button("Send it anyway", ("", ""), "")
    }

    fn send_now() -> Button {
        button("Send it now", ("", ""), "govuk-button--secondary")
    }

    fn change() -> Button {
        button("Change it and send it again", ("", ""), "govuk-button--secondary")
    }

    fn withdraw() -> Button {
        button("Do not send it", ("", ""), "govuk-button--secondary")
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/checks", routing::get(list))
        .route("/referrals/{reference}/check", routing::post(decide))
        .route("/referrals/{reference}/send-anyway", routing::post(send_anyway))
        .route("/referrals/{reference}/change", routing::post(change))
        .route("/referrals/{reference}/withdraw", routing::post(withdraw))
}

async fn list(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let page = app.checks(&person.request, &person.caller).await?;
    let row = |item: Item| CheckRow {
        reference: item.reference.to_string(),
        href: format!("/referrals/{}", item.reference),
        headline: item.headline.unwrap_or_default(),
        pathway: item.pathway_title,
        state: words::state(item.state),
        goes_on: item
            .check_until
            .map_or_else(|| "When its sender decides".to_owned(), |until| format!("By itself on {}", words::day_and_time(until))),
    };
    ok(&ChecksPage { frame: person.frame.titled("To check").at("/checks"), rows: page.items.into_iter().map(row).collect() })
}

async fn decide(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "decision", "reason", "text"])?;
    let stop = |reason: &str| {
        let reason = Code::parse(reason).map_err(|_| missing("reason", "Choose why you stop it"))?;
        Ok(Verdict::Stop(Stop { reason, text: posted.value("text").to_owned() }))
    };
    let verdict: Result<Verdict, Error> = match posted.value("decision") {
        "pass" => Ok(Verdict::Pass),
        "stop" => stop(posted.value("reason")),
        _ => Err(missing("reason", "Choose whether to pass it on")),
    };
    let done = match verdict {
        Ok(verdict) => {
            let key = IdempotencyKey::parse(posted.value("form_token"))?;
            app.check(&person.request, &person.caller, &key, (&reference, &verdict)).await.map(drop)
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(see("/checks")),
        Err(Error::Invalid(errors)) => again(&app, &person, &reference, &posted, &errors).await,
        Err(Error::Refused) => Err(Failure(refused(&app, &person, &reference).await)),
        Err(other) => Err(Failure(other)),
    }
}

/// Why somebody may not decide: where they checked it, that it was decided on another page or by somebody else.
async fn refused(app: &App, person: &SignedIn, reference: &str) -> Error {
    match app.read_referral(&person.request, &person.caller, reference).await {
        Ok(view) if view.relation == Relation::Checker && view.referral.stage.state() != ReferralState::Checking => {
            Error::Conflict("it was decided meanwhile; its own page says what became of it")
        }
        _ => Error::Refused,
    }
}

/// The referral's page with what is to be mended.
async fn again(
    app: &App,
    person: &SignedIn,
    reference: &str,
    posted: &Posted,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let mut page = referral::page(app, person, &view);
    if let Some(check) = page.controls.as_mut().and_then(|controls| controls.check.as_mut()) {
        posted.value("reason").clone_into(&mut check.reason);
        posted.value("text").clone_into(&mut check.text);
        check.errors = errors.iter().map(|error| (error.name(), error.message.clone())).collect();
    }
    page.frame = page.frame.failed_if(true);
    mend(&page)
}

async fn send_anyway(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.send_stopped(&person.request, &person.caller, &key, &reference).await?;
    Ok(see(&format!("/referrals/{reference}/sent")))
}

async fn change(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let begun = app.change_stopped(&person.request, &person.caller, &key, &reference, write_again).await?;
    Ok(see(&format!("/drafts/{}", begun.value)))
}

/// Every section that was answered, as its form would post it.
fn write_again(pathway: &Pathway, answers: &Answers) -> Vec<Part> {
    let answer = |question: &Question| {
        let answer = answers.get(&question.id).filter(|answer| answer.is_not_known() || answer.fits(&question.kind));
        answer.map(|answer| typed(question, answer)).unwrap_or_default()
    };
    let part =
        |section: &Section| Part { section: section.id.to_string(), fields: section.questions.iter().flat_map(answer).collect() };
    pathway.sections.iter().map(part).filter(|part| !part.fields.is_empty()).collect()
}

async fn withdraw(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.withdraw_stopped(&person.request, &person.caller, &key, &reference).await?;
    Ok(see(&format!("/referrals/{reference}")))
}

fn missing(field: &str, message: &str) -> Error {
    // A fixed word of ours is always an id.
    QuestionId::parse(field)
        .map_or(Error::Malformed("the form is damaged"), |field| Error::Invalid(vec![FieldError::new(field, message)]))
}
