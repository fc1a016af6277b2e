//! A connection as such: types that several threads share, and no thread of its own.
//!
//! `link` is the socket: its two ends with their deadlines, the stamp that says that bytes have come, and the reason for
//! which it ended. `frames` reads whole frames from it. `outbox` is the way to a daemon's writer and `reply` the way to a
//! client's thread; the state thread has the sending ends of both, and never waits at either.
//!
//! # What it promises
//!
//! No call on a socket is without a deadline, except for a reader that has nothing to wait for but the next frame. The
//! deadline is for a whole frame, or a whole piece of what is written: a socket's own timeout counts anew for every call,
//! so the other side could draw it out for ever with single bytes.
//!
//! A link is closed when the last of its threads lets go of it. To end it early is to shut it down, which wakes the
//! threads that wait in it; and its number is never used again, so that late news of an old link cannot hit a new one.
//!
//! # What is left out
//!
//! There is no asynchronous runtime: a friend's mesh has tens of links, and a thread each is the simplest thing that a
//! debugger can show.

pub(in crate::daemon) mod frames;
pub(in crate::daemon) mod link;
pub(in crate::daemon) mod outbox;
pub(in crate::daemon) mod reply;
