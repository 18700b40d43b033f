//! The one binary of integration tests: each module is a door, a room or a rule of the whole.
// Helpers outside `#[test]` functions may fail a test the same way the tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "../support/mod.rs"]
mod support;

/// A test that must hold on both databases becomes two, each told by its engine.
macro_rules! on_both {
    ($($name:ident => $walk:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$walk(super::ENGINES[0]).await; })+ }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$walk(super::ENGINES[1]).await; })+ }
    };
}
pub(crate) use on_both;

mod barrier;
mod canary;
mod command_line;
mod integrity;
mod journey;
mod policy_matrix;
mod postgres_smoke;
mod places;
mod rooms;
mod sequencer;
mod store;
mod tamper;
mod type_chain;
mod unseen;
