//! A referral on paper: what the caller may see, marked at head and foot of every page with who printed it and when.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing,
};
use serde::Deserialize;

use super::{
    file::FileLine,
    referral::{AnswerSection, NoteLine, ReferralPage, page},
};
use crate::{
    app::{App, DecisionView, FeedbackView, ReferralView},
    domain::sensitivity::Sensitivity,
    web::{
        components::{Button, SummaryList, SummaryRow},
        error::{Answer, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// A referral as it is printed. Everything in it is on record as printed, whether or not a printer follows.
#[derive(Clone, Template)]
#[template(path = "referral/print.html")]
pub struct PrintPage {
    /// The frame, which stays off the paper.
    pub frame: Frame,
    /// What it is: "Referral" or "Question".
    pub heading: &'static str,
    /// The reference.
    pub reference: String,
    /// Name of the pathway.
    pub pathway: String,
    /// The handling marking.
    pub marking: &'static str,
    /// How whoever holds the paper handles it.
    pub handling: &'static str,
    /// Who printed it, from which team, and when.
    pub printed: String,
    /// Whether the caller holds something that is kept apart.
    pub holds_apart: bool,
    /// Whether that is printed.
    pub with_apart: bool,
    /// Whether the caller holds something that is kept from others, and so is never printed.
    pub holds_withheld: bool,
    /// Where it stands, when it was sent, by whom and to whom.
    pub facts: Vec<(String, String)>,
    /// The answers, and what was added.
    pub sections: Vec<AnswerSection>,
    /// Decisions, notes and messages: everything written since, in parts.
    pub parts: Vec<(&'static str, Vec<NoteLine>)>,
    /// The files, which are not printed.
    pub files: Vec<FileLine>,
}

impl PrintPage {
    fn facts(&self) -> SummaryList {
        let rows = self.facts.iter().map(|(key, value)| SummaryRow::words(key, value)).collect();
        SummaryList { rows, ..SummaryList::default() }
    }

    fn button(&self) -> Button {
        let text = if self.with_apart { "Leave out what is kept apart" } else { "Add what is kept apart" };
        Button { text: text.to_owned(), classes: "govuk-button--secondary".to_owned(), ..Button::default() }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    apart: String,
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/print", routing::get(show))
}

async fn show(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let with_apart = asked.apart == "yes";
    let view = app.print_referral(&person.request, &person.caller, &reference, with_apart).await?;
    ok(&of(&app, &person, &view, with_apart))
}

fn of(app: &App, person: &SignedIn, view: &ReferralView, with_apart: bool) -> PrintPage {
    let shown = page(app, person, view);
    let reference = view.referral.reference;
    let sensitivity = view.referral.sensitivity;
    let place = person.caller.places().iter().find(|named| Some(named.place.team) == view.from);
    let team = place.or(person.caller.main()).map_or("", |named| named.team.as_str());
    PrintPage {
        frame: person.frame.titled(&format!("Print {reference}")).back_to(&format!("/referrals/{reference}")),
        heading: shown.heading(),
        reference: reference.to_string(),
        pathway: shown.pathway.clone(),
        marking: sensitivity.marking(),
        handling: handling(sensitivity),
        printed: format!("{}, {team}, on {}", person.caller.name().as_str(), words::day_and_time(person.request.at)),
        holds_apart: view.holds_apart,
        with_apart,
        holds_withheld: view.holds_withheld,
        facts: facts(&shown),
        parts: parts(view, &shown),
        files: shown.files.files,
        sections: shown.sections.into_iter().chain(shown.added).collect(),
    }
}

const fn handling(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::L1 => "Keep it out of sight of others, and shred it when you are done.",
        Sensitivity::L2 | Sensitivity::L3 => "Do not copy it. Keep it locked away, and shred it when you are done.",
        Sensitivity::L4 => {
            "For the people named and nobody else. Do not copy it. Keep it locked away, and shred it when you are done."
        }
    }
}

fn facts(shown: &ReferralPage) -> Vec<(String, String)> {
    let fact = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let state = fact("Where it stands", &shown.state.text);
    let flags = (!shown.glance.flags.is_empty()).then(|| fact("Read this first", &shown.glance.flags.join("\n")));
    let reason = (!shown.legal_reason.is_empty()).then(|| fact("Why another lawful basis", &shown.legal_reason));
    let stopped = (!shown.stopped.is_empty()).then(|| fact("Stopped at the check", &shown.stopped.join("\n")));
    flags.into_iter().chain([state]).chain(shown.glance.facts.iter().cloned()).chain(reason).chain(stopped).collect()
}

/// What was written since it was sent; a part without anything is left out.
fn parts(view: &ReferralView, shown: &ReferralPage) -> Vec<(&'static str, Vec<NoteLine>)> {
    let said = shown.dialogue.iter().flat_map(|dialogue| &dialogue.said);
    let said = said.map(|said| NoteLine { title: said.head.clone(), from: said.seen_by.clone(), text: said.text.clone() });
    let all = [
        ("Decisions", view.decisions.iter().map(decision).collect::<Vec<_>>()),
        ("What the referrer reads", view.feedback.iter().map(feedback).collect()),
        ("Notes", shown.notes.clone()),
        ("Messages", said.collect()),
    ];
    all.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
}

fn decision(decision: &DecisionView) -> NoteLine {
    let title = match &decision.grade {
        Some((_, grade)) => format!("{}, grade: {grade}", decision.outcome.1),
        None => decision.outcome.1.clone(),
    };
    NoteLine { title, from: format!("{}, {}", decision.by, decision.at.words()), text: decision.reason.clone() }
}

fn feedback(told: &FeedbackView) -> NoteLine {
    let title = if told.title.is_empty() { "Outcome".to_owned() } else { told.title.clone() };
    NoteLine { title, from: told.at.words(), text: told.text.clone() }
}
