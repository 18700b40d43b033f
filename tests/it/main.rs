//! The integration tests, one binary: a module per door or matter.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test's helpers fail by panicking, and say why"
)]

#[path = "../support/mod.rs"]
mod support;

mod command_line;
mod postgres_smoke;
