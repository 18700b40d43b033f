//! The integration tests, one binary: a module per door or matter.

#[path = "../support/mod.rs"]
mod support;

mod command_line;
mod postgres_smoke;
