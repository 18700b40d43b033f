//! The pages: one file per noun, with its views. A view is plain data; its template draws it.
//! Never here: a rule, or a guess at what the caller may do; links and buttons appear because the data says so.
//! Built by the handlers beside them from `app`'s views.

pub mod account;
pub mod check;
pub mod error;
pub mod field;
pub mod form;
pub mod home;
pub mod log;
pub mod pathway;
pub mod queue;
pub mod referral;
pub mod sent;
pub mod sent_list;
pub mod sign_in;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
