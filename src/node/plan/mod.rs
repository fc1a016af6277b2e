//! The plan: compares the present state with the goal.
//!
//! # What it promises
//!
//! However a photo came to have too few copies or too many, or to be a worse version or removed: the same few lines
//! notice it and act. So this is the one place to look for why something happened, or did not; only the evening out of
//! disks, which moves what needs nothing, begins elsewhere, in [`crate::node::copies`].
//!
//! # How it works
//!
//! ```text
//!   the table changes ─▶ agenda: review this photo once it has been at rest ─▶ review ─▶ tasks for copies and drops
//!                              ▲                                                │
//!                              └────────── look again in a while ◀──────────────┘
//! ```
//!
//! The [agenda](super::agenda) is a queue of photos by time, each of them once. A bounded number of due photos is taken
//! out in each step, and `review` compares: it finds tasks, and does nothing itself. It needs no memory of how the
//! present state came about, so it can run at any time, any number of times; an action that is lost with a link or a
//! crash is simply found missing at the next review.
//!
//! `placement` decides which node acts. Its functions are pure: every node computes the same answer from the same
//! table, and no message is spent on agreeing. Where tables differ for a moment, two nodes act or none does. A surplus
//! copy is trimmed later, and a copy that was not made is found missing again.
//!
//! # What is left out
//!
//! There is no elected leader and no lock: neither would survive a partition of a few friends' computers. There is no
//! global optimum either: loads end up near each other, not equal.

pub(in crate::node) mod placement;
pub(in crate::node) mod review;

use crate::photo::PhotoId;

/// A task that a review finds for this node.
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
    /// This node's own owner has removed it, at another computer: the original here goes.
    Withdraw,
}
