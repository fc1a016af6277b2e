//! Whether what is sent is the photo: a copy that has rotted is refused by whoever gets it, and its own node should not
//! hear of that by its next scrub only.

use std::collections::BTreeMap;

use crate::photo::{Digest, PhotoId};
use crate::protocol::message::TransferId;

/// So many photos are followed at a time, the latest; the others are sent all the same.
pub(in crate::daemon) const MOST: usize = 16;

/// The check of photos on their way out, each as far as it was sent without a gap.
#[derive(Default)]
pub(in crate::daemon) struct SendCheck {
    pub(in crate::daemon) under_way: BTreeMap<TransferId, (u64, Digest)>,
}

impl SendCheck {
    /// A piece of a photo is sent, which begins at `offset`.
    pub(in crate::daemon) fn add(&mut self, transfer: TransferId, offset: u64, piece: &[u8]) {
        if offset == 0 {
            // The oldest may have been given up by who asked for it.
            while self.under_way.len() >= MOST {
                self.under_way.pop_first();
            }
            self.under_way.insert(transfer, Default::default());
        }
        match self.under_way.get_mut(&transfer) {
            Some((next, digest)) if *next == offset => {
                digest.add(piece);
                *next += piece.len() as u64;
            }
            _ => drop(self.under_way.remove(&transfer)),
        }
    }

    /// Whether all of a file of this size was sent by now, and is not the photo.
    pub(in crate::daemon) fn is_wrong(
        &mut self,
        transfer: TransferId,
        photo: PhotoId,
        size: u64,
    ) -> bool {
        match self.under_way.get(&transfer) {
            Some((next, digest)) if *next == size => {
                let wrong = digest.id() != photo;
                self.under_way.remove(&transfer);
                wrong
            }
            _ => false,
        }
    }
}
