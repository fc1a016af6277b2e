//! The wire, there and back.

mod answers;
mod frames;
mod group;
mod group_key;
mod looks;
mod round_trips;
mod safe_name;
mod tombstone;
