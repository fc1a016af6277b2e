//! The plan: what is, against what should be.
//!
//! # What it promises
//!
//! However a photo came to have too few copies, or too many, or to be a worse version, or removed, the same few lines
//! notice and act. Nothing else in the core starts a copy or a drop on its own, so there is one place in which to look for
//! why something happened, or did not.
//!
//! # How it works
//!
//! ```text
//!   the table changes ─▶ agenda: review this photo once it has been at rest ─▶ review ─▶ copies, drops, removal
//!                              ▲                                                │
//!                              └────────── look again in a while ◀──────────────┘
//! ```
//!
//! `agenda` is a queue of photos by time, each of them once. `review` takes out what is due, a bounded number a step, and
//! compares. It needs no memory of what led to the present state, so it may run at any time, any number of times; an action
//! that is lost with a link or a crash is simply found missing at the next review.
//!
//! `placement` says whose part it is. Its functions are pure: every node computes the same answer from the same table, and
//! no message is spent on agreeing. Where tables differ for a moment, two nodes act or none does. A copy too many is
//! trimmed later, and a copy that was not made is found missing again.
//!
//! # What is left out
//!
//! There is no elected leader and no lock, for neither would survive a partition of a few friends' computers. There is no
//! global optimum either: loads end up near each other, not equal.

pub(in crate::node) mod placement;
pub(in crate::node) mod review;

use crate::photo::PhotoId;

/// What a review finds to be done about a photo, and which part does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Task {
    /// It has too few copies: one more is made, if that is this node's part.
    Copy,
    /// It has too many: this node's goes, if it is the first that may.
    Trim,
    /// There is a better version: this node's copy is compared with it, and goes.
    Retire { keeper: PhotoId },
    /// Its owner has removed it: this node's replica goes.
    Remove,
}
