//! A transaction: changes of one act, and the rows its event will vouch for.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Db, Engine, Error, Store};
use crate::{
    audit::{
        Authenticator,
        row::{Vouch, Written},
    },
    domain::{ids::EventId, ports::Random},
};

pub(super) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// An open transaction. Dropped, it leaves nothing; [`Tx::commit`] is the only way to keep what it did.
pub struct Tx {
    pub(super) inner: Inner,
    pub(super) event: EventId,
    pub(super) written: Written,
    /// Ids whose version or revision this transaction itself moved on, having checked the one expected.
    pub(super) moved: Vec<String>,
    pub(super) authenticator: Authenticator,
    pub(super) salt: [u8; 32],
}

impl Store {
    /// Opens a transaction that may write.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let inner = match &self.db {
            Db::Sqlite { write, .. } => Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        };
        let event = EventId::random(&*self.random);
        let salt = self.salt();
        Ok(Tx { inner, event, written: Written::default(), moved: Vec::new(), authenticator: self.authenticator.clone(), salt })
    }

    pub(super) fn salt(&self) -> [u8; 32] {
        let mut salt = [0; 32];
        self.random.fill(&mut salt);
        salt
    }

    pub(super) fn random(&self) -> &dyn Random {
        &*self.random
    }
}

impl Tx {
    /// The id of the event that this transaction will write.
    pub const fn event(&self) -> EventId {
        self.event
    }

    pub(super) const fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    pub(super) fn vouch(&mut self, vouch: Vouch) {
        self.written.vouches.push(vouch);
    }

    pub(super) fn moved(&mut self, id: impl std::fmt::Display) {
        self.moved.push(id.to_string());
    }

    pub(super) async fn finish(self) -> Result<(), Error> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.commit().await?,
            Inner::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}
