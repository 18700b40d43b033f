//! Reconciliations of keys and grants with the log: asked for, done by a job, and what they found.

use std::collections::HashSet;

use sqlx::QueryBuilder;

use super::{Error, Store, Tx, error::sound, verify::Vouched};
use crate::domain::{
    ids::{ReconciliationId, UserId},
    time::Timestamp,
};

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Its id.
    pub id: ReconciliationId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was done; none while it waits for the job.
    pub ended_at: Option<Timestamp>,
    /// How many rows and events it looked at.
    pub checked: i64,
    /// How much did not agree.
    pub found: i64,
}

/// One thing that did not agree.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Difference {
    /// What is wrong, in words.
    pub what: String,
    /// The table.
    pub place: String,
    /// The row's id.
    pub row_id: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    asked_at: i64,
    ended_at: Option<i64>,
    checked: i64,
    found: i64,
}

impl Row {
    fn read(self) -> Result<Reconciliation, Error> {
        Ok(Reconciliation {
            id: sound(ReconciliationId::parse(&self.id), "reconciliation.id")?,
            asked_at: Timestamp::from_millis(self.asked_at),
            ended_at: self.ended_at.map(Timestamp::from_millis),
            checked: self.checked,
            found: self.found,
        })
    }
}

impl Store {
    /// The run that was asked for last.
    pub async fn last_reconciliation(&self) -> Result<Option<Reconciliation>, Error> {
        const SQL: &str =
            "SELECT id, asked_at, ended_at, checked, found FROM reconciliation ORDER BY asked_at DESC, id DESC LIMIT 1";
        let row: Option<Row> = on!(self, p => sqlx::query_as(SQL).fetch_optional(p).await)?;
        row.map(Row::read).transpose()
    }

    /// A run that waits for the job, the oldest first.
    pub async fn reconciliation_to_do(&self) -> Result<Option<Reconciliation>, Error> {
        const SQL: &str = "SELECT id, asked_at, ended_at, checked, found FROM reconciliation WHERE ended_at IS NULL \
             ORDER BY asked_at, id LIMIT 1";
        let row: Option<Row> = on!(self, p => sqlx::query_as(SQL).fetch_optional(p).await)?;
        row.map(Row::read).transpose()
    }

    /// What a run found, as far as it was kept.
    pub async fn differences(&self, of: ReconciliationId) -> Result<Vec<Difference>, Error> {
        const SQL: &str = "SELECT what, place, row_id FROM reconciliation_finding WHERE reconciliation = $1 ORDER BY number";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(of.to_string()).fetch_all(p).await)?)
    }

    /// When anything first happened on this hub.
    pub async fn first_event_at(&self) -> Result<Option<Timestamp>, Error> {
        const SQL: &str = "SELECT e.at FROM log_sequence s JOIN log_event e ON e.id = s.event WHERE s.idx = 0";
        let row: Option<(i64,)> = on!(self, p => sqlx::query_as(SQL).fetch_optional(p).await)?;
        Ok(row.map(|(at,)| Timestamp::from_millis(at)))
    }

    /// Asks for a run of the house's own.
    pub async fn ask_nightly_reconciliation(&self, id: ReconciliationId, at: Timestamp) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.ask_reconciliation(id, None, at).await?;
        tx.finish().await
    }

    /// Writes down what a run looked at and found, so many of its findings; and ends it.
    pub async fn end_reconciliation(
        &self,
        id: ReconciliationId,
        (checked, found): (i64, &[Difference]),
        most: usize,
        at: Timestamp,
    ) -> Result<(), Error> {
        const ENDS: &str = "UPDATE reconciliation SET ended_at = $2, checked = $3, found = $4 WHERE id = $1 AND ended_at IS NULL";
        const FINDING: &str =
            "INSERT INTO reconciliation_finding (reconciliation, number, what, place, row_id) VALUES ($1, $2, $3, $4, $5)";
        let mut tx = self.begin().await?;
        let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let rows = within!(tx, c => sqlx::query(ENDS)
            .bind(id.to_string())
            .bind(at.millis())
            .bind(checked)
            .bind(count)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows == 1 {
            for (number, finding) in (0_i64..).zip(found.iter().take(most)) {
                within!(tx, c => sqlx::query(FINDING)
                    .bind(id.to_string())
                    .bind(number)
                    .bind(&finding.what)
                    .bind(&finding.place)
                    .bind(&finding.row_id)
                    .execute(c)
                    .await
                    .map(drop))?;
            }
        }
        tx.finish().await
    }

    /// Which of these rows of a table are there; none for tables that are not reconciled.
    pub async fn standing_ids(&self, table: Vouched, ids: &[String]) -> Result<HashSet<String>, Error> {
        let sql = match table {
            Vouched::Keys => "SELECT id FROM key_published WHERE id IN (",
            Vouched::Wraps => "SELECT id FROM key_wrap WHERE id IN (",
            Vouched::Grants => "SELECT id FROM grant_made WHERE id IN (",
            Vouched::Releases => "SELECT grant_id FROM grant_released WHERE grant_id IN (",
            _ => return Ok(HashSet::new()),
        };
        let mut found = HashSet::new();
        for some in ids.chunks(super::AT_ONCE) {
            let rows: Vec<(String,)> = on!(self, p => {
                let mut query = QueryBuilder::new(sql);
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id);
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            found.extend(rows.into_iter().map(|(id,)| id));
        }
        Ok(found)
    }
}

impl Tx {
    /// Asks for a run; nobody where the house asks.
    pub async fn ask_reconciliation(&mut self, id: ReconciliationId, by: Option<UserId>, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO reconciliation (id, asked_by, asked_at, checked, found) VALUES ($1, $2, $3, 0, 0)";
        let by = by.map(|by| by.to_string());
        Ok(within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(by).bind(at.millis()).execute(c).await.map(drop))?)
    }
}
