//! One referral.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing,
};
use serde::Deserialize;

use super::{addition::sections_to_add, queue::StateTag};
use crate::{
    app::{AdditionView, App, Error, ReferralView},
    domain::{
        answers::Answer as GivenAnswer, code::QuestionId, reference::Reference, relation::Relation, sensitivity::Sensitivity,
        urgency::Urgency,
    },
    web::{
        components::{Details, SummaryList, SummaryRow, Tag},
        error::{Answer, Failure, ok, see},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// A referral as the caller may see it.
#[derive(Clone, Template)]
#[template(path = "referral/referral.html")]
pub struct ReferralPage {
    /// The frame; its title names the reference at most.
    pub frame: Frame,
    /// The reference; the heading.
    pub reference: String,
    /// Name of the pathway.
    pub pathway: String,
    /// Where it stands.
    pub state: StateTag,
    /// When it is due, in words.
    pub due: String,
    /// When it was sent, in words.
    pub sent: String,
    /// Who sent it: team and agency, and the name where the caller may see it.
    pub sent_by: String,
    /// Who received it.
    pub received_by: String,
    /// Who can see these answers: one line for each team or person.
    pub seen_by: Vec<String>,
    /// The answers, in parts.
    pub sections: Vec<AnswerSection>,
    /// What was added since, each with who and when.
    pub added: Vec<AnswerSection>,
    /// What can be added: a section's title and its address.
    pub to_add: Vec<(String, String)>,
}

/// A part of the answers.
#[derive(Clone)]
pub struct AnswerSection {
    /// Its heading.
    pub title: String,
    /// Question and answer in words; an empty answer shows "Not provided".
    pub rows: Vec<(String, String)>,
}

impl ReferralPage {
    fn tag(&self) -> Tag {
        self.state.tag()
    }

    fn facts(&self) -> SummaryList {
        let facts = [("Due", &self.due), ("Sent", &self.sent), ("Sent by", &self.sent_by), ("Received by", &self.received_by)];
        SummaryList { rows: facts.iter().map(|(key, value)| SummaryRow::words(key, value)).collect(), ..SummaryList::default() }
    }

    fn seen(&self) -> Details {
        let text = format!("{}.\nEverybody who opens this page is recorded, with the time.", self.seen_by.join(", "));
        Details { summary_text: "Who can see this".to_owned(), text, ..Details::default() }
    }
}

impl AnswerSection {
    fn list(&self) -> SummaryList {
        let answer = |text: &str| if text.is_empty() { "Not provided".to_owned() } else { text.to_owned() };
        let rows = self.rows.iter().map(|(question, text)| SummaryRow::words(question, &answer(text)));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }
}

/// These pages' routes: one referral, and the way to it by reference.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}", routing::get(show)).route("/find", routing::get(find))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let referral = &view.referral;
    let back = if view.relation == Relation::ReceivingTeam { "/queue" } else { "/sent" };
    let (name, team, agency) = &view.sent_by;
    let (to_team, to_agency) = &view.received_by;
    ok(&ReferralPage {
        frame: person.frame.titled(&format!("Referral {}", referral.reference)).back_to(back).at(back),
        reference: referral.reference.to_string(),
        pathway: view.pathway.pathway.title.clone(),
        state: words::state(referral.stage.state()),
        due: words::due(referral.due_at, person.request.at),
        sent: referral.submitted_at.words(),
        sent_by: format!("{name}, {team}, {agency}"),
        received_by: format!("{to_team}, {to_agency}"),
        seen_by: seen_by(&view),
        sections: sections(&view),
        added: view.additions.iter().map(|addition| added(&view, addition)).collect(),
        to_add: sections_to_add(&view),
    })
}

/// Who holds the key of these answers, as it was given out when they were sent.
fn seen_by(view: &ReferralView) -> Vec<String> {
    let (name, team, agency) = &view.sent_by;
    let (to_team, to_agency) = &view.received_by;
    let sender = match view.referral.sensitivity {
        Sensitivity::L1 | Sensitivity::L2 => format!("{team} ({agency})"),
        _ => format!("{name} ({agency})"),
    };
    let cover = (view.referral.urgency == Urgency::Today.code()).then(|| "the team that covers outside its hours".to_owned());
    [Some(format!("{to_team} ({to_agency})")), cover, Some(sender)].into_iter().flatten().collect()
}

fn sections(view: &ReferralView) -> Vec<AnswerSection> {
    let Some(answers) = &view.answers else { return Vec::new() };
    let mut sections: Vec<AnswerSection> = Vec::new();
    for row in view.pathway.pathway.summary(answers) {
        let line = (row.label.to_owned(), row.text);
        match sections.last_mut() {
            Some(section) if section.title == row.section => section.rows.push(line),
            _ => sections.push(AnswerSection { title: row.section.to_owned(), rows: vec![line] }),
        }
    }
    sections
}

/// Something added after sending: who, when, and only what was answered.
fn added(view: &ReferralView, addition: &AdditionView) -> AnswerSection {
    let pathway = &view.pathway.pathway;
    let row = |(id, answer): (&QuestionId, &GivenAnswer)| {
        let question = pathway.question(id)?;
        Some((question.short.clone(), answer.words(question)))
    };
    AnswerSection {
        title: format!("Added by {} on {}", addition.from, addition.at.words()),
        rows: addition.answers.iter().filter_map(row).collect(),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sought {
    reference: String,
}

/// To a referral by its reference, however it is typed. What is no reference is looked up all the same, so that it counts and
/// looks like one that cannot be seen.
async fn find(State(app): State<Arc<App>>, person: SignedIn, Query(sought): Query<Sought>) -> Result<Response, Failure> {
    if let Ok(reference) = Reference::parse(&sought.reference) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    app.read_referral(&person.request, &person.caller, &sought.reference).await?;
    Err(Failure(Error::Unseen))
}
