//! What happened, provably: events, their authentication, the tree over them and its signed checkpoints.
//! Never here: SQL, async, keys read from files (they are handed in at construction), content of referrals.
//! Named by `store` (which writes what is made here), `crypto` (for [`Recorded`]), `app` and `witness`.

mod authenticator;
pub mod body;
pub mod event;
mod recorded;
pub mod row;

pub use authenticator::Authenticator;
pub use event::{Event, EventFault, Note, Outcome, Stored};
pub use recorded::Recorded;
