//! What the store promises, noun by noun, on both databases.

mod guards;
mod holding;
mod log_view;
mod nouns;
mod paging;
mod plans;
mod schema;
mod sql_text;
