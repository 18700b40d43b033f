//! The pages in a real browser.

mod advice;
mod eyes;
mod journey;
mod kept;
mod keyboard;
mod sweep;
mod timeout;
mod turns;
mod walks;
