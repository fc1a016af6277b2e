//! Second looks: before a node accepts a better version in the place of its own copy, it compares their pixels.
//!
//! ```text
//!   review of a worse version ──▶ is the better one here? ── no ──▶ pulled into a spool file
//!                                          │ yes                        │
//!                                          ▼                            ▼
//!                                        Look (own copy, better version) on the disk's threads
//!                                          │
//!                    same or variant ◀─────┴─────▶ different
//!              accepted: noted in the record,      refused: noted in the record,
//!              so it can be hidden, and go         so that everybody shows both
//! ```
//!
//! No list hides a photo before that, and no file moves: not on a node that is alone, not on one that keeps its
//! originals, and not in a trash either. A photo there may have been retired for another one, or by another rule; if it
//! turns out to be different, it is a keeper and comes back by itself.
//!
//! The findings are remembered with the photo, so that a restart does not repeat every look. A photo with many
//! look-alikes is compared with them one after the other, the best first, until it has
//! [`Looks::MAX`](crate::protocol::Looks::MAX) refusals, since no more are remembered. Then it is shown.
//!
//! # Copies of a variant
//!
//! If the better version shows *every part* of a worse one, the worse one needs no copies: it goes, and in time it is
//! deleted. A [variant](Relation::Variant) shows something that its keeper does not, so the mesh keeps as many copies
//! of it as of a keeper; but they are not shown, and can lie in trashes. So every node that has it in any way counts,
//! and its coordinator (one of all these, since mostly none *stores* it) offers it to a node without it, as it would
//! offer a keeper. That node takes it as a replica, compares it with the keeper like any worse version, and retires it:
//! now it counts in that trash. Nothing trims copies in trashes, so this comes to rest.

use std::collections::BTreeSet;

use super::Drops;
use crate::node::context::Context;
use crate::node::limits::{DOUBT, LOOKS, RETRY, SKIP, STUCK};
use crate::node::news::{Fetcher, News};
use crate::node::table::edges::first_look;
use crate::node::{DiskAction, DiskError, Source};
use crate::photo::{PhotoId, Relation};

/// The second looks still to be taken. Those under way are in custody.
#[derive(Debug, Default)]
pub(super) struct Looking {
    /// Photos that wait until another look is done.
    waiting: BTreeSet<PhotoId>,
}

impl Drops {
    /// Has this node's copy of a photo compared with a better version of it.
    pub(in crate::node) fn look_at(&mut self, cx: &mut Context, photo: PhotoId, better: PhotoId) {
        let is_at_it = cx.custody.is_compared(photo) || self.looking.waiting.contains(&photo);
        if is_at_it || !cx.table.may_be_looked_at(photo, better) {
            return;
        }
        if cx.custody.is_going(photo) || cx.custody.is_returning(photo) {
            return cx.retry(photo, RETRY);
        }
        if cx.custody.comparisons() >= LOOKS {
            self.looking.waiting.insert(photo);
            return;
        }
        let is_here = cx.table.mine(better).is_some();
        if is_here && !cx.table.is_read(better) {
            return cx.retry(photo, DOUBT);
        }
        let Some(other) = cx.table.get(better).map(|entry| entry.photo.clone()) else {
            return;
        };
        cx.custody.compare(photo, better);
        if is_here {
            self.compare_all(cx, better, Source::Held(better));
        } else {
            cx.tell(News::Fetch { photo: other, wanted_by: Fetcher::Comparison });
        }
    }

    /// The bytes of a better version can be read here: the photos that wait for them are compared.
    pub(super) fn compare_all(&mut self, cx: &mut Context, better: PhotoId, source: Source) {
        for photo in cx.custody.begin_comparing(better) {
            let (worse, other) = (cx.table.get(photo), cx.table.get(better));
            let alike = worse.zip(other).is_some_and(|(worse, other)| {
                first_look(&worse.photo, &other.photo) != Relation::Different
            });
            if alike && cx.table.mine(photo).is_some() {
                cx.disk(DiskAction::Look { worse: photo, better, source });
            } else {
                cx.custody.leave_uncompared(photo);
                self.call_next(cx);
            }
        }
    }

    /// Two photos were compared, or could not be.
    pub(in crate::node) fn looked(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        better: PhotoId,
        result: Result<Relation, DiskError>,
    ) {
        if !cx.custody.end_comparing(photo, better) {
            return;
        }
        self.call_next(cx);
        match result {
            Ok(found) if cx.table.mine(photo).is_some() => note_look(cx, photo, better, found),
            Ok(_) => {}
            Err(error) => {
                let pause = match error {
                    DiskError::Other(_) | DiskError::NotAPicture => STUCK,
                    DiskError::Gone | DiskError::Damaged | DiskError::Full | DiskError::TooLate => {
                        SKIP
                    }
                };
                cx.agenda.hold(photo, cx.now() + pause);
                let (photo, better) = (photo.short(), better.short());
                cx.warn("look", format!("cannot compare {photo} with {better}: {error}"));
            }
        }
        if cx.table.yields(photo, better) {
            cx.tell(News::Compared(photo));
            // The pulled bytes may still be here.
            if cx.table.found(photo, better).is_some() {
                self.consider_retiring(cx, photo, better);
            }
        }
        self.verification_over(cx, better);
    }

    /// A better version could not be fetched: the photos to be compared with it stay as they are for a while.
    pub(super) fn looks_failed(&mut self, cx: &mut Context, better: PhotoId) {
        for photo in cx.custody.leave_all_uncompared(better) {
            self.call_next(cx);
            cx.agenda.hold(photo, cx.now() + SKIP);
        }
    }

    /// One comparison is over: the next waiting photo has its turn.
    pub(super) fn call_next(&mut self, cx: &mut Context) {
        if let Some(next) = self.looking.waiting.pop_first() {
            cx.agenda.set(next, cx.now());
        }
    }
}

/// Takes a finding into the table, and has the disk remember it.
fn note_look(cx: &mut Context, photo: PhotoId, better: PhotoId, found: Relation) {
    let mut looks = cx.table.my_looks(photo);
    looks.note(better, found);
    cx.table.set_my_looks(photo, looks.clone());
    cx.disk(DiskAction::NoteLooks { photo, looks });
    if found == Relation::Different {
        let (photo, better) = (photo.short(), better.short());
        let text =
            format!("{photo} looks like {better}, but their pixels are different: both stay");
        cx.log("look", text);
    }
}
