//! Lanes at work on a store in memory and a pretended service, with time that moves when a test says so.

mod crash;
mod people;
mod telling;
mod trouble;
mod world;
