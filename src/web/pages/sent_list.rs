//! My referrals: those the caller's side sent.

use askama::Template;

use super::queue::{ListLink, StateTag, heads, next_page};
use crate::web::{
    components::{Cell, Pagination, Table},
    view::Frame,
};

/// The list, newest first.
#[derive(Clone, Template)]
#[template(path = "sent/list.html")]
pub struct SentListPage {
    /// The frame.
    pub frame: Frame,
    /// The referrals of this page.
    pub rows: Vec<SentRow>,
    /// Address of the next page; empty for none.
    pub next: String,
    /// Address to start a referral; empty if the caller may send none.
    pub start_href: String,
}

/// One referral.
#[derive(Clone)]
pub struct SentRow {
    /// Its reference.
    pub reference: String,
    /// Its address.
    pub href: String,
    /// Name of the pathway.
    pub pathway: String,
    /// When it was sent, in words.
    pub sent: String,
    /// Where it stands.
    pub state: StateTag,
    /// When a decision is due, in words.
    pub due: String,
    /// What is new since the caller looked, in words; empty for nothing.
    pub unread: String,
}

impl SentListPage {
    fn table(&self) -> Result<Table, askama::Error> {
        let row = |row: &SentRow| -> Result<Vec<Cell>, askama::Error> {
            let mut reference = Cell::of(&ListLink { href: &row.href, text: &row.reference })?;
            "app-table__reference".clone_into(&mut reference.classes);
            Ok(vec![
                reference,
                Cell::words(&row.pathway),
                Cell::words(&row.sent),
                Cell::of(&row.state.tag())?,
                Cell::words(&row.due),
                Cell::words(if row.unread.is_empty() { "Nothing new" } else { &row.unread }),
            ])
        };
        Ok(Table {
            caption: "Referrals sent, newest first".to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Reference", "Pathway", "Sent", "State", "Due", "News"])),
            rows: self.rows.iter().map(row).collect::<Result<_, _>>()?,
            first_cell_is_header: true,
            ..Table::default()
        })
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}
