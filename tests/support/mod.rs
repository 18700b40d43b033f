//! What the integration tests share.

pub mod binary;
pub mod browser;
pub mod client;
pub mod hub;
pub mod postgres;
