//! The referral exchange: an encrypted, audited hub for multi-agency referrals.
//!
//! The rooms, in the order in which data flows; `docs/architecture.md` walks through them and
//! `tests/it/rooms.rs` refuses an import that the plan does not allow.
#![forbid(unsafe_code)]

#[macro_use]
pub mod domain;
pub mod pathways;
pub mod mail;
pub mod policy;
pub mod audit;
pub mod crypto;
pub mod store;
pub mod config;
pub mod telemetry;
pub mod app;
pub mod web;
pub mod api;
pub mod server;
pub mod demo;
pub mod cli;
