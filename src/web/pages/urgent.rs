//! Whom to ring, in the middle of a form: an answer may mean that somebody is in danger.

use askama::Template;

use super::{
    filled::{Filled, Looked},
    pathway::{Contact, contacts},
};
use crate::{
    app::{App, ReferralView},
    domain::answers::Answers,
    web::{components::Button, session::SignedIn, view::Frame},
};

/// Whom to ring before the form goes on.
#[derive(Clone, Template)]
#[template(path = "draft/urgent.html")]
pub struct UrgentPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the pathway.
    pub pathway: String,
    /// What to do, line by line.
    pub lines: Vec<String>,
    /// Whom to ring, the most urgent first.
    pub contacts: Vec<Contact>,
    /// Address at which the form goes on.
    pub next_href: String,
}

impl UrgentPage {
    fn button(&self) -> Button {
        Button { text: "Go on with the record".to_owned(), href: self.next_href.clone(), ..Button::default() }
    }
}

/// The page for what was sent and has just been changed.
pub(super) fn after(app: &App, person: &SignedIn, view: &ReferralView, answers: &Answers) -> UrgentPage {
    let pathway = &view.pathway.pathway;
    let here = format!("/referrals/{}", view.referral.reference);
    UrgentPage {
        frame: person.frame.titled(&format!("Could this happen soon? – {}", pathway.title)).back_to(&here),
        pathway: pathway.title.clone(),
        lines: pathway.danger.lines.clone(),
        contacts: contacts(app, person, pathway, pathway.district(answers)),
        next_href: here,
    }
}

/// The page for a draft.
pub(super) fn page(app: &App, person: &SignedIn, filled: &Filled, looked: &Looked<'_>, next_href: String) -> UrgentPage {
    let pathway = filled.pathway();
    let back = format!("/drafts/{}", filled.view.draft.reference);
    UrgentPage {
        frame: person.frame.titled(&format!("Could this happen soon? – {}", pathway.title)).back_to(&back),
        pathway: pathway.title.clone(),
        lines: pathway.danger.lines.clone(),
        contacts: contacts(app, person, pathway, pathway.district(&looked.answers)),
        next_href,
    }
}
