//! Whole questions and answers, over a store in memory and real lanes.

mod buttons;
mod looking;
mod world;
