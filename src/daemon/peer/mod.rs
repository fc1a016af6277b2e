//! A link to another daemon: a thread that reads it and a thread that writes it, independent of each other.
//!
//! ```text
//!   socket ──▶ reader ──▶ inbox ──▶ state thread ──┬─ messages ─┐
//!                                                  ├─ pictures ─┤
//!                                                  ├─ gets ─────┼─▶ writer ──▶ socket
//!                                                  └─ replicas ─┘      ▲
//!                                    folder thread ── a photo's file ──┘
//! ```
//!
//! # What it promises
//!
//! The reader hands on whole messages, one after the other. It decodes a frame when there is room for that, and waits
//! when the inbox is full: that is how a sender is slowed down, and how a member with many nodes is kept from filling
//! memory. Where the link proves who is at its other end, nobody registers under the id of another.
//!
//! Before the node has let the other daemon in, its frames are small ones, so that whoever is refused can hold little.
//!
//! The writer sends messages first, then a piece of a small picture and a chunk of a photo in turn: of one that a person
//! waits for, and if there is none, of a copy. Before each piece the queues are looked at anew. So a heartbeat waits for
//! one piece at most, a get never for a copy, and a copy for no more of pictures than of itself. The writer reads photos itself, from files that the folder thread opens, so no photo is ever in
//! memory as a whole; and [`send_check`] notices, at no cost but the hashing, when what was sent is not what it should
//! have been.
//!
//! The state thread never waits for a link. A queue that is full says that the other daemon reads too slowly, and its
//! link is ended.
//!
//! # Its state, and who changes it
//!
//! The reader owns nothing but what it is reading. The writer owns the window that it sends in each lane and the digests
//! of the photos on their way. It tells the node when a window is served, and when a page of the table is out. Only then
//! the node makes the next page: what waits stays at the node, where it can still change, and not in a queue.
//!
//! Whichever of the two finds that the link is broken ends it with a reason, which wakes the other. The first reason
//! stays, and the node hears of the end exactly once, from the reader. To end a link in order is a command like any
//! other: what was queued before it is sent first.
//!
//! # What is left out
//!
//! Nothing is sent again after a link broke. What was on its way is asked for anew, by whoever still wants it. And there
//! is one connection for everything: two would compete for the same line, where no writer could say what goes first, and
//! one of them could break alone.

mod pictures;
pub(in crate::daemon) mod reader;
pub(in crate::daemon) mod send_check;
pub(in crate::daemon) mod writer;
