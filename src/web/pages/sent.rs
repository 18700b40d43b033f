//! The page after sending.

use askama::Template;

use super::pathway::Contact;
use crate::web::{
    components::{Markup, Panel},
    view::Frame,
};

/// The reference and what happens next; works again from a bookmark.
#[derive(Clone, Template)]
#[template(path = "sent/sent.html")]
pub struct SentPage {
    /// The frame.
    pub frame: Frame,
    /// The reference.
    pub reference: String,
    /// Name of the pathway.
    pub pathway: String,
    /// Team and agency that received it.
    pub received_by: String,
    /// When a human will read it, as a sentence.
    pub read_when: String,
    /// What happens next, with dates, in order.
    pub steps: Vec<String>,
    /// Whom to ring if things get worse.
    pub contacts: Vec<Contact>,
    /// Address of the referral.
    pub view_href: String,
    /// Address to send another.
    pub another_href: String,
}

#[derive(Template)]
#[template(path = "sent/reference.html")]
struct ReferenceLines<'a> {
    reference: &'a str,
}

impl SentPage {
    fn panel(&self) -> Result<Panel, askama::Error> {
        let html = Markup::of(&ReferenceLines { reference: &self.reference })?;
        Ok(Panel { title_text: "Referral sent".to_owned(), html: Some(html), ..Panel::default() })
    }
}
