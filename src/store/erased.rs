//! Erasures: the sealed bytes of an entry, a grant, a team's wrapped key, a kept form or a file go, the row and its digest stay.

use sqlx::QueryBuilder;

use super::{Error, Store, Tx, error::sound};
use crate::{audit::row::Erasable, domain::ids::EntryId};

written_once! {
    /// A row of `log_erased`; its trigger takes the bytes, and the sweep the blobs.
    ErasedRow, "log_erased", key id,
    insert "INSERT INTO log_erased (id, what, event) VALUES ($1, $2, $3)",
    page "SELECT * FROM log_erased WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, what: String, event: String }
}

impl Store {
    /// Which of these blobs an erasure names.
    pub async fn attachments_erased(&self, ids: &[EntryId]) -> Result<Vec<EntryId>, Error> {
        let mut erased = Vec::new();
        // Below the number of parameters that either database takes.
        for some in ids.chunks(500) {
            let rows: Vec<(String,)> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT id FROM log_erased WHERE what = 'attachment' AND id IN (");
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            for (id,) in rows {
                erased.push(sound(EntryId::parse(&id), "log_erased.id")?);
            }
        }
        Ok(erased)
    }
}

impl Tx {
    /// Erases the sealed bytes of a row; this transaction's event names it, and without that event nothing is gone. With the
    /// description of a file its blobs are erased.
    ///
    /// # Errors
    /// A duplicate in `log_erased` when they were erased before.
    pub async fn erase(&mut self, what: Erasable, id: impl std::fmt::Display + Send) -> Result<(), Error> {
        const BLOBS: &str = "SELECT id FROM attachment WHERE entry = $1 ORDER BY id";
        let id = id.to_string();
        if what == Erasable::Entry {
            let blobs: Vec<(String,)> = within!(self, c => sqlx::query_as(BLOBS).bind(&id).fetch_all(c).await)?;
            for (blob,) in blobs {
                self.write_down(Erasable::Attachment, blob).await?;
            }
        }
        self.write_down(what, id).await
    }

    async fn write_down(&mut self, what: Erasable, id: String) -> Result<(), Error> {
        let row = ErasedRow { id, what: what.code().to_owned(), event: self.event.to_string() };
        row.insert(self).await?;
        self.written.erased.push((what, row.id));
        Ok(())
    }

    /// The blobs that this transaction erases: to be removed once it is committed.
    pub fn erased_blobs(&self) -> Vec<String> {
        let blobs = self.written.erased.iter().filter(|(what, _)| *what == Erasable::Attachment);
        blobs.map(|(_, id)| id.clone()).collect()
    }
}
