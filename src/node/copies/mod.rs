//! Copies come: how one more node gets a photo.
//!
//! # One copy, from its lack to its announcement
//!
//! ```text
//!   coordinator                          target                              any holder
//!     KeepThis(photo) ────────────────▶  has it? room? a free place?
//!              ◀──── KeepAnswer(want) ─  a pull begins: AskForImage ───────▶
//!                                        spool file  ◀───────────── Chunk ─  a window at a time
//!                                        digest and decode, then install
//!              ◀──────── ImageInfo(replica): only now does anybody count this copy
//! ```
//!
//! # Who does what
//!
//! * `offers`: the coordinator of a photo offers it to one node, and answers the offers of others. `line` is where photos
//!   wait while all nodes are busy.
//! * `pulls`: what is on its way here, and who wants it. Clients, drops that must look at a better version, and this node's
//!   own copy share one pull of a photo.
//! * `transfer`: the windows of bytes, in both directions. Nothing received waits in memory: the next window is asked for
//!   when the last one is in the spool file.
//! * `rebalance`: a node that holds fewer photos than another asks it for some. It is an offer like any other; the copy
//!   left over is then surplus, and trimmed.
//!
//! # What it promises
//!
//! A copy counts when its holder has announced it, and that is when it is safe on that disk. Until then an offer is a hope
//! with a deadline: a node that refuses, fails or falls silent is left out for a while, and the photo offered elsewhere.
//! The bytes of a pull are what its digest says, whoever delivered them.
//!
//! # What is left out
//!
//! A pull reads from one holder at a time. Reading from several would be faster where the senders are slow, and no better
//! where the receiver is, as between a few friends it mostly is.

pub(in crate::node) mod line;
pub(in crate::node) mod offers;
pub(in crate::node) mod pulls;
mod rebalance;
mod transfer;
