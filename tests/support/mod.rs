//! What the integration tests share.

pub mod postgres;
pub mod hub;
pub mod acts;
pub mod raw;
