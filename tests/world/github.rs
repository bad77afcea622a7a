//! A pretend GitHub.

/// Placeholder until the stand-in is written.
#[derive(Debug)]
pub struct Github;
