//! The pages in a real browser.

mod advice;
mod eyes;
mod first_screen;
mod journey;
mod kept;
mod keyboard;
mod member;
mod sweep;
mod sweep_people;
mod timeout;
mod turns;
mod walks;
