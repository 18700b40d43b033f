//! Who has seen a referral.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    routing,
};
use serde::Deserialize;

use super::queue::{heads, next_page};
use crate::{
    app::{AccessItem, AccessPage as Found, AccessQuery, App, log_cursor},
    domain::{action::Action, relation::Relation},
    web::{
        components::{Cell, Pagination, Table},
        error::{Answer, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// Who has seen a referral, as far as the reader may know.
#[derive(Clone, Template)]
#[template(path = "referral/access.html")]
pub struct AccessPage {
    /// The frame.
    pub frame: Frame,
    /// The reference.
    pub reference: String,
    /// What this page tells and what it does not.
    pub tells: String,
    /// The rows.
    pub rows: Vec<AccessRow>,
    /// What was refused, on the first page.
    pub refused: Vec<AccessRow>,
    /// Address of the next page; empty for none.
    pub next: String,
}

/// What one person or team did, of one kind.
#[derive(Clone)]
pub struct AccessRow {
    /// Person, team and agency.
    pub who: String,
    /// What they did.
    pub what: String,
    /// How often.
    pub times: String,
    /// The first time.
    pub first: String,
    /// The last time.
    pub last: String,
}

impl AccessPage {
    fn table(&self) -> Table {
        Self::drawn("Who has seen it, the newest first", "What they did", &self.rows)
    }

    fn refusals(&self) -> Table {
        Self::drawn("What was refused, the newest first", "What was refused", &self.refused)
    }

    fn drawn(caption: &str, what: &str, rows: &[AccessRow]) -> Table {
        let row = |row: &AccessRow| {
            let mut cells: Vec<Cell> =
                [&row.who, &row.what, &row.times, &row.last, &row.first].iter().map(|words| Cell::words(words)).collect();
            "app-number".clone_into(&mut cells[2].classes);
            cells
        };
        Table {
            caption: caption.to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Who", what, "How often", "Last", "First"])),
            rows: rows.iter().map(row).collect(),
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        }
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

/// What stands in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: String,
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/access", routing::get(show))
}

async fn show(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let query = AccessQuery { cursor: log_cursor(&asked.cursor), limit: None };
    let found = app.read_access(&person.request, &person.caller, &reference, query).await?;
    // An officer has no page of the referral to go back to.
    let back = match found.relation {
        Relation::OwnAgency => "/log".to_owned(),
        _ => format!("/referrals/{}", found.reference),
    };
    ok(&AccessPage {
        frame: person.frame.titled(&format!("Who has seen {}", found.reference)).back_to(&back),
        reference: found.reference.to_string(),
        tells: tells(&found).to_owned(),
        next: found.next.map(|cursor| format!("/referrals/{}/access?cursor={cursor}", found.reference)).unwrap_or_default(),
        rows: found.items.into_iter().map(row).collect(),
        refused: found.refused.into_iter().map(row).collect(),
    })
}

fn tells(found: &Found) -> &'static str {
    match found.relation {
        Relation::OwnAgency => "Everybody who has seen what your agency holds a key to or has shared, by name.",
        Relation::ReceivingTeam => "Everybody who has seen what your team can open or has shared, by name.",
        _ => {
            "Every team that has seen what you and the receiving team share. What the receiving team keeps for itself is not \
             counted here."
        }
    }
}

fn row(item: AccessItem) -> AccessRow {
    let who: Vec<String> = [item.person, item.team, item.agency].into_iter().flatten().collect();
    AccessRow {
        who: if who.is_empty() { "The exchange itself".to_owned() } else { who.join(", ") },
        what: what(item.action),
        times: if item.times == 1 { "Once".to_owned() } else { format!("{} times", item.times) },
        first: words::day_and_time(item.first),
        last: words::day_and_time(item.last),
    }
}

fn what(action: Action) -> String {
    match action {
        Action::ListQueue | Action::ListSent | Action::ListChecks => "Saw its line in a list".to_owned(),
        Action::ReadReferral => "Opened it".to_owned(),
        Action::ReadAccess => "Looked at who has seen it".to_owned(),
        Action::DownloadFile => "Downloaded a file".to_owned(),
        Action::DownloadOriginal => "Downloaded a picture as it came".to_owned(),
        other => words::capital(other.sentence()),
    }
}
