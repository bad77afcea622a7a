//! The program `whimbrel`.
fn main() {}
