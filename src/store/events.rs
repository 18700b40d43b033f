//! Events as rows: written with their act, read by the sequencer, by readers of keys and by the log's pages.

use sqlx::QueryBuilder;

use super::{AT_ONCE, Error, Store, Tx, error::sound, tx::Inner};
use crate::{
    audit::{Event, Stored, event::Columns},
    domain::ids::{AgencyId, EventId, UserId},
};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct EventRow {
    pub(super) id: String,
    at: i64,
    action: String,
    actor: Option<String>,
    agency: Option<String>,
    team: Option<String>,
    role: Option<String>,
    relation: String,
    referral: Option<String>,
    request: String,
    outcome: String,
    basis: Option<String>,
    purpose: Option<String>,
    leaf_data: Vec<u8>,
    tag: Vec<u8>,
    salt: Option<Vec<u8>>,
    body: Option<Vec<u8>>,
}

/// An event whose very id cannot be read: nobody's hub wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What stands where the id should.
    pub id: String,
}

impl EventRow {
    /// The event, or what stands where its id should: one such row keeps no other from being read.
    pub(super) fn read(self) -> Result<Stored, Unreadable> {
        let id = self.id.clone();
        self.stored().map_err(|_| Unreadable { id })
    }

    pub(super) fn stored(self) -> Result<Stored, Error> {
        Ok(Stored {
            id: sound(EventId::parse(&self.id), "log_event.id")?,
            columns: Columns {
                at: self.at,
                action: self.action,
                actor: self.actor,
                agency: self.agency,
                team: self.team,
                role: self.role,
                relation: self.relation,
                referral: self.referral,
                request: self.request,
                outcome: self.outcome,
                basis: self.basis,
                purpose: self.purpose,
            },
            leaf_data: self.leaf_data,
            tag: self.tag,
            body: self.salt.zip(self.body),
        })
    }
}

/// Fills the rows of a multi-row INSERT; the same for both databases, whose builders differ only in type.
macro_rules! insert_all {
    ($connection:expr, $events:expr) => {{
        for chunk in $events.chunks(500) {
            let mut query = QueryBuilder::new(
                "INSERT INTO log_event (id, at, action, actor, agency, team, role, relation, referral, request, outcome, basis, \
                 purpose, leaf_data, tag) ",
            );
            query.push_values(chunk, |mut row, event: &Event| {
                let columns = &event.columns;
                row.push_bind(event.id.to_string())
                    .push_bind(columns.at)
                    .push_bind(&columns.action)
                    .push_bind(&columns.actor)
                    .push_bind(&columns.agency)
                    .push_bind(&columns.team)
                    .push_bind(&columns.role)
                    .push_bind(&columns.relation)
                    .push_bind(&columns.referral)
                    .push_bind(&columns.request)
                    .push_bind(&columns.outcome)
                    .push_bind(&columns.basis)
                    .push_bind(&columns.purpose)
                    .push_bind(&event.leaf_data)
                    .push_bind(&event.tag[..]);
            });
            query.build().execute(&mut **$connection).await?;
            let mut query = QueryBuilder::new("INSERT INTO log_body (event, salt, body) ");
            query.push_values(chunk, |mut row, event: &Event| {
                row.push_bind(event.id.to_string()).push_bind(&event.salt[..]).push_bind(&event.body);
            });
            query.build().execute(&mut **$connection).await?;
            let mut query = QueryBuilder::new("INSERT INTO pending_event (event, at) ");
            query.push_values(chunk, |mut row, event: &Event| {
                row.push_bind(event.id.to_string()).push_bind(event.columns.at);
            });
            query.build().execute(&mut **$connection).await?;
            let scopes: Vec<_> =
                chunk.iter().flat_map(|event| event.scopes.iter().map(move |scope| (event.id, *scope))).collect();
            if !scopes.is_empty() {
                let mut query = QueryBuilder::new("INSERT INTO log_scope (event, compartment) ");
                query.push_values(scopes, |mut row, (event, scope)| {
                    row.push_bind(event.to_string()).push_bind(scope.to_string());
                });
                query.build().execute(&mut **$connection).await?;
            }
        }
    }};
}

pub(super) async fn insert(tx: &mut Tx, events: &[Event]) -> Result<(), Error> {
    match &mut tx.inner {
        Inner::Sqlite(transaction) => insert_all!(transaction, events),
        Inner::Postgres(transaction) => insert_all!(transaction, events),
    }
    Ok(())
}

/// What the log's readers ask for; every part narrows.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// Only events of this referral.
    pub referral: Option<String>,
    /// Only acts of this person.
    pub actor: Option<UserId>,
    /// Only this act.
    pub action: Option<String>,
    /// Not before this moment, milliseconds.
    pub from: Option<i64>,
    /// Before this moment, milliseconds.
    pub to: Option<i64>,
    /// Only places before this one: the cursor.
    pub before: Option<i64>,
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

/// A place in the log with what stands there.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The leaf's index.
    pub index: i64,
    /// The leaf's hash as stored.
    pub leaf: Vec<u8>,
    /// The event, unchecked.
    pub event: Result<Stored, Unreadable>,
}

#[derive(sqlx::FromRow)]
struct SequencedRow {
    idx: i64,
    leaf: Vec<u8>,
    #[sqlx(flatten)]
    event: EventRow,
}

impl Store {
    /// The events with these ids, five hundred a query; those that are not there are left out.
    pub async fn events_in(&self, ids: &[EventId]) -> Result<Vec<Stored>, Error> {
        let mut events = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let rows: Vec<EventRow> = on!(self, p => {
                let mut query = QueryBuilder::new(
                    "SELECT e.*, b.salt, b.body FROM log_event e LEFT JOIN log_body b ON b.event = e.id WHERE e.id IN (",
                );
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            for row in rows {
                events.push(row.stored()?);
            }
        }
        Ok(events)
    }

    /// Sequenced events that an agency's officer may see, newest first: those of its own people, and those that reach into a
    /// compartment that one of its teams or people holds. At L4 holding is what counts, whoever acted. A restricted category is
    /// read by an event of its own, so those who do not hold it do not learn of it.
    pub async fn log_page(&self, agency: AgencyId, filter: &LogFilter, limit: i64) -> Result<Vec<Sequenced>, Error> {
        const SQL: &str = "SELECT s.idx, s.leaf, e.*, b.salt, b.body FROM log_sequence s \
             JOIN log_event e ON e.id = s.event LEFT JOIN log_body b ON b.event = e.id \
             WHERE s.idx < $2 AND e.at >= $3 AND e.at < $4 \
             AND (CAST($5 AS TEXT) IS NULL OR e.referral = $5) AND (CAST($6 AS TEXT) IS NULL OR e.actor = $6) \
             AND (CAST($7 AS TEXT) IS NULL OR e.action = $7) \
             AND ((e.agency = $1 AND NOT EXISTS (SELECT 1 FROM referral r WHERE r.id = e.referral AND r.sensitivity = 'L4')) \
                  OR EXISTS (SELECT 1 FROM log_scope o JOIN grant_made g ON g.compartment = o.compartment \
                  LEFT JOIN team t ON g.to_kind = 'team' AND t.id = g.to_id \
                  LEFT JOIN account a ON g.to_kind = 'user' AND a.id = g.to_id \
                  WHERE o.event = e.id AND (t.agency = $1 OR a.agency = $1) \
                  AND (g.held = 0 OR EXISTS (SELECT 1 FROM grant_released x WHERE x.grant_id = g.id)))) \
             ORDER BY s.idx DESC LIMIT $8";
        let rows = on!(self, p => sqlx::query_as::<_, SequencedRow>(SQL)
            .bind(agency.to_string())
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.from.unwrap_or(0))
            .bind(filter.to.unwrap_or(i64::MAX))
            .bind(&filter.referral)
            .bind(filter.actor.map(|id| id.to_string()))
            .bind(&filter.action)
            .bind(limit)
            .fetch_all(p)
            .await)?;
        rows.into_iter().map(sequenced).collect()
    }

    /// One sequenced event, if that agency's officer may see it; the same rule as [`Store::log_page`].
    pub async fn log_event(&self, agency: AgencyId, index: i64) -> Result<Option<Sequenced>, Error> {
        let filter = LogFilter { before: index.checked_add(1), ..LogFilter::default() };
        let found = self.log_page(agency, &filter, 1).await?;
        Ok(found.into_iter().find(|event| event.index == index))
    }

    /// Sequenced events from a place on, in order; for `audit verify`, which must see past an event that cannot be read.
    pub async fn sequenced_from(&self, index: i64, limit: i64) -> Result<Vec<Placed>, Error> {
        const SQL: &str = "SELECT s.idx, s.leaf, e.*, b.salt, b.body FROM log_sequence s \
             JOIN log_event e ON e.id = s.event LEFT JOIN log_body b ON b.event = e.id WHERE s.idx >= $1 ORDER BY s.idx LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, SequencedRow>(SQL).bind(index).bind(limit).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|row| Placed { index: row.idx, leaf: row.leaf, event: row.event.read() }).collect())
    }
}

fn sequenced(row: SequencedRow) -> Result<Sequenced, Error> {
    Ok(Sequenced { index: row.idx, leaf: row.leaf, event: row.event.stored()? })
}
