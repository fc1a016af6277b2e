//! Copies come: how one more node gets a photo.
//!
//! # One copy, from its lack to its announcement
//!
//! ```text
//!   coordinator                          target                              any holder
//!     KeepThis(photo) ────────────────▶  has it? room? a free place?
//!              ◀──── KeepAnswer(want) ─  a pull begins: AskForImage ───────▶
//!                                        spool file  ◀───────────── Chunk ─  a window at a time
//!                                        check the digest, then install
//!              ◀──────── ImageInfo(replica): this copy counts from now on
//! ```
//!
//! # Who does what
//!
//! * `offers`: the coordinator of a photo offers it to one node, and answers the offers of others. `line` is where photos
//!   wait while all nodes are busy.
//! * `pull`, `pulls`: photos on their way here, and the reasons. Clients, drops that must look at a better version, and this
//!   node's own copy share one pull of a photo. `slots` says which of them run, and from whom.
//! * `transfer`: the windows of bytes, in both directions. Little that was received waits in memory: no more is asked for
//!   while the disk is behind. `ledger` is what each holder has still to send; `doubted` are photos of which something
//!   wrong has come.
//! * `hot`: what clients have asked for stays here for a while, as no copy; `cache` says what is worth it.
//! * `relief`: a node whose disk is emptier than another's asks it for some photos. It is an offer like any other; the copy
//!   left over is then surplus, and trimmed.
//!
//! # What it promises
//!
//! A copy counts when its holder announces it, which it does once the copy is safe on its disk. Until then an offer is
//! a hope with a deadline: a node that refuses, fails or falls silent is left out for a while, and the photo is offered
//! elsewhere. The bytes of a pull are checked against the digest, whoever delivered them.
//!
//! Nothing is decoded for a copy: the right bytes are the right bytes. Until the new holder's folder has had the time to
//! read them, it says nothing of the picture (an account of version 0), others' accounts count, and it decides nothing
//! by it. Only what a photo is compared with is decoded at once.
//!
//! # What is left out
//!
//! A pull reads from one holder at a time. Reading from several would help where the senders are the bottleneck;
//! between a few friends it is mostly the receiver.

mod cache;
mod doubted;
mod hot;
mod ledger;
mod line;
mod offers;
mod pull;
mod pulls;
mod relief;
mod slots;
#[cfg(test)]
mod tests;
mod transfer;

use std::collections::BTreeMap;

use super::LinkId;
use crate::photo::PhotoId;
use crate::protocol::NodeId;
use crate::protocol::message::TransferId;
use cache::Cache;
use doubted::Doubted;
use ledger::Ledger;
use line::Line;
use offers::Offer;
pub(in crate::node) use offers::Skipped;
use pull::Pull;
use relief::Relief;

/// Copies on their way between nodes, as far as this node takes part.
#[derive(Debug)]
pub(in crate::node) struct Copies {
    /// Photos that this node has offered to another one.
    offers: BTreeMap<PhotoId, Offer>,
    /// Photos that found no node free to be offered to.
    line: Line,
    /// Nodes that refused or failed, and how long they are left out.
    skipped: BTreeMap<NodeId, Skipped>,
    /// The last target: among equals, the one after it has its turn.
    last_target: NodeId,
    relief: Relief,
    /// Photos on their way here.
    pulls: BTreeMap<PhotoId, (TransferId, Pull)>,
    next_transfer: u32,
    /// What was asked of holders and has not come yet.
    ledger: Ledger,
    doubted: Doubted,
    /// Photos that clients have asked for.
    cache: Cache,
    /// Windows on their way out, by link.
    serving: BTreeMap<LinkId, usize>,
}

impl Copies {
    pub(in crate::node) fn new(me: NodeId, cache: u64) -> Copies {
        Copies {
            offers: BTreeMap::new(),
            line: Line::default(),
            skipped: BTreeMap::new(),
            last_target: me,
            relief: Relief::default(),
            pulls: BTreeMap::new(),
            next_transfer: 0,
            ledger: Ledger::default(),
            doubted: Doubted::default(),
            cache: Cache::new(cache),
            serving: BTreeMap::new(),
        }
    }

    /// The node to which this one has offered a photo.
    pub(in crate::node) fn offered_to(&self, photo: PhotoId) -> Option<NodeId> {
        self.offers.get(&photo).map(|offer| offer.target)
    }

    /// Whether a photo is on its way here to stay.
    pub(in crate::node) fn is_coming(&self, photo: PhotoId) -> bool {
        self.pulls.get(&photo).is_some_and(|(_, pull)| pull.keep.is_some())
    }

    /// Why a node is offered nothing at the moment, if so.
    pub(in crate::node) fn skipped(&self, node: NodeId) -> Option<&Skipped> {
        self.skipped.get(&node)
    }

    /// If a photo waits in line: how many do.
    pub(in crate::node) fn in_line(&self, photo: PhotoId) -> Option<usize> {
        self.line.has(photo).then(|| self.line.len())
    }
}
