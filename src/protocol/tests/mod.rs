//! The wire, there and back.

mod answers;
mod base64;
mod bounds;
mod few;
mod frames;
mod group;
mod looks;
mod plain;
mod round_trips;
mod safe_name;
mod tombstone;
