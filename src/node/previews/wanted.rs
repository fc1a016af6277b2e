//! A small picture that clients wait for, and for how long.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::limits::{PREVIEW, PREVIEW_MOST, PREVIEW_NEXT};
use crate::node::{LinkId, Time, Viewer};
use crate::protocol::{MemberName, NodeId};

/// A small picture that clients wait for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Their links, and which other member each is of.
    pub(super) clients: BTreeMap<LinkId, Option<MemberName>>,
    /// For whom the disk is still to be asked.
    pub(super) in_line: BTreeSet<Viewer>,
    /// Since when it is wanted.
    pub(super) since: Time,
    /// Until when it is waited for.
    pub(super) until: Time,
    /// When another node is asked as well.
    pub(super) next: Time,
    /// Whether others are asked: it is not here, or this disk takes long.
    pub(super) elsewhere: bool,
    /// The nodes that were asked.
    pub(super) tried: BTreeSet<NodeId>,
    /// Those of them that may show it if they are asked again later.
    busy: BTreeSet<NodeId>,
    /// How many have said that the photo cannot be drawn.
    undrawable: usize,
}

/// How a node has answered that does not show a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum No {
    /// It has read the photo, and cannot draw it.
    Undrawable,
    /// Too much was asked of it.
    Later,
    /// It does not have it, or what it sent is none.
    Never,
}

impl Wanted {
    pub(super) fn new(now: Time) -> Wanted {
        Wanted {
            clients: BTreeMap::new(),
            in_line: BTreeSet::new(),
            since: now,
            until: now + PREVIEW,
            next: now + PREVIEW_NEXT,
            elsewhere: false,
            tried: BTreeSet::new(),
            busy: BTreeSet::new(),
            undrawable: 0,
        }
    }

    /// Whether somebody waits for it as whom the disk is asked.
    pub(super) fn is_for(&self, viewer: Viewer) -> bool {
        self.clients.values().any(|by| viewer_of(*by) == viewer)
    }

    /// A client waits no more; whether nobody does.
    pub(super) fn leave(&mut self, link: LinkId) -> bool {
        self.clients.remove(&link);
        for viewer in [Viewer::Owner, Viewer::Member] {
            if !self.is_for(viewer) {
                self.in_line.remove(&viewer);
            }
        }
        self.clients.is_empty()
    }

    /// Something has come, if not this: it is waited for longer. Another node is asked all the same after some seconds:
    /// what comes byte by byte could be whole in a day.
    pub(super) fn has_patience(&mut self, now: Time) {
        self.until = (now + PREVIEW).min(self.since + PREVIEW_MOST);
        self.next = self.next.max((now + PREVIEW_NEXT).min(self.since + PREVIEW));
    }

    /// A node does not show it.
    pub(super) fn refused(&mut self, node: NodeId, no: No) {
        self.tried.insert(node);
        match no {
            No::Undrawable => self.undrawable += 1,
            No::Later => drop(self.busy.insert(node)),
            No::Never => {}
        }
    }

    /// Time has passed: those that had too much to do may be asked again.
    pub(super) fn try_again(&mut self) {
        for node in std::mem::take(&mut self.busy) {
            self.tried.remove(&node);
        }
    }

    /// Whether somebody may show it who has too much to do now.
    pub(super) fn may_come_later(&self) -> bool {
        !self.busy.is_empty()
    }

    /// Whether all nodes that were asked have said that the photo cannot be drawn.
    pub(super) fn is_undrawable(&self) -> bool {
        !self.tried.is_empty() && self.undrawable == self.tried.len()
    }
}

/// As whom a client looks: none is another member.
pub(super) fn viewer_of(by: Option<MemberName>) -> Viewer {
    if by.is_none() { Viewer::Owner } else { Viewer::Member }
}
