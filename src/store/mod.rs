//! Remembers; decides nothing. All SQL of the product, one text per query for both databases, a file per noun.
//! Never here: rules, keys that open content, HTTP. The one way to change or to record anything is [`Tx::commit`].
//! Named by `app` alone.

#[macro_use]
mod db;

pub mod absences;
pub mod access;
pub mod accounts;
pub mod agencies;
pub mod agreements;
pub mod attachments;
pub mod barred;
pub mod blobs;
pub mod clocks;
pub mod compartments;
mod commit;
pub mod credentials;
pub mod deputies;
pub mod drafts;
pub mod entries;
pub mod erased;
mod error;
pub mod events;
pub mod give_back;
pub mod grants;
mod head;
mod health;
pub mod hub;
pub mod idempotency;
pub mod invitations;
pub mod kept;
pub mod keys;
pub mod leases;
pub mod log_export;
pub mod log_view;
pub mod mails;
pub mod measures;
pub mod memberships;
pub mod migrate;
pub mod notices;
pub mod people;
pub mod queues;
pub mod reconciliations;
pub mod referrals;
pub mod safeguarding_leads;
pub mod renewals;
pub mod resets;
pub mod saved_views;
pub mod sequence;
pub mod sent;
pub mod sessions;
pub mod refused;
pub mod shares;
pub mod team_registers;
pub mod teams;
pub mod throttle;
mod tx;
pub mod verify;

pub use commit::CommitError;
pub use db::{Db, Engine};
pub use error::Error;
pub use tx::Tx;

use std::sync::Arc;

use crate::{audit::Authenticator, domain::ports::Random};

/// How many parameters a list in a query has at most: far below the number that either database takes.
const AT_ONCE: usize = 500;

/// The database, the blobs beside it, and what is needed to write authenticated events into it.
pub struct Store {
    pub(crate) db: Db,
    authenticator: Authenticator,
    random: Arc<dyn Random>,
    blobs: Arc<dyn blobs::Blobs>,
}

impl Store {
    /// Over an open database and the blobs that belong to it, with the event key and the source of ids and salts.
    pub fn new(db: Db, blobs: Arc<dyn blobs::Blobs>, authenticator: Authenticator, random: Arc<dyn Random>) -> Self {
        Self { db, authenticator, random, blobs }
    }

    /// Where sealed files lie.
    pub fn blobs(&self) -> &Arc<dyn blobs::Blobs> {
        &self.blobs
    }

    /// The key that authenticates events.
    pub const fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    /// Which database it is.
    pub const fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// Closes every connection; on SQLite the write-ahead log is folded into the file.
    pub async fn close(&self) -> Result<(), Error> {
        self.db.close().await
    }
}
