//! The one binary of integration tests: each module is a door, a room or a rule of the whole.
// Helpers outside `#[test]` functions may fail a test the same way the tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod command_line;
mod journey;
mod policy_matrix;
mod postgres_smoke;
mod rooms;
mod tamper;
