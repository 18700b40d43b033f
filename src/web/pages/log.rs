//! The log, for those who audit.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};

use super::{
    field::ChoiceView,
    log_query::{Asked, next_address, read},
    queue::{heads, next_page},
};
use crate::{
    app::{App, LogItem},
    domain::{
        action::Action,
        legal::{Basis, LogUse, Purpose},
        relation::Relation,
        role::Role,
    },
    web::{
        components::{Button, Cell, ErrorLink, ErrorSummary, Input, Label, Pagination, Select, SelectItem, Table},
        error::{Answer, mend, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
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
    /// Whether events were asked for: without a chosen use there are none to show.
    pub asked: bool,
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
    /// How they stood to it, and on what basis and for which purpose they acted.
    pub ground: String,
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
        choice("action", "What was done", any, &self.actions, &self.filters.action)
    }

    fn use_made(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Select one".to_owned(), selected: None };
        let error = self.errors.iter().find(|(of, _)| of == "use").map(|(_, text)| text.as_str().into());
        let select = choice("use", "What you use the log for", none, &self.uses, &self.filters.use_code);
        Select { error_message: error, ..select }
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
            let cells = [&row.index, &row.when, &row.who, &row.role, &row.what, &row.reference, &row.ground, &row.outcome];
            let mut cells: Vec<Cell> = cells.iter().map(|words| Cell::words(words)).collect();
            "app-number".clone_into(&mut cells[0].classes);
            "app-table__reference".clone_into(&mut cells[5].classes);
            cells
        };
        Table {
            caption: "Events, newest first".to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Place in log", "When", "Who", "Role", "What", "Reference", "On what ground", "Outcome"])),
            rows: self.rows.iter().map(row).collect(),
            first_cell_is_header: true,
            classes: "govuk-table--small-text-until-tablet".to_owned(),
            stacks: true,
        }
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

fn choice(name: &str, label: &str, first: SelectItem, choices: &[ChoiceView], value: &str) -> Select {
    let item = |choice: &ChoiceView| SelectItem { value: Some(choice.code.clone()), text: choice.text.clone(), selected: None };
    Select {
        name: name.to_owned(),
        label: Label::from(label),
        items: std::iter::once(first).chain(choices.iter().map(item)).collect(),
        value: value.to_owned(),
        ..Select::default()
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/log", routing::get(show))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let (query, errors) = read(&asked);
    let is_asked = errors.is_empty() && query.log_use.is_some();
    let failed = !errors.is_empty();
    let mut page = LogPage {
        frame: person.frame.titled("Log").at("/log").failed_if(failed),
        filters: LogFilters {
            action: asked.action.clone(),
            actor: asked.actor.clone(),
            reference: asked.reference.clone(),
            from: asked.from.clone(),
            to: asked.to.clone(),
            use_code: asked.log_use.clone(),
        },
        actions: Action::ALL.iter().map(|action| ChoiceView::new(action.code(), &capital(action.sentence()))).collect(),
        uses: LogUse::ALL.iter().map(|log_use| ChoiceView::new(log_use.code(), use_words(*log_use))).collect(),
        errors,
        asked: is_asked,
        rows: Vec::new(),
        next: String::new(),
        pending: 0,
    };
    // Whoever may not read the log is refused, on record, even before they choose anything.
    if is_asked || !app.ways(&person.caller).log {
        let found = app.read_log(&person.request, &person.caller, &query).await?;
        page.rows = found.items.into_iter().map(row).collect();
        page.next = found.next.map(|cursor| next_address(&asked, cursor)).unwrap_or_default();
        page.pending = u64::try_from(found.pending).unwrap_or(0);
    }
    if failed { mend(&page) } else { ok(&page) }
}

fn row(item: LogItem) -> LogRow {
    let role = item.role.map(|code| Role::parse(&code).map_or(code, |role| role.title().to_owned()));
    let outcome = match (item.outcome.as_str(), item.reason) {
        ("allow", _) => "Done".to_owned(),
        (_, Some(reason)) => format!("Refused: {}", reason_words(&reason)),
        (_, None) => "Refused".to_owned(),
    };
    let relation = Relation::parse(&item.relation).map_or("", words::relation);
    let purpose = item.purpose.as_deref().and_then(Purpose::parse);
    let basis = item.basis.as_deref().and_then(Basis::parse);
    let legal = basis.zip(purpose).map(|(basis, purpose)| format!("{}, for {}", words::basis(basis), words::purpose(purpose)));
    let ground = [Some(relation.to_owned()).filter(|words| !words.is_empty()), legal].into_iter().flatten().collect::<Vec<_>>();
    LogRow {
        ground: ground.join(". "),
        index: item.index.to_string(),
        when: item.at.zoned().strftime("%-d %B %Y, %H:%M:%S (%:z)").to_string(),
        who: item.actor_name.or(item.actor).unwrap_or_else(|| "Nobody signed in".to_owned()),
        role: [role, item.agency].into_iter().flatten().collect::<Vec<_>>().join(", "),
        what: item.sentence,
        reference: item.reference.unwrap_or_default(),
        outcome,
    }
}

fn reason_words(code: &str) -> &str {
    match code {
        "policy" => "their role does not allow it",
        "unseen" => "nothing there that they can see",
        "evaluation" => "the policy could not be evaluated",
        "not-signed-in" => "not signed in",
        "credentials" => "wrong name, password or code",
        "throttled" => "too many tries",
        "cross-site" => "the form was not ours",
        other => other,
    }
}

fn use_words(log_use: LogUse) -> &'static str {
    match log_use {
        LogUse::Lawfulness => "Checking that processing was lawful",
        LogUse::SelfMonitoring => "Watching ourselves, discipline included",
        LogUse::Integrity => "Integrity and security of the data",
        LogUse::CriminalProceedings => "Criminal proceedings",
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
