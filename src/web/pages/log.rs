//! The log, for those who audit.

use askama::Template;

use super::{
    field::ChoiceView,
    queue::{heads, next_page},
};
use crate::web::{
    components::{Button, Cell, ErrorLink, ErrorSummary, Input, Label, Pagination, Select, SelectItem, Table},
    view::Frame,
};

/// The events the caller may see, newest first. Filters go by GET under the names of [`LogFilters`].
#[derive(Clone, Template)]
#[template(path = "log/log.html")]
pub struct LogPage {
    /// The frame; `failed` when a filter cannot be read.
    pub frame: Frame,
    /// The filters in force.
    pub filters: LogFilters,
    /// Every action, code and words.
    pub actions: Vec<ChoiceView>,
    /// The four permitted uses, code and words.
    pub uses: Vec<ChoiceView>,
    /// What is wrong with a filter: its name and the words.
    pub errors: Vec<(String, String)>,
    /// The events of this page.
    pub rows: Vec<LogRow>,
    /// Address of the next page; empty for none.
    pub next: String,
    /// Acts that happened but have no place in the log yet.
    pub pending: u64,
}

/// What was asked for; empty for anything. `use_code` travels as `use`.
#[derive(Clone, Default)]
pub struct LogFilters {
    /// Code of an action.
    pub action: String,
    /// Who acted.
    pub actor: String,
    /// A reference.
    pub reference: String,
    /// First day, as typed.
    pub from: String,
    /// Last day, as typed.
    pub to: String,
    /// Code of the use that is made of the log.
    pub use_code: String,
}

/// One event.
#[derive(Clone)]
pub struct LogRow {
    /// Its place in the log.
    pub index: String,
    /// When, in words, with the offset.
    pub when: String,
    /// Who.
    pub who: String,
    /// Role and agency.
    pub role: String,
    /// What, as a sentence without subject.
    pub what: String,
    /// The reference, if it was about a referral.
    pub reference: String,
    /// "Done" or "Refused", with the reason's words.
    pub outcome: String,
}

impl LogPage {
    fn summary(&self) -> ErrorSummary {
        let link = |(name, text): &(String, String)| ErrorLink { href: format!("#{name}"), text: text.clone() };
        ErrorSummary::new(self.errors.iter().map(link).collect())
    }

    fn line(&self, name: &str, label: &str, hint: &str, value: &str) -> Input {
        let error = self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str().into());
        Input {
            name: name.to_owned(),
            label: Label::from(label),
            hint: (!hint.is_empty()).then(|| hint.into()),
            error_message: error,
            value: value.to_owned(),
            classes: "govuk-input--width-10".to_owned(),
            autocomplete: "off".to_owned(),
            spellcheck: Some(false),
            ..Input::default()
        }
    }

    fn actor(&self) -> Input {
        self.line("actor", "User name", "", &self.filters.actor)
    }

    fn reference(&self) -> Input {
        self.line("reference", "Reference", "", &self.filters.reference)
    }

    fn from(&self) -> Input {
        self.line("from", "From", "For example, 2026-03-27", &self.filters.from)
    }

    fn to(&self) -> Input {
        self.line("to", "To", "For example, 2026-03-31", &self.filters.to)
    }

    fn action(&self) -> Select {
        let any = SelectItem { value: Some(String::new()), text: "Anything".to_owned(), selected: None };
        choice("action", "What was done", Some(any), &self.actions, &self.filters.action)
    }

    fn use_made(&self) -> Select {
        choice("use", "What you use the log for", None, &self.uses, &self.filters.use_code)
    }

    fn button() -> Button {
        Button { text: "Show events".to_owned(), ..Button::default() }
    }

    fn pending_words(&self) -> String {
        match self.pending {
            0 => "Everything done so far is in the log.".to_owned(),
            1 => "1 act has no place in the log yet. Look again in a second.".to_owned(),
            count => format!("{count} acts have no place in the log yet. Look again in a second."),
        }
    }

    fn table(&self) -> Table {
        let row = |row: &LogRow| {
            let cells = [&row.index, &row.when, &row.who, &row.role, &row.what, &row.reference, &row.outcome];
            let mut cells: Vec<Cell> = cells.iter().map(|words| Cell::words(words)).collect();
            "app-number".clone_into(&mut cells[0].classes);
            "app-table__reference".clone_into(&mut cells[5].classes);
            cells
        };
        Table {
            caption: "Events, newest first".to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Place in log", "When", "Who", "Role", "What", "Reference", "Outcome"])),
            rows: self.rows.iter().map(row).collect(),
            first_cell_is_header: true,
            classes: "govuk-table--small-text-until-tablet".to_owned(),
        }
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

fn choice(name: &str, label: &str, first: Option<SelectItem>, choices: &[ChoiceView], value: &str) -> Select {
    let item = |choice: &ChoiceView| SelectItem { value: Some(choice.code.clone()), text: choice.text.clone(), selected: None };
    Select {
        name: name.to_owned(),
        label: Label::from(label),
        items: first.into_iter().chain(choices.iter().map(item)).collect(),
        value: value.to_owned(),
        ..Select::default()
    }
}
