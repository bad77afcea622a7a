//! The outside world, made by hand.
