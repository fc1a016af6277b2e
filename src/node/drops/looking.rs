//! Second looks: before a node accepts a better version in the place of its own copy, it compares their pixels.
//!
//! ```text
//!   review of a worse version ──▶ is the better one here? ── no ──▶ pulled into a spool file
//!                                          │ yes                        │
//!                                          ▼                            ▼
//!                                        Look (own copy, better version) on the disk's threads
//!                                          │
//!                    same or variant ◀─────┴─────▶ different
//!              accepted: said in the record,       refused: said in the record,
//!              so it may be hidden, and go         so that both are shown by everybody
//! ```
//!
//! No list hides a photo before that, and no file moves: not on a node that is alone, not on one that keeps its originals,
//! and not in a trash either. What lies there was put away for another photo, or by another rule; if it turns out to be
//! different it comes back by itself, since it is a keeper then.
//!
//! What was found is remembered with the photo, so that a restart does not look at everything anew. A photo with many
//! look-alikes is compared with them one after the other, the best first; with none any more once it has
//! [`Looks::MAX`](crate::protocol::Looks::MAX) refusals, since no more are remembered. It is shown then.
//!
//! # Copies of a variant
//!
//! A worse version of which *every part is there* in the better one needs no copies of its own: it goes, and in time it is
//! deleted. A [variant](Relation::Variant) shows something that its keeper does not, so the mesh keeps as many copies of it
//! as of a keeper; but they need not be shown, and may lie in trashes. So every node that has it in any way counts, and who
//! coordinates it (of all that have it, since mostly no one *stores* it) offers it to a node that has it in no way, as it
//! would offer a keeper. That one takes it for a replica, compares it with the keeper like any worse version that it finds,
//! and puts it away: it counts in its trash from then on. Nothing trims copies in trashes, so this comes to rest.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::limits::{DOUBT, LOOKS, RETRY, SKIP, STUCK};
use crate::node::plan::placement::coordinator;
use crate::node::table::edges::{first_look, is_current};
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskAction, DiskError, Node, Source};
use crate::photo::{PhotoId, Relation};

/// The second looks of a node.
#[derive(Debug, Default)]
pub(in crate::node) struct Looking {
    /// Worse versions that are being compared, by their id: with what, and whether the disk is at it. Before that, the
    /// better version is on its way.
    open: BTreeMap<PhotoId, (PhotoId, bool)>,
    /// Photos that wait until one of those is done.
    waiting: BTreeSet<PhotoId>,
}

impl Looking {
    /// Whether a photo is being compared, or waits for that.
    pub(in crate::node) fn is_at(&self, photo: PhotoId) -> bool {
        self.open.contains_key(&photo) || self.waiting.contains(&photo)
    }

    /// Whether bytes of a better version are needed to compare them.
    pub(in crate::node) fn needs(&self, better: PhotoId) -> bool {
        self.open.values().any(|(with, _)| *with == better)
    }

    /// The photos that wait for the bytes of a better version.
    fn waiting_for(&self, better: PhotoId) -> Vec<PhotoId> {
        let open = self.open.iter();
        let waiting = open.filter(|(_, (with, comparing))| *with == better && !comparing);
        waiting.map(|(photo, _)| *photo).collect()
    }
}

impl Node {
    /// Has this node's copy of a photo compared with a better version of it.
    pub(in crate::node) fn look_at(&mut self, photo: PhotoId, better: PhotoId) {
        let (Some(worse), Some(other)) = (self.table.get(photo), self.table.get(better)) else {
            return;
        };
        // An account by earlier rules is found anew by the folder, which tells it then.
        let looks = self.table.my_looks(photo);
        let may_be_compared = |entry: &Entry| entry.verified && is_current(&entry.photo);
        if self.looking.is_at(photo)
            || !may_be_compared(worse)
            || looks.is_full()
            || looks.differs.contains(&better)
        {
            return;
        }
        if self.custody.is_going(photo) || self.custody.is_returning(photo) {
            return self.retry(photo, RETRY);
        }
        if self.looking.open.len() >= LOOKS {
            self.looking.waiting.insert(photo);
            return;
        }
        let is_here = self.table.mine(better).is_some();
        if is_here && !may_be_compared(other) {
            return self.retry(photo, DOUBT);
        }
        let other = other.photo.clone();
        self.looking.open.insert(photo, (better, false));
        if is_here {
            self.compare_all(better, Source::Held(better));
        } else {
            self.pull_to_verify(other);
            self.verify_ready(better);
        }
    }

    /// The bytes of a better version can be read here: what waits for them is compared.
    pub(super) fn compare_all(&mut self, better: PhotoId, source: Source) {
        for photo in self.looking.waiting_for(better) {
            let (worse, other) = (self.table.get(photo), self.table.get(better));
            let alike = worse.zip(other).is_some_and(|(worse, other)| {
                first_look(&worse.photo, &other.photo) != Relation::Different
            });
            if !alike || self.table.mine(photo).is_none() {
                self.look_over(photo);
                continue;
            }
            self.looking.open.insert(photo, (better, true));
            self.disk(DiskAction::Look { worse: photo, better, source });
        }
    }

    /// Two photos have been compared, or could not be.
    pub(in crate::node) fn looked(
        &mut self,
        photo: PhotoId,
        better: PhotoId,
        result: Result<Relation, DiskError>,
    ) {
        if self.looking.open.get(&photo) != Some(&(better, true)) {
            return;
        }
        self.look_over(photo);
        match result {
            Ok(found) if self.table.mine(photo).is_some() => self.note_look(photo, better, found),
            Ok(_) => {}
            Err(error) => {
                let pause = match error {
                    DiskError::Other(_) | DiskError::NotAPicture => STUCK,
                    DiskError::Gone | DiskError::Damaged | DiskError::Full | DiskError::TooLate => {
                        SKIP
                    }
                };
                self.drops.stuck.insert(photo, self.now + pause);
                self.retry(photo, pause);
                let (photo, better) = (photo.short(), better.short());
                self.log("look", format!("cannot compare {photo} with {better}: {error}"));
            }
        }
        let is_worse = |entry: &Entry| entry.verdict == Verdict::Loser(better);
        if self.table.get(photo).is_some_and(is_worse) {
            self.put_progressed(photo);
            // Its bytes may be at hand still.
            if self.table.found(photo, better).is_some() {
                self.consider_retiring(photo, better);
            }
        }
        self.verification_over(better);
    }

    /// Takes what was found, and has it remembered.
    fn note_look(&mut self, photo: PhotoId, better: PhotoId, found: Relation) {
        let mut looks = self.table.my_looks(photo);
        looks.note(better, found);
        self.table.set_my_looks(photo, looks.clone());
        self.disk(DiskAction::NoteLooks { photo, looks });
        if found == Relation::Different {
            let (photo, better) = (photo.short(), better.short());
            self.log(
                "look",
                format!("{photo} looks like {better}, but their pixels are different: both stay"),
            );
        }
    }

    /// A better version could not be fetched: what was to be compared with it stays as it is for a while.
    pub(super) fn looks_failed(&mut self, better: PhotoId) {
        for photo in self.looking.waiting_for(better) {
            self.look_over(photo);
            self.drops.stuck.insert(photo, self.now + SKIP);
            self.retry(photo, SKIP);
        }
    }

    /// One photo is no longer compared: the next one that waits has its turn.
    fn look_over(&mut self, photo: PhotoId) {
        self.looking.open.remove(&photo);
        if let Some(next) = self.looking.waiting.pop_first() {
            self.agenda.set(next, self.now);
        }
    }

    /// A variant has too few copies, in trashes and elsewhere: has one more made, if that is this node's task.
    pub(super) fn keep_variant(&mut self, photo: PhotoId) {
        let Some(entry) = self.table.get(photo) else {
            return;
        };
        if entry.claims.iter().count() >= self.reachable_copies() {
            return;
        }
        if coordinator(photo, entry.anywhere()) == Some(self.config.node) {
            self.offer(photo);
        }
        if !self.replication.line.has(photo) {
            self.retry(photo, RETRY);
        }
    }

    /// Whether copies of a photo in trashes count like any others: it is a variant that is not shown.
    pub(in crate::node) fn may_lie_in_trashes(&self, entry: &Entry) -> bool {
        self.table.is_variant(entry) && !self.table.is_shown(entry)
    }

    /// How many nodes have a photo now, and how many had it when they were last seen: on disk, or in any way if it is a
    /// variant that is not shown.
    pub(in crate::node) fn copies_there(&self, entry: &Entry) -> (usize, usize) {
        match self.may_lie_in_trashes(entry) {
            true => (entry.anywhere().count(), entry.claims.iter().count()),
            false => (entry.live().count(), entry.counted().count()),
        }
    }
}
