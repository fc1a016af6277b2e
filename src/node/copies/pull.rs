//! One photo on its way to this node: who wants it, how far it is, and from whom it comes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::ledger::Ahead;
use crate::node::context::Context;
use crate::node::limits::{GET, GET_MIN_RATE};
use crate::node::news::Fetcher;
use crate::node::{DiskAction, LinkId, Spool, Time};
use crate::photo::Photo;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Facts, NodeId};

/// A pull.
#[derive(Debug)]
pub(super) struct Pull {
    pub(super) photo: Arc<Photo>,
    /// If it is to become a replica: its facts.
    pub(super) keep: Option<Facts>,
    /// Nodes that have offered it: they hold it, even if their announcement is still on its way.
    pub(super) offered_by: BTreeSet<NodeId>,
    /// Clients that wait for it.
    pub(super) waiting: BTreeSet<LinkId>,
    /// Clients that are reading the spool file, perhaps while it grows.
    pub(super) reading: BTreeSet<LinkId>,
    /// Those of both who ask for another group.
    pub(super) strangers: BTreeSet<LinkId>,
    /// A drop needs it, to verify it and to check proofs.
    pub(super) verify: bool,
    pub(super) phase: Phase,
    /// Holders that did not deliver, and when the first one was asked.
    pub(super) tried: BTreeSet<NodeId>,
    /// Those of them whose link was lost meanwhile: they may come back.
    pub(super) lost: BTreeSet<NodeId>,
    pub(super) begun: Option<Time>,
    /// How many bytes have come, from the first one on, whoever has sent them.
    pub(super) received: u64,
    /// Several holders have sent them.
    pub(super) patched: bool,
    /// Pieces of them that the disk has not confirmed yet.
    pub(super) unwritten: u32,
}

/// How far a pull is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waiting for a free slot.
    Queued,
    /// Bytes are coming.
    Receiving(Receiving),
    /// All bytes are written, and are checked or inspected.
    Inspecting { from: NodeId },
    /// It is becoming a replica.
    Installing,
    /// The bytes are right and wait in the spool file for their readers.
    Ready { from: NodeId },
}

/// What comes from a holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Receiving {
    pub(super) from: NodeId,
    pub(super) link: LinkId,
    /// How many bytes the photo has, by the holder's own account.
    pub(super) bytes: u64,
    /// How many bytes were here when it was asked first.
    pub(super) began_at: u64,
    /// How urgent that was. What comes in another lane may overtake it, so the lane changes when all has come.
    pub(super) lane: Lane,
    /// Up to where it was asked, and how many bytes the last time.
    pub(super) asked: u64,
    pub(super) window: u64,
    /// What it sends before the windows of this pull.
    pub(super) ahead: Ahead,
    /// When it was asked first, and when something came or was asked for last.
    pub(super) since: Time,
    pub(super) progress: Time,
}

impl Pull {
    /// A photo of which nothing is here yet.
    pub(super) fn new(photo: Arc<Photo>) -> Pull {
        Pull {
            photo,
            keep: None,
            offered_by: BTreeSet::new(),
            waiting: BTreeSet::new(),
            reading: BTreeSet::new(),
            strangers: BTreeSet::new(),
            verify: false,
            phase: Phase::Queued,
            tried: BTreeSet::new(),
            lost: BTreeSet::new(),
            begun: None,
            received: 0,
            patched: false,
            unwritten: 0,
        }
    }

    /// All its bytes have been here for a while, and are inspected anew. If they are wrong by now, that is no holder's
    /// fault.
    pub(super) fn is_here(&mut self, me: NodeId) {
        self.phase = Phase::Inspecting { from: me };
        (self.received, self.patched) = (self.photo.bytes, true);
    }

    pub(in crate::node) fn lane(&self) -> Lane {
        let for_clients = !self.waiting.is_empty() || !self.reading.is_empty();
        if for_clients { Lane::Get } else { Lane::Replicate }
    }

    /// How urgent it is on the line. What other groups alone wait for comes like a copy, behind all that the own clients
    /// wait for.
    pub(super) fn lane_on_line(&self) -> Lane {
        let mut clients = self.waiting.iter().chain(&self.reading);
        match clients.any(|link| !self.strangers.contains(link)) {
            true => Lane::Get,
            false => Lane::Replicate,
        }
    }

    /// Who has asked over this link.
    pub(super) fn fetcher(&self, link: LinkId) -> Fetcher {
        match self.strangers.contains(&link) {
            true => Fetcher::Stranger(link),
            false => Fetcher::Client(link),
        }
    }

    /// From whom it comes, while it does.
    pub(super) fn from(&self) -> Option<NodeId> {
        match self.phase {
            Phase::Receiving(Receiving { from, .. }) | Phase::Inspecting { from } => Some(from),
            Phase::Queued | Phase::Installing | Phase::Ready { .. } => None,
        }
    }

    /// How many bytes its holder has still to send of what it was asked for.
    pub(super) fn in_line(&self) -> u64 {
        match self.phase {
            Phase::Receiving(coming) => coming.asked - self.received,
            Phase::Queued | Phase::Inspecting { .. } | Phase::Installing | Phase::Ready { .. } => 0,
        }
    }

    /// Whether it takes one of the places for pulls.
    pub(super) fn runs(&self) -> bool {
        !matches!(self.phase, Phase::Queued | Phase::Ready { .. })
    }

    /// Whether it may have a spool file.
    pub(super) fn has_spool(&self) -> bool {
        self.phase != Phase::Queued || self.received > 0
    }

    /// Whether those who read along have waited for so long that no other holder is tried. (Whoever still waits for the
    /// first piece has a time of their own.)
    pub(super) fn takes_too_long(&self, now: Time) -> bool {
        let for_readers_alone = self.waiting.is_empty() && self.keep.is_none() && !self.verify;
        let longest = GET + Duration::from_secs(self.photo.bytes / GET_MIN_RATE);
        for_readers_alone && self.begun.is_some_and(|begun| now.since(begun) >= longest)
    }

    /// What has come is not kept.
    pub(super) fn throw_away(&mut self, cx: &mut Context, transfer: TransferId) {
        if self.received > 0 {
            cx.disk(DiskAction::Discard { spool: Spool::Pull(transfer) });
            (self.received, self.patched) = (0, false);
        }
    }

    pub(super) fn is_unwanted(&self) -> bool {
        self.keep.is_none() && self.waiting.is_empty() && self.reading.is_empty() && !self.verify
    }
}
