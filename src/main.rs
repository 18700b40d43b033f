//! Parses the arguments and hands over to `cli`; nothing else.

fn main() {}
