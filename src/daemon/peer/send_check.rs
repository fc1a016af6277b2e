//! Whether what is sent is the photo: a copy that has rotted is refused by whoever gets it, and its own node should not
//! hear of that by its next scrub only.

use std::collections::BTreeMap;

use crate::photo::{Digest, PhotoId};
use crate::protocol::message::TransferId;

/// So many photos are followed at a time, the latest; the others are sent all the same.
const MOST: usize = 16;

/// The check of photos on their way out, each as far as it was sent without a gap.
#[derive(Default)]
pub(super) struct SendCheck {
    under_way: BTreeMap<TransferId, (u64, Digest)>,
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
    pub(super) fn is_wrong(&mut self, transfer: TransferId, photo: PhotoId, size: u64) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: &[u8] = b"a photo of six and twenty b";

    #[test]
    fn only_a_photo_that_was_sent_whole_can_be_wrong() {
        let (right, wrong) = (PhotoId::of(PHOTO), PhotoId::of(b"another"));
        let size = PHOTO.len() as u64;
        let mut check = SendCheck::default();
        let whole = TransferId(1);
        for (photo, expected) in [(right, false), (wrong, true)] {
            check.add(whole, 0, &PHOTO[..9]);
            assert!(!check.is_wrong(whole, photo, size));
            check.add(whole, 9, &PHOTO[9..]);
            assert_eq!(check.is_wrong(whole, photo, size), expected);
        }
        let gap = TransferId(2);
        check.add(gap, 0, &PHOTO[..9]);
        check.add(gap, 10, &PHOTO[10..]);
        assert!(!check.is_wrong(gap, wrong, size));
        assert!(check.under_way.is_empty());
    }

    #[test]
    fn those_that_are_never_finished_do_not_stand_in_the_way() {
        let mut check = SendCheck::default();
        for transfer in 0..1000 {
            check.add(TransferId(transfer), 0, &PHOTO[..9]);
        }
        let (last, size) = (TransferId(1000), PHOTO.len() as u64);
        check.add(last, 0, PHOTO);
        assert!(check.is_wrong(last, PhotoId::of(b"another"), size));
    }

    #[test]
    fn however_many_are_asked_for_few_are_followed() {
        let mut check = SendCheck::default();
        for transfer in 0..1000 {
            check.add(TransferId(transfer), 0, PHOTO);
        }
        assert_eq!(check.under_way.len(), MOST);
    }
}
