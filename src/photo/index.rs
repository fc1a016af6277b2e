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

/// The most points of a leaf, unless they all lie in one place.
const LEAF: usize = 32;

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
    /// A few points.
    Leaf(Vec<Point>),
}

/// A view's cue and slot, side by side: a look-up reads all points of a leaf in a row.
#[derive(Clone, Copy, Debug)]
struct Point {
    cue: Cue,
    slot: Slot,
}

impl Default for CueTree {
    fn default() -> CueTree {
        CueTree {
            nodes: vec![Node::Leaf(Vec::new())],
        }
    }
}

impl CueTree {
    fn insert(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        if let Node::Leaf(points) = &mut self.nodes[leaf] {
            points.push(Point { cue, slot });
            // Points that all lie in one place cannot be parted; trying now and then keeps that cheap.
            if points.len() > LEAF && points.len().is_multiple_of(LEAF) {
                self.split(leaf);
            }
        }
    }

    fn remove(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        if let Node::Leaf(points) = &mut self.nodes[leaf] {
            points.retain(|point| point.slot != slot);
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
        let Some((dimension, at)) = best_cut(points) else {
            return;
        };
        let above = |point: &Point| point.cue[usize::from(dimension)] > at;
        let (high, low) = std::mem::take(points).into_iter().partition(above);
        let below = self.nodes.len() as u32;
        self.nodes.extend([Node::Leaf(low), Node::Leaf(high)]);
        self.nodes[leaf] = Node::Branch {
            dimension,
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
                Node::Leaf(points) => {
                    for point in points.iter().filter(|point| is_near(&cue, &point.cue)) {
                        each(point.slot);
                    }
                }
            }
        }
    }
}

/// Whether two cues are within the window in all dimensions. Without an early end this compiles to a handful of vector
/// instructions.
fn is_near(a: &Cue, b: &Cue) -> bool {
    let apart = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b) > CUE_WINDOW);
    !apart.fold(false, |any, this| any | this)
}

/// The dimension in which the points are spread most, and a value there at or below which about half of them lie; none
/// if all lie in one place.
fn best_cut(points: &[Point]) -> Option<(u8, u8)> {
    let sorted = |dimension: u8| {
        let mut values: Vec<u8> = points
            .iter()
            .map(|point| point.cue[usize::from(dimension)])
            .collect();
        values.sort_unstable();
        values
    };
    let spread = |values: &[u8]| {
        let (first, last) = (*values.first()?, *values.last()?);
        // Without the outermost eighths: one outlier makes no spread.
        let eighth = values.len() / 8;
        let inner = values[values.len() - 1 - eighth] - values[eighth];
        (first < last).then_some((inner, last - first))
    };
    let dimensions = (0..CUE_LENGTH as u8).map(|dimension| (dimension, sorted(dimension)));
    let parted =
        dimensions.filter_map(|(dimension, values)| Some((spread(&values)?, dimension, values)));
    let (_, dimension, values) = parted.max_by_key(|(spread, ..)| *spread)?;
    let median = values[values.len() / 2];
    // The cut must leave something above it: if the median is the largest value, it goes just below.
    let largest = *values.last()?;
    let below_largest = values.iter().rev().find(|value| **value < largest);
    let at = if median < largest {
        median
    } else {
        *below_largest?
    };
    Some((dimension, at))
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
