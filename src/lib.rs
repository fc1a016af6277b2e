//! photomesh keeps one photo collection between the computers of a few friends: every picture once, in its best version,
//! on exactly two nodes, listed and served by any of them.
//!
//! It is also meant to be read: as an example of how a small distributed system is built so that one can reason about
//! it, and test it until one believes it.
//!
//! # The picture
//!
//! ```text
//!            ┌────────────── one daemon ──────────────────────────────────────────────┐
//! daemon ──▶ │ reader thread ─┬─▶ inbox ───┐                           ┌─▶ writer thread │ ──▶ daemon
//! client ──▶ │ reader thread ─┼─▶ clients ─┴▶ STATE THREAD ─▶ outboxes ┼─▶ writer thread │ ──▶ client
//! listener ─▶│ accept thread ─┤  (bounded)    owns everything (bounded)└─▶ ...           │
//! clock ────▶│ ticker        ─┤               Node::step(now, event) -> Vec<Action>      │
//!            │ disk + hashing ◀┴── jobs ── photo folder                                  │
//!            └─────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! One thread owns all state; everything else is a pipe to or from it. That thread runs [`node::Node`], a pure state
//! machine: an event goes in, actions come out, and neither clock nor disk nor network is in between. The same `Node`
//! runs by the hundreds in the simulator under `tests/sim`, where a seed decides what breaks and when.
//!
//! Every socket has a reader thread and a writer thread, whether a daemon or a client is at its other end. What clients
//! ask has a queue of its own, taken in turn with what daemons say, so that no person waits behind a flood. A client's
//! writer checks a photo before it sends it.
//!
//! # Where to begin
//!
//! The [`guide`] is the way to read: eleven chapters, each a story with the few functions that it takes. Its
//! [glossary](guide::glossary) has all words in one place, its [map](guide::map) says which file belongs to which chapter.
//!
//! Those who want one part of the program rather than a story begin at the page of its module: what it promises, which
//! file does what, and what it leaves out. [`node`] is the core. [`protocol`] has the protocol document, with an example
//! of everything that is said, and beside it `tests/node.py`, which is a node in Python. The other parts are [`photo`],
//! [`folder`], [`balance`], [`daemon`], [`client`], [`gallery`] and [`abroad`]; [`trace`]
//! draws what happened.
//!
//! # Who may use whom
//!
//! `main → {args, daemon, client, gallery, abroad, trace}`, `daemon → {node, folder, trace, protocol, photo}`,
//! `trace → {node, protocol, photo}`,
//! `gallery, abroad → {client, protocol, photo}`, `client → {balance, protocol, photo}`,
//! `folder → {photo, protocol}`, `node → {balance, protocol, photo}`, `balance → {protocol, photo}`, and
//! `protocol → photo` for the types it carries. A test reads the source and fails on any other way, and on a clock, file,
//! socket or thread in `node`, `balance`, `protocol` and `trace`.
//!
//! # Invariants
//!
//! Each is kept in one place and checked by tests:
//!
//! * **A node speaks only for itself.** The image table is the union of what live nodes say of their own disks.
//!   (`node/table`, `node/mesh/announce.rs`)
//! * **A copy is announced only when it is safe**: written, synced, renamed, its directory synced. ([`folder`])
//! * **No copy is dropped on another's word**, but on proofs over the very bytes by as many other people as copies are
//!   wanted, each with a promise to keep them meanwhile. (`node/departure.rs`, `node/custody.rs`, `node/drops`)
//! * **A person counts once**, however many nodes they run. (`node/table/persons.rs`)
//! * **A worse version goes only for a better one that this node has verified itself**, and only to the trash.
//! * **The collection is a function of the photos alone**: neither the order of arrival nor time, place or node decides
//!   which version of a picture is shown. (`node/table/judge.rs`)
//! * **Only its owner removes a photo**, by a signed word that nobody can forge, and only to the trash; what is a
//!   friend's own no other friend's removal concerns, and nothing is deleted for good before all who ever owned it have
//!   removed it. (`node/table/owners.rs`, `node/removal`)
//! * **Nobody acts on half a table.** (`node/context.rs`, `node/departure.rs`)
//! * **An absence is not a delete**: a file that is gone is a copy to repair, and a folder that lost many at once leaves
//!   the mesh until a person has looked. ([`folder`])
//! * **A link proves who is at its other end**, in a group: strangers get nothing, a node speaks under its own id, and
//!   is the node of the member who has signed for it. ([`protocol::secure`], [`protocol::group`])
//! * **A member commands their own nodes only**; at others they look at photos. ([`node::Asker`])
//! * **Another group sees what is shared, and changes nothing**: it is shown a photo if every owner has said so, and
//!   its questions are those of a client that only looks. ([`abroad`], `node/sharing.rs`)
//! * **A gallery is never more open than its daemon**, and no other site's page gets anything through it. ([`gallery`])
//! * **The state thread never waits**, and everything that others can fill has a named limit with its reason.
//!   ([`node::limits`], [`daemon`])

pub mod abroad;
pub mod balance;
pub mod client;
pub mod daemon;
pub mod folder;
pub mod gallery;
pub mod guide;
pub mod node;
pub mod photo;
mod platform;
mod process;
pub mod protocol;
pub mod trace;
