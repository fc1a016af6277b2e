//! What is to be looked at again, and when.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::Time;
use crate::photo::PhotoId;

/// Photos to review, by time.
#[derive(Debug, Default)]
pub(in crate::node) struct Agenda {
    due: BTreeSet<(Time, PhotoId)>,
    at: BTreeMap<PhotoId, Time>,
    /// Photos that were due while some table was incomplete.
    pub(super) parked: BTreeSet<PhotoId>,
}

impl Agenda {
    /// Reviews a photo at this time instead of whenever it was to be.
    pub(in crate::node) fn set(&mut self, photo: PhotoId, at: Time) {
        if let Some(old) = self.at.insert(photo, at) {
            self.due.remove(&(old, photo));
        }
        self.due.insert((at, photo));
    }

    pub(super) fn pop(&mut self, now: Time) -> Option<PhotoId> {
        let (at, photo) = self.due.first().copied().filter(|(at, _)| *at <= now)?;
        self.due.remove(&(at, photo));
        self.at.remove(&photo);
        Some(photo)
    }

    pub(super) fn unpark(&mut self, now: Time) {
        for photo in std::mem::take(&mut self.parked) {
            self.set(photo, now);
        }
    }

    /// Whether photos wait that are not at rest: for their time, or for a table to be complete.
    pub(super) fn has_work(&self, now: Time) -> bool {
        !self.parked.is_empty() || self.is_due(now)
    }

    /// Whether a review is due.
    pub(in crate::node) fn is_due(&self, now: Time) -> bool {
        self.due.first().is_some_and(|(at, _)| *at <= now)
    }
}
