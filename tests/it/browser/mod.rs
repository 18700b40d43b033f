//! The pages in a real browser.

mod advice;
mod journey;
mod kept;
mod sweep;
