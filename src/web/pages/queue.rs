//! A team's queue.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use http::{HeaderValue, header};

use super::{
    queue_place::{Asked, LIMITS, QueuePlace},
    saved_views,
};
use crate::{
    app::{App, Error, Item, cookie},
    domain::{
        ids::TeamId,
        news::Side,
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        saved_view::SavedView,
        time::Timestamp,
        urgency::Urgency,
    },
    web::{
        components::{Button, Cell, Checkbox, Checkboxes, Fieldset, Label, PageLink, Pagination, Select, SelectItem, Table, Tag},
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
    /// The views, with their counts.
    pub views: Vec<FilterLink>,
    /// The views that the caller keeps under names.
    pub kept: Vec<FilterLink>,
    /// Address where what the queue shows now is kept under a name.
    pub keep_href: String,
    /// Address where who of the team is away stands.
    pub away_href: String,
    /// What the team reads of the reader's own absence, as a sentence; empty while they are there.
    pub away: String,
    /// What to say when nothing is there.
    pub nothing: String,
    /// What narrows the view.
    pub filters: Filters,
    /// How many rows a page has: the choices.
    pub limits: Vec<FilterLink>,
    /// The team's id, for those who may give its work out; empty for others.
    pub gives_out: String,
    /// The referrals of this page.
    pub rows: Vec<QueueRow>,
    /// How many of the whole queue are urgent and unopened.
    pub urgent: u64,
    /// Address where those stand that are on no page shown now.
    pub urgent_href: String,
    /// Address of the next page; empty for none.
    pub next: String,
}

/// What narrows a view, as it was chosen.
#[derive(Clone, Default)]
pub struct Filters {
    /// What the form carries along: names and values.
    pub carried: Vec<(String, String)>,
    /// The pathways to choose from: id and title.
    pub pathways: Vec<(String, String)>,
    /// The one chosen; empty for all.
    pub pathway: String,
    /// The urgency chosen; empty for all.
    pub urgency: String,
    /// The agencies to choose from: id and name.
    pub agencies: Vec<(String, String)>,
    /// The one chosen; empty for all.
    pub agency: String,
    /// Those ticked of `overdue`, `unread` and `retracted`.
    pub ticked: Vec<String>,
    /// Address of the view with nothing narrowed; empty when nothing is.
    pub clear: String,
}

impl Filters {
    fn select(name: &str, label: &str, any: &str, items: &[(String, String)], value: &str) -> Select {
        let any = SelectItem { value: Some(String::new()), text: any.to_owned(), selected: None };
        let item =
            |(value, text): &(String, String)| SelectItem { value: Some(value.clone()), text: text.clone(), selected: None };
        Select {
            name: name.to_owned(),
            label: Label::from(label),
            items: std::iter::once(any).chain(items.iter().map(item)).collect(),
            value: value.to_owned(),
            ..Select::default()
        }
    }

    fn pathways(&self) -> Select {
        Self::select("pathway", "Pathway", "Every pathway", &self.pathways, &self.pathway)
    }

    fn urgencies(&self) -> Select {
        let all: Vec<_> = Urgency::ALL.iter().map(|one| (one.code().to_owned(), one.title().to_owned())).collect();
        Self::select("urgency", "Urgency", "Every urgency", &all, &self.urgency)
    }

    fn agencies(&self) -> Select {
        Self::select("agency", "Sent by", "Every agency", &self.agencies, &self.agency)
    }

    fn ticks(&self) -> Checkboxes {
        let item = |name: &str, text: &str| Checkbox {
            name: name.to_owned(),
            id: name.to_owned(),
            value: "yes".to_owned(),
            text: text.to_owned(),
            checked: Some(self.ticked.iter().any(|ticked| ticked == name)),
            ..Checkbox::default()
        };
        Checkboxes {
            name: "only".to_owned(),
            fieldset: Some(Fieldset::new("Only", "govuk-fieldset__legend--s")),
            items: vec![
                item("overdue", "What is overdue"),
                item("unread", "What is unread or new"),
                item("retracted", "What the referrer asked to withdraw"),
            ],
            classes: "govuk-checkboxes--small".to_owned(),
            ..Checkboxes::default()
        }
    }

    fn button() -> Button {
        Button { text: "Show these".to_owned(), classes: "govuk-button--secondary".to_owned(), ..Button::default() }
    }
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
    /// Who works on it; empty for nobody.
    pub with: String,
    /// What else there is to know, in words: "Unread", "Waiting for the referrer".
    pub marks: Vec<String>,
    /// Whether its team received it, and so can give it to somebody.
    pub is_own: bool,
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

/// A state with what else there is to know.
#[derive(Template)]
#[template(path = "queue/state.html")]
pub(super) struct StateMarks<'a> {
    pub(super) tag: Tag,
    pub(super) marks: &'a [String],
}

/// A box that picks one row.
#[derive(Template)]
#[template(path = "queue/pick.html")]
struct Pick<'a> {
    reference: &'a str,
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
            let with = if row.with.is_empty() { "Nobody" } else { &row.with };
            let state = Cell::of(&StateMarks { tag: row.state.tag(), marks: &row.marks })?;
            let mut cells = vec![reference, Cell::words(about), urgency, due, Cell::words(with), Cell::words(&row.sent), state];
            if !self.gives_out.is_empty() {
                cells.push(if row.is_own { Cell::of(&Pick { reference: &row.reference })? } else { Cell::words("") });
            }
            Ok(cells)
        };
        let mut columns = vec!["Reference", "About", "Urgency", "Due", "With", "Sent by", "State"];
        if !self.gives_out.is_empty() {
            columns.push("Give out");
        }
        Ok(Table {
            caption: format!("Referrals to {}, the soonest due first", self.team),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&columns)),
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

    fn give_out() -> Button {
        Button {
            text: "Give the chosen ones to somebody".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
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

async fn show(State(app): State<Arc<App>>, person: SignedIn, Query(asked): Query<Asked>) -> Answer {
    let place = asked.place()?;
    let place = match place.team {
        Some(_) => place,
        None => QueuePlace { team: app.soonest_queue(&person.caller).await?, ..place },
    };
    let page = app.queue(&person.request, &person.caller, &place.query()).await?;
    let places = app.queue_places(&person.caller);
    // The use case has found the place; without one it would have refused.
    let current = place.team.or_else(|| places.first().map(|place| place.team)).ok_or(Failure(Error::Refused))?;
    let place = QueuePlace { team: Some(current), ..place };
    let named = |team: TeamId| person.caller.places().iter().find(|named| named.place.team == team);
    let name = |team: TeamId| named(team).map_or("your team", |named| named.team.as_str()).to_owned();
    let counts = app.queue_counts(&person.caller, current).await?;
    let mut teams = Vec::new();
    for other in places.iter().filter(|_| places.len() > 1) {
        let open = app.queue_counts(&person.caller, other.team).await?.of(QueueView::Team);
        teams.push(FilterLink {
            text: format!("{} ({open})", name(other.team)),
            href: QueuePlace { team: Some(other.team), ..place.of_view(place.view) }.href(),
            current: other.team == current,
        });
    }
    let views = QueueView::ALL.iter().map(|view| FilterLink {
        text: format!("{} ({})", view.title(), counts.of(*view)),
        href: place.of_view(*view).href(),
        current: *view == place.view,
    });
    let limits = LIMITS.iter().map(|limit| FilterLink {
        text: limit.to_string(),
        href: QueuePlace { limit: *limit, cursor: None, ..place.clone() }.href(),
        current: *limit == place.limit,
    });
    // Where nothing of a page can be given out, it offers no boxes.
    let may_give_out = app.may_give_out(&person.caller, current)
        && !matches!(place.view, QueueView::Closed | QueueView::Copies)
        && page.items.iter().any(|item| !item.copied && !item.covering);
    let state = Some(ReferralState::Received);
    let urgent = QueueFilter { urgency: Some(Urgency::Today), state, unread: true, ..QueueFilter::default() };
    let mut answer = ok(&QueuePage {
        frame: person.frame.titled("Queue").at("/queue"),
        team: name(current),
        teams,
        views: views.collect(),
        kept: app.saved_views(&person.caller).await?.iter().map(|saved| kept(saved, &place)).collect(),
        keep_href: format!("/queue/views?{}", QueuePlace { cursor: None, ..place.clone() }.search()),
        away_href: format!("/queue/absences?team={current}"),
        away: app
            .own_absence(&person.caller)
            .await?
            .filter(|absence| absence.is_on(person.request.at))
            .map(|absence| format!("Your team reads that you are {}.", words::away(absence)))
            .unwrap_or_default(),
        nothing: nothing(&place).to_owned(),
        filters: filters(&app, &place).await?,
        limits: limits.collect(),
        gives_out: if may_give_out { current.to_string() } else { String::new() },
        urgent: app.urgent_unopened(&person.caller, current).await?,
        urgent_href: QueuePlace { filter: urgent, ..place.of_view(QueueView::Team) }.href(),
        rows: page.items.into_iter().map(|item| row(item, person.request.at)).collect(),
        next: page.next.map(|cursor| QueuePlace { cursor: Some(cursor), ..place.clone() }.href()).unwrap_or_default(),
    })?;
    // So that "Back" leads from a referral to where its reader was.
    if let Ok(value) = HeaderValue::from_str(&cookie::given(cookie::QUEUE, &place.search())) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(answer)
}

fn kept(SavedView { name, kept, .. }: &SavedView, place: &QueuePlace) -> FilterLink {
    FilterLink {
        text: name.as_str().to_owned(),
        href: saved_views::href(kept),
        current: place.team == Some(kept.team) && place.view == kept.view && place.filter == kept.filter,
    }
}

fn row(item: Item, now: Timestamp) -> QueueRow {
    let marks = [
        item.unread.then(|| "Unread".to_owned()),
        item.covered_at.filter(|_| item.unread).map(|at| format!("Whoever covers opened it on {}", at.words())),
        item.acting.as_ref().map(|name| format!("{name}, who covers, acts on it")),
        item.amended_at.map(|_| "Changed by the sender".to_owned()),
        item.news.map(|news| news.words(Side::Desk).to_owned()),
        item.waiting_since.map(|since| format!("Waiting for the referrer since {}", words::day(since))),
        item.retracted_at.map(|at| format!("The referrer asked to withdraw it on {}", words::day(at))),
        item.escalated_at.map(|at| format!("Passed up on {}", words::day(at))),
    ];
    QueueRow {
        reference: item.reference.to_string(),
        href: format!("/referrals/{}", item.reference),
        headline: match item.headline {
            Some(line) if item.copied => format!("For information: {line}"),
            line => line.map(|line| words::headline(item.kind, &line)).unwrap_or_default(),
        },
        pathway: item.pathway_title,
        state: words::standing(item.state, item.answered_at.is_some(), !item.unread && item.covered_at.is_some()),
        due: match item.answered_at {
            Some(at) => format!("Answered on {}", at.words()),
            None if item.copied => "Nothing for your team to do".to_owned(),
            None => words::due(item.due_at, now),
        },
        overdue: item.overdue,
        unopened_urgent: item.unread && !item.copied && item.urgency == Urgency::Today.code(),
        urgency: Urgency::parse(&item.urgency).map_or("", Urgency::title).to_owned(),
        sent: format!("{}, {}", item.sent_by, words::day(item.submitted_at)),
        with: item.assigned_to.map(|name| words::name_away(&name, item.assigned_away)).unwrap_or_default(),
        marks: marks.into_iter().flatten().collect(),
        is_own: !item.copied && !item.covering,
    }
}

/// What an empty view says.
fn nothing(place: &QueuePlace) -> &'static str {
    match place.view {
        _ if !place.filter.is_empty() => "Nothing here is as you chose. Show everything, or choose differently.",
        QueueView::Unassigned => "Somebody works on every open referral.",
        QueueView::Mine => "You work on nothing at present. Take a referral on its page, and it stands here.",
        QueueView::Team => {
            "Nothing is waiting here. When somebody sends a referral to this team, it appears in this list with the time by \
             which the team must decide. The soonest comes first."
        }
        QueueView::Away => "Nothing lies with somebody who is away.",
        QueueView::Waiting => "No question to a referrer is open.",
        QueueView::Copies => "Nothing is open that your team is only told of.",
        QueueView::Closed => "Nothing has been closed yet.",
    }
}

async fn filters(app: &App, place: &QueuePlace) -> Result<Filters, Failure> {
    let filter = &place.filter;
    let carried = place.fields().into_iter().filter(|(name, _)| matches!(*name, "team" | "view" | "limit"));
    let pathways = app.pathways().into_iter().map(|one| (one.pathway.id.as_str().to_owned(), one.pathway.title.clone()));
    let ticked = [("overdue", filter.overdue), ("unread", filter.unread), ("retracted", filter.retracted)];
    Ok(Filters {
        carried: carried.map(|(name, value)| (name.to_owned(), value)).collect(),
        pathways: pathways.collect(),
        pathway: filter.pathway.clone().unwrap_or_default(),
        urgency: filter.urgency.map_or_else(String::new, |urgency| urgency.code().to_owned()),
        agencies: app.agencies().await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        agency: filter.agency.map(|agency| agency.to_string()).unwrap_or_default(),
        ticked: ticked.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).to_owned()).collect(),
        clear: if filter.is_empty() {
            String::new()
        } else {
            QueuePlace { filter: QueueFilter::default(), cursor: None, ..place.clone() }.href()
        },
    })
}
