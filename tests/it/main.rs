//! The one binary of integration tests: each module is a door, a room or a rule of the whole.
// Helpers outside `#[test]` functions may fail a test the same way the tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "../support/mod.rs"]
mod support;

mod barrier;
mod command_line;
mod integrity;
mod journey;
mod policy_matrix;
mod postgres_smoke;
mod places;
mod rooms;
mod sequencer;
mod canary;
mod unseen;
mod store;
mod tamper;
mod type_chain;
