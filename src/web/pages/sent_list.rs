//! My referrals: those that the caller sent, or can go on with as somebody's deputy.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use serde::Deserialize;

use super::queue::{ListLink, StateMarks, StateTag, heads, next_page};
use crate::{
    app::{App, Hands, Item, ListQuery},
    domain::{news::Side, referral::ReferralState},
    web::{
        components::{Cell, Pagination, Table},
        error::{Answer, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
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
    /// Whose hands it went through, a sentence; empty where it is the reader's alone.
    pub hands: String,
    /// Where it stands.
    pub state: StateTag,
    /// When a decision is due, in words.
    pub due: String,
    /// What is new, or waits for the reader, in words.
    pub marks: Vec<String>,
    /// The line that tells it from others.
    pub headline: String,
}

impl SentListPage {
    fn table(&self) -> Result<Table, askama::Error> {
        let row = |row: &SentRow| -> Result<Vec<Cell>, askama::Error> {
            let mut reference = Cell::of(&ListLink { href: &row.href, text: &row.reference })?;
            "app-table__reference".clone_into(&mut reference.classes);
            Ok(vec![
                reference,
                Cell::words(if row.headline.is_empty() { &row.pathway } else { &row.headline }),
                Cell::words(&if row.hands.is_empty() { row.sent.clone() } else { format!("{}. {}", row.sent, row.hands) }),
                Cell::of(&StateMarks { tag: row.state.tag(), marks: &row.marks })?,
                Cell::words(&row.due),
            ])
        };
        Ok(Table {
            caption: "Referrals that you sent or are the deputy for, newest first".to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Reference", "About", "Sent", "State", "Decision or answer"])),
            rows: self.rows.iter().map(row).collect::<Result<_, _>>()?,
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        })
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/sent", routing::get(show))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: Option<String>,
}

/// Whose hands a referral went through.
fn hands(Hands { author, sender }: &Hands) -> String {
    match (author, sender) {
        (None, None) => String::new(),
        (None, Some(sender)) => format!("{sender} sent it as your deputy"),
        (Some(author), None) => format!("You sent it as the deputy of {author}"),
        (Some(author), Some(_)) => format!("You are the deputy of {author}"),
    }
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let query = ListQuery { cursor: asked.cursor, ..ListQuery::default() };
    let page = app.sent(&person.request, &person.caller, &query).await?;
    let may_send = app.pathways_for(&person.caller).await?.iter().any(|view| view.may_submit);
    let row = |item: Item| SentRow {
        reference: item.reference.to_string(),
        href: format!("/referrals/{}", item.reference),
        pathway: item.pathway_title,
        sent: item.submitted_at.words(),
        hands: hands(&item.hands),
        state: words::standing(item.state, item.answered_at.is_some(), item.covered_at.is_some()),
        due: match (item.answered_at, item.state) {
            (Some(at), _) => format!("Answered on {}", at.words()),
            // What is due after the decision is the team's own.
            (None, ReferralState::Decided | ReferralState::Closed) => "Decided".to_owned(),
            (None, ReferralState::Stopped) => "Waits for you: send it or let it go".to_owned(),
            (None, ReferralState::Withdrawn) => "None: it was not sent".to_owned(),
            (None, _) => words::due(item.due_at, person.request.at),
        },
        marks: [
            item.waiting_since.map(|since| format!("The team waits for your answer since {}", words::day(since))),
            item.news.map(|news| news.words(Side::Sender).to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect(),
        headline: item.headline.map(|line| words::headline(item.kind, &line)).unwrap_or_default(),
    };
    ok(&SentListPage {
        frame: person.frame.titled("My referrals").at("/sent"),
        rows: page.items.into_iter().map(row).collect(),
        next: page.next.map(|cursor| format!("/sent?cursor={cursor}")).unwrap_or_default(),
        start_href: if may_send { "/".to_owned() } else { String::new() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_whose_deputy_sent_it() {
        let said = |author: Option<&str>, sender: Option<&str>| {
            hands(&Hands { author: author.map(str::to_owned), sender: sender.map(str::to_owned) })
        };
        assert_eq!(said(None, None), "");
        assert_eq!(said(None, Some("Hugh Pseudo")), "Hugh Pseudo sent it as your deputy");
        assert_eq!(said(Some("Hana Conjured"), None), "You sent it as the deputy of Hana Conjured");
        assert_eq!(said(Some("Hana Conjured"), Some("Hana Conjured")), "You are the deputy of Hana Conjured");
    }
}
