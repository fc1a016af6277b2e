//! The client's commands: one blocking request/response client, a file a command.
//!
//! Every command is a function that takes a connected [`Daemon`], what was asked on the command line and where data is
//! written to (standard output, or a buffer in tests). What goes wrong comes back as a [`Failure`], which knows the
//! program's exit code. Messages for people go to standard error.
//!
//! A client is a stranger to the mesh: it knows one daemon and the protocol in [`crate::protocol::client`], and
//! whatever a daemon answers may be wrong. It checks photos by their digest, defuses names before they become files
//! ([`SafeName`](crate::protocol::SafeName)) or reach a terminal, and waits for no answer without end.

mod connection;
mod distinct;
mod duplicates;
mod explain;
mod failure;
mod fingerprint;
mod get;
mod key;
mod list;
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
pub use key::{new_key, read_key};
pub use list::{Layout, list};
pub use put::put;
pub use remove::{Consent, remove};
pub use same::{Looks, same};
pub use status::status;
pub use trash::{trash_list, trash_purge, trash_restore};
