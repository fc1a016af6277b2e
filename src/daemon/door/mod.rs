//! The door: how connections to others come to be.
//!
//! ```text
//!   listening socket ──▶ accept thread ──▶ rd-PORT: handshake, first frame ─┬─ register ─▶ peer
//!                            │                                              └─ a request ─▶ client
//!                     ConnectionLimits
//!
//!   state thread ──▶ Dialer ──▶ rd-PORT: resolve, connect, handshake ─────────────────────▶ peer
//! ```
//!
//! [`listener`] accepts connections, [`dialer`] makes them, and [`connection_limits`] says how many there may be, in
//! total and from one computer; in a group a member has a number of [`seats`](super::seats), too, as soon as it is
//! known whose a link is. A connection that was accepted says with its first frame whether a daemon or a client is at
//! its other end. Its thread goes on in the room for the one or the other as the link's reader, and starts the writer.
//! Until then it has this one thread, which also tells whoever is there what is wrong with that first frame.
//!
//! # What it promises
//!
//! Nobody waits here for anybody else. The state thread dials by starting a thread that connects; every connection that
//! is accepted gets a thread of its own before a byte of it is read, so that a stranger who connects and says nothing
//! costs one place for some seconds. When the process has no file left for a socket, accepting pauses for longer and
//! longer moments instead of failing again at once.
//!
//! In a group, nothing is said to anybody who has not proven to know its key: a stranger does not even learn that a
//! photomesh daemon listens. Without a group nothing is said to other computers at all.
//!
//! # Its state, and who changes it
//!
//! The accept thread owns the listening socket and the list of open connections, as weak references: a link that has
//! ended leaves the list by itself. The state thread owns the dialer, whose only state is how many dials are under way.
//! When the daemon stops, a flag is set and a connection to its own port wakes `accept`, which nothing else would.
//!
//! # What is left out
//!
//! Nobody is turned away by address: who may take part is settled by the group, and who is of none is limited only in
//! how many places they take. And no address is tried twice: whether and when to dial again is for the node to say.

pub(in crate::daemon) mod connection_limits;
pub(in crate::daemon) mod dialer;
pub(in crate::daemon) mod listener;
