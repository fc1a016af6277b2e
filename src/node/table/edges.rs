//! Which photos are versions of one picture: the edges of the graph that the [verdict](super::verdict) is read from.
//!
//! Between two photos there is an edge if the first look, at their records, does not call them different, and nobody who
//! has one of them has compared their pixels and found that they are. Such a *refusal* is a part of its holder's record: it
//! counts for everybody as long as that holder is here or expected back, and ends with the record. So all nodes that know
//! the same records draw the same edges, in whatever order they have heard of them; and a refusal that is wrong only has
//! both photos shown.
//!
//! Of a photo whose account is by the rules of another program nothing can be told, so it is different from all others. But
//! what its holders have accepted stays accepted: else all that was ever put away would come back for the time it takes to
//! read it anew.

use std::sync::Arc;

use super::Table;
use super::claims::Claim;
use super::entry::Entry;
use crate::photo::{ACCOUNT, Photo, PhotoId, Relation};
use crate::protocol::Looks;

/// Whether what is said of a photo's bytes was found by the rules that this program goes by.
pub(in crate::node) fn is_current(photo: &Photo) -> bool {
    photo.account == ACCOUNT
}

/// How two photos stand to each other by their records.
pub(in crate::node) fn first_look(one: &Photo, other: &Photo) -> Relation {
    match is_current(one) && is_current(other) {
        true => one.relation(other),
        false => Relation::Different,
    }
}

/// Whether anybody who has one photo has found that another one is different.
fn is_refused(entry: &Entry, other: PhotoId) -> bool {
    let looks = entry.claims.values().filter_map(Claim::looks);
    looks.into_iter().any(|looks| looks.differs.contains(&other))
}

/// Whether anybody would give up a photo for another one.
fn is_accepted(entry: &Entry, better: PhotoId) -> bool {
    let looks = entry.claims.values().filter_map(Claim::looks);
    looks.into_iter().any(|looks| looks.yields_to == Some(better))
}

/// Whether two photos are versions of one picture, for all that is known.
fn are_alike(one: &Entry, other: &Entry) -> bool {
    let (a, b) = (one.photo.id, other.photo.id);
    let alike = match is_current(&one.photo) && is_current(&other.photo) {
        true => one.photo.relation(&other.photo) != Relation::Different,
        false => is_accepted(one, b) || is_accepted(other, a),
    };
    alike && !is_refused(one, b) && !is_refused(other, a)
}

impl Table {
    /// How this node's copy of a photo stands to a better one, by both looks; nothing if the present rules have not
    /// accepted that one in its place.
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

    /// Whether it makes sense to compare this node's copy of a photo with a better version. By an account of earlier rules it
    /// does not: the folder reads the file anew, and tells it then.
    pub(in crate::node) fn may_be_looked_at(&self, photo: PhotoId, better: PhotoId) -> bool {
        let looks = self.my_looks(photo);
        let is_open = !looks.is_full() && !looks.differs.contains(&better);
        is_open && self.is_read(photo) && self.get(better).is_some()
    }

    /// What this node has found about its copy of a photo.
    pub(in crate::node) fn my_looks(&self, photo: PhotoId) -> Looks {
        self.looked.get(&photo).cloned().unwrap_or_default()
    }

    /// Takes what this node has found about a photo that it has, or is about to tell of.
    pub(in crate::node) fn set_my_looks(&mut self, photo: PhotoId, looks: Looks) {
        self.looked.insert(photo, looks);
        if let Some(holding) = self.mine(photo) {
            self.set_my_holding(photo, holding);
        }
    }

    /// A node has found something else about a photo than it said before: draws the edges anew that this may touch.
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

    /// Remembers by the better version who would be given up for it: that one may be heard of later.
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
        for (from, to) in [(a, b), (b, a)] {
            let Some(entry) = self.entries.get_mut(&from) else {
                continue;
            };
            match alike {
                true => entry.similar.insert(to),
                false => entry.similar.remove(&to),
            };
        }
        for id in [a, b] {
            self.reconsider(id);
        }
    }

    /// Finds a new photo's neighbours.
    pub(super) fn connect(&mut self, photo: &Arc<Photo>) {
        let mut alike = Vec::new();
        if let Some(fingerprint) = photo.fingerprint.as_ref().filter(|_| is_current(photo)) {
            alike = self.index.similar(fingerprint);
            self.index.insert(photo.id, *fingerprint);
        }
        alike.extend(self.accepted.get(&photo.id).into_iter().flatten());
        let claims = self.entries.get(&photo.id).into_iter();
        let looks = claims.flat_map(|entry| entry.claims.values().filter_map(Claim::looks));
        alike.extend(looks.filter_map(|looks| looks.yields_to));
        for id in alike {
            self.redraw(photo.id, id);
        }
    }

    /// Takes a photo away from its neighbours.
    pub(super) fn disconnect(&mut self, photo: PhotoId) {
        self.index.remove(photo);
        let similar = self
            .entries
            .get_mut(&photo)
            .map(|entry| std::mem::take(&mut entry.similar))
            .unwrap_or_default();
        for id in similar {
            if let Some(other) = self.entries.get_mut(&id) {
                other.similar.remove(&photo);
            }
            self.reconsider(id);
        }
    }
}
