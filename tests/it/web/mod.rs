//! The pages as HTTP: statuses, cookies, headers, guards.

mod checks;
mod damage;
mod files;
mod guards;
mod log;
mod sending;
mod signing_in;
