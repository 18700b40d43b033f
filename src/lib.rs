//! The referral exchange: an encrypted, audited hub for multi-agency referrals.
//!
//! The rooms, in the order in which data flows; `docs/architecture.md` walks through them and
//! `tests/it/rooms.rs` refuses an import that the plan does not allow.
#![forbid(unsafe_code)]

pub mod domain;
