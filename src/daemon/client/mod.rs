//! A link to a client: a thread that reads it and a thread that writes it, which take turns.
//!
//! ```text
//!                 ┌──────────────────── turn ─────────────────────┐
//!                 ▼                                               │
//!   socket ──▶ reader ──▶ clients ─▶ state thread ─┬─ replies ──▶ writer ──▶ socket
//!               │  │                               │                ▲
//!               │  │      folder thread ── a file ─┘                │
//!               │  └───────────────── answers of its own ───────────┘
//!               └─▶ spool file
//! ```
//!
//! # What it promises
//!
//! A client gets one answer to each request, in the order asked, however many requests it sends ahead. The reader
//! decodes a request, hands it to the state thread, and reads the next one only when the writer has given it the turn:
//! the answer is out. So a client that asks and never reads holds back itself. It costs one answer and what the
//! socket's buffers hold, until the deadline for writing cuts it off; one that asks nothing for long is cut off, too.
//!
//! The reader receives the photo of a `Put` into a spool file before the node hears of the request, so the node is asked
//! only about what is on the disk. What cannot be stored is answered without the node.
//!
//! In a group the first request says which member the client is, in a signature over this very connection. The reader
//! checks it and settles once who asks, the node's owner or somebody else; every event of this client carries that, and
//! what is not theirs to ask is refused.
//!
//! The writer reads a photo of the folder twice: once to be sure of it, once to send it. A damaged one is never begun; the
//! node hears of it and answers the same request from elsewhere. What comes from other nodes is sent while it comes, but
//! for its last bytes, before which all of them must be right: else the answer ends unfinished, and the link with it. No
//! photo is ever in memory as a whole.
//!
//! Something that cannot be understood is answered with an `Error`, the last answer on its link. After it the reader
//! throws away for a moment what still comes, because to close a socket with unread input can destroy the answer.
//!
//! # Its state, and who changes it
//!
//! Each thread owns its end of the socket; what lies between them are three channels with room for one thing each. An
//! empty room is certain, because whoever puts something in waits for the one before:
//!
//! | channel | from | to |
//! |---|---|---|
//! | replies | the state thread, which never waits; the folder thread | the writer |
//! | answers of its own | the reader | the writer |
//! | turns | the writer | the reader |
//!
//! A channel whose other end is gone is how each learns of an end. When the reader has ended, nobody asks any more, and
//! the writer ends. When the writer has ended, the last answer is out or the link is broken, and the reader ends. When
//! the state thread has ended, the writer ends the link. The node hears of a client with its first request and of its
//! end exactly once, from the reader, and then nothing more of this link is under way.
//!
//! # What is left out
//!
//! Nothing is sent that was not asked for. It could be: the writer needs only another kind of reply, one that gives no
//! turn. A client that hangs up while its answer is being made, or while a photo comes, is noticed when the next bytes are
//! written.

pub(in crate::daemon) mod reader;
mod upload;
mod writer;
