//! Whole questions and answers, over a store in memory and real lanes.

mod asking;
mod buttons;
mod looking;
mod rights;
mod world;

pub(crate) use self::world::check;
