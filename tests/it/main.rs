//! The one binary of integration tests: each module is a door, a room or a rule of the whole.
// Helpers outside `#[test]` functions may fail a test the same way the tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod additions;
mod api;
mod amendments;
mod assignments;
mod attachments;
mod barrier;
mod bent_pointers;
mod browser;
mod canary;
mod checks;
mod command_line;
mod command_line_checks;
mod command_line_demo;
mod command_line_serve;
mod cover;
mod crash;
mod crowded;
mod data_map;
mod decisions;
mod deputies;
mod dialogue;
mod draft_files;
mod drafts;
mod enquiries;
mod erasure;
mod escalations;
mod every_route;
mod four_steps;
mod guessable;
mod housekeeping;
mod integrity;
mod journey;
mod kept;
mod mailing;
mod messages;
mod notices;
mod papers;
mod places;
mod policy_matrix;
mod postgres_smoke;
mod printing;
mod queues;
mod readers;
mod reading_along;
mod recipients;
mod redirections;
mod rooms;
mod scanner;
mod sequencer;
mod shares;
mod store;
mod tamper;
mod type_chain;
mod unseen;
mod upload_memory;
mod versions;
mod walks;
mod web;
mod work_contacts;
