//! The line: photos that are to be offered and wait for their turn.
//!
//! Of a whole folder of new photos only a few can be on their way to others at a time. The rest stands in line, and whenever
//! an offer ends, as many photos are called up as can be offered then: nobody idles while photos wait. Who is called up is
//! reviewed like any other photo, so that one which needs nothing any more gives its turn to the next. A photo in line is
//! not retried by the clock: with thousands of them that would be most of what a node does.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use super::Copies;
use crate::node::context::Context;
use crate::node::limits::{OFFERS, OFFERS_PER_NODE};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// Photos that wait for an offer to end.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: BTreeSet<PhotoId>,
    /// The last one that was called up. The next is the one behind it, so that all have their turn even if some find
    /// nobody who is free each time.
    last: Option<PhotoId>,
    /// Those called up, until they are reviewed.
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
    /// How many more offers could be open, by node: of those that are here and not left out.
    pub(super) fn free_places(&self, cx: &Context) -> BTreeMap<NodeId, usize> {
        let here = cx.mesh.here().map(|(node, _)| node);
        let asked = here.filter(|node| !self.skipped.contains_key(node));
        let mut free: BTreeMap<NodeId, usize> = asked.map(|node| (node, OFFERS_PER_NODE)).collect();
        for offer in self.offers.values() {
            if let Some(places) = free.get_mut(&offer.target) {
                *places = places.saturating_sub(1);
            }
        }
        free
    }

    /// Calls up as many photos as could be offered now. To be called whenever an offer has ended, and now and then.
    pub(super) fn call_up(&mut self, cx: &mut Context) {
        if self.line.waiting.is_empty() {
            return;
        }
        let places: usize = self.free_places(cx).values().sum();
        let places = places.min(OFFERS.saturating_sub(self.offers.len()));
        while self.line.called.len() < places
            && let Some(photo) = self.line.call()
        {
            cx.agenda.set(photo, cx.now());
        }
    }

    /// A photo is being reviewed; whether it had been called up for that.
    pub(in crate::node) fn take_turn(&mut self, photo: PhotoId) -> bool {
        self.line.called.remove(&photo)
    }

    /// A photo was reviewed that had been called up: if it was not offered, the turn is the next one's. One that is back in
    /// line has found nobody free who could take it; then the next may wait until an offer ends, too.
    pub(in crate::node) fn turn_taken(&mut self, cx: &mut Context, photo: PhotoId) {
        if !self.offers.contains_key(&photo) && !self.line.has(photo) {
            self.call_up(cx);
        }
    }
}
