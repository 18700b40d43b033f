//! A team's queue.

use askama::Template;

use crate::web::{
    components::{Cell, PageLink, Pagination, Table, Tag},
    view::Frame,
};

/// What waits for a team, the soonest deadline first.
#[derive(Clone, Template)]
#[template(path = "queue/queue.html")]
pub struct QueuePage {
    /// The frame.
    pub frame: Frame,
    /// The team.
    pub team: String,
    /// The caller's other teams; empty hides the choice.
    pub teams: Vec<FilterLink>,
    /// The states to show, "All" first.
    pub states: Vec<FilterLink>,
    /// The referrals of this page.
    pub rows: Vec<QueueRow>,
    /// Address of the next page; empty for none.
    pub next: String,
}

/// A link that narrows a list.
#[derive(Clone)]
pub struct FilterLink {
    /// The words, with a count where one is known.
    pub text: String,
    /// The address.
    pub href: String,
    /// Whether the list shows this now.
    pub current: bool,
}

/// One referral waiting.
#[derive(Clone)]
pub struct QueueRow {
    /// Its reference.
    pub reference: String,
    /// Its address.
    pub href: String,
    /// What it is about in a line, without names where the pathway says so; empty if sealed from the caller.
    pub headline: String,
    /// Name of the pathway.
    pub pathway: String,
    /// Where it stands.
    pub state: StateTag,
    /// When it is due, in words: "Due in 3 hours", "Overdue by 2 hours".
    pub due: String,
    /// Whether it is overdue.
    pub overdue: bool,
    /// Whether anyone of the team has opened it, in words.
    pub unread: String,
}

/// A state in a word, with a colour that means the same everywhere.
#[derive(Clone, Default)]
pub struct StateTag {
    /// The words.
    pub text: String,
    /// A colour of the design system, such as `blue`, `yellow`, `green`, `grey`, `red`.
    pub colour: String,
}

impl StateTag {
    pub(super) fn tag(&self) -> Tag {
        let classes = if self.colour.is_empty() { String::new() } else { format!("govuk-tag--{}", self.colour) };
        Tag { text: self.text.clone(), classes }
    }
}

/// A link in a table.
#[derive(Template)]
#[template(path = "link.html")]
pub(super) struct ListLink<'a> {
    pub(super) href: &'a str,
    pub(super) text: &'a str,
}

/// Headings of a table.
pub(super) fn heads(words: &[&str]) -> Vec<Cell> {
    words.iter().map(|words| Cell::words(words)).collect()
}

/// A link to the next page, if there is one.
pub(super) fn next_page(href: &str) -> Option<Pagination> {
    let link = || PageLink { href: href.to_owned(), ..PageLink::default() };
    (!href.is_empty()).then(|| Pagination { next: Some(link()), ..Pagination::default() })
}

impl QueuePage {
    fn table(&self) -> Result<Table, askama::Error> {
        let row = |row: &QueueRow| -> Result<Vec<Cell>, askama::Error> {
            let mut reference = Cell::of(&ListLink { href: &row.href, text: &row.reference })?;
            "app-table__reference".clone_into(&mut reference.classes);
            let about = if row.headline.is_empty() { &row.pathway } else { &row.headline };
            let due =
                Cell { classes: if row.overdue { "govuk-!-font-weight-bold" } else { "" }.to_owned(), ..Cell::words(&row.due) };
            Ok(vec![reference, Cell::words(about), Cell::of(&row.state.tag())?, due, Cell::words(&row.unread)])
        };
        Ok(Table {
            caption: format!("Referrals to {}, the soonest due first", self.team),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Reference", "About", "State", "Due", "Opened"])),
            rows: self.rows.iter().map(row).collect::<Result<_, _>>()?,
            first_cell_is_header: true,
            ..Table::default()
        })
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}
