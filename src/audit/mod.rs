//! What happened, provably: events, their authentication, the tree over them and its signed checkpoints.
//! Never here: SQL, async, keys read from files (they are handed in at construction), content of referrals.
//! Named by `store` (which writes what is made here), `crypto` (for [`Recorded`]), `app` and `witness`.

mod authenticator;
pub mod body;
pub mod event;
mod recorded;
pub mod row;
mod wire;
mod log_error;
pub mod hash;
pub mod tree;
pub mod frontier;
pub mod inclusion;
pub mod consistency;
pub mod key;
pub mod signer;
pub mod note;
pub mod checkpoint;
pub mod proof;
pub mod sequencer;
#[cfg(test)]
mod log_tests;

pub use authenticator::Authenticator;
pub use checkpoint::{Checkpoint, Opened};
pub use event::{Details, Event, EventFault, LogAsked, LogExported, Outcome, Stored};
pub use frontier::Frontier;
pub use hash::TreeHash;
pub use key::{KeyType, VerifierKey};
pub use log_error::LogError;
pub use note::Note;
pub use proof::LogProof;
pub use recorded::Recorded;
pub use signer::{CosigningKey, SigningKey};
pub use tree::{Group, Known, Plan, Span};
