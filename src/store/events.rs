//! Events as rows: written with their act, read by the sequencer, by readers of keys and by verification.

use sqlx::QueryBuilder;

use super::{AT_ONCE, Error, Store, Tx, error::sound, log_view::Sequenced, tx::Inner};
use crate::{
    audit::{Event, Stored, event::Columns},
    domain::ids::EventId,
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
pub(super) struct SequencedRow {
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

    /// Sequenced events from a place on, in order; for `audit verify`, which must see past an event that cannot be read.
    pub async fn sequenced_from(&self, index: i64, limit: i64) -> Result<Vec<Placed>, Error> {
        const SQL: &str = "SELECT s.idx, s.leaf, e.*, b.salt, b.body FROM log_sequence s \
             JOIN log_event e ON e.id = s.event LEFT JOIN log_body b ON b.event = e.id WHERE s.idx >= $1 ORDER BY s.idx LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, SequencedRow>(SQL).bind(index).bind(limit).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|row| Placed { index: row.idx, leaf: row.leaf, event: row.event.read() }).collect())
    }
}

pub(super) fn sequenced(row: SequencedRow) -> Result<Sequenced, Error> {
    Ok(Sequenced { index: row.idx, leaf: row.leaf, event: row.event.stored()? })
}
