//! The wire: what daemons say to each other and to clients, and how it becomes bytes.
//!
//! [`message`] is the protocol between daemons and [`client`] the one a client speaks; the enums *are* the protocol
//! document. [`codec`] turns them into frames: a 4-byte big-endian length, then that many bytes of JSON. Where a
//! [`GroupKey`] is used, [`secure`] encrypts the bytes of those frames.

mod address;
mod blob;
mod bounds;
pub mod client;
pub mod codec;
mod departure;
mod few;
pub mod group;
mod group_key;
mod looks;
mod members;
pub mod message;
mod node_id;
mod plain;
mod record;
mod removal;
mod rights;
mod safe_name;
pub mod secure;
mod status;
#[cfg(test)]
mod tests;
mod tombstone;
mod versions;

pub use address::Address;
pub use blob::Blob;
pub use client::{Answer, Request};
pub use departure::{Departure, Gone};
pub use few::Few;
pub use group::{
    Certificate, GroupId, MemberFile, MemberName, Membership, NodeName, Revocation, Visit,
};
pub use group_key::GroupKey;
pub use looks::Looks;
pub use message::Message;
pub use node_id::{Boot, NodeId};
pub use plain::{is_harmless, plain, plain_text};
pub use record::{Facts, Holding, Record};
pub use safe_name::SafeName;
pub use tombstone::{Tombstone, Wish};

/// The port a daemon listens on and a client asks when nobody says otherwise.
pub const DEFAULT_PORT: u16 = 5000;

/// The most photo bytes one chunk carries: large enough that framing costs nothing, small enough that a heartbeat
/// behind one never waits. A multiple of 3, so that base64 pieces concatenate without padding in between.
pub const MAX_CHUNK: usize = 192 * 1024;
