//! A team's queue.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use serde::Deserialize;

use crate::{
    app::{App, Error, Item, ListQuery},
    domain::{ids::TeamId, referral::ReferralState, urgency::Urgency},
    web::{
        components::{Cell, PageLink, Pagination, Table, Tag},
        error::{Answer, Failure, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
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
    /// How many of the whole queue are urgent and unopened.
    pub urgent: u64,
    /// Address where those stand that are on no page shown now.
    pub urgent_href: String,
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
    /// How soon a human must look, in words: "Today", "Soon".
    pub urgency: String,
    /// Whether it is urgent and nobody of the team has opened it.
    pub unopened_urgent: bool,
    /// Who sent it and when: agency and day.
    pub sent: String,
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
            let urgency = Cell {
                classes: if row.unopened_urgent { "govuk-!-font-weight-bold" } else { "" }.to_owned(),
                ..Cell::words(&row.urgency)
            };
            Ok(vec![reference, Cell::words(about), urgency, due, Cell::words(&row.sent), Cell::of(&row.state.tag())?])
        };
        Ok(Table {
            caption: format!("Referrals to {}, the soonest due first", self.team),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Reference", "About", "Urgency", "Due", "Sent by", "State"])),
            rows: self.rows.iter().map(row).collect::<Result<_, _>>()?,
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        })
    }

    /// What of this page must be looked at first: urgent and unopened, the soonest due first.
    fn urgent_here(&self) -> Vec<&QueueRow> {
        self.rows.iter().filter(|row| row.unopened_urgent).collect()
    }

    fn urgent_words(&self) -> String {
        match self.urgent {
            1 => "1 urgent referral is unopened".to_owned(),
            count => format!("{count} urgent referrals are unopened"),
        }
    }

    /// How many of them stand on other pages, in words; blank for none.
    fn urgent_elsewhere(&self) -> String {
        let here = self.urgent_here().len();
        match self.urgent.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX)) {
            0 => String::new(),
            more if here == 0 => format!("See {}", if more == 1 { "it" } else { "them" }),
            more => format!("See {more} more"),
        }
    }

    fn pages(&self) -> Option<Pagination> {
        next_page(&self.next)
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/queue", routing::get(show))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    team: Option<String>,
    state: Option<String>,
    cursor: Option<String>,
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let team = asked.team.as_deref().map(|text| TeamId::parse(text).map_err(|_| Error::Unseen)).transpose()?;
    let state = asked.state.as_deref().map(state_of).transpose()?;
    let query = ListQuery { cursor: asked.cursor, state, team, ..ListQuery::default() };
    let page = app.queue(&person.request, &person.caller, &query).await?;
    let places = app.queue_places(&person.caller);
    // The use case has found the place; without one it would have refused.
    let current = team.or_else(|| places.first().map(|place| place.team)).ok_or(Failure(Error::Refused))?;
    let named = |team: TeamId| person.caller.places().iter().find(|named| named.place.team == team);
    let name = |team: TeamId| named(team).map_or("your team", |named| named.team.as_str()).to_owned();
    let other_teams = places.iter().map(|place| FilterLink {
        text: name(place.team),
        href: address(place.team, None, None),
        current: place.team == current,
    });
    let shown = [None, Some(ReferralState::Received), Some(ReferralState::Opened)];
    let states = shown.into_iter().map(|only| FilterLink {
        text: only.map_or("All", ReferralState::title).to_owned(),
        href: address(current, only, None),
        current: only == state,
    });
    let row = |item: Item| QueueRow {
        reference: item.reference.to_string(),
        href: format!("/referrals/{}", item.reference),
        headline: match item.headline {
            Some(line) if item.copied => format!("For information: {line}"),
            line => line.map(|line| words::headline(item.kind, &line)).unwrap_or_default(),
        },
        pathway: item.pathway_title,
        state: words::standing(item.state, item.answered_at.is_some()),
        due: match item.answered_at {
            Some(at) => format!("Answered on {}", at.words()),
            None => words::due(item.due_at, person.request.at),
        },
        overdue: item.overdue,
        urgency: Urgency::parse(&item.urgency).map_or("", Urgency::title).to_owned(),
        unopened_urgent: item.unread && !item.copied && item.urgency == Urgency::Today.code(),
        sent: format!("{}, {}", item.sent_by, words::day(item.submitted_at)),
    };
    ok(&QueuePage {
        frame: person.frame.titled("Queue").at("/queue"),
        team: name(current),
        teams: if places.len() > 1 { other_teams.collect() } else { Vec::new() },
        states: states.collect(),
        urgent: app.urgent_unopened(&person.caller, current).await?,
        urgent_href: address(current, Some(ReferralState::Received), None),
        rows: page.items.into_iter().map(row).collect(),
        next: page.next.map(|cursor| address(current, state, Some(&cursor))).unwrap_or_default(),
    })
}

fn state_of(code: &str) -> Result<ReferralState, Error> {
    ReferralState::parse(code).ok_or(Error::Malformed("There is no such state."))
}

fn address(team: TeamId, state: Option<ReferralState>, cursor: Option<&str>) -> String {
    let state = state.map(|state| format!("&state={}", state.code())).unwrap_or_default();
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    format!("/queue?team={team}{state}{cursor}")
}
