//! Hot photos: what clients have asked for stays in its spool file.
//!
//! ```text
//!   a client asks ─▶ kept? ─── yes ──▶ it is read from the spool file, as one of this folder is
//!                      │ no
//!                      ▼
//!              a pull, which all who ask meanwhile share ─▶ its readers are done ─▶ worth keeping? ─▶ kept
//!                                                                                       │ no
//!                                                                                       ▼
//!                                                                                    discarded
//! ```
//!
//! # What it promises
//!
//! A kept photo *is no copy*. It is in no table and in no announcement, proves nothing and counts for nothing: only what
//! is installed in the folder makes a holder. Nor is it served to other nodes. When the collection shows a photo no
//! longer, or the folder has it, it goes.
//!
//! Its bytes may have lain here for weeks, so each time they are read against the digest before the first is given out.
//! Are they needed for more than a client, to become a replica or for a comparison, then it is a pull again, whose bytes
//! are here and are inspected; wrong ones come anew.
//!
//! It makes way: kept photos take at most as much of the disk as they leave free of what others' photos may take, and
//! nothing on one that fails.

use super::Copies;
use crate::node::context::Context;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskAction, Source, Spool};
use crate::photo::PhotoId;
use crate::protocol::client::CacheReport;
use crate::protocol::message::TransferId;

impl Copies {
    /// A client asks for a photo of other nodes. Returns where its bytes are, if they are kept.
    pub(super) fn asked_for(&mut self, photo: PhotoId, bytes: u64) -> Option<Source> {
        self.cache.asked(photo);
        let kept = self.cache.get(photo);
        if kept.is_some() || self.pulls.contains_key(&photo) {
            self.cache.hit(bytes);
        }
        kept.map(|transfer| Source::Kept(Spool::Pull(transfer)))
    }

    /// Nobody needs a pull any more that is ready: its spool file stays, if that is worth it.
    pub(super) fn keep_or_discard(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((transfer, pull)) = self.pulls.remove(&photo) else {
            return;
        };
        let spool = Spool::Pull(transfer);
        let may_stay = is_elsewhere(cx, photo) && !cx.folder.is_failing(cx.now());
        let admitted = match may_stay {
            true => self.cache.admit(photo, pull.photo.bytes, transfer),
            false => None,
        };
        match admitted {
            Some(evicted) => {
                discard(cx, evicted);
                cx.disk(DiskAction::Keep { spool });
            }
            None => cx.disk(DiskAction::Discard { spool }),
        }
    }

    /// What the table says of a photo has changed.
    pub(in crate::node) fn photo_changed(&mut self, cx: &mut Context, photo: PhotoId) {
        if !is_elsewhere(cx, photo) {
            self.spoiled(cx, photo);
        }
    }

    /// The bytes of a photo that is kept cannot be read, or are not it, or nobody wants them: they go.
    pub(in crate::node) fn spoiled(&mut self, cx: &mut Context, photo: PhotoId) {
        discard(cx, self.cache.forget(photo));
    }

    /// Time has passed: what is kept makes way for photos that stay.
    pub(super) fn tend_kept(&mut self, cx: &mut Context) {
        let size = self.cache.size();
        let spare = match cx.folder.is_failing(cx.now()) {
            true => 0,
            false => cx.folder.spare().unwrap_or(u64::MAX),
        };
        if size > spare {
            // Half of both: as much is free then as is kept.
            discard(cx, self.cache.shrink_to(size.midpoint(spare)));
        }
    }

    /// How much is kept, and what it has spared.
    pub(in crate::node) fn cache_report(&self) -> CacheReport {
        self.cache.report()
    }
}

/// Whether a photo is in the collection, and not in this folder.
fn is_elsewhere(cx: &Context, photo: PhotoId) -> bool {
    let is_removed =
        cx.table.get(photo).is_none_or(|entry| matches!(entry.verdict, Verdict::Removed));
    !is_removed && cx.table.mine(photo).is_none()
}

fn discard(cx: &mut Context, transfers: impl IntoIterator<Item = TransferId>) {
    for transfer in transfers {
        cx.disk(DiskAction::Discard { spool: Spool::Pull(transfer) });
    }
}
