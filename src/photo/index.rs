//! Looking up near-duplicates among many fingerprints.
//!
//! Two views of one picture have cues whose fourteen numbers all differ by little, and a k-d tree ([`CueTree`]) finds
//! the views with such cues without looking at all others. What it finds is compared in full. Since the cue is a part of
//! the rule, no match can be missed.
//!
//! Common indexes for Hamming distance do not work here: the rule allows a fifth of the bits to differ, and any way to
//! cut the bits into pieces of which one must nearly agree has to try more pieces than there are photos.

use std::collections::BTreeMap;

use super::cue_tree::{CueTree, Slot};
use super::view::View;
use super::{Fingerprint, PhotoId};

/// Finds, among many fingerprints, those that say "the same picture" as a given one.
#[derive(Clone, Debug, Default)]
pub struct SimilarityIndex {
    /// Where the views of each photo are kept: one, or two if it has bands along its edges.
    photos: BTreeMap<PhotoId, [Option<Slot>; 2]>,
    /// The view in each slot. Kept apart from the photos: of what is compared few match, and views alone lie closer.
    views: Vec<View>,
    /// The photo in each slot.
    owners: Vec<PhotoId>,
    /// Slots that are not in use.
    free: Vec<Slot>,
    tree: CueTree,
}

impl SimilarityIndex {
    /// Adds a photo's fingerprint, replacing an earlier one of the same photo. One of another version matches nothing.
    pub fn insert(&mut self, photo: PhotoId, fingerprint: Fingerprint) {
        self.remove(photo);
        let mut slots = [None; 2];
        for (place, view) in slots.iter_mut().zip(fingerprint.views()) {
            let slot = self.free.pop().unwrap_or_else(|| {
                self.views.push(*view);
                self.owners.push(photo);
                // Four thousand million photos do not fit in any memory this runs in.
                (self.views.len() - 1) as Slot
            });
            self.views[slot as usize] = *view;
            self.owners[slot as usize] = photo;
            self.tree.insert(view.cue, slot);
            *place = Some(slot);
        }
        self.photos.insert(photo, slots);
    }

    /// Forgets a photo.
    pub fn remove(&mut self, photo: PhotoId) {
        for slot in self.photos.remove(&photo).into_iter().flatten().flatten() {
            self.tree.remove(self.views[slot as usize].cue, slot);
            self.free.push(slot);
        }
    }

    /// All photos whose fingerprint says "the same picture" as this one, in order of their id. Exact: none is missed.
    pub fn similar(&self, fingerprint: &Fingerprint) -> Vec<PhotoId> {
        let mut found = Vec::new();
        let mut near = Vec::new();
        for view in fingerprint.views() {
            // First all places, then all views: so the processor fetches several views at once.
            near.clear();
            self.tree.each_near(view.cue, |slot| near.push(slot));
            let matching = near
                .iter()
                .filter(|slot| view.is_near(&self.views[**slot as usize]));
            found.extend(matching.map(|slot| self.owners[*slot as usize]));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::view::VIEW_BYTES;
    use super::*;

    fn fingerprint(whole: &[u8; VIEW_BYTES], trimmed: &[u8; VIEW_BYTES]) -> Fingerprint {
        let hex =
            |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
        let text = format!("v1:{}:{}", hex(whole), hex(trimmed));
        text.parse().expect("well formed")
    }

    /// Fingerprints that crowd around a few centres, at distances on both sides of what the rule allows.
    fn crowded() -> impl Strategy<Value = Fingerprint> {
        let view = (
            0..6_u8,
            prop::collection::vec((0..VIEW_BYTES, any::<u8>()), 0..30),
            any::<u64>(),
        );
        let view = view.prop_map(|(centre, changes, jitter)| {
            let mut view: [u8; VIEW_BYTES] =
                std::array::from_fn(|at| centre.wrapping_mul(at as u8).wrapping_mul(37));
            for (at, value) in changes {
                view[at] = value;
            }
            for (place, number) in view[VIEW_BYTES - 14..].iter_mut().enumerate() {
                *number = 100 + centre * 9 + (jitter >> (place * 4) & 15) as u8;
            }
            view
        });
        (view.clone(), view, any::<bool>()).prop_map(|(whole, trimmed, plain)| {
            if plain {
                fingerprint(&whole, &whole)
            } else {
                fingerprint(&whole, &trimmed)
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_finds_exactly_what_comparing_with_all_finds(
            all in prop::collection::vec(crowded(), 1..400),
            removed in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
            replaced in prop::collection::vec((any::<prop::sample::Index>(), crowded()), 0..40),
        ) {
            let id = |at: usize| PhotoId::of(&at.to_be_bytes());
            let mut index = SimilarityIndex::default();
            let mut plain: BTreeMap<PhotoId, Fingerprint> = BTreeMap::new();
            for (at, fingerprint) in all.iter().enumerate() {
                index.insert(id(at), *fingerprint);
                plain.insert(id(at), *fingerprint);
            }
            for (at, fingerprint) in replaced {
                index.insert(id(at.index(all.len())), fingerprint);
                plain.insert(id(at.index(all.len())), fingerprint);
            }
            for at in removed {
                index.remove(id(at.index(all.len())));
                plain.remove(&id(at.index(all.len())));
            }
            for fingerprint in &all {
                let expected: Vec<PhotoId> = plain
                    .iter()
                    .filter(|(_, other)| fingerprint.same_picture(other))
                    .map(|(photo, _)| *photo)
                    .collect();
                prop_assert_eq!(index.similar(fingerprint), expected);
            }
        }
    }

    #[test]
    fn many_in_one_place_are_all_found() {
        let mut index = SimilarityIndex::default();
        let here = fingerprint(&[7; VIEW_BYTES], &[7; VIEW_BYTES]);
        for at in 0..1000_u32 {
            index.insert(PhotoId::of(&at.to_be_bytes()), here);
        }
        assert_eq!(index.similar(&here).len(), 1000);
    }
}
