//! The log, for those who audit.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
    routing,
};
use http::header;

use super::{
    field::ChoiceView,
    log_query::{Asked, export_address, next_address, read},
    queue::{heads, next_page},
};
use crate::{
    app::{App, Error, LogExport, LogFormat, LogItem, LogQuery, Outgoing, TeamView},
    domain::{
        action::Action,
        legal::{Basis, LogUse, Purpose},
        reference::Reference,
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
    /// Every team, id and name.
    pub teams: Vec<ChoiceView>,
    /// Every agency, id and name.
    pub agencies: Vec<ChoiceView>,
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
    /// Addresses of all that the filters let through, as files: CSV and JSON; empty while there is nothing.
    pub files: Option<(String, String)>,
    /// Acts that happened but have no place in the log yet.
    pub pending: u64,
}

/// What was asked for; empty for anything. `use_code` travels as `use`.
#[derive(Clone, Default)]
pub struct LogFilters {
    /// Code of an action.
    pub action: String,
    /// `allow` or `refuse`.
    pub outcome: String,
    /// Who acted.
    pub actor: String,
    /// Id of a team.
    pub team: String,
    /// Id of an agency.
    pub agency: String,
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
    /// Role, team and agency.
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
        self.line("actor", "User name", "What they sign in with", &self.filters.actor)
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
        self.choice("action", "What was done", "Anything", &self.actions, &self.filters.action)
    }

    fn outcome(&self) -> Select {
        let outcomes = [ChoiceView::new("allow", "Done"), ChoiceView::new("refuse", "Refused")];
        self.choice("outcome", "Outcome", "Either", &outcomes, &self.filters.outcome)
    }

    fn team(&self) -> Select {
        self.choice("team", "From which team", "Any", &self.teams, &self.filters.team)
    }

    fn agency(&self) -> Select {
        self.choice("agency", "From which agency", "Any", &self.agencies, &self.filters.agency)
    }

    fn use_made(&self) -> Select {
        self.choice("use", "What you use the log for", "Select one", &self.uses, &self.filters.use_code)
    }

    fn choice(&self, name: &str, label: &str, first: &str, choices: &[ChoiceView], value: &str) -> Select {
        let error = self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str().into());
        let first = SelectItem { value: Some(String::new()), text: first.to_owned(), selected: None };
        let item =
            |choice: &ChoiceView| SelectItem { value: Some(choice.code.clone()), text: choice.text.clone(), selected: None };
        Select {
            name: name.to_owned(),
            label: Label::from(label),
            items: std::iter::once(first).chain(choices.iter().map(item)).collect(),
            value: value.to_owned(),
            error_message: error,
            ..Select::default()
        }
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
            head: Some(heads(&[
                "Place in log",
                "When",
                "Who",
                "Role and team",
                "What",
                "Reference",
                "On what ground",
                "Outcome",
            ])),
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

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/log", routing::get(show)).route("/log/export", routing::get(export))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let (query, mut errors) = read(&asked);
    if app.ways(&person.caller).log {
        errors.extend(nobodys(&app, &query).await?);
    }
    let is_asked = errors.is_empty() && query.log_use.is_some();
    let mut page = blank(&person, &asked, errors);
    // Whoever may not read the log is refused, on record, even before they choose anything.
    if is_asked || !app.ways(&person.caller).log {
        let found = app.read_log(&person.request, &person.caller, &query).await?;
        page.asked = true;
        page.rows = found.items.into_iter().map(row).collect();
        page.next = found.next.map(|cursor| next_address(&asked, cursor)).unwrap_or_default();
        page.pending = u64::try_from(found.pending).unwrap_or(0);
        page.files =
            (!page.rows.is_empty()).then(|| (export_address(&asked, LogFormat::Csv), export_address(&asked, LogFormat::Json)));
    }
    given(&app, page).await
}

/// What is wrong with a user name or a reference that stands for nothing: an empty list would read as "nobody looked".
async fn nobodys(app: &App, query: &LogQuery) -> Result<Vec<(String, String)>, Error> {
    let mut errors = Vec::new();
    if let Some(actor) = &query.actor
        && !app.is_somebody(actor).await?
    {
        let words = "No account has this user name. Enter what they sign in with, and not the name that the list shows";
        errors.push(("actor".to_owned(), words.to_owned()));
    }
    if query.reference.as_ref().is_some_and(|text| Reference::parse(text).is_err()) {
        errors.push(("reference".to_owned(), "This is no reference: check what you typed".to_owned()));
    }
    Ok(errors)
}

/// The same events as a file; what is wrong with the filters is told on the page that has them.
async fn export(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let (query, mut errors) = read(&asked);
    if query.log_use.is_none() && errors.is_empty() {
        errors.push(("use".to_owned(), "Select what you use the log for".to_owned()));
    }
    let format = LogFormat::parse(&asked.format).unwrap_or(LogFormat::Csv);
    if errors.is_empty() || !app.ways(&person.caller).log {
        match app.export_log(&person.request, &person.caller, &query, format).await {
            Ok(export) => return Ok(download(export)),
            Err(Error::Invalid(faults)) => {
                errors.extend(faults.into_iter().map(|fault| (fault.field.to_string(), fault.message)));
            }
            Err(other) => return Err(other.into()),
        }
    }
    given(&app, blank(&person, &asked, errors)).await
}

fn download(export: LogExport) -> Response {
    let headers = [
        (header::CONTENT_TYPE, export.format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", export.name)),
    ];
    (headers, Body::new(Outgoing::from(export))).into_response()
}

fn blank(person: &SignedIn, asked: &Asked, errors: Vec<(String, String)>) -> LogPage {
    LogPage {
        frame: person.frame.clone().titled("Log").at("/log").failed_if(!errors.is_empty()),
        filters: LogFilters {
            action: asked.action.clone(),
            outcome: asked.outcome.clone(),
            actor: asked.actor.clone(),
            team: asked.team.clone(),
            agency: asked.agency.clone(),
            reference: asked.reference.clone(),
            from: asked.from.clone(),
            to: asked.to.clone(),
            use_code: asked.log_use.clone(),
        },
        actions: acts(),
        teams: Vec::new(),
        agencies: Vec::new(),
        uses: LogUse::ALL.iter().map(|log_use| ChoiceView::new(log_use.code(), use_words(*log_use))).collect(),
        errors,
        asked: false,
        rows: Vec::new(),
        next: String::new(),
        files: None,
        pending: 0,
    }
}

/// The page with what its lists offer.
async fn given(app: &App, mut page: LogPage) -> Answer {
    page.teams = app.every_team().await?.iter().map(team_choice).collect();
    page.agencies = app.agencies().await?.iter().map(|(id, name)| ChoiceView::new(&id.to_string(), name)).collect();
    if page.errors.is_empty() { ok(&page) } else { mend(&page) }
}

fn team_choice(team: &TeamView) -> ChoiceView {
    ChoiceView::new(&team.id.to_string(), &format!("{}, {}", team.name, team.agency))
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
        role: [role, item.team, item.agency].into_iter().flatten().collect::<Vec<_>>().join(", "),
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
/// Every act by its words, in the order of the alphabet.
fn acts() -> Vec<ChoiceView> {
    let mut acts: Vec<_> = Action::ALL.iter().map(|action| (words::capital(action.sentence()), action.code())).collect();
    acts.sort_unstable();
    acts.into_iter().map(|(sentence, code)| ChoiceView::new(code, &sentence)).collect()
}
