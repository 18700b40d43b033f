//! The integration tests, one binary: a module per door or matter.

#[path = "../support/mod.rs"]
mod support;

mod postgres_smoke;
