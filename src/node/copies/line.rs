//! The line: photos that wait for their turn to be offered.
//!
//! When a folder has many new photos, only a few can be on their way to others at a time. The rest stand in line, and
//! whenever an offer ends, as many photos are called up as can be offered: no node idles while photos wait. A photo
//! called up is reviewed like any other; if it needs nothing any more, the next one has its turn. Photos in line are
//! not retried by the clock: with thousands of them, that would be most of a node's work.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use super::Copies;
use crate::node::context::Context;
use crate::node::limits::{OFFERS, OFFERS_PER_NODE};
use crate::node::table::spread::Person;
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// Photos that wait for an offer to end.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: BTreeSet<PhotoId>,
    /// The last one called up. The one after it is next, so that all have their turn even if some never find a free
    /// node.
    last: Option<PhotoId>,
    /// Photos called up and not reviewed yet.
    called: BTreeSet<PhotoId>,
}

impl Line {
    /// A photo waits from now on, if it does not already.
    pub(super) fn join(&mut self, photo: PhotoId) {
        self.called.remove(&photo);
        self.waiting.insert(photo);
    }

    /// A photo waits no longer.
    pub(super) fn leave(&mut self, photo: PhotoId) {
        self.called.remove(&photo);
        self.waiting.remove(&photo);
    }

    /// Whether a photo waits.
    pub(super) fn has(&self, photo: PhotoId) -> bool {
        self.waiting.contains(&photo) || self.called.contains(&photo)
    }

    /// How many photos wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.called.len()
    }

    /// Calls up the next photo: it is to be reviewed.
    fn call(&mut self) -> Option<PhotoId> {
        let behind = self.last.map_or(Unbounded, Excluded);
        let next = self.waiting.range((behind, Unbounded)).next();
        let photo = *next.or_else(|| self.waiting.first())?;
        self.waiting.remove(&photo);
        self.called.insert(photo);
        self.last = Some(photo);
        Some(photo)
    }
}

impl Copies {
    /// For each node that is here and not left out: how many more offers to it could be open. To the nodes of one member
    /// together no more than a share are: else one with many nodes could hold up all others.
    pub(super) fn free_places(&self, cx: &Context) -> BTreeMap<NodeId, usize> {
        let here = cx.mesh.here().map(|(node, _)| node);
        let asked =
            here.filter(|node| !self.skipped.contains_key(node) && !cx.mesh.is_draining(*node));
        let mut free: BTreeMap<NodeId, usize> = asked.map(|node| (node, OFFERS_PER_NODE)).collect();
        for offer in self.offers.values() {
            if let Some(places) = free.get_mut(&offer.target) {
                *places = places.saturating_sub(1);
            }
        }
        let members = self.members_places(cx);
        for (node, places) in &mut free {
            if let Some(left) = members.get(&cx.table.person(*node)) {
                *places = (*places).min(*left);
            }
        }
        free
    }

    /// For each member to whose nodes offers are open: how many more could be.
    pub(super) fn members_places(&self, cx: &Context) -> BTreeMap<Person, usize> {
        let mut left = BTreeMap::new();
        for offer in self.offers.values() {
            let places = left.entry(cx.table.person(offer.target));
            let places = places.or_insert_with(|| cx.share_of(OFFERS));
            *places = places.saturating_sub(1);
        }
        left
    }

    /// Calls up as many photos as could be offered now. Runs whenever an offer has ended, and now and then.
    pub(super) fn call_up(&mut self, cx: &mut Context) {
        if self.line.waiting.is_empty() {
            return;
        }
        let places = self.free_places(cx);
        let has_room = |node: &NodeId| cx.disk_of(*node).room > 0;
        let places = places.iter().filter(|(node, _)| has_room(node));
        let places: usize = places.map(|(_, places)| places).sum();
        // What lies in a trash comes back without room: one after the other is looked at all the same.
        let places = places.max(1);
        let places = places.min(OFFERS.saturating_sub(self.offers.len()));
        while self.line.called.len() < places
            && let Some(photo) = self.line.call()
        {
            cx.agenda.set(photo, cx.now());
        }
    }

    /// A photo is being reviewed; returns whether it was called up for that.
    pub(in crate::node) fn take_turn(&mut self, photo: PhotoId) -> bool {
        self.line.called.remove(&photo)
    }

    /// A photo that was called up was reviewed: if it was not offered, the next one has its turn. If it is back in
    /// line, no node that could take it was free; then the next one waits until an offer ends, too.
    pub(in crate::node) fn turn_taken(&mut self, cx: &mut Context, photo: PhotoId) {
        if !self.offers.contains_key(&photo) && !self.line.has(photo) {
            self.call_up(cx);
        }
    }
}
