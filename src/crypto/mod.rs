//! The locked room: keys, wraps and sealed content. Bytes in, bytes out.
//! Never here: SQL, files, HTTP, a clock, a random source (`age` alone draws its one-time keys from the system itself).
//! Named by `app` alone. Opening content demands an [`audit::Recorded`](crate::audit::Recorded), unwrapping a key a
//! [`policy::Permit`](crate::policy::Permit).

mod admission;
mod age_file;
mod bytes;
mod cost;
mod credential;
mod engine;
mod envelope;
mod error;
mod keyed_hash;
mod keys;
mod mailbox;
mod password;
mod recovery;
mod seal;
mod server_keys;
mod session;
mod spool;
mod stream;
mod suite;
mod symmetric;
mod totp;
mod wrap;

#[cfg(test)]
mod tests;

pub use cost::{BadCost, Cost};
pub use credential::{Credential, Unlocked};
pub use engine::{DeriveError, Derived, EngineSettings, PasswordEngine, Recipe, WeakSettings, permits_for};
pub use envelope::SealContext;
pub use error::OpenError;
pub use keyed_hash::HashKey;
pub use keys::{BadRecipient, Identity, Recipient};
pub use mailbox::{SealedAddress, open_address, seal_address};
pub use password::{BadPassword, NewPassword, Password, demonstration_password};
pub use recovery::{BadShare, BadSplit, RecoveryShare, combine as combine_shares, split as split_key};
pub use seal::{Opened, Sealed, open, seal};
pub use server_keys::{BadKeyRing, KeyRing, Pepper, Peppers, SealingKey, SealingKeys, ServerKey};
pub use session::{BadCookie, SessionSecret, SessionWrap};
pub use spool::{SpoolKey, SpoolReader, SpoolWriter};
pub use stream::{Checked, OpenedStream, StreamSealer, Streamed, open_stream};
pub use suite::{AgeSuite, SymmetricSuite};
pub use totp::{BadCode, BadLabel, SealedTotp, TotpSecret};
pub use wrap::{RecipientOf, WrapContext, WrapOf, unwrap_key, wrap_key};
