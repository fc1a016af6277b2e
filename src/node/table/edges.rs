//! Which photos are versions of one picture: the edges of the graph from which the [verdict](super::verdict) follows.
//!
//! Two photos have an edge if the first look, at their records, does not call them different, and no holder of either
//! has compared their pixels and found them different. Such a *refusal* is a part of its holder's record: it counts for
//! all nodes while that holder is here or expected back, and ends with the record. So all nodes that know the same
//! records draw the same edges, in whatever order they heard of them, where no picture has very many versions; and a
//! wrong refusal does no more harm than to show both photos.
//!
//! A photo has at most [`VERSIONS`] neighbours by the word of others: a member could invent any number. What finds no
//! place beside it is shown as a picture of its own until there is place again. Photos that this node has read find one
//! beside each other in any case.
//!
//! A photo whose account follows the rules of another program cannot be compared, so it counts as different from all
//! others. But better versions that its holders have accepted stay accepted: else every retired photo would come back
//! until it is read again.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Table;
use super::claims::Claim;
use super::entry::Entry;
use crate::node::limits::VERSIONS;
use crate::photo::{ACCOUNT, Photo, PhotoId, Relation};
use crate::protocol::Looks;

/// Whether the account of a photo's bytes follows the rules of this program.
pub(in crate::node) fn is_current(photo: &Photo) -> bool {
    photo.account == ACCOUNT
}

/// How two photos relate by their records.
pub(in crate::node) fn first_look(one: &Photo, other: &Photo) -> Relation {
    match is_current(one) && is_current(other) {
        true => one.relation(other),
        false => Relation::Different,
    }
}

/// Whether a holder of one photo has found another one different.
fn is_refused(entry: &Entry, other: PhotoId) -> bool {
    let looks = entry.claims.values().filter_map(Claim::looks);
    looks.into_iter().any(|looks| looks.differs.contains(&other))
}

/// Whether a holder of a photo would give it up for another one.
fn is_accepted(entry: &Entry, better: PhotoId) -> bool {
    let looks = entry.claims.values().filter_map(Claim::looks);
    looks.into_iter().any(|looks| looks.yields_to == Some(better))
}

/// Whether two photos are versions of one picture, as far as is known.
fn are_alike(one: &Entry, other: &Entry) -> bool {
    let (a, b) = (one.photo.id, other.photo.id);
    let alike = match is_current(&one.photo) && is_current(&other.photo) {
        true => one.photo.relation(&other.photo) != Relation::Different,
        false => is_accepted(one, b) || is_accepted(other, a),
    };
    alike && !is_refused(one, b) && !is_refused(other, a)
}

impl Table {
    /// How this node's copy of a photo relates to a better one, by both looks; none if the better one is not accepted
    /// by the present rules.
    pub(in crate::node) fn found(&self, photo: PhotoId, better: PhotoId) -> Option<Relation> {
        let accepted = self.looked.get(&photo)?.accepted(better)?;
        let (photo, better) = (self.get(photo)?, self.get(better)?);
        let found = accepted.min(first_look(&photo.photo, &better.photo));
        (found != Relation::Different).then_some(found)
    }

    /// Whether this node has read a photo's bytes by the present rules.
    pub(in crate::node) fn is_read(&self, photo: PhotoId) -> bool {
        self.get(photo).is_some_and(|entry| entry.verified && is_current(&entry.photo))
    }

    /// Whether it makes sense to compare this node's copy of a photo with a better version. With an account by earlier
    /// rules it does not: the folder will read the file again and report it.
    pub(in crate::node) fn may_be_looked_at(&self, photo: PhotoId, better: PhotoId) -> bool {
        let looks = self.my_looks(photo);
        let is_open = !looks.is_full() && !looks.differs.contains(&better);
        is_open && self.is_read(photo) && self.get(better).is_some()
    }

    /// This node's findings about its copy of a photo.
    pub(in crate::node) fn my_looks(&self, photo: PhotoId) -> Looks {
        self.looked.get(&photo).cloned().unwrap_or_default()
    }

    /// Takes this node's findings about a photo that it has, or is about to announce.
    pub(in crate::node) fn set_my_looks(&mut self, photo: PhotoId, looks: Looks) {
        self.looked.insert(photo, looks);
        if let Some(holding) = self.mine(photo) {
            self.set_my_holding(photo, holding);
        }
    }

    /// A node's findings about a photo have changed: draws the edges again that this may touch.
    pub(super) fn looks_changed(
        &mut self,
        photo: PhotoId,
        old: Option<&Looks>,
        new: Option<&Looks>,
    ) {
        let nothing = Looks::default();
        let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        if old.yields_to != new.yields_to {
            for better in [old.yields_to, new.yields_to].into_iter().flatten() {
                self.note_accepted(photo, better);
                self.redraw(photo, better);
            }
        }
        for other in old.differs.symmetric_difference(&new.differs) {
            self.redraw(photo, *other);
        }
    }

    /// Remembers under a better version, which may be heard of later, a photo that a node would give up for it.
    fn note_accepted(&mut self, photo: PhotoId, better: PhotoId) {
        let accepted = self.entries.get(&photo);
        if accepted.is_some_and(|entry| is_accepted(entry, better)) {
            self.accepted.entry(better).or_default().insert(photo);
        } else if let Some(worse) = self.accepted.get_mut(&better) {
            worse.remove(&photo);
            if worse.is_empty() {
                self.accepted.remove(&better);
            }
        }
    }

    /// Draws the edge between two photos, or wipes it out.
    fn redraw(&mut self, a: PhotoId, b: PhotoId) {
        let (Some(one), Some(other)) = (self.entries.get(&a), self.entries.get(&b)) else {
            return;
        };
        let alike = a != b && are_alike(one, other);
        if alike == one.similar.contains(&b) {
            return;
        }
        let is_full = |entry: &Entry| entry.similar.len() >= VERSIONS;
        if alike && (is_full(one) || is_full(other)) && !(one.verified && other.verified) {
            self.crowded.extend([a, b]);
            return;
        }
        for (from, to) in [(a, b), (b, a)] {
            self.with_neighbours(from, |entry| {
                match alike {
                    true => entry.similar.insert(to),
                    false => entry.similar.remove(&to),
                };
            });
        }
        for id in [a, b] {
            self.reconsider(id);
        }
    }

    /// Finds a new photo's neighbours: of very many those that this node has read, and some.
    pub(super) fn connect(&mut self, photo: &Arc<Photo>) {
        let mut alike = Vec::new();
        if let Some(fingerprint) = photo.fingerprint.as_ref().filter(|_| is_current(photo)) {
            alike = self.index.similar(fingerprint);
            self.index.insert(photo.id, *fingerprint);
        }
        if alike.len() > 2 * VERSIONS {
            alike.sort_by_key(|id| !self.entries.get(id).is_some_and(|entry| entry.verified));
            alike.truncate(2 * VERSIONS);
            self.crowded.insert(photo.id);
        }
        alike.extend(self.accepted.get(&photo.id).into_iter().flatten());
        let claims = self.entries.get(&photo.id).into_iter();
        let looks = claims.flat_map(|entry| entry.claims.values().filter_map(Claim::looks));
        alike.extend(looks.filter_map(|looks| looks.yields_to));
        for id in alike {
            self.redraw(photo.id, id);
        }
    }

    /// Looks again for neighbours of photos that had too many, and have lost some: at most this many photos.
    pub(in crate::node) fn connect_crowded(&mut self, most: usize) {
        for _ in 0..most {
            let Some(photo) = self.thinned.pop_first() else {
                return;
            };
            if let Some(photo) = self.entries.get(&photo).map(|entry| Arc::clone(&entry.photo)) {
                self.note_work();
                self.connect(&photo);
            }
        }
    }

    /// Takes a photo away from its neighbours.
    pub(super) fn disconnect(&mut self, photo: PhotoId) {
        self.index.remove(photo);
        self.crowded.remove(&photo);
        let mut similar = BTreeSet::new();
        self.with_neighbours(photo, |entry| similar = std::mem::take(&mut entry.similar));
        for id in similar {
            self.with_neighbours(id, |other| {
                other.similar.remove(&photo);
            });
            if self.crowded.remove(&id) {
                self.thinned.insert(id);
            }
            self.reconsider(id);
        }
    }
}
