//! May this actor do this to that? The only room that knows casbin.
//! Never here: SQL, keys, HTTP, reading of files. A refusal is a value ([`Denial`]), and so is a yes ([`Permit`]).
//! Named by `audit`, `crypto` and `store` for the two proofs, by `app` for the decision.

mod casbin;
mod decide;
mod error;
mod explain;
mod files;
mod in_force;
mod lint;
mod matrix;
mod permit;
mod question;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod decide_tests;
#[cfg(test)]
mod explain_tests;
#[cfg(test)]
mod lint_tests;
#[cfg(test)]
mod matrix_tests;

pub use decide::Policy;
pub use error::{Fault, PolicyError};
pub use explain::{BadQuestion, Explanation, Matched, ask};
pub use files::{Effect, Files};
pub use in_force::PolicyInForce;
pub use permit::{Act, Denial, DenialReason, Legal, Object, Permit, RequestContext, ShownCompartment};
pub use question::{HubState, Question, State};
