//! photomesh keeps one photo collection between the computers of a few friends: every picture once, in its best version,
//! on exactly two nodes, listed and served by any of them.
//!
//! It is also meant to be read: as an example of how a small distributed system is built so that one can reason about
//! it, and test it until one believes it. This page is the guided tour.
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
//! # Reading order
//!
//! 1. [`protocol`]: its document, with an example of everything that is said, and beside it `tests/node.py`, which is a node
//!    in Python. [`protocol::message`]: what daemons say to each other. [`protocol::Record`]: what a node says of one of its
//!    photos. [`protocol::client`]: what a client may ask. [`protocol::group`]: who is who.
//! 2. Some of the stories in `tests/sim/scripts`: what nodes tell each other when two drop at once, when one dies, when
//!    a friend removes a photo.
//! 3. [`node`]: its border in [`node::Event`] and [`node::Action`], then [`node::Node::step`]; its own page says how to
//!    go on from there. The hand-driven test `node/tests` is the smallest world in which a mesh lives.
//!    [`balance`]: who takes photos from whom, in a few pure functions.
//! 4. [`photo`]: what a photo is, and when two are versions of the same picture.
//! 5. [`folder`]: how photos lie on disk so that no crash loses one.
//! 6. [`daemon`]: the threads and sockets around it all. [`client`]: the commands. [`gallery`]: a client with an HTTP
//!    server, for browsers. [`abroad`]: a client that answers other groups.
//! 7. `tests/mesh` and `tests/demo`: real daemons that lose a member and keep every photo.
//!
//! # Who may use whom
//!
//! `main → {args, daemon, client, gallery, abroad}`, `daemon → {node, folder, protocol, photo}`,
//! `gallery, abroad → {client, protocol, photo}`, `client → {balance, protocol, photo}`,
//! `folder → {photo, protocol}`, `node → {balance, protocol, photo}`, `balance → {protocol, photo}`, and
//! `protocol → photo` for the types it carries. A test reads the source and fails on any other way, and on a clock, file,
//! socket or thread in `node`, `balance` and `protocol`.
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
//!
//! # Words
//!
//! * *photo*: a file's bytes, named by their digest. *Picture*: what can be seen in it. *Version*: one of the photos
//!   that show the same picture.
//! * *keeper*: the best version of a picture, which the collection shows. *Worse version*, *loser*: any other one. A
//!   *variant* is a worse version that shows something which its keeper does not.
//! * *original*: a copy that a friend put into a folder by hand. *Replica*: a copy that the mesh has made.
//! * *member*: a person of the group; without a group, each node by itself. *Voice*: as whom a node's proof counts for
//!   another.
//! * *owner*: of a photo, a member who has, or had, it as an original, or has given up their own version for it; of a
//!   node, the member whose file its daemon was started with. *Holder*: a node that has a photo in any way.
//! * *claim*: a node's word on a photo that it has. *Record*: that word as it is sent. *Facts*: what is said in it
//!   beyond the bytes. *Table*: all claims.
//! * *here*: connected. *Away*: the link is lost, and its claims stand for repair until its *grace* is over. *Gone*:
//!   after that.
//! * *complete*: a node that has told all that it has. *Settled*: a photo that has not changed for two seconds, or a
//!   mesh of complete nodes.
//! * *agenda*, *review*: when a photo is looked at again, and the comparison of what is with what should be.
//! * *coordinator*: of those who hold a photo, the one whose task it is to have a copy made.
//! * *offer*, *pull*: how a copy comes to another node: one says that it should have it, that one fetches it.
//! * *round*: one attempt to give up a copy: challenges, proofs, and the deed or not. *Withdraw*: to say before that
//!   the copy counts no longer. *Pin*: a promise to keep a copy while another node's round lasts.
//! * *trim*: to put a surplus copy into the surplus trash. *Retire*: to put a worse version into the trash. *Remove*:
//!   to take a photo out of the collection, which only its owners can. *Purge*: to delete from the trash for good.
//! * *capacity*, *room*: how many bytes of the collection may lie on a node's disk, and how many more of others' photos it
//!   takes. *Fullness*: what lies there, over the capacity. *Level*: how full all disks would be if everything had moved
//!   that may. *Relief*: to take photos over from a fuller disk. *Pool*: to let one's own photos move, too.
//! * *drain*: to hand over all that a node has, and then to leave for good.
//! * *circle*: groups that let each other look. *Super-peer*: the program beside a daemon through which its group looks
//!   and is looked at. *Shared*: of a photo, that every owner lets other groups see it.
//! * *tombstone*: an owner's signed word that a photo is removed, or is not removed any longer.
//! * *first look*, *second look*: whether two photos are versions of one picture, by their records and by their pixels.
//! * *part*: a piece of the core that owns its state. *News*: what one part tells the others.
//! * *spool*: a file in the making, which nobody counts on. *Step*: one event and all that follows from it at once.

pub mod abroad;
pub mod balance;
pub mod client;
pub mod daemon;
pub mod folder;
pub mod gallery;
pub mod node;
pub mod photo;
mod platform;
mod process;
pub mod protocol;
