//! The pages in a real browser.

mod journey;
mod sweep;
