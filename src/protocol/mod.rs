//! The wire: what daemons say to each other and to clients, and how it becomes bytes.
//!
//! ```text
//!   daemon ◀── Message ──▶ daemon        either speaks when it has something to say
//!   client ─── Request ──▶ daemon
//!   client ◀── Answer ──── daemon        one to each request, in the order asked
//!   super-peer ── Between ──▶ super-peer of another group, which gives an Answer
//!
//!   Message, Request, Answer, Between
//!        │        codec: a frame, which is 4 bytes of length and then JSON, perhaps with an attachment
//!        │        secure: in a group, records that nobody in between can read
//!        ▼
//!   a stream of bytes, which somebody else has opened
//! ```
//!
//! # What it promises
//!
//! **What is said is written down**, below on this page: every command with an example of it, the limits, what happens in
//! which order, and what a no means. The enums [`Message`], [`Request`], [`Answer`] and [`Between`](between::Between) say
//! the same to who reads code, and a test compares the two.
//!
//! **What was parsed is sound.** In the frames that a daemon reads, a list, a map or a name that is longer than any
//! correct program makes it is an error of the parser, and so is a wrong signature. (Words for people are cut instead.)
//! So there is no [`Tombstone`], [`Certificate`], [`Membership`] or [`Revocation`] that was not signed with the key
//! that it names, and no code behind the parser has to ask. (A [`Visit`] is checked later, against the very connection
//! that it is for.) Whether the signer is somebody whom this node knows is another question, asked where the answer is
//! known.
//!
//! **A mesh can be upgraded node by node.** New fields have defaults, a message of an unknown name is ignored
//! ([`Message::Unknown`]), and a picture in an unknown format is an opaque photo. Whatever an earlier program would get
//! wrong has to raise the version of the protocol: both ends name theirs in `register`, and without a common one there
//! is no link.
//!
//! **It is pure.** No clock, file, socket or thread is in here, which a test of the source checks. The codec works on
//! any [`Read`](std::io::Read) and [`Write`](std::io::Write), so tests talk over a vector.
//!
//! # Its state, and who changes it
//!
//! There is next to none: messages are values. A link's reader thread owns the frame that it is reading, and its writer
//! thread the buffer that it fills. Both share the [`Channel`](secure::Channel) of an encrypted link, which counts the
//! records that were sealed.
//!
//! # What is where, in reading order
//!
//! 1. [`message`]: what daemons say. `record` with `looks`: a node's word on one of its photos. `tombstone`: an owner's
//!    word that a photo is removed.
//! 2. [`client`]: what people ask, and `answer`, with `status`, `members`, `versions`, `removal`, `trash` and `refusal`,
//!    which are parts of the answers. `rights`: which requests only the owner of a node may make.
//! 3. [`between`]: what groups ask each other.
//! 4. [`group`]: persons, what proves that somebody is one of them, and their files.
//! 5. [`codec`]: frames. `bounds`: what others may say at most. [`secure`] with `group_key`: encrypted links.
//! 6. The small change: `node_id`, `address`, `blob` with `base64_engine` (bytes of photos), `few` (small sets),
//!    `file_time`, `space` (of a disk). `safe_name` and `plain` make foreign text harmless, the one for paths and the other
//!    for terminals. `departure` is on no wire: the core and the folder share it, and neither may import the other.
//!
//! # What is left out
//!
//! Messages are not acknowledged: TCP delivers them in order, or the link breaks, and then both nodes tell each other
//! everything anew. Requests have no numbers, since the answers come in the order asked. And nobody has to know of
//! attachments: for whoever does not, the bytes of photos travel as base64 in JSON, which makes a third more of them; in
//! return every frame can be read by eye, and where there is no group a client needs nothing but a library for JSON.
//!
//! # Where it is from
//!
//! Encrypted links follow the Noise protocol framework. The rule that a value which exists has been checked is known as
//! *parse, don't validate*.
//!
#![doc = include_str!("PROTOCOL.md")]

mod address;
mod answer;
mod base64_engine;
pub mod between;
mod blob;
mod bounds;
pub mod client;
pub mod codec;
mod departure;
mod few;
mod file_time;
pub mod group;
mod group_key;
mod looks;
mod members;
pub mod message;
mod node_id;
mod plain;
mod record;
mod refusal;
mod removal;
mod rights;
mod safe_name;
pub mod secure;
mod space;
mod status;
#[cfg(test)]
mod tests;
mod tombstone;
mod trash;
mod versions;

pub use address::{Address, is_private};
pub use blob::Blob;
pub use client::{Answer, Request};
pub use departure::{Departure, Gone};
pub use few::Few;
pub use file_time::FileTime;
pub use group::{
    Certificate, CircleFile, GroupId, MemberFile, MemberName, Membership, NodeName, Revocation,
    Visit,
};
pub use group_key::GroupKey;
pub use looks::Looks;
pub use message::Message;
pub use node_id::{Boot, NodeId};
pub use plain::{count, in_words, is_harmless, plain, plain_text, wrapped};
pub use record::{Facts, Holding, Record};
pub use safe_name::SafeName;
pub use space::Space;
pub use tombstone::{Tombstone, Wish};

/// The port a daemon listens on and a client asks when nobody says otherwise.
pub const DEFAULT_PORT: u16 = 5000;

/// The most photo bytes one chunk carries: large enough that framing costs nothing, small enough that a heartbeat
/// behind one never waits.
pub const MAX_CHUNK: usize = 192 * 1024;
