//! The keys of an agency's teams, for those who look after them: what people compare, who holds them, what is being renewed.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use super::queue::heads;
use crate::{
    app::{App, IdempotencyKey, KeysView, ReconciliationView, RenewalView, TeamKeyView},
    domain::{renewal::RenewalState, role::Role},
    web::{
        components::{Button, Cell, Table},
        error::{Answer, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

pub(super) const HREF: &str = "/keys";

/// The keys of an agency's teams.
#[derive(Clone, Template)]
#[template(path = "keys/list.html")]
pub struct KeysPage {
    /// The frame.
    pub frame: Frame,
    /// Whether the reader may replace and pause; an officer only looks.
    pub acts: bool,
    /// The teams.
    pub teams: Vec<KeyLine>,
    /// What is being renewed, and what was lately.
    pub renewals: Vec<RenewalLine>,
    /// When keys and grants were last held against the log, in words.
    pub reconciled: String,
    /// What did not agree, a sentence each.
    pub differences: Vec<String>,
    /// Names asking for that, so that sending it twice does it once.
    pub reconcile_token: String,
    /// Names the making of a new key, so that sending it twice does it once.
    pub form_token: String,
}

/// A team's key.
#[derive(Clone)]
pub struct KeyLine {
    /// The team's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The fingerprint in groups; empty for no key.
    pub fingerprint: String,
    /// How many keys it has had and when the last was made, in words.
    pub made: String,
    /// Who holds it, in words.
    pub holders: String,
}

/// A renewal.
#[derive(Clone)]
pub struct RenewalLine {
    /// Its id.
    pub id: String,
    /// Whose keys.
    pub of: String,
    /// How far it is, in words.
    pub standing: String,
    /// How far it is, in percent; none when it is done.
    pub percent: Option<i64>,
    /// Whether it is paused.
    pub paused: bool,
    /// Names pausing it or letting it go on.
    pub form_token: String,
}

impl KeyLine {
    fn of(view: TeamKeyView) -> Self {
        let made = match view.epochs.as_slice() {
            [] => "No key yet".to_owned(),
            [(_, at)] => format!("First key, made on {}", at.date_words()),
            [.., (epoch, at)] => format!("Key {epoch}, made on {}", at.date_words()),
        };
        let holders = match view.holders.as_slice() {
            // Officers and administrators have teams that never need one.
            [] if view.epochs.is_empty() => "Nobody".to_owned(),
            [] => "Nobody: a lead makes the next key".to_owned(),
            [alone] => format!("{alone} alone. If they cannot come, nobody can open what this team receives"),
            several => several.join(", "),
        };
        Self { id: view.id.to_string(), name: view.name, fingerprint: view.fingerprint, made, holders }
    }
}

impl RenewalLine {
    fn of(view: RenewalView, form_token: String) -> Self {
        let RenewalView { renewal, of } = view;
        let far = format!("{} of {} passed", renewal.done, renewal.total);
        let begun = words::day_and_time(renewal.begun_at);
        let standing = match (renewal.state, renewal.ended_at) {
            (RenewalState::Done, Some(at)) => format!("Begun {begun}, done {}", words::day_and_time(at)),
            (RenewalState::Done, None) => "Done".to_owned(),
            (RenewalState::Running, _) => format!("Begun {begun}: {far}"),
            (RenewalState::Paused, _) => format!("Paused. Begun {begun}: {far}"),
        };
        let percent = (renewal.state != RenewalState::Done).then(|| renewal.percent());
        Self { id: renewal.id.to_string(), of, standing, percent, paused: renewal.state == RenewalState::Paused, form_token }
    }
}

impl KeysPage {
    fn table(&self) -> Table {
        let row = |line: &KeyLine| {
            let fingerprint = if line.fingerprint.is_empty() { "None" } else { &line.fingerprint };
            vec![Cell::words(&line.name), Cell::words(fingerprint), Cell::words(&line.made), Cell::words(&line.holders)]
        };
        Table {
            caption: "Keys of your teams".to_owned(),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Team", "Fingerprint", "Made", "Who holds it"])),
            rows: self.teams.iter().map(row).collect(),
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        }
    }

    /// Those that have a key to replace.
    fn replaceable(&self) -> impl Iterator<Item = &KeyLine> {
        self.teams.iter().filter(|line| self.acts && !line.fingerprint.is_empty())
    }

    fn replace() -> Button {
        Button { text: "Make a new key".to_owned(), classes: "govuk-button--warning".to_owned(), ..Button::default() }
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(HREF, routing::get(list))
        .route("/keys/replace", routing::post(replace))
        .route("/keys/reconcile", routing::post(reconcile))
        .route("/keys/pause", routing::post(pause))
        .route("/keys/resume", routing::post(resume))
}

async fn list(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let KeysView { teams, renewals, reconciliation } = app.keys(&person.request, &person.caller).await?;
    let acts = person
        .caller
        .places()
        .iter()
        .any(|named| named.place.role == Role::AgencyAdministrator && named.place.agency == person.caller.agency());
    ok(&KeysPage {
        frame: person.frame.titled("Keys of your teams").at(HREF),
        acts,
        teams: teams.into_iter().map(KeyLine::of).collect(),
        renewals: renewals.into_iter().map(|view| RenewalLine::of(view, fresh_token(&app))).collect(),
        reconciled: reconciled(reconciliation.as_ref()),
        differences: reconciliation.map(|run| run.differences).unwrap_or_default().into_iter().map(difference).collect(),
        reconcile_token: fresh_token(&app),
        form_token: fresh_token(&app),
    })
}

/// How the last run ended.
fn reconciled(run: Option<&ReconciliationView>) -> String {
    let Some(run) = run else { return "Nobody has held them against the log yet.".to_owned() };
    match (run.ended_at, run.found) {
        (None, _) => {
            format!("Asked for on {}. It is done within a minute or so: load this page again.", words::day_and_time(run.asked_at))
        }
        (Some(at), 0) => {
            format!("On {}, {} rows and events were looked at, and all agree with the log.", words::day_and_time(at), run.checked)
        }
        (Some(at), found) => format!(
            "On {}, {found} of them did not agree. Nobody can open anything by these, and somebody changed the database past \
             the exchange: find out who can write to it, and compare it with a backup.",
            words::day_and_time(at)
        ),
    }
}

fn difference((what, place, row): (String, String, String)) -> String {
    format!("{place} {row}: {what}")
}

async fn reconcile(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.ask_reconciliation(&person.request, &person.caller, &key).await?;
    Ok(see(HREF))
}

async fn replace(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&["form_token", "team"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.replace_team_key(&person.request, &person.caller, &key, posted.value("team")).await?;
    Ok(see(HREF))
}

async fn pause(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    turn(&app, &person, &posted, true).await
}

async fn resume(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    turn(&app, &person, &posted, false).await
}

async fn turn(app: &App, person: &SignedIn, posted: &Posted, pause: bool) -> Answer {
    posted.only(&["form_token", "renewal"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.turn_renewal(&person.request, &person.caller, &key, (posted.value("renewal"), pause)).await?;
    Ok(see(HREF))
}
