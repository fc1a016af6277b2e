//! A small picture that clients wait for, and for how long.

use std::collections::BTreeSet;

use crate::node::limits::{PREVIEW, PREVIEW_MOST, PREVIEW_NEXT};
use crate::node::{LinkId, Time};
use crate::protocol::NodeId;

/// A small picture that clients wait for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Their links.
    pub(super) clients: BTreeSet<LinkId>,
    /// Since when.
    since: Time,
    /// Until when it is waited for.
    pub(super) until: Time,
    /// When another node is asked as well.
    pub(super) next: Time,
    /// Whether others are asked: it is not here, or this disk takes long.
    pub(super) elsewhere: bool,
    /// The nodes that were asked.
    pub(super) tried: BTreeSet<NodeId>,
    /// How many of them have said that the photo cannot be drawn.
    pub(super) undrawable: usize,
}

impl Wanted {
    pub(super) fn new(now: Time) -> Wanted {
        Wanted {
            clients: BTreeSet::new(),
            since: now,
            until: now + PREVIEW,
            next: now + PREVIEW_NEXT,
            elsewhere: false,
            tried: BTreeSet::new(),
            undrawable: 0,
        }
    }

    /// Something has come, if not this: it is waited for longer. Another node is asked all the same after some seconds:
    /// what comes byte by byte could be whole in a day.
    pub(super) fn has_patience(&mut self, now: Time) {
        self.until = (now + PREVIEW).min(self.since + PREVIEW_MOST);
        self.next = self.next.max((now + PREVIEW_NEXT).min(self.since + PREVIEW));
    }

    /// Whether all nodes that were asked have said that the photo cannot be drawn.
    pub(super) fn is_undrawable(&self) -> bool {
        !self.tried.is_empty() && self.undrawable == self.tried.len()
    }
}
