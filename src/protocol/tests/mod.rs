//! The wire, there and back.

mod answers;
mod bounds;
mod frames;
mod group_key;
mod looks;
mod plain;
mod round_trips;
mod safe_name;
mod tombstone;
