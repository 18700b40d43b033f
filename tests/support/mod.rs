//! What the integration tests share.

pub mod acts;
pub mod answers;
pub mod binary;
pub mod browser;
pub mod client;
pub mod csv;
pub mod files;
pub mod founded;
pub mod hub;
pub mod kept_back;
pub mod newcomer;
pub mod notice;
pub mod postgres;
pub mod raw;
pub mod smtp;
pub mod walker;

/// A test that must hold on both databases becomes two, each told by its engine.
macro_rules! on_both {
    ($($name:ident => $walk:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$walk(super::ENGINES[0]).await; })+ }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$walk(super::ENGINES[1]).await; })+ }
    };
}
pub(crate) use on_both;
