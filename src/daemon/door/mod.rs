//! The door: how connections to others come to be.
//!
//! `listener` accepts them, `dialer` makes them, and `limits` says how many there may be, in total and from one other
//! computer. A connection that was accepted says with its first frame whether a daemon or a client is at its other end,
//! and its thread goes on in the room for the one or the other.
//!
//! # What it promises
//!
//! Nobody waits here for anybody else. The state thread dials by starting a thread that connects; every connection that
//! is accepted gets a thread of its own before a byte of it is read, so that a stranger who connects and says nothing
//! costs one place for some seconds. When the process has no file left for a socket, accepting pauses for longer and
//! longer moments instead of failing again at once.
//!
//! # What is left out
//!
//! Nobody is turned away by address: who may take part is settled by the group key, and who has none is limited only in
//! how many places he takes.

pub(in crate::daemon) mod connection_limits;
pub(in crate::daemon) mod dialer;
pub(in crate::daemon) mod listener;
