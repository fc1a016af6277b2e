//! The wire, there and back.

mod answers;
mod frames;
mod group;
mod looks;
mod round_trips;
mod safe_name;
mod tombstone;
