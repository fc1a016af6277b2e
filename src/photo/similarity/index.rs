//! Looking up near-duplicates among many fingerprints.
//!
//! Two views of one picture have cues whose fourteen numbers all differ by little, and a k-d tree ([`CueTree`]) finds
//! the views with such cues without looking at all others. What it finds is compared in full. Two versions that have no
//! such views have two landmarks of the same code in common: those are found in lists, one for each code, by noting what
//! is met for the second time. Since cues and codes are a part of the rule, no match can be missed, but in a crowd: see
//! [`CROWD`].
//!
//! Common indexes for Hamming distance do not work here: the rule allows a fifth of the bits to differ, and any way to
//! cut the bits into pieces of which one must nearly agree has to try more pieces than there are photos.

use std::collections::BTreeMap;

use super::fingerprint::Fingerprint;
use super::kd_tree::{CueTree, Slot};
use super::landmarks::Landmarks;
use super::view::View;
use crate::photo::id::PhotoId;

/// In a small collection, so many photos are looked at in any case.
const CROWD: usize = 1024;

/// In a large one, at most one in so many.
const CROWD_SHARE: usize = 64;

/// In the lists of codes, so many times as many are met.
const CROWDED_CODES: usize = 32;

/// Finds, among many fingerprints, those that say "the same picture" as a given one.
#[derive(Clone, Debug, Default)]
pub struct SimilarityIndex {
    /// Where the views of each photo are kept: one, or two if it has bands along its edges.
    pub(super) photos: BTreeMap<PhotoId, [Option<Slot>; 2]>,
    /// The view in each slot. Kept apart from the photos: of what is compared few match, and views alone lie closer.
    pub(super) views: Vec<View>,
    /// The photo in each slot.
    owners: Vec<PhotoId>,
    /// The landmarks of the picture in each slot; none in the slot of a second view.
    landmarks: Vec<Landmarks>,
    /// Whether the picture in each slot is a graphic.
    graphic: Vec<bool>,
    /// Slots that are not in use.
    free: Vec<Slot>,
    tree: CueTree,
    /// The slots of the whole pictures that have a landmark of each code.
    pub(super) codes: BTreeMap<u32, Vec<Slot>>,
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
                self.landmarks.push(Landmarks::default());
                self.graphic.push(false);
                // Four thousand million photos do not fit in any memory this runs in.
                (self.views.len() - 1) as Slot
            });
            self.views[slot as usize] = *view;
            self.owners[slot as usize] = photo;
            self.graphic[slot as usize] = fingerprint.is_graphic();
            self.tree.insert(view.cue, slot);
            *place = Some(slot);
        }
        if let [Some(whole), _] = slots {
            self.landmarks[whole as usize] = *fingerprint.landmarks();
            for code in fingerprint.landmarks().codes() {
                push_closely(self.codes.entry(code).or_default(), whole);
            }
        }
        self.photos.insert(photo, slots);
    }

    /// Forgets a photo.
    pub fn remove(&mut self, photo: PhotoId) {
        for slot in self.photos.remove(&photo).into_iter().flatten().flatten() {
            self.tree.remove(self.views[slot as usize].cue, slot);
            for code in std::mem::take(&mut self.landmarks[slot as usize]).codes() {
                self.forget_code(code, slot);
            }
            self.free.push(slot);
        }
    }

    fn forget_code(&mut self, code: u32, slot: Slot) {
        let Some(slots) = self.codes.get_mut(&code) else {
            return;
        };
        if let Some(at) = slots.iter().position(|other| *other == slot) {
            slots.swap_remove(at);
        }
        if slots.is_empty() {
            self.codes.remove(&code);
        }
    }

    /// All photos that one view or the landmarks of this fingerprint match, in order of their id. Exact: none is missed
    /// that is a version of its picture, unless thousands look just like it. Those that their
    /// [details](Fingerprint::relation) tell from it are among them.
    pub fn similar(&self, fingerprint: &Fingerprint) -> Vec<PhotoId> {
        let crowd = self.crowd();
        let mut found = Vec::new();
        let mut near = Vec::new();
        for view in fingerprint.views() {
            // First all places, then all views: so the processor fetches several views at once.
            near.clear();
            self.tree.each_near(view.cue, |slot| {
                if near.len() < crowd {
                    near.push(slot);
                }
            });
            let matching = near.iter().filter(|slot| view.is_near(&self.views[**slot as usize]));
            found.extend(matching.map(|slot| self.owners[*slot as usize]));
        }
        found.extend(self.with_landmarks_of(fingerprint));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The lists of the slots that have the codes of these landmarks, `most` slots together; long lists, which tell the
    /// least, are left out first.
    fn with_codes_of(&self, landmarks: &Landmarks, most: usize) -> Vec<&[Slot]> {
        let lists = landmarks.codes().filter_map(|code| self.codes.get(&code));
        let mut lists: Vec<&[Slot]> = lists.map(Vec::as_slice).collect();
        lists.sort_unstable_by_key(|slots| slots.len());
        let mut left = most;
        let has_room =
            |slots: &&&[Slot]| left.checked_sub(slots.len()).map(|rest| left = rest).is_some();
        let telling = lists.iter().take_while(has_room).count();
        lists.truncate(telling);
        lists
    }

    /// How many photos with a like cue, or with two landmarks of the same codes, are compared.
    ///
    /// What one picture in [`CROWD_SHARE`] has tells nothing about a picture. No cue of real photos is as common; but
    /// records can be made up, and a look-up must cost little all the same.
    fn crowd(&self) -> usize {
        CROWD.max(self.views.len() / CROWD_SHARE)
    }

    /// The photos whose landmarks agree with these, but for two graphics.
    fn with_landmarks_of<'a>(
        &'a self,
        fingerprint: &'a Fingerprint,
    ) -> impl Iterator<Item = PhotoId> + 'a {
        let own = fingerprint.landmarks();
        // A bit for each slot: what is met is met in any order, and most of it never again.
        let mut met = vec![0_u64; self.views.len().div_ceil(64)];
        let mut again = Vec::new();
        let crowd = self.crowd();
        for slot in self.with_codes_of(own, CROWDED_CODES * crowd).into_iter().flatten() {
            let (word, bit) = (&mut met[*slot as usize / 64], 1 << (slot % 64));
            if *word & bit != 0 {
                again.push(*slot as usize);
            }
            *word |= bit;
        }
        again.sort_unstable();
        again.dedup();
        again.truncate(crowd);
        let graphic = fingerprint.is_graphic();
        again.retain(|slot| !(graphic && self.graphic[*slot]));
        // First all copies, then all comparisons: so the processor fetches several at once.
        let others: Vec<Landmarks> = again.iter().map(|slot| self.landmarks[*slot]).collect();
        let pairs = again.into_iter().zip(others);
        let matching = pairs.filter(|(_, other)| own.agree(other));
        matching.map(|(slot, _)| self.owners[slot])
    }
}

/// Adds a slot to a list that grows by an eighth at a time: most lists are long, and there are many.
fn push_closely(list: &mut Vec<Slot>, slot: Slot) {
    if list.len() == list.capacity() {
        list.reserve_exact(1 + list.len() / 8);
    }
    list.push(slot);
}
