//! The wire, there and back.

mod answers;
mod frames;
mod round_trips;
