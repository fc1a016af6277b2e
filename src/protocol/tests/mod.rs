//! The wire, there and back.

mod answers;
mod round_trips;
