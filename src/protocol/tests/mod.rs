//! The wire, there and back.

mod answers;
mod attachments;
mod base64;
mod bounds;
mod document;
mod few;
mod file_time;
mod frames;
mod group;
mod looks;
mod photos;
mod plain;
mod round_trips;
mod safe_name;
mod tombstone;
