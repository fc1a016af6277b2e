//! Looking up near-duplicates among many fingerprints.
//!
//! Two views of one picture have cues whose fourteen numbers all differ by little
//! ([`CUE_WINDOW`]). So the views that can match a given one lie in a small box of a space of
//! fourteen dimensions, and a k-d tree finds what lies in a box: each branch halves the points along the dimension in
//! which they are spread most, a leaf holds a few dozen of them, and a look-up goes only into branches that the box
//! reaches. Of a million photos it looks at the cues of a few thousand and compares the hashes of a few hundred.
//! Since the box is a part of the rule, no match can be missed.
//!
//! Common indexes for Hamming distance do not work here: the rule allows a fifth of the bits to differ, and any way to
//! cut the bits into pieces of which one must nearly agree has to try more pieces than there are photos.

use std::collections::BTreeMap;

use super::view::{CUE_LENGTH, CUE_WINDOW, Cue, View};
use super::{Fingerprint, PhotoId};

/// Finds, among many fingerprints, those that say "the same picture" as a given one.
#[derive(Clone, Debug, Default)]
pub struct SimilarityIndex {
    /// Where the views of each photo are kept: one, or two if it has bands along its edges.
    photos: BTreeMap<PhotoId, [Option<Slot>; 2]>,
    /// The photo and the view in each slot.
    views: Vec<(PhotoId, View)>,
    /// Slots that are not in use.
    free: Vec<Slot>,
    tree: CueTree,
}

/// A place in [`SimilarityIndex::views`].
type Slot = u32;

impl SimilarityIndex {
    /// Adds a photo's fingerprint, replacing an earlier one of the same photo. One of another version matches nothing.
    pub fn insert(&mut self, photo: PhotoId, fingerprint: Fingerprint) {
        self.remove(photo);
        let mut slots = [None; 2];
        for (place, view) in slots.iter_mut().zip(fingerprint.views()) {
            let slot = self.free.pop().unwrap_or_else(|| {
                self.views.push((photo, *view));
                // Four thousand million photos do not fit in any memory this runs in.
                (self.views.len() - 1) as Slot
            });
            self.views[slot as usize] = (photo, *view);
            self.tree.insert(view.cue, slot);
            *place = Some(slot);
        }
        self.photos.insert(photo, slots);
    }

    /// Forgets a photo.
    pub fn remove(&mut self, photo: PhotoId) {
        for slot in self.photos.remove(&photo).into_iter().flatten().flatten() {
            self.tree.remove(self.views[slot as usize].1.cue, slot);
            self.free.push(slot);
        }
    }

    /// All photos whose fingerprint says "the same picture" as this one, in order of their id. Exact: none is missed.
    pub fn similar(&self, fingerprint: &Fingerprint) -> Vec<PhotoId> {
        let mut found = Vec::new();
        for view in fingerprint.views() {
            self.tree.each_near(view.cue, |slot| {
                let (photo, other) = &self.views[slot as usize];
                if view.matches(other) {
                    found.push(*photo);
                }
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The most points of a leaf, unless they all lie in one place. Large, since to jump to a leaf costs more than
/// to read it.
const LEAF: usize = 256;

/// How many points of a leaf are looked at side by side.
const ABREAST: usize = 64;

/// Slots by their cue.
#[derive(Clone, Debug)]
struct CueTree {
    /// The root is the first.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    /// Points whose number in this dimension is at most `at` are in the subtree of the node `below`, all others in that
    /// of the next one.
    Branch { dimension: u8, at: u8, below: u32 },
    /// A few hundred points.
    Leaf(Leaf),
}

/// Points, dimension by dimension: a look-up reads the first numbers of all points, and the others only while there are
/// points left whose numbers have all been near.
#[derive(Clone, Debug, Default)]
struct Leaf {
    dimensions: [Vec<u8>; CUE_LENGTH],
    slots: Vec<Slot>,
}

impl Leaf {
    fn push(&mut self, cue: Cue, slot: Slot) {
        for (numbers, number) in self.dimensions.iter_mut().zip(cue) {
            numbers.push(number);
        }
        self.slots.push(slot);
    }

    fn remove(&mut self, slot: Slot) {
        if let Some(at) = self.slots.iter().position(|other| *other == slot) {
            for numbers in &mut self.dimensions {
                numbers.swap_remove(at);
            }
            self.slots.swap_remove(at);
        }
    }

    /// The points that are at most at this number in this dimension, and the others.
    fn parted(self, dimension: usize, at: u8) -> (Leaf, Leaf) {
        let (mut low, mut high) = (Leaf::default(), Leaf::default());
        for (place, slot) in self.slots.iter().enumerate() {
            let cue = std::array::from_fn(|dimension| self.dimensions[dimension][place]);
            let half = if cue[dimension] > at {
                &mut high
            } else {
                &mut low
            };
            half.push(cue, *slot);
        }
        (low, high)
    }

    /// Calls `each` with every slot whose cue is within the window of this one in all dimensions.
    fn each_near(&self, cue: &Cue, each: &mut impl FnMut(Slot)) {
        for (start, slots) in (0..).step_by(ABREAST).zip(self.slots.chunks(ABREAST)) {
            let mut near = [1_u8; ABREAST];
            for (numbers, own) in self.dimensions.iter().zip(cue) {
                let numbers = &numbers[start..start + slots.len()];
                // Without an early end this compiles to vector instructions.
                for (near, number) in near.iter_mut().zip(numbers) {
                    *near &= u8::from(number.abs_diff(*own) <= CUE_WINDOW);
                }
                if near[..slots.len()].iter().fold(0, |any, near| any | near) == 0 {
                    break;
                }
            }
            for (slot, _) in slots.iter().zip(near).filter(|(_, near)| *near == 1) {
                each(*slot);
            }
        }
    }

    /// The dimension in which the points are spread most, and a number there at or below which about half of them lie;
    /// none if all lie in one place.
    fn best_cut(&self) -> Option<(usize, u8)> {
        let spread = |values: &[u8]| {
            let (first, last) = (*values.first()?, *values.last()?);
            // Without the outermost eighths: one outlier makes no spread.
            let eighth = values.len() / 8;
            let inner = values[values.len() - 1 - eighth] - values[eighth];
            (first < last).then_some((inner, last - first))
        };
        let sorted = self.dimensions.iter().map(|numbers| {
            let mut numbers = numbers.clone();
            numbers.sort_unstable();
            numbers
        });
        let parted = sorted
            .enumerate()
            .filter_map(|(dimension, values)| Some((spread(&values)?, dimension, values)));
        let (_, dimension, values) = parted.max_by_key(|(spread, ..)| *spread)?;
        let median = values[values.len() / 2];
        // The cut must leave something above it: if the median is the largest number, it goes just below.
        let largest = *values.last()?;
        let below_largest = values.iter().rev().find(|value| **value < largest);
        let at = if median < largest {
            median
        } else {
            *below_largest?
        };
        Some((dimension, at))
    }
}

impl Default for CueTree {
    fn default() -> CueTree {
        CueTree {
            nodes: vec![Node::Leaf(Leaf::default())],
        }
    }
}

impl CueTree {
    fn insert(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        if let Node::Leaf(points) = &mut self.nodes[leaf] {
            points.push(cue, slot);
            // Points that all lie in one place cannot be parted; trying now and then keeps that cheap.
            if points.slots.len() > LEAF && points.slots.len().is_multiple_of(LEAF) {
                self.split(leaf);
            }
        }
    }

    fn remove(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        if let Node::Leaf(points) = &mut self.nodes[leaf] {
            points.remove(slot);
        }
    }

    /// The leaf that a point belongs to.
    fn leaf_of(&self, cue: Cue) -> usize {
        let mut node = 0;
        while let Node::Branch {
            dimension,
            at,
            below,
        } = self.nodes[node]
        {
            node = below as usize + usize::from(cue[usize::from(dimension)] > at);
        }
        node
    }

    /// Parts the points of a leaf into two halves along the dimension in which they are spread most.
    fn split(&mut self, leaf: usize) {
        let Node::Leaf(points) = &mut self.nodes[leaf] else {
            return;
        };
        let Some((dimension, at)) = points.best_cut() else {
            return;
        };
        let (low, high) = std::mem::take(points).parted(dimension, at);
        let below = self.nodes.len() as u32;
        self.nodes.extend([Node::Leaf(low), Node::Leaf(high)]);
        self.nodes[leaf] = Node::Branch {
            dimension: dimension as u8,
            at,
            below,
        };
    }

    /// Calls `each` with every slot whose cue is within the window of this one in all dimensions.
    fn each_near(&self, cue: Cue, mut each: impl FnMut(Slot)) {
        let mut waiting = vec![0];
        while let Some(node) = waiting.pop() {
            match &self.nodes[node as usize] {
                Node::Branch {
                    dimension,
                    at,
                    below,
                } => {
                    let value = cue[usize::from(*dimension)];
                    if value.saturating_sub(CUE_WINDOW) <= *at {
                        waiting.push(*below);
                    }
                    if value.saturating_add(CUE_WINDOW) > *at {
                        waiting.push(below + 1);
                    }
                }
                Node::Leaf(points) => points.each_near(&cue, &mut each),
            }
        }
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
