//! Reads and checks pathway files (TOML) into domain values, and writes answers and definitions as JSON.
//! Never here: SQL, async, HTTP, keys; no rule about answers either, those are `domain::validate`'s.
//! Named by `app` and, for its checks, through it by the command line.

mod answers;
mod calendar;
mod clocks;
mod conditions;
mod definition;
mod definition_json;
mod enquiry;
mod example;
mod fault;
mod form;
mod hours;
mod known;
mod library;
mod people;
mod possible;
mod questions;
mod reader;
mod routes;
mod rules;
mod schema;
mod screening;
mod unwanted;

pub use answers::{answers_from_json, answers_to_json, raw_from_json};
pub use calendar::parse_calendar;
pub use definition::{id_of, parse, version_of};
pub use definition_json::definition_json;
pub use example::{example, example_given};

pub use fault::{Fault, Faults};
pub use form::raw_from_request;
pub use library::{CALENDAR, Library, LoadError, Loaded, SCREENING};
pub use schema::schema;
pub use screening::parse_screening;
pub use unwanted::unwanted;

#[cfg(test)]
mod checklist_tests;
#[cfg(test)]
mod files_tests;
#[cfg(test)]
mod kinds_tests;
