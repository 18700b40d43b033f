//! Mail out: letters that say nothing of anybody, handed to a relay, and reports that one came back.
//! Never here: who is told of what, the database, an address that is kept.
//! Named by `app` alone; it names `domain`.

pub mod bounce;
mod letter;
mod relay;

pub use letter::Letter;
pub use relay::{BadSettings, Delivery, Relay, Security, Settings};
