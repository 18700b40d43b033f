//! Placeholder until the front-end assets are embedded.
fn main() {}
