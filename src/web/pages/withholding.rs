//! Withholding answers from an agency after sending, and taking that back.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    assignment::instead,
    keep_back::{ANSWERS, FROM, KeepBack, keepable, read, sealed},
};
use crate::{
    app::{App, Error, IdempotencyKey, MarkView, OTHERS_MARK, ReferralView, latest},
    domain::{action::Action, answers::FieldError},
    web::{
        components::{Button, Checkboxes, ErrorLink, ErrorSummary, WarningText},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// The page.
#[derive(Clone, Template)]
#[template(path = "referral/withholding.html")]
pub struct WithholdingPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// The revision that the page shows.
    pub revision: i64,
    /// What can be withheld, from whom, and what was chosen.
    pub keep: KeepBack,
    /// What was kept back when it was sent, a line for each answer.
    pub sealed: Vec<String>,
    /// What is withheld since.
    pub marks: Vec<MarkLine>,
    /// Who of those who work on it can still read all of it, as a sentence; empty where nothing is withheld.
    pub left: String,
}

/// The page that asks before a mark is taken away.
#[derive(Clone, Template)]
#[template(path = "referral/end_withholding.html")]
pub struct EndWithholdingPage {
    /// The frame.
    pub frame: Frame,
    /// Address of the referral.
    pub href: String,
    /// What is taken away.
    pub mark: MarkLine,
    /// The agency whose people read it then, by name.
    pub agency: String,
}

impl EndWithholdingPage {
    fn button() -> Button {
        Button {
            text: "Stop withholding it".to_owned(),
            classes: "govuk-button--warning".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// Something that is withheld.
#[derive(Clone)]
pub struct MarkLine {
    /// What, and from whom.
    pub words: String,
    /// The question's id.
    pub question: String,
    /// The agency's code.
    pub agency: String,
    /// The form's token, of the button that takes the mark away; empty where the reader may not.
    pub form_token: String,
}

impl WithholdingPage {
    fn of(app: &App, person: &SignedIn, view: &ReferralView, (agencies, left): (Vec<(String, String)>, (usize, usize))) -> Self {
        let href = format!("/referrals/{}", view.referral.reference);
        let pathway = &view.pathway.pathway;
        let line = |mark: &MarkView| MarkLine::of(app, view, mark);
        let is_withheld = !(view.marks.is_empty() && view.withheld.is_empty());
        Self {
            frame: person.frame.titled("Withhold answers from an agency").back_to(&href),
            form_token: fresh_token(app),
            revision: view.referral.revision,
            keep: KeepBack { answers: keepable(pathway, &latest(view)), agencies, ..KeepBack::default() },
            sealed: sealed(view),
            marks: view.marks.iter().filter_map(line).collect(),
            left: if is_withheld { left_words(view, left) } else { String::new() },
            href,
        }
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.keep.errors.is_empty()).then(|| ErrorSummary::new(self.keep.errors.iter().map(link).collect()))
    }

    fn what(&self) -> Checkboxes {
        let words = (
            "Which answers are withheld?",
            "From now on they go on no paper and in no share, whoever asks. Whoever reads those is told to ask the team that \
             received this before they get in touch with anybody.",
        );
        let chosen = self.keep.chosen.answers.iter().map(ToString::to_string).collect();
        self.keep.boxes(ANSWERS, words, &self.keep.answers, chosen)
    }

    fn whom(&self) -> Checkboxes {
        let words = (
            "From which agencies?",
            "Their people are not told. Everybody else who reads these answers sees that they are withheld, and from whom.",
        );
        self.keep.boxes(FROM, words, &self.keep.agencies, self.keep.chosen.from.clone())
    }

    fn warning() -> WarningText {
        let text = "This does not take back what was opened before. If somebody knows it who must not, and that is a danger to \
                    anybody, ring the people in danger first, or 999.";
        WarningText { text: text.to_owned(), ..WarningText::default() }
    }

    fn button() -> Button {
        Button { text: "Withhold them".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// How many of those who work on it can read all of it.
fn left_words(view: &ReferralView, (left, all): (usize, usize)) -> String {
    let who =
        if view.by_name { "who received it by name".to_owned() } else { format!("who work on it in {}", view.received_by.0) };
    match (left, all) {
        (left, all) if left == all => format!("Everybody {who} can read all of it."),
        (1, all) => format!("Of the {all} people {who}, one can read all of it."),
        (left, all) => format!("Of the {all} people {who}, {left} can read all of it."),
    }
}

impl MarkLine {
    fn of(app: &App, view: &ReferralView, mark: &MarkView) -> Option<Self> {
        let (code, name) = &mark.agency;
        Some(Self {
            words: format!("{}: never to {name}", view.pathway.pathway.question(&mark.question)?.withheld_words()),
            question: mark.question.to_string(),
            agency: code.clone(),
            form_token: if mark.may_end { fresh_token(app) } else { String::new() },
        })
    }

    fn button(&self) -> Button {
        Button {
            text: format!("Stop withholding: {}", self.words),
            classes: "govuk-button--secondary".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/referrals/{reference}/withhold", routing::get(ask).post(withhold))
        .route("/referrals/{reference}/withhold/end", routing::post(end))
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if !view.actions.contains(&Action::WithholdAnswer) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    ok(&blank(&app, &person, &view).await?)
}

async fn blank(app: &App, person: &SignedIn, view: &ReferralView) -> Result<WithholdingPage, Failure> {
    let agencies = app.agencies_to_refuse(&person.caller, view).await?;
    Ok(WithholdingPage::of(app, person, view, (agencies, app.who_is_left(view).await?)))
}

async fn withhold(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", ANSWERS, FROM])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let chosen = read(&posted).ok_or(Error::Malformed("the form is damaged"))?;
    // What is no revision is none that anything stands at.
    let revision = posted.value("revision").parse().unwrap_or(0);
    match app.withhold_answers(&person.request, &person.caller, &key, (&reference, &chosen, revision)).await {
        Ok(_) => Ok(see(&format!("/referrals/{reference}/withhold"))),
        Err(Error::Invalid(errors)) => {
            let view = app.read_referral(&person.request, &person.caller, &reference).await?;
            let page = blank(&app, &person, &view).await?;
            mend(&WithholdingPage {
                frame: page.frame.clone().failed_if(true),
                keep: KeepBack { chosen, errors: errors.iter().map(error).collect(), ..page.keep },
                ..page
            })
        }
        Err(Error::Conflict(_)) => {
            let notice = "This referral changed while you wrote, or all of that is withheld already. Look again first.";
            instead(&app, &person, &reference, notice).await
        }
        Err(other) => Err(Failure(other)),
    }
}

/// An error beside the control that it is of.
fn error(error: &FieldError) -> (String, String) {
    let field = if error.part.is_some() { FROM } else { ANSWERS };
    (field.to_owned(), error.message.clone())
}

async fn end(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "answer", "from", "sure"])?;
    if posted.value("sure") != "yes" {
        return sure(&app, &person, &reference, (posted.value("answer"), posted.value("from"))).await;
    }
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let mark = (reference.as_str(), posted.value("answer"), posted.value("from"));
    match app.end_withholding(&person.request, &person.caller, &key, mark).await {
        Ok(_) => Ok(see(&format!("/referrals/{reference}/withhold"))),
        Err(Error::Conflict(why)) => {
            let notice = match why {
                OTHERS_MARK => "The other side marked this and may know why, so only that side can take the mark away.",
                _ => "This referral changed while you looked at it. Look again first.",
            };
            instead(&app, &person, &reference, notice).await
        }
        Err(other) => Err(Failure(other)),
    }
}

/// Asks before a mark of the reader's side is taken away.
async fn sure(app: &App, person: &SignedIn, reference: &str, (answer, from): (&str, &str)) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let wanted = |mark: &&MarkView| mark.may_end && mark.question.as_str() == answer && mark.agency.0 == from;
    let found = view.marks.iter().find(wanted);
    let Some((mark, line)) = found.and_then(|mark| Some((mark, MarkLine::of(app, &view, mark)?))) else {
        return Ok(see(&format!("/referrals/{reference}/withhold")));
    };
    let href = format!("/referrals/{reference}");
    ok(&EndWithholdingPage {
        frame: person.frame.titled("Stop withholding an answer").back_to(&format!("{href}/withhold")),
        agency: mark.agency.1.clone(),
        mark: line,
        href,
    })
}
