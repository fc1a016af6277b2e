//! A k-d tree of cues: finds those that lie in a small box around a given one.
//!
//! The cues of views that can match lie in a box of a space of fourteen dimensions
//! ([`CUE_WINDOW`]). Each branch of the tree parts the points into halves along the dimension
//! in which they are spread most, a leaf holds some hundreds of them, and a look-up goes only into branches that the
//! box reaches: of a million points it reads one in twenty.
//!
//! That the tree cuts no finer is on purpose. Cues of photos depend on each other, so that smaller leaves would be
//! reached nearly as often, and to jump to a leaf costs more than to read it. Within a leaf the numbers of one
//! dimension lie side by side, where they are compared sixteen at a time; all of them, since to stop at the first
//! number that is too far would cost more, in branches that the processor guesses wrongly, than the numbers that are
//! spared. For the same reason first everything is compared, and then what was near is collected: while there is
//! nothing to guess, a processor reads ahead. Together that made a look-up four times as quick as leaves of a hundred
//! and comparing until none is left. Cutting along other axes than the numbers themselves, boxes around leaves, leaves
//! that overlap, and leaves of half or twice the size made it no quicker.

use super::view::{CUE_LENGTH, CUE_WINDOW, Cue};

/// What a cue stands for: a place in the index.
pub(super) type Slot = u32;

/// How many points a leaf has when it is parted, unless they all lie in one place.
const LEAF: usize = 512;

/// How many points of a leaf lie side by side.
const ABREAST: usize = 32;

/// How many numbers are compared at a time: what fits in a register of any processor of today.
const AT_A_TIME: usize = 16;

/// Slots by their cue.
#[derive(Clone, Debug)]
pub(super) struct CueTree {
    /// The root is the first.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    /// Points whose number in this dimension is at most `at` are in the subtree of the node `below`, all others in that
    /// of the next one.
    Branch { dimension: u8, at: u8, below: u32 },
    /// Fewer points than [`LEAF`], unless many lie in one place.
    Leaf(Leaf),
}

/// Points, in blocks that are full but for the last.
#[derive(Clone, Debug, Default)]
struct Leaf {
    blocks: Vec<Block>,
    slots: Vec<Slot>,
}

/// The numbers of some points, dimension by dimension.
type Block = [[u8; ABREAST]; CUE_LENGTH];

/// A box around a cue: in each dimension where it begins and how far it reaches from there, each as often as numbers are
/// compared at a time.
struct Window([([u8; AT_A_TIME], [u8; AT_A_TIME]); CUE_LENGTH]);

impl Window {
    fn around(cue: Cue) -> Window {
        Window(cue.map(|number| {
            let start = number.saturating_sub(CUE_WINDOW);
            let reach = number.saturating_add(CUE_WINDOW) - start;
            ([start; AT_A_TIME], [reach; AT_A_TIME])
        }))
    }

    /// Which of the points are in the box, a bit each from the lowest on. Places beyond the last point may be among
    /// them.
    fn holds(&self, block: &Block) -> u32 {
        let mut far = [[0; AT_A_TIME]; ABREAST / AT_A_TIME];
        for (numbers, (start, reach)) in block.iter().zip(&self.0) {
            let (numbers, _) = numbers.as_chunks::<AT_A_TIME>();
            for (far, numbers) in far.iter_mut().zip(numbers) {
                let bounds = start.iter().zip(reach);
                for ((far, number), (start, reach)) in far.iter_mut().zip(numbers).zip(bounds) {
                    // A number below the start wraps around to a large one. What stays 0 is near.
                    *far |= number.wrapping_sub(*start).saturating_sub(*reach);
                }
            }
        }
        let (eights, _) = far.as_flattened().as_chunks::<8>();
        let each = eights.iter().enumerate();
        each.fold(0, |near, (place, eight)| {
            near | zero_bytes(u64::from_le_bytes(*eight)) << (8 * place)
        })
    }
}

/// A bit for each of eight bytes, set if the byte is 0.
fn zero_bytes(eight: u64) -> u32 {
    const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);
    let highest = !(((eight & LOW_BITS) + LOW_BITS) | eight | LOW_BITS);
    // Each highest bit is moved into the last byte, to a place of its own.
    ((highest >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

impl Leaf {
    fn point(&self, at: usize) -> (Cue, Slot) {
        let block = &self.blocks[at / ABREAST];
        (block.map(|numbers| numbers[at % ABREAST]), self.slots[at])
    }

    fn points(&self) -> impl Iterator<Item = (Cue, Slot)> {
        (0..self.slots.len()).map(|at| self.point(at))
    }

    fn set(&mut self, at: usize, (cue, slot): (Cue, Slot)) {
        for (numbers, number) in self.blocks[at / ABREAST].iter_mut().zip(cue) {
            numbers[at % ABREAST] = number;
        }
        self.slots[at] = slot;
    }

    fn push(&mut self, cue: Cue, slot: Slot) {
        let at = self.slots.len();
        if at.is_multiple_of(ABREAST) {
            self.blocks.push([[0; ABREAST]; CUE_LENGTH]);
        }
        self.slots.push(slot);
        self.set(at, (cue, slot));
    }

    /// Fills the gap with the last point.
    fn remove(&mut self, slot: Slot) {
        let Some(at) = self.slots.iter().position(|other| *other == slot) else {
            return;
        };
        let last = self.slots.len() - 1;
        self.set(at, self.point(last));
        self.slots.pop();
        self.blocks.truncate(last.div_ceil(ABREAST));
    }

    /// The points that are at most at this number in this dimension, and the others.
    fn parted(&self, dimension: usize, at: u8) -> (Leaf, Leaf) {
        let (mut low, mut high) = (Leaf::default(), Leaf::default());
        for (cue, slot) in self.points() {
            let half = if cue[dimension] > at { &mut high } else { &mut low };
            half.push(cue, slot);
        }
        (low, high)
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
        let sorted = (0..CUE_LENGTH).map(|dimension| {
            let mut numbers: Vec<u8> = self.points().map(|(cue, _)| cue[dimension]).collect();
            numbers.sort_unstable();
            (dimension, numbers)
        });
        let parted =
            sorted.filter_map(|(dimension, values)| Some((spread(&values)?, dimension, values)));
        let (_, dimension, values) = parted.max_by_key(|(spread, ..)| *spread)?;
        let median = values[values.len() / 2];
        // The cut must leave something above it: if the median is the largest number, it goes just below.
        let largest = *values.last()?;
        let below_largest = values.iter().rev().find(|value| **value < largest);
        let at = if median < largest { median } else { *below_largest? };
        Some((dimension, at))
    }
}

impl Default for CueTree {
    fn default() -> CueTree {
        CueTree { nodes: vec![Node::Leaf(Leaf::default())] }
    }
}

impl CueTree {
    /// Adds a slot.
    pub(super) fn insert(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        if let Node::Leaf(points) = &mut self.nodes[leaf] {
            points.push(cue, slot);
            // Points that all lie in one place cannot be parted; trying now and then keeps that cheap.
            if points.slots.len().is_multiple_of(LEAF) {
                self.split(leaf);
            }
        }
    }

    /// Removes a slot that was added with this cue.
    pub(super) fn remove(&mut self, cue: Cue, slot: Slot) {
        let leaf = self.leaf_of(cue);
        if let Node::Leaf(points) = &mut self.nodes[leaf] {
            points.remove(slot);
        }
    }

    /// The leaf that a point belongs to.
    fn leaf_of(&self, cue: Cue) -> usize {
        let mut node = 0;
        while let Node::Branch { dimension, at, below } = self.nodes[node] {
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
        let (low, high) = points.parted(dimension, at);
        let below = self.nodes.len() as u32;
        self.nodes.extend([Node::Leaf(low), Node::Leaf(high)]);
        self.nodes[leaf] = Node::Branch { dimension: dimension as u8, at, below };
    }

    /// Calls `each` with every slot whose cue is within the window of this one in all dimensions.
    pub(super) fn each_near(&self, cue: Cue, mut each: impl FnMut(Slot)) {
        let window = Window::around(cue);
        let mut waiting = vec![0];
        let mut leaves: Vec<&Leaf> = Vec::new();
        while let Some(node) = waiting.pop() {
            match &self.nodes[node as usize] {
                Node::Branch { dimension, at, below } => {
                    let value = cue[usize::from(*dimension)];
                    if value.saturating_sub(CUE_WINDOW) <= *at {
                        waiting.push(*below);
                    }
                    if value.saturating_add(CUE_WINDOW) > *at {
                        waiting.push(below + 1);
                    }
                }
                Node::Leaf(points) => leaves.push(points),
            }
        }
        let near: Vec<u32> =
            leaves.iter().flat_map(|leaf| &leaf.blocks).map(|block| window.holds(block)).collect();
        let eights = leaves.iter().flat_map(|leaf| leaf.slots.chunks(ABREAST));
        for (slots, mut near) in eights.zip(near) {
            while near != 0 {
                if let Some(slot) = slots.get(near.trailing_zeros() as usize) {
                    each(*slot);
                }
                near &= near - 1;
            }
        }
    }
}
