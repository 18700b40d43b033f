//! May this actor do this to that? The only room that knows casbin.
//! Never here: SQL, keys, HTTP. A refusal is a value ([`Denial`]), and so is a yes ([`Permit`]).
//! Named by `audit`, `crypto` and `store` for the two proofs, by `app` for the decision.

mod permit;
mod question;

pub use permit::{Act, Denial, DenialReason, Legal, Object, Permit, RequestContext, ShownCompartment};
pub use question::{HubState, Question, State};
