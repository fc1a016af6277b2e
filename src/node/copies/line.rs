//! The line: photos that are to be offered and wait for their turn.
//!
//! Of a whole folder of new photos only a few can be on their way to others at a time. The rest stands in line, and whenever
//! an offer ends, as many photos are called up as can be offered then: nobody idles while photos wait. Who is called up is
//! reviewed like any other photo, so that one which needs nothing any more gives its turn to the next. A photo in line is
//! not retried by the clock: with thousands of them that would be most of what a node does.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use crate::node::Node;
use crate::node::limits::{OFFERS, OFFERS_PER_NODE};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// Photos that wait for an offer to end.
#[derive(Debug, Default)]
pub(in crate::node) struct Line {
    waiting: BTreeSet<PhotoId>,
    /// The last one that was called up. The next is the one behind it, so that all have their turn even if some find
    /// nobody who is free each time.
    last: Option<PhotoId>,
    /// Those called up, until they are reviewed.
    called: BTreeSet<PhotoId>,
}

impl Line {
    /// A photo waits from now on, if it does not already.
    pub(in crate::node) fn join(&mut self, photo: PhotoId) {
        self.called.remove(&photo);
        self.waiting.insert(photo);
    }

    /// A photo waits no longer.
    pub(in crate::node) fn leave(&mut self, photo: PhotoId) {
        self.called.remove(&photo);
        self.waiting.remove(&photo);
    }

    /// Whether a photo waits.
    pub(in crate::node) fn has(&self, photo: PhotoId) -> bool {
        self.waiting.contains(&photo) || self.called.contains(&photo)
    }

    /// How many photos wait.
    pub(in crate::node) fn len(&self) -> usize {
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

    /// A photo is being reviewed; whether it was called up for that.
    pub(in crate::node) fn answer(&mut self, photo: PhotoId) -> bool {
        self.called.remove(&photo)
    }
}

impl Node {
    /// How many more offers could be open, by node: of those that are here and not left out.
    pub(super) fn free_places(&self) -> BTreeMap<NodeId, usize> {
        let here = self.mesh.here().map(|(node, _)| node);
        let asked = here.filter(|node| !self.replication.skipped.contains_key(node));
        let mut free: BTreeMap<NodeId, usize> = asked.map(|node| (node, OFFERS_PER_NODE)).collect();
        for target in self.replication.targets() {
            if let Some(places) = free.get_mut(&target) {
                *places = places.saturating_sub(1);
            }
        }
        free
    }

    /// Calls up as many photos as could be offered now. To be called whenever an offer has ended, and now and then.
    pub(super) fn call_up(&mut self) {
        if self.replication.line.waiting.is_empty() {
            return;
        }
        let places: usize = self.free_places().values().sum();
        let places = places.min(OFFERS.saturating_sub(self.replication.offers.len()));
        while self.replication.line.called.len() < places
            && let Some(photo) = self.replication.line.call()
        {
            self.agenda.set(photo, self.now);
        }
    }

    /// A photo was reviewed that had been called up: if it was not offered, the turn is the next one's. One that is back in
    /// line has found nobody free who could take it; then the next may wait until an offer ends, too.
    pub(in crate::node) fn turn_taken(&mut self, photo: PhotoId) {
        let offered = self.replication.offers.contains_key(&photo);
        if !offered && !self.replication.line.has(photo) {
            self.call_up();
        }
    }
}
