//! Which photos to review, and when.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::Time;
use crate::node::limits::{SETTLE, UNREST, URGENT_RESTS};
use crate::photo::PhotoId;

/// Photos to review, by time.
#[derive(Debug, Default)]
pub(in crate::node) struct Agenda {
    due: BTreeSet<(Time, PhotoId)>,
    at: BTreeMap<PhotoId, Time>,
    /// Photos that were due while some table was incomplete.
    parked: BTreeSet<PhotoId>,
    /// Photos left alone for a while: the disk could not move them, or their better version does not come.
    held: BTreeMap<PhotoId, Time>,
    /// Photos that stay until then, because another node, which judges by a different table, wants them kept.
    contested: BTreeMap<PhotoId, Time>,
    /// Photos that change again and again: since when they have had no rest.
    restless: BTreeMap<PhotoId, Time>,
    /// Photos that have come into this node's folder in this life, and have not had all their copies yet.
    new: BTreeSet<PhotoId>,
    /// Photos that have lost a holder, and have not had all their copies since.
    bereft: BTreeSet<PhotoId>,
    /// Photos that have too few copies: since when, and by how many persons they were kept at the most.
    short: BTreeMap<PhotoId, (Time, usize)>,
}

impl Agenda {
    /// Reviews a photo at this time, and not at the one set before.
    pub(in crate::node) fn set(&mut self, photo: PhotoId, at: Time) {
        if let Some(old) = self.at.insert(photo, at) {
            self.due.remove(&(old, photo));
        }
        self.due.insert((at, photo));
    }

    /// A photo has changed: it is reviewed when it has rested. If it finds no rest, no change puts that off any longer.
    pub(in crate::node) fn changed(&mut self, photo: PhotoId, now: Time) {
        let since = *self.restless.entry(photo).or_insert(now);
        let rested = now + if self.is_urgent(photo) { URGENT_RESTS } else { SETTLE };
        let due = self.at.get(&photo).filter(|_| since + UNREST <= rested);
        self.set(photo, due.map_or(rested, |due| rested.min(*due)));
    }

    /// A photo has come into this node's folder.
    pub(in crate::node) fn added(&mut self, photo: PhotoId) {
        self.new.insert(photo);
    }

    /// A photo has lost a holder.
    pub(in crate::node) fn bereft(&mut self, photo: PhotoId) {
        self.bereft.insert(photo);
    }

    /// A photo has all the copies that are wanted, or is gone.
    pub(in crate::node) fn not_urgent(&mut self, photo: PhotoId) {
        self.new.remove(&photo);
        self.bereft.remove(&photo);
    }

    /// Whether a photo has come into this node's folder, and not had all its copies since.
    pub(in crate::node) fn is_new(&self, photo: PhotoId) -> bool {
        self.new.contains(&photo)
    }

    /// Whether a photo is new, or has lost a holder, and has not had all its copies since.
    pub(in crate::node) fn is_urgent(&self, photo: PhotoId) -> bool {
        self.is_new(photo) || self.bereft.contains(&photo)
    }

    /// A photo is at rest, or is not there any more.
    pub(in crate::node) fn rests(&mut self, photo: PhotoId) {
        self.restless.remove(&photo);
    }

    /// Whether a photo has had no rest for so long that it waits for none.
    pub(in crate::node) fn finds_no_rest(&self, photo: PhotoId, now: Time) -> bool {
        self.restless.get(&photo).is_some_and(|since| *since + UNREST <= now)
    }

    /// A photo has too few copies, since then if it had enough before, or if one more person keeps it by now.
    pub(in crate::node) fn falls_short(&mut self, photo: PhotoId, since: Time, persons: usize) {
        let short = self.short.entry(photo).or_insert((since, persons));
        if short.1 < persons {
            *short = (since, persons);
        }
    }

    /// A photo has enough copies, or needs none.
    pub(in crate::node) fn suffices(&mut self, photo: PhotoId) {
        self.short.remove(&photo);
    }

    /// Since when a photo has had too few copies.
    pub(in crate::node) fn short_since(&self, photo: PhotoId) -> Option<Time> {
        self.short.get(&photo).map(|(since, _)| *since)
    }

    /// The next photo that is due.
    pub(in crate::node) fn pop(&mut self, now: Time) -> Option<PhotoId> {
        let (at, photo) = self.due.first().copied().filter(|(at, _)| *at <= now)?;
        self.due.remove(&(at, photo));
        self.at.remove(&photo);
        Some(photo)
    }

    /// A photo was due, but waits until every table is complete.
    pub(in crate::node) fn park(&mut self, photo: PhotoId) {
        self.parked.insert(photo);
    }

    /// Every table is complete: some of the photos that waited for that are due.
    pub(in crate::node) fn unpark(&mut self, now: Time, most: usize) {
        for _ in 0..most {
            let Some(photo) = self.parked.pop_first() else {
                return;
            };
            self.set(photo, now);
        }
    }

    /// Whether photos wait until every table is complete.
    pub(in crate::node) fn has_parked(&self) -> bool {
        !self.parked.is_empty()
    }

    /// Whether a review is due, or waits for tables to be complete.
    pub(in crate::node) fn has_work(&self, now: Time) -> bool {
        self.has_parked() || self.is_due(now)
    }

    /// Whether a review is due.
    pub(in crate::node) fn is_due(&self, now: Time) -> bool {
        self.due.first().is_some_and(|(at, _)| *at <= now)
    }

    /// Leaves a photo alone until this time.
    pub(in crate::node) fn hold(&mut self, photo: PhotoId, until: Time) {
        self.held.insert(photo, until);
        self.set(photo, until);
    }

    /// Until when a photo is left alone.
    pub(in crate::node) fn held_until(&self, photo: PhotoId, now: Time) -> Option<Time> {
        self.held.get(&photo).copied().filter(|until| *until > now)
    }

    /// Another node wants a photo kept: it stays until this time.
    pub(in crate::node) fn contest(&mut self, photo: PhotoId, until: Time) {
        self.contested.insert(photo, until);
    }

    /// Until when another node wants a photo kept.
    pub(in crate::node) fn contested_until(&self, photo: PhotoId, now: Time) -> Option<Time> {
        self.contested.get(&photo).copied().filter(|until| *until > now)
    }

    /// Time has passed.
    pub(in crate::node) fn expire(&mut self, now: Time) {
        self.held.retain(|_, until| *until > now);
        self.contested.retain(|_, until| *until > now);
    }
}
