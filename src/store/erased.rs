//! Erasures: the sealed bytes of an entry, a grant or a kept form go, the row and its digest stay.

use super::{Error, Tx};
use crate::audit::row::Erasable;

written_once! {
    /// A row of `log_erased`; its trigger takes the bytes.
    ErasedRow, "log_erased", key id,
    insert "INSERT INTO log_erased (id, what, event) VALUES ($1, $2, $3)",
    page "SELECT * FROM log_erased WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, what: String, event: String }
}

impl Tx {
    /// Erases the sealed bytes of a row; this transaction's event names it, and without that event nothing is gone.
    ///
    /// # Errors
    /// A duplicate in `log_erased` when they were erased before.
    pub async fn erase(&mut self, what: Erasable, id: impl std::fmt::Display + Send) -> Result<(), Error> {
        let row = ErasedRow { id: id.to_string(), what: what.code().to_owned(), event: self.event.to_string() };
        row.insert(self).await?;
        self.written.erased.push((what, row.id));
        Ok(())
    }
}
