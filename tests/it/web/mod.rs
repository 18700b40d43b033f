//! The pages as HTTP: statuses, cookies, headers, guards.

mod audiences;
mod checks;
mod choices;
mod closing;
mod damage;
mod danger;
mod disagreeing;
mod files;
mod giving_out;
mod guards;
mod helpline;
mod leads;
mod log;
mod news;
mod rules;
mod screening;
mod sending;
mod sent;
mod sent_later;
mod signing_in;
