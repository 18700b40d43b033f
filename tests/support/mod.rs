//! What the integration tests share.

pub mod acts;
pub mod binary;
pub mod browser;
pub mod client;
pub mod hub;
pub mod postgres;
pub mod raw;
