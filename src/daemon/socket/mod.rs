//! A connection as such: types that several threads share, and no thread of its own.
//!
//! ```text
//!                   frames            bytes, within deadlines
//!   reader ◀──── SocketReader ◀──── Incoming ◀──── Link's socket
//!
//!   writer ────▶ SocketWriter ────▶ Outgoing ────▶ Link's socket
//!     ▲
//!     └── Outbox or Reply ◀── state thread
//! ```
//!
//! [`link`] is the socket: its two ends with their deadlines, the stamp that says that bytes have come, and the reason
//! for which it ended. [`frames`] lends these ends to the protocol's readers and writers of frames, which know no
//! clock. [`outbox`] is the way to a daemon's writer and [`reply`] the way to a client's; the state thread has the
//! sending ends of both, and never waits at either.
//!
//! # What it promises
//!
//! No call on a socket is without a deadline, except for a reader that has nothing to wait for but the next frame. The
//! deadline is for a whole frame, or a whole piece of what is written: a socket's own timeout counts anew for every
//! call, so the other side could draw it out for ever with single bytes.
//!
//! What a stranger can make a daemon hold is bounded by the limit of the frame that is expected next, and memory is
//! taken as bytes arrive, not as they are announced.
//!
//! # Its state, and who changes it
//!
//! A [`Link`](link::Link) is shared by its two threads and the state thread, without a lock: what changes in it is set
//! once (the secret of an encrypted link, the reason for its end) or is a single flag (bytes have come). Any of the
//! three may end it, by shutting the socket down, which wakes the threads that wait in it; and the first reason given
//! stays.
//!
//! The socket is closed when the last of its threads lets go of the link. A link's number is never used again, so that
//! late news of an old link cannot hit a new one.
//!
//! # What is left out
//!
//! There is no asynchronous runtime: a friend's mesh has tens of links, and two threads each are the simplest thing
//! that a debugger can show. Two thousand clients cost some 90 MiB in this way, which a test holds down.

pub(in crate::daemon) mod frames;
pub(in crate::daemon) mod link;
pub(in crate::daemon) mod outbox;
pub(in crate::daemon) mod reply;
