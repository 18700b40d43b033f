//! Pure values and rules: what the exchange talks about.
//! Never here: async, I/O, serde, SQL, HTTP, an ambient clock or random source.
//! Every other room may name this one; it names none.

#[macro_use]
mod coded;

pub mod account;
pub mod action;
pub mod actor;
pub mod agency;
pub mod agreement;
pub mod answers;
pub mod calendar;
pub mod check;
pub mod clock;
pub mod code;
pub mod compartment;
pub mod condition;
pub mod consent;
pub mod copies;
pub mod csv;
pub mod decision;
pub mod desk;
pub mod draft;
pub mod enquiry;
pub mod file;
pub mod grant;
pub mod ids;
pub mod kept;
pub mod key;
pub mod lawful;
pub mod legal;
pub mod mailing;
pub mod message;
pub mod multipart;
pub mod named_person;
pub mod next_step;
pub mod notice;
pub mod opening;
pub mod outcome;
pub mod part_date;
pub mod parts;
pub mod pathway;
pub mod picture;
pub mod ports;
pub mod progress;
pub mod question;
pub mod queue;
mod read;
mod read_date;
mod read_parts;
pub mod reference;
pub mod referral;
pub mod relation;
pub mod role;
pub mod route;
pub mod rule;
pub mod running_clock;
pub mod section;
pub mod sharing;
pub mod screening;
pub mod sensitivity;
pub mod session;
pub mod sniff;
pub mod text;
pub mod time;
pub mod urgency;
pub mod validate;
