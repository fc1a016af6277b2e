//! HTTP/1.1 for strangers: a thread for each connection, and deadlines for all that the other side does.
//!
//! ```text
//!   accept ─▶ seat ─▶ thread:  bytes ─▶ Head ─▶ Handler::answer(&Request, &mut Body) ─▶ Response ─▶ bytes
//!            (128)             └──────────────── again, while the connection is kept ───────────────┘
//! ```
//!
//! # What it promises
//!
//! **No two programs read a request differently.** Where a request ends is said by one `Content-Length` or not at all;
//! a line ends with CR LF; whatever would let a second reader see another border is refused, and the connection closed.
//!
//! **Nobody is waited for without end.** A head has ten seconds from its first byte on, a body and an answer a speed
//! that they must keep, an idle connection half a minute. See [`limits`](super::limits).
//!
//! **Nobody keeps others out without a whole request.** Whoever has not sent one to the end of its head stands up for
//! the next, and one address has a quarter of the seats.
//!
//! **A fault is one request's.** A handler that panics is answered with 500 and the connection closed; the others do not
//! notice.
//!
//! # What is where, in reading order
//!
//! `malformed`, `target` and `head`: from bytes to a request, pure. `range`: which part of a photo is wanted, pure. `response`: an
//! answer, and its bytes. `connection`: the socket with its one buffer and its deadlines; `body`: what follows a head.
//! `serve`: the conversation. `seats` and `server`: who may sit down.
//!
//! # What is left out
//!
//! Chunked bodies: browsers send none. Compression: pictures do not shrink. TLS and HTTP/2: see the page of the
//! gallery. A limit for connections through a proxy on this computer: it is the proxy's to tell people apart. One for
//! whoever has many addresses: what such a visitor can hold without the link is a seat for a moment.

pub(super) mod body;
pub(super) mod connection;
pub(super) mod head;
pub(super) mod malformed;
pub(super) mod range;
pub(super) mod response;
pub(super) mod seats;
pub(super) mod serve;
pub(super) mod server;
pub(super) mod target;
