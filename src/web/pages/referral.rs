//! One referral.

use askama::Template;

use super::queue::StateTag;
use crate::web::{
    components::{Details, SummaryList, SummaryRow, Tag},
    view::Frame,
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
