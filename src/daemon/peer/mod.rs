//! A link to another daemon: a thread that reads it and a thread that writes it.
//!
//! ```text
//!   socket ─▶ reader ─▶ inbox ─▶ state thread ─▶ outbox ─▶ writer ─▶ socket
//!                                                            ▲
//!                                             a photo's file ┘
//! ```
//!
//! # What it promises
//!
//! The reader hands on whole messages, one after the other, and waits when the inbox is full: that is how a sender is
//! slowed down. The writer sends messages before photos, and photos that people wait for before copies, a chunk at a
//! time. It reads photos itself, from files that the folder thread opens, so no photo is ever in memory as a whole; and
//! `check` notices, at no cost but the hashing, when what was sent is not what it should have been.
//!
//! Whichever of the two finds that the link is broken ends it with a reason, which wakes the other. The first reason
//! stays, and the node hears of the end exactly once.
//!
//! # What is left out
//!
//! Nothing is sent again after a link broke. What was on its way is asked for anew, by whoever still wants it.

pub(in crate::daemon) mod reader;
pub(in crate::daemon) mod send_check;
pub(in crate::daemon) mod writer;
