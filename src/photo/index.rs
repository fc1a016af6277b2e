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

use super::view::{CUE_WINDOW, Cue, View};
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
const LEAF: usize = 48;

/// Slots by their cue.
#[derive(Clone, Debug)]
struct CueTree {
    /// The root is the first.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    /// Points whose number in this dimension is at most `at` are below `low`, all others below `high`.
    Branch {
        dimension: usize,
        at: u8,
        low: usize,
        high: usize,
    },
    /// A few points, and the slot of each.
    Leaf { cues: Vec<Cue>, slots: Vec<Slot> },
}

impl Default for CueTree {
    fn default() -> CueTree {
        CueTree {
            nodes: vec![Node::empty()],
        }
    }
}

impl Node {
    fn empty() -> Node {
        Node::Leaf {
            cues: Vec::new(),
            slots: Vec::new(),
        }
    }
}

impl CueTree {
    fn insert(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        let Node::Leaf { cues, slots } = &mut self.nodes[leaf] else {
            unreachable!("a search ends at a leaf");
        };
        cues.push(cue);
        slots.push(slot);
        // Points that all lie in one place cannot be parted: trying at every doubling keeps that cheap.
        if cues.len() > LEAF && cues.len().is_multiple_of(LEAF) {
            self.split(leaf);
        }
    }

    fn remove(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        if let Node::Leaf { cues, slots } = &mut self.nodes[leaf]
            && let Some(at) = slots.iter().position(|other| *other == slot)
        {
            cues.swap_remove(at);
            slots.swap_remove(at);
        }
    }

    /// The leaf that a point belongs to.
    fn leaf_of(&self, cue: Cue) -> usize {
        let mut node = 0;
        while let Node::Branch {
            dimension,
            at,
            low,
            high,
        } = &self.nodes[node]
        {
            node = if cue[*dimension] <= *at { *low } else { *high };
        }
        node
    }

    /// Parts the points of a leaf into two halves along the dimension in which they are spread most.
    fn split(&mut self, leaf: usize) {
        let Node::Leaf { cues, slots } = &mut self.nodes[leaf] else {
            return;
        };
        let (cues, slots) = (std::mem::take(cues), std::mem::take(slots));
        let (dimension, at) = best_cut(&cues);
        let mut halves = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
        for (cue, slot) in cues.into_iter().zip(slots) {
            let (cues, slots) = &mut halves[usize::from(cue[dimension] > at)];
            cues.push(cue);
            slots.push(slot);
        }
        let [low, high] = halves.map(|(cues, slots)| Node::Leaf { cues, slots });
        if matches!(&high, Node::Leaf { cues, .. } if cues.is_empty()) {
            self.nodes[leaf] = low;
            return;
        }
        let below = self.nodes.len();
        self.nodes.extend([low, high]);
        self.nodes[leaf] = Node::Branch {
            dimension,
            at,
            low: below,
            high: below + 1,
        };
    }

    /// Calls `each` with every slot whose cue is within the window of this one in all dimensions.
    fn each_near(&self, cue: Cue, mut each: impl FnMut(Slot)) {
        let mut waiting = vec![0];
        while let Some(node) = waiting.pop() {
            match &self.nodes[node] {
                Node::Branch {
                    dimension,
                    at,
                    low,
                    high,
                } => {
                    let value = cue[*dimension];
                    if value.saturating_sub(CUE_WINDOW) <= *at {
                        waiting.push(*low);
                    }
                    if value.saturating_add(CUE_WINDOW) > *at {
                        waiting.push(*high);
                    }
                }
                Node::Leaf { cues, slots } => {
                    for (other, slot) in cues.iter().zip(slots) {
                        // Without an early end this compiles to a handful of vector instructions.
                        let apart = cue.iter().zip(other).map(|(a, b)| a.abs_diff(*b));
                        if apart.fold(0, u8::max) <= CUE_WINDOW {
                            each(*slot);
                        }
                    }
                }
            }
        }
    }
}

/// The dimension in which the points are spread most, and their median there. At least one point lies at or below it;
/// none lies above only if all lie in one place.
fn best_cut(cues: &[Cue]) -> (usize, u8) {
    let values = |dimension: usize| {
        let mut values: Vec<u8> = cues.iter().map(|cue| cue[dimension]).collect();
        values.sort_unstable();
        values
    };
    let spread = |values: &[u8]| {
        // Without the outermost eighths: one outlier makes no spread.
        let eighth = values.len() / 8;
        values[values.len() - 1 - eighth].abs_diff(values[eighth])
    };
    let all = (0..cues[0].len()).map(|dimension| (dimension, values(dimension)));
    let ranked =
        all.max_by_key(|(_, values)| (spread(values), values[values.len() - 1] - values[0]));
    let (dimension, values) = ranked.unwrap_or_default();
    let largest = values[values.len() - 1];
    let median = values[values.len() / 2];
    // If half of the points are the largest, the cut goes just below them.
    let at = if median < largest {
        median
    } else {
        values
            .iter()
            .rev()
            .find(|value| **value < largest)
            .copied()
            .unwrap_or(largest)
    };
    (dimension, at)
}
