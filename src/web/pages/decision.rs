//! Deciding on a referral: a form, a page that shows who will read what, and the decision on the referral's page.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};
use http::StatusCode;

use super::{
    assignment::acted_on,
    readers::{Item, of_our_file},
};
use crate::{
    app::{App, DecisionView, DeskView, Error, FeedbackView, IdempotencyKey, ReferralView},
    domain::{
        action::Action,
        answers::FieldError,
        decision::{NewDecision, Told},
        pathway::Pathway,
        referral::ReferralState,
    },
    web::{
        components::{
            Button, Checkbox, Checkboxes, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, NotificationBanner, Radio,
            Radios, SummaryList, SummaryRow, Textarea,
        },
        error::{Answer, Failure, mend, ok, page, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// What was decided, and what the reader may do about it.
#[derive(Clone, Default, Template)]
#[template(path = "referral/decided.html")]
pub struct DecisionBox {
    /// The session's token.
    pub csrf_token: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// What the referrer reads, the latest: its heading, its words, and who else reads them; none where nothing was decided.
    pub told: Option<(String, String, String)>,
    /// What there is to say where the referrer reads nothing of an end or a decision.
    pub untold: String,
    /// What whoever sent it can do about a referral that is closed; empty for others.
    pub next: String,
    /// The decisions for the file, the latest first; for the receiving team.
    pub decisions: Vec<DecidedLine>,
    /// What can be done next: words and address.
    pub links: Vec<(String, String)>,
    /// Steps whose clock runs and that the reader may mark as done: code and words.
    pub steps: Vec<(String, String)>,
}

/// A decision on file.
#[derive(Clone)]
pub struct DecidedLine {
    /// The outcome and the grade.
    pub title: String,
    /// Who decided and when.
    pub by: String,
    /// Who reads it, as a sentence.
    pub read_by: String,
    /// Why.
    pub reason: String,
}

impl DecidedLine {
    /// A decision as the page shows it.
    pub(super) fn of(view: &ReferralView, decision: &DecisionView) -> Self {
        Self {
            read_by: Item::of_the_file(view, decision.id).sentence(view),
            title: match &decision.grade {
                Some((_, grade)) => format!("{}, grade: {grade}", decision.outcome.1),
                None => decision.outcome.1.clone(),
            },
            by: format!("{}, {}", decision.by, decision.at.words()),
            reason: decision.reason.clone(),
        }
    }
}

/// What whoever sent a referral can do when it is closed.
const AFTER: &str = "If you are still worried, or if something has changed, say below that you do not agree: the team then looks \
                     again. If somebody is in danger now, ring 999.";

/// What the referrer was told last that still holds: what went with a closing holds while it is closed.
fn last_told(view: &ReferralView) -> Option<&FeedbackView> {
    let is_closed = view.referral.stage.state() == ReferralState::Closed;
    view.feedback.iter().rfind(|told| is_closed || !told.closing)
}

impl DecisionBox {
    /// What a reader sees; none where there is nothing to see and nothing to do.
    pub(super) fn of(app: &App, person: &SignedIn, view: &ReferralView) -> Option<Self> {
        let href = format!("/referrals/{}", view.referral.reference);
        let may = |action| view.actions.contains(&action);
        let decided = !view.decisions.is_empty();
        let links = [
            (Action::DecideReferral, if decided { "Decide again" } else { "Decide" }, "decision"),
            (Action::CloseReferral, "Close it", "close"),
            (Action::RedirectReferral, "Pass it on to another team", "redirect"),
            (Action::ReopenReferral, "Take it up again", "reopen"),
            (Action::Disagree, "I do not agree with this", "disagree"),
            (Action::Retract, "Ask to withdraw it", "retract"),
        ];
        let links = links.into_iter().filter(|(action, ..)| may(*action));
        let links: Vec<_> = links.map(|(_, words, way)| (words.to_owned(), format!("{href}/{way}"))).collect();
        let running = view.desk.as_ref().filter(|_| may(Action::MarkStep)).into_iter().flat_map(DeskView::to_mark);
        let told = last_told(view).map(|told| {
            let title = match told {
                told if told.closing => "The team has closed this".to_owned(),
                told if told.title.is_empty() => "What the referrer reads".to_owned(),
                told => told.title.clone(),
            };
            (title, told.text.clone(), Item::of_the_told(view, told.id).sentence(view))
        });
        let is_closed = view.referral.stage.state() == ReferralState::Closed;
        let untold = match (is_closed, &view.desk) {
            (false, _) => "Nothing has been decided yet.",
            (true, Some(_)) => "It was closed without a decision, and the referrer reads no more than that.",
            (true, None) => "The team has closed this, and says no more about it here.",
        };
        let decisions = view.decisions.iter().rev().map(|decision| DecidedLine::of(view, decision));
        let shown = Self {
            csrf_token: person.frame.csrf_token.clone(),
            form_token: fresh_token(app),
            told,
            untold: untold.to_owned(),
            next: if is_closed && may(Action::Disagree) { AFTER.to_owned() } else { String::new() },
            decisions: decisions.collect(),
            links,
            steps: running.map(|clock| (clock.step.code().to_owned(), words::step(clock.step).to_owned())).collect(),
            href,
        };
        let empty = shown.told.is_none() && shown.decisions.is_empty() && shown.links.is_empty() && shown.steps.is_empty();
        (!empty).then_some(shown)
    }

    fn step(words: &str) -> Button {
        Button {
            text: format!("{words} is done"),
            classes: "govuk-button--secondary".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// A decision as it is being written.
#[derive(Clone, Default)]
pub struct Written {
    /// Outcome and line, as `outcome/line`.
    pub choice: String,
    /// The grade; empty for none.
    pub grade: String,
    /// Why, for the file.
    pub reason_for_file: String,
    /// What the referrer reads, in own words.
    pub reason_for_referrer: String,
    /// The revision that was seen.
    pub revision: i64,
}

impl Written {
    fn read(posted: &Posted) -> Self {
        Self {
            choice: posted.value("choice").to_owned(),
            grade: posted.value("grade").to_owned(),
            reason_for_file: posted.value("reason_for_file").to_owned(),
            reason_for_referrer: posted.value("reason_for_referrer").to_owned(),
            // What is no revision is none that anything stands at.
            revision: posted.value("revision").parse().unwrap_or(0),
        }
    }

    fn decision(&self, close: Option<bool>) -> NewDecision {
        let (outcome, line) = self.choice.split_once('/').unwrap_or((&self.choice, ""));
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        NewDecision {
            outcome: outcome.to_owned(),
            grade: given(&self.grade),
            reason_for_file: self.reason_for_file.clone(),
            reason_for_referrer: given(&self.reason_for_referrer),
            feedback: given(line),
            close,
        }
    }
}

/// That words alone pass nothing on.
const NOT_PASSED_ON: &str = "A decision passes nothing on by itself. If the referrer reads that it was passed on, pass it on first, \
                             here or by telephone: then what they read is true.";

/// The form.
#[derive(Clone, Template)]
#[template(path = "referral/decide.html")]
pub struct DecidePage {
    /// The frame.
    pub frame: Frame,
    /// Address of the referral.
    pub href: String,
    /// What came between, when the writer was too late; empty for nothing.
    pub notice: String,
    /// Each outcome with each of its lines: `outcome/line`, the outcome's words, and what the referrer reads.
    pub choices: Vec<(String, String, String)>,
    /// The grades: code and words.
    pub grades: Vec<(String, String)>,
    /// What the answers say of the risk; empty where nothing is graded by the sender.
    pub risk: String,
    /// Who reads what is for the file, as a sentence.
    pub read_by: String,
    /// Whether the pathway allows own words to the referrer.
    pub is_free: bool,
    /// What is written.
    pub written: Written,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl DecidePage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn banner(&self) -> NotificationBanner {
        NotificationBanner { text: self.notice.clone(), ..NotificationBanner::default() }
    }

    fn choices(&self) -> Radios {
        let item = |(value, text, hint): &(String, String, String)| Radio {
            value: value.clone(),
            text: text.clone(),
            hint: Some(Hint::from(hint.as_str())),
            ..Radio::default()
        };
        Radios {
            name: "choice".to_owned(),
            fieldset: Some(Fieldset::new("What do you decide?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(NOT_PASSED_ON)),
            error_message: self.error("choice"),
            items: self.choices.iter().map(item).collect(),
            value: self.written.choice.clone(),
            ..Radios::default()
        }
    }

    fn graded(&self) -> String {
        let stays = format!("{} Earlier grades stay on file.", self.read_by);
        if self.risk.is_empty() {
            return stays;
        }
        format!("The answers say: {}. A judgement raises that and never lowers it. {stays}", self.risk)
    }

    fn grades(&self) -> Radios {
        let item = |(value, text): &(String, String)| Radio { value: value.clone(), text: text.clone(), ..Radio::default() };
        let none = Radio { text: "No grade".to_owned(), checked: Some(self.written.grade.is_empty()), ..Radio::default() };
        Radios {
            name: "grade".to_owned(),
            fieldset: Some(Fieldset::new("Which grade do you give?", "govuk-fieldset__legend--m")),
            hint: Some(Hint::from(self.graded().as_str())),
            error_message: self.error("grade"),
            items: self.grades.iter().map(item).chain([none]).collect(),
            value: self.written.grade.clone(),
            ..Radios::default()
        }
    }

    fn for_file(&self) -> Textarea {
        Textarea {
            name: "reason_for_file".to_owned(),
            label: "Reason for the file".into(),
            hint: Some(Hint::from(self.read_by.as_str())),
            error_message: self.error("reason_for_file"),
            value: self.written.reason_for_file.clone(),
            rows: Some(6),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn for_referrer(&self) -> Textarea {
        Textarea {
            name: "reason_for_referrer".to_owned(),
            label: "What else does the referrer need to hear?".into(),
            hint: Some(Hint::from("The referrer reads this below the line that you chose. You can leave it out.")),
            error_message: self.error("reason_for_referrer"),
            value: self.written.reason_for_referrer.clone(),
            rows: Some(4),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn button() -> Button {
        Button {
            text: "See who reads what".to_owned(),
            name: "step".to_owned(),
            value: "preview".to_owned(),
            ..Button::default()
        }
    }
}

/// Who will read what, before it is recorded.
#[derive(Clone, Template)]
#[template(path = "referral/decision_preview.html")]
pub struct PreviewPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// What the team reads: names and words.
    pub file: Vec<(String, String)>,
    /// What the referrer reads, line by line.
    pub told: String,
    /// Who else reads that: everybody who holds the shared part.
    pub readers: Vec<String>,
    /// Who reads what is for the file, as a sentence.
    pub read_by: String,
    /// That a question to the referrer is open, which ends with this; empty where none is.
    pub open_question: String,
    /// Whether it closes unless the writer says otherwise.
    pub closes: bool,
    /// What is written.
    pub written: Written,
}

impl PreviewPage {
    fn file(&self) -> SummaryList {
        SummaryList {
            rows: self.file.iter().map(|(key, words)| SummaryRow::words(key, words)).collect(),
            ..SummaryList::default()
        }
    }

    fn close(&self) -> Checkboxes {
        let tick = Checkbox {
            value: "yes".to_owned(),
            text: "Close the referral with this decision".to_owned(),
            hint: Some(Hint::from("It can be taken up again, with a reason.")),
            checked: Some(self.closes),
            ..Checkbox::default()
        };
        Checkboxes {
            name: "close".to_owned(),
            fieldset: Some(Fieldset::new("What happens next?", "govuk-fieldset__legend--m")),
            items: vec![tick],
            ..Checkboxes::default()
        }
    }

    fn send() -> Button {
        Button {
            text: "Record the decision".to_owned(),
            name: "step".to_owned(),
            value: "send".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }

    fn change() -> Button {
        Button {
            text: "Change it".to_owned(),
            name: "step".to_owned(),
            value: "edit".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/decision", routing::get(ask).post(decide))
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if !view.actions.contains(&Action::DecideReferral) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    let revision = view.referral.revision;
    ok(&form(&person, &view, Written { revision, ..Written::default() }))
}

fn form(person: &SignedIn, view: &ReferralView, written: Written) -> DecidePage {
    let pathway = &view.course.pathway;
    let href = format!("/referrals/{}", view.referral.reference);
    let choices = pathway.outcomes.iter().flat_map(|outcome| {
        outcome.feedback.iter().map(|line| {
            let when = outcome.hint.as_ref().map_or_else(String::new, |hint| format!("{hint} "));
            // Of several lines each choice says which it is, so that no two are called alike.
            let (title, read) = match outcome.feedback.len() {
                1 => (outcome.title.clone(), format!("{when}The referrer reads: {}", line.title)),
                _ => {
                    (format!("{}: {}", outcome.title, line.title), format!("{when}The referrer reads the words after the colon."))
                }
            };
            (format!("{}/{}", outcome.code, line.code), title, read)
        })
    });
    DecidePage {
        frame: person.frame.titled("Decision").back_to(&href).at("/queue").acting_on(acted_on(view)),
        href,
        notice: String::new(),
        choices: choices.collect(),
        grades: pathway.grades.iter().map(|grade| (grade.code.to_string(), grade.title.clone())).collect(),
        risk: view.graded().and_then(|(pathway, answers)| pathway.risk_words(&answers)).unwrap_or_default(),
        read_by: of_our_file(view),
        is_free: pathway.free_feedback,
        written,
        errors: Vec::new(),
    }
}

async fn decide(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "step", "revision", "choice", "grade", "reason_for_file", "reason_for_referrer", "close"])?;
    let written = Written::read(&posted);
    if posted.value("step") != "send" {
        return before(&app, &person, &reference, written, posted.value("step") == "edit").await;
    }
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let decision = written.decision(Some(!posted.value("close").is_empty()));
    let done = app.decide_referral(&person.request, &person.caller, &key, (&reference, &decision, written.revision)).await;
    match done {
        Ok(_) => Ok(see(&format!("/referrals/{reference}"))),
        Err(Error::Invalid(errors)) => again(&app, &person, &reference, written, &errors).await,
        Err(Error::Conflict(_)) => too_late(&app, &person, &reference, written).await,
        Err(other) => Err(Failure(other)),
    }
}

/// The form again, or the preview of what it holds.
async fn before(app: &App, person: &SignedIn, reference: &str, written: Written, edit: bool) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    if !view.actions.contains(&Action::DecideReferral) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    if edit {
        return ok(&form(person, &view, written));
    }
    let pathway = &view.course.pathway;
    let graded = view.graded();
    let risk = graded.as_ref().and_then(|(pathway, answers)| pathway.risk(answers));
    let decision = match written.decision(None).check(pathway, risk) {
        Ok(decision) => decision,
        Err(faults) => {
            let errors = faults.into_iter().map(|(field, words)| (field_of(field), words.to_owned())).collect();
            let form = form(person, &view, written);
            return mend(&DecidePage { frame: form.frame.clone().failed_if(true), errors, ..form });
        }
    };
    let href = format!("/referrals/{}", view.referral.reference);
    let grade = pathway.grades.iter().find(|grade| Some(&grade.code) == decision.grade.as_ref());
    let told = told_words(pathway, &decision.told);
    ok(&PreviewPage {
        frame: person
            .frame
            .titled("Who reads this decision")
            .back_to(&format!("{href}/decision"))
            .at("/queue")
            .acting_on(acted_on(&view)),
        form_token: fresh_token(app),
        file: [
            ("Decision", pathway.outcome(decision.outcome.as_str()).map(|outcome| outcome.title.clone())),
            ("Grade", grade.map(|grade| grade.title.clone())),
            ("Reason for the file", Some(decision.reason.clone())),
        ]
        .into_iter()
        .filter_map(|(key, words)| Some((key.to_owned(), words?)))
        .collect(),
        told,
        readers: view.holders.iter().map(|holder| holder.name.clone()).collect(),
        read_by: of_our_file(&view),
        open_question: view.referral.desk.waiting_since.map_or_else(String::new, |since| {
            let since = since.words();
            format!("A question to the referrer is open since {since}. It ends with this decision: they are no longer asked.")
        }),
        closes: decision.closes,
        href,
        written,
    })
}

/// What the referrer reads, as the page shows it.
fn told_words(pathway: &Pathway, told: &Told) -> String {
    let outcome = told.outcome.as_ref().and_then(|code| pathway.outcome(code.as_str())).map(|outcome| outcome.title.clone());
    let words = outcome.into_iter().chain((!told.text.is_empty()).then(|| told.text.clone()));
    words.collect::<Vec<_>>().join("\n")
}

/// The page's field for a field of the decision: outcome and line are one choice here.
fn field_of(field: &str) -> String {
    if matches!(field, "outcome" | "feedback") { "choice" } else { field }.to_owned()
}

/// The form with what is to be mended.
async fn again(
    app: &App,
    person: &SignedIn,
    reference: &str,
    written: Written,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let form = form(person, &view, written);
    let errors = errors.iter().map(|error| (field_of(&error.name()), error.message.clone())).collect();
    mend(&DecidePage { frame: form.frame.clone().failed_if(true), errors, ..form })
}

/// The form with all that was written, for somebody who was overtaken.
async fn too_late(app: &App, person: &SignedIn, reference: &str, written: Written) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let revision = view.referral.revision;
    let form = form(person, &view, Written { revision, ..written });
    let last = view.decisions.last().map(|last| format!(" {} decided meanwhile: {}.", last.by, last.outcome.1));
    let notice = format!(
        "This referral changed while you wrote, so nothing was recorded.{} What you wrote is kept here.",
        last.unwrap_or_default()
    );
    page(StatusCode::CONFLICT, &DecidePage { notice, ..form })
}
