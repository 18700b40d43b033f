//! The caller's own account.

use askama::Template;

use super::queue::heads;
use crate::web::{
    components::{Button, Cell, SummaryList, SummaryRow, Table},
    view::Frame,
};

/// Name, places and sessions; posts to `/sign-out` and `/sign-out-everywhere`.
#[derive(Clone, Template)]
#[template(path = "account/account.html")]
pub struct AccountPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the person.
    pub name: String,
    /// Their user name.
    pub username: String,
    /// Their places.
    pub places: Vec<Place>,
    /// Their sessions, the present one first.
    pub sessions: Vec<SessionLine>,
}

/// A place in a team.
#[derive(Clone)]
pub struct Place {
    /// The team.
    pub team: String,
    /// Its agency.
    pub agency: String,
    /// The role in words.
    pub role: String,
}

/// A session.
#[derive(Clone)]
pub struct SessionLine {
    /// When it began, in words.
    pub started: String,
    /// When it was last used, in words.
    pub last_used: String,
    /// Whether it is the one in use.
    pub current: bool,
}

impl AccountPage {
    fn facts(&self) -> SummaryList {
        let rows = vec![SummaryRow::words("Name", &self.name), SummaryRow::words("User name", &self.username)];
        SummaryList { rows, ..SummaryList::default() }
    }

    fn places_table(&self) -> Table {
        let row = |place: &Place| vec![Cell::words(&place.team), Cell::words(&place.agency), Cell::words(&place.role)];
        Table {
            caption: "Your places in teams".to_owned(),
            caption_classes: "govuk-table__caption--m".to_owned(),
            head: Some(heads(&["Team", "Agency", "Role"])),
            rows: self.places.iter().map(row).collect(),
            first_cell_is_header: true,
            ..Table::default()
        }
    }

    fn sessions_table(&self) -> Table {
        let row = |session: &SessionLine| {
            let note = if session.current { "This one" } else { "Another device or browser" };
            vec![Cell::words(&session.started), Cell::words(&session.last_used), Cell::words(note)]
        };
        Table {
            caption: "Where you are signed in".to_owned(),
            caption_classes: "govuk-table__caption--m".to_owned(),
            head: Some(heads(&["Since", "Last used", "Where"])),
            rows: self.sessions.iter().map(row).collect(),
            first_cell_is_header: true,
            ..Table::default()
        }
    }

    fn sign_out() -> Button {
        Button { text: "Sign out".to_owned(), classes: "govuk-button--secondary".to_owned(), ..Button::default() }
    }

    fn sign_out_everywhere() -> Button {
        Button { text: "Sign out everywhere".to_owned(), classes: "govuk-button--warning".to_owned(), ..Button::default() }
    }
}
