//! Who may see which event of the log. An officer's page goes by rows that the sequencer writes beside an event's place, one
//! for each agency that may see it; so a page costs what it shows, however little of the log that is. The rows only find:
//! whether an event may be shown is asked of the grants again whenever it is read.

use super::{
    Error, Store,
    events::{SequencedRow, sequenced},
    sequence::Sequencing,
};
use crate::{
    audit::Stored,
    domain::ids::{AgencyId, TeamId, UserId},
};

/// Of `event_hour`, as its texts divide by it.
const HOUR: i64 = 3_600_000;

/// What the log's readers ask for; every part narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Only events of this referral.
    pub referral: Option<String>,
    /// Only acts of this person.
    pub actor: Option<UserId>,
    /// Only acts from this team.
    pub team: Option<TeamId>,
    /// Only acts of this agency's people.
    pub by_agency: Option<AgencyId>,
    /// Only this act.
    pub action: Option<String>,
    /// `allow` or `refuse`.
    pub outcome: Option<String>,
    /// Not before this moment, milliseconds.
    pub from: Option<i64>,
    /// Before this moment, milliseconds.
    pub to: Option<i64>,
    /// Only places before this one: the cursor.
    pub before: Option<i64>,
    /// Only this place and later ones.
    pub since: Option<i64>,
}

/// A sequenced event with its place.
#[derive(Debug, Clone)]
pub struct Sequenced {
    /// The leaf's index.
    pub index: i64,
    /// The leaf's hash as stored.
    pub leaf: Vec<u8>,
    /// The event, unchecked.
    pub event: Stored,
}

/// The agency `t.agency` or `a.agency` whose key a grant `g` is wrapped to; recovery recipients read no log.
macro_rules! holder {
    () => {
        "LEFT JOIN team t ON g.to_kind = 'team' AND t.id = g.to_id LEFT JOIN account a ON g.to_kind = 'user' AND a.id = g.to_id "
    };
}

/// What a row of `log_view` says of an event `e` with the place `s`, after the agency.
macro_rules! facets {
    () => {
        ", s.idx AS idx, e.actor AS actor, e.agency AS by_agency, e.team AS team, e.action AS action, e.referral AS referral, \
         e.outcome AS outcome "
    };
}

/// The events `e` with a place `s` that a grant `g` lets its holder's agency see.
macro_rules! in_its_compartment {
    () => {
        concat!(
            holder!(),
            "JOIN log_scope o ON o.compartment = g.compartment JOIN log_sequence s ON s.event = o.event ",
            "JOIN log_event e ON e.id = o.event "
        )
    };
}

macro_rules! insert_rows {
    () => {
        "INSERT INTO log_view (agency, idx, actor, by_agency, team, action, referral, outcome) "
    };
}

/// The acts of an agency's own people, of the places from `$1` up to `$2`.
const OWN: &str = concat!(
    insert_rows!(),
    "SELECT e.agency",
    facets!(),
    "FROM log_sequence s JOIN log_event e ON e.id = s.event WHERE s.idx >= $1 AND s.idx < $2 AND e.agency IS NOT NULL ",
    "ON CONFLICT (idx, agency) DO NOTHING"
);

/// What of these places reaches into a compartment that a team or person of an agency has a key to already.
const HELD: &str = concat!(
    insert_rows!(),
    "SELECT COALESCE(t.agency, a.agency)",
    facets!(),
    "FROM log_sequence s JOIN log_event e ON e.id = s.event JOIN log_scope o ON o.event = s.event ",
    "JOIN grant_made g ON g.compartment = o.compartment LEFT JOIN grant_released x ON x.grant_id = g.id ",
    "JOIN log_sequence f ON f.event = COALESCE(x.event, g.event) ",
    holder!(),
    "WHERE s.idx >= $1 AND s.idx < $2 AND (g.held = 0 OR x.grant_id IS NOT NULL) AND COALESCE(t.agency, a.agency) IS NOT NULL ",
    "ON CONFLICT (idx, agency) DO NOTHING"
);

/// What stood in a compartment before an event of these places gave a key to it.
const GRANTED: &str = concat!(
    insert_rows!(),
    "SELECT COALESCE(t.agency, a.agency)",
    facets!(),
    "FROM log_sequence f JOIN grant_made g ON g.event = f.event AND g.held = 0 ",
    in_its_compartment!(),
    "WHERE f.idx >= $1 AND f.idx < $2 AND COALESCE(t.agency, a.agency) IS NOT NULL ON CONFLICT (idx, agency) DO NOTHING"
);

/// What stood in a compartment before an event of these places released a held key to it.
const RELEASED: &str = concat!(
    insert_rows!(),
    "SELECT COALESCE(t.agency, a.agency)",
    facets!(),
    "FROM log_sequence f JOIN grant_released x ON x.event = f.event JOIN grant_made g ON g.id = x.grant_id ",
    in_its_compartment!(),
    "WHERE f.idx >= $1 AND f.idx < $2 AND COALESCE(t.agency, a.agency) IS NOT NULL ON CONFLICT (idx, agency) DO NOTHING"
);

/// The events `e` with a place `s` in the compartment of a share `h`: whoever gave it is the agency `d.agency`, which holds no key
/// to the copies and answers for who opens them.
macro_rules! given_away {
    () => {
        concat!(
            "JOIN team d ON d.id = h.by_team JOIN log_scope o ON o.compartment = h.compartment ",
            "JOIN log_sequence s ON s.event = o.event JOIN log_event e ON e.id = o.event "
        )
    };
}

/// What of these places reaches into a compartment of items that an agency has shared already.
const GIVEN: &str = concat!(
    insert_rows!(),
    "SELECT d.agency",
    facets!(),
    "FROM log_sequence s JOIN log_event e ON e.id = s.event JOIN log_scope o ON o.event = s.event ",
    "JOIN grant_share h ON h.compartment = o.compartment AND h.what = 'items' JOIN log_sequence f ON f.event = h.event ",
    "JOIN team d ON d.id = h.by_team WHERE s.idx >= $1 AND s.idx < $2 ON CONFLICT (idx, agency) DO NOTHING"
);

/// What stood in such a compartment before the event that made it had a place.
const GIVES: &str = concat!(
    insert_rows!(),
    "SELECT d.agency",
    facets!(),
    "FROM log_sequence f JOIN grant_share h ON h.event = f.event AND h.what = 'items' ",
    given_away!(),
    "WHERE f.idx >= $1 AND f.idx < $2 ON CONFLICT (idx, agency) DO NOTHING"
);

macro_rules! hours {
    ($which:literal) => {
        concat!(
            "SELECT e.at / 3600000 AS hour, MIN(s.idx) AS first_idx, MAX(s.idx) AS last_idx ",
            "FROM log_sequence s JOIN log_event e ON e.id = s.event ",
            $which,
            "GROUP BY e.at / 3600000 "
        )
    };
}

/// The hours in which the events of these places happened.
const HOURS: &str = concat!(
    "INSERT INTO event_hour (hour, first_idx, last_idx) ",
    hours!("WHERE s.idx >= $1 AND s.idx < $2 "),
    "ON CONFLICT (hour) DO UPDATE SET last_idx = excluded.last_idx"
);

/// What may be seen: acts of one's own people, what reaches into a compartment that a team or person of the agency has a key to,
/// and what reaches into the copies that a team of the agency gave away. At L4 holding is what counts, whoever acted. A restricted
/// category is read by an event of its own, so those who do not hold it do not learn of it. Officers of an agency that has been
/// refused answers of a referral since it was sent do not read what others did there to withhold answers or to change them, nor in
/// what is sealed away from others.
macro_rules! may_be_seen {
    () => {
        concat!(
            " AND ((e.agency = $1 AND NOT EXISTS (SELECT 1 FROM referral r WHERE r.id = e.referral AND r.sensitivity = 'L4')) ",
            "OR EXISTS (SELECT 1 FROM log_scope o JOIN grant_made g ON g.compartment = o.compartment ",
            holder!(),
            "WHERE o.event = e.id AND (t.agency = $1 OR a.agency = $1) ",
            "AND (g.held = 0 OR EXISTS (SELECT 1 FROM grant_released x WHERE x.grant_id = g.id)) ",
            "AND (e.agency = $1 OR NOT EXISTS (SELECT 1 FROM grant_refused z WHERE z.referral = g.referral AND z.agency = $1 ",
            "AND (e.action IN ('withhold-answer', 'end-withholding', 'amend-referral', 'add-to-referral') ",
            "OR EXISTS (SELECT 1 FROM compartment c WHERE c.id = o.compartment AND c.kind = 'withheld'))))) ",
            "OR EXISTS (SELECT 1 FROM log_scope o JOIN grant_share h ON h.compartment = o.compartment AND h.what = 'items' ",
            "JOIN team d ON d.id = h.by_team WHERE o.event = e.id AND d.agency = $1))"
        )
    };
}

/// A page by the index that `$lead` names; what else narrows is looked at row by row.
macro_rules! page {
    ($what:literal, $lead:literal) => {
        concat!(
            $what,
            "WHERE v.agency = $1 AND v.idx < $2 AND v.idx >= $3 AND e.at >= $4 AND e.at < $5 ",
            "AND ($6 = '' OR v.referral = $6) AND ($7 = '' OR v.actor = $7) AND ($8 = '' OR v.team = $8) ",
            "AND ($9 = '' OR v.by_agency = $9) AND ($10 = '' OR v.action = $10) AND ($11 = '' OR v.outcome = $11)",
            $lead,
            may_be_seen!(),
            " ORDER BY v.idx DESC LIMIT $12"
        )
    };
}

/// The text for each lead.
macro_rules! by_lead {
    ($what:literal) => {
        [
            page!($what, " AND v.referral = $6"),
            page!($what, " AND v.actor = $7"),
            page!($what, " AND v.team = $8"),
            page!($what, " AND v.outcome = 'refuse'"),
            page!($what, " AND v.action = $10"),
            page!($what, " AND v.by_agency = $9"),
            page!($what, ""),
        ]
    };
}

const PAGES: [&str; 7] = by_lead!(
    "SELECT s.idx, s.leaf, e.*, b.salt, b.body FROM log_view v JOIN log_sequence s ON s.idx = v.idx \
     JOIN log_event e ON e.id = s.event LEFT JOIN log_body b ON b.event = e.id "
);
const PLACES: [&str; 7] =
    by_lead!("SELECT v.idx FROM log_view v JOIN log_sequence s ON s.idx = v.idx JOIN log_event e ON e.id = s.event ");

impl LogFilter {
    /// Which of the texts goes by the narrowest part of what is asked.
    fn lead(&self) -> usize {
        let leads = [
            self.referral.is_some(),
            self.actor.is_some(),
            self.team.is_some(),
            self.outcome.as_deref() == Some("refuse"),
            self.action.is_some(),
            self.by_agency.is_some(),
        ];
        leads.iter().position(|leads| *leads).unwrap_or(leads.len())
    }
}

/// The SQL text of a page: for tests that ask the database how it would go about it.
pub fn log_sql(filter: &LogFilter) -> &'static str {
    PAGES[filter.lead()]
}

/// Binds what a page is asked with; the same for both databases, whose queries differ only in type.
macro_rules! bound {
    ($query:expr, $agency:expr, $filter:expr, $places:expr, $limit:expr) => {
        $query
            .bind($agency.to_string())
            .bind($places.1)
            .bind($places.0)
            .bind($filter.from.unwrap_or(0))
            .bind($filter.to.unwrap_or(i64::MAX))
            .bind($filter.referral.as_deref().unwrap_or_default())
            .bind($filter.actor.map(|id| id.to_string()).unwrap_or_default())
            .bind($filter.team.map(|id| id.to_string()).unwrap_or_default())
            .bind($filter.by_agency.map(|id| id.to_string()).unwrap_or_default())
            .bind($filter.action.as_deref().unwrap_or_default())
            .bind($filter.outcome.as_deref().unwrap_or_default())
            .bind($limit)
    };
}

impl Store {
    /// Sequenced events that an agency's officer may see, newest first.
    pub async fn log_page(&self, agency: AgencyId, filter: &LogFilter, limit: i64) -> Result<Vec<Sequenced>, Error> {
        let Some(places) = self.places_within(filter).await? else { return Ok(Vec::new()) };
        let sql = log_sql(filter);
        let rows =
            on!(self, p => bound!(sqlx::query_as::<_, SequencedRow>(sql), agency, filter, places, limit).fetch_all(p).await)?;
        rows.into_iter().map(sequenced).collect()
    }

    /// The places of those events, newest first.
    pub async fn log_places(&self, agency: AgencyId, filter: &LogFilter, limit: i64) -> Result<Vec<i64>, Error> {
        let Some(places) = self.places_within(filter).await? else { return Ok(Vec::new()) };
        let sql = PLACES[filter.lead()];
        let rows: Vec<(i64,)> = on!(self, p => bound!(sqlx::query_as(sql), agency, filter, places, limit).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|(place,)| place).collect())
    }

    /// One sequenced event, if that agency's officer may see it; the same rule as [`Store::log_page`].
    pub async fn log_event(&self, agency: AgencyId, index: i64) -> Result<Option<Sequenced>, Error> {
        let filter = LogFilter { before: index.checked_add(1), since: Some(index), ..LogFilter::default() };
        let found = self.log_page(agency, &filter, 1).await?;
        Ok(found.into_iter().find(|event| event.index == index))
    }

    /// Between which places, the second not included, whatever fits must stand; `None` when nothing can.
    async fn places_within(&self, filter: &LogFilter) -> Result<Option<(i64, i64)>, Error> {
        let (since, before) = (filter.since.unwrap_or(0), filter.before.unwrap_or(i64::MAX));
        if filter.from.is_none() && filter.to.is_none() {
            return Ok(Some((since, before)));
        }
        let between = self.places_between(filter.from.unwrap_or(0), filter.to.unwrap_or(i64::MAX)).await?;
        Ok(between.map(|(first, end)| (first.max(since), end.min(before))))
    }

    /// Between which places, the second not included, every event between two moments stands; `None` when there is none.
    pub(super) async fn places_between(&self, from: i64, to: i64) -> Result<Option<(i64, i64)>, Error> {
        const SQL: &str = "SELECT MIN(first_idx), MAX(last_idx) FROM event_hour WHERE hour >= $1 AND hour <= $2";
        let (first, last): (Option<i64>, Option<i64>) = on!(self, p => sqlx::query_as(SQL)
            .bind(from.div_euclid(HOUR))
            .bind(to.saturating_sub(1).div_euclid(HOUR))
            .fetch_one(p)
            .await)?;
        Ok(first.zip(last).map(|(first, last)| (first, last.saturating_add(1))))
    }
}

impl Sequencing {
    /// Files the events of the places from `start` up to, not including, `end` for the agencies that may see them, and earlier
    /// ones for those that were given a key by them.
    pub async fn file_places(&mut self, start: i64, end: i64) -> Result<(), Error> {
        for sql in [OWN, HELD, GRANTED, RELEASED, GIVEN, GIVES, HOURS] {
            within!(self.0, c => sqlx::query(sql).bind(start).bind(end).execute(c).await.map(drop))?;
        }
        Ok(())
    }
}

/// Every row that should stand in `log_view`, in the order of its columns.
macro_rules! expected {
    () => {
        concat!(
            "SELECT e.agency AS agency",
            facets!(),
            "FROM log_sequence s JOIN log_event e ON e.id = s.event WHERE e.agency IS NOT NULL UNION ",
            "SELECT COALESCE(t.agency, a.agency)",
            facets!(),
            "FROM grant_made g LEFT JOIN grant_released x ON x.grant_id = g.id ",
            "JOIN log_sequence f ON f.event = COALESCE(x.event, g.event) ",
            in_its_compartment!(),
            "WHERE (g.held = 0 OR x.grant_id IS NOT NULL) AND COALESCE(t.agency, a.agency) IS NOT NULL UNION ",
            "SELECT d.agency",
            facets!(),
            "FROM grant_share h JOIN log_sequence f ON f.event = h.event ",
            given_away!(),
            "WHERE h.what = 'items'"
        )
    };
}

macro_rules! rows {
    () => {
        "SELECT agency, idx, actor, by_agency, team, action, referral, outcome FROM log_view "
    };
}

/// The names of rows that stand among the first and not among the second.
macro_rules! only_in {
    ($name:literal, $these:expr, $others:expr) => {
        concat!(
            "SELECT CAST(w.",
            $name,
            " AS TEXT) FROM (SELECT * FROM (",
            $these,
            ") p EXCEPT SELECT * FROM (",
            $others,
            ") q) w"
        )
    };
}

/// What `audit verify` asks of these rows: the table, a text that names what is wrong, and the words for it. Each walks all.
pub(super) const FAULTS: [(&str, &str, &str); 4] = [
    ("log_view", only_in!("idx", expected!(), rows!()), "officers of an agency would not find an event that they may see"),
    ("log_view", only_in!("idx", rows!(), expected!()), "it stands for no event that the agency's officers may see"),
    (
        "event_hour",
        only_in!("hour", hours!(""), "SELECT hour, first_idx, last_idx FROM event_hour "),
        "the events of the hour would not be found by their day",
    ),
    (
        "event_hour",
        only_in!("hour", "SELECT hour, first_idx, last_idx FROM event_hour ", hours!("")),
        "it is not where the events of the hour stand",
    ),
];
