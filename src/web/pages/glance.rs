//! What a reader of a referral needs before anything else: dangers, when it is due, who has it; and the people it names.

use askama::Template;

use super::{keep_back::marked, referral::standing};
use crate::{
    app::{ReferralView, flags, latest, milder},
    domain::{answers::Answers, enquiry::FormKind, named_person::NamedPerson, urgency::Urgency},
    web::components::{SummaryList, SummaryRow},
};

/// The head of a referral's page: it fits the first screen of a phone.
#[derive(Clone, Template)]
#[template(path = "referral/glance.html")]
pub struct Glance {
    /// Whom or what it is about, in the line that lists show; empty where the reader may not see the answers.
    pub headline: String,
    /// What the reader must see first, the gravest before the others.
    pub flags: Vec<String>,
    /// What there is to do first: address and words; none where there is nothing.
    pub first: Option<(String, String)>,
    /// How urgent it is, when it is due, who works on it, who sent and received it.
    pub facts: Vec<(String, String)>,
}

impl Glance {
    /// Of a referral as its caller may see it; `facts` go after how urgent it is.
    pub(super) fn of(view: &ReferralView, facts: Vec<(String, String)>) -> Self {
        let answers = view.answers.as_ref().map(|_| latest(view));
        let pathway = &view.pathway.pathway;
        let urgency = Urgency::parse(&view.referral.urgency).map(|urgency| {
            let milder = milder(view).map(|now| format!(" (the answers as they now stand say: {})", now.title()));
            ("Urgency".to_owned(), format!("{}{}", urgency.title(), milder.unwrap_or_default()))
        });
        let risk = answers.as_ref().and_then(|answers| pathway.risk_words(answers));
        let risk = risk.map(|risk| ("Risk, from the answers".to_owned(), risk));
        Self {
            headline: answers.as_ref().map(|answers| pathway.headline(answers)).unwrap_or_default(),
            flags: flags(view),
            first: None,
            facts: urgency.into_iter().chain(risk).chain(facts).collect(),
        }
    }

    fn list(&self) -> SummaryList {
        let rows = self.facts.iter().map(|(key, value)| SummaryRow::words(key, value)).collect();
        SummaryList { rows, classes: "govuk-summary-list--no-border app-facts".to_owned() }
    }
}

/// The people whom a referral names, and how to reach them without danger.
#[derive(Clone, Default, Template)]
#[template(path = "referral/people.html")]
pub struct People {
    /// What the form calls each, and their name and age.
    pub people: Vec<(String, String)>,
    /// What was said of safe contact, question and answer.
    pub contact: Vec<(String, String)>,
}

impl People {
    /// As the answers name them; none where a question names nobody, or the reader may not see the answers.
    pub(super) fn of(view: &ReferralView) -> Self {
        if view.answers.is_none() || view.referral.kind == FormKind::Enquiry {
            return Self::default();
        }
        let answers = latest(view);
        let sent = view.answers.as_ref().map(|sent| people(view, sent)).unwrap_or_default();
        // Whoever was named otherwise when it was sent is named by both: somebody may know the first name alone.
        let mark = |(at, (part, now)): (usize, (String, String))| {
            let before = sent.get(at).filter(|(as_before, words)| *as_before == part && *words != now);
            let before = before.map(|(_, words)| format!("\nChanged since it was sent. As sent: {words}"));
            (part, format!("{now}{}", before.unwrap_or_default()))
        };
        let people = people(view, &answers).into_iter().enumerate().map(mark).collect();
        Self { people, contact: contact(view, &answers) }
    }

    fn named(&self) -> SummaryList {
        list(&self.people)
    }

    fn reached(&self) -> SummaryList {
        list(&self.contact)
    }

    /// Whether there is anything to show.
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.contact.is_empty()
    }
}

fn list(rows: &[(String, String)]) -> SummaryList {
    SummaryList { rows: rows.iter().map(|(key, value)| SummaryRow::words(key, value)).collect(), ..SummaryList::default() }
}

/// What the form calls each person whom some answers name, with their name and age.
fn people(view: &ReferralView, answers: &Answers) -> Vec<(String, String)> {
    let line = |NamedPerson { part, name, age }: NamedPerson| {
        (part, [Some(name), age].into_iter().flatten().collect::<Vec<_>>().join(", "))
    };
    view.pathway.pathway.people(answers).into_iter().map(line).collect()
}

fn contact(view: &ReferralView, answers: &Answers) -> Vec<(String, String)> {
    let (pathway, nothing) = (&view.pathway.pathway, Answers::default());
    let sent = view.answers.as_ref().unwrap_or(&nothing);
    let row = |id| {
        let question = pathway.question(id).filter(|question| answers.get(&question.id).is_some())?;
        Some((question.short.clone(), marked(view, id, standing(view, question, sent, answers))))
    };
    pathway.safe_contact.iter().filter_map(row).collect()
}
