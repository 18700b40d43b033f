//! The pages in a real browser.

mod journey;
mod kept;
mod sweep;
