//! What the integration tests share.

pub mod binary;
pub mod hub;
pub mod postgres;
