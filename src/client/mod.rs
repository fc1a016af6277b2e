//! The client's commands: one blocking request/response client, and one file for each command.
//!
//! Every command is a function that takes a connected [`Daemon`], the arguments of the command line, and the output for
//! data (standard output, or a buffer in tests). Errors come back as a [`Failure`], which knows the program's exit
//! code. Messages for people go to standard error.
//!
//! A client is not part of the mesh: it knows one daemon and the protocol in [`crate::protocol::client`], and any
//! answer of a daemon may be wrong. It checks photos by their digest, makes names safe before they become files
//! ([`SafeName`](crate::protocol::SafeName)) or reach a terminal, and never waits for ever.

mod connection;
mod distinct;
mod duplicates;
mod explain;
mod failure;
mod fingerprint;
mod get;
mod group;
mod list;
mod members;
mod patience;
mod put;
mod remove;
mod same;
mod screen;
mod status;
#[cfg(test)]
mod tests;
mod trash;

pub use crate::photo::FIRST_LOOK;
pub use connection::Daemon;
pub use distinct::distinct;
pub use duplicates::duplicates;
pub use explain::{show, why};
pub use failure::Failure;
pub use fingerprint::fingerprint;
pub use get::{Destination, Get, get};
pub use group::{invite, new_group, read_member, remove_member, show_file};
pub use list::{Layout, list};
pub use members::{members, tell};
pub use put::put;
pub use remove::{Consent, remove};
pub use same::{Looks, same};
pub use status::status;
pub use trash::{trash_list, trash_purge, trash_restore};
