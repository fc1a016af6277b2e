//! The hashes of one 64x64 view of a picture: what two versions of it are compared by.

use std::f64::consts::PI;
use std::sync::LazyLock;

use img_hash::image::GrayImage;
use img_hash::{HashAlg, Hasher, HasherConfig};

use crate::photo::decoding::mosaic::{HASHED_SIDE, Mosaic};

/// Bytes of the gradient bits, of which there are 312.
const GRADIENT_BYTES: usize = 39;
/// Bytes of the DCT bits, two for each of 80 waves.
const DCT_BYTES: usize = 20;
/// Numbers of the cue.
pub(super) const CUE_LENGTH: usize = 14;
/// Bytes of a view.
pub(super) const VIEW_BYTES: usize = GRADIENT_BYTES + DCT_BYTES + CUE_LENGTH;

/// How much a DCT bit counts against a gradient bit. With 3, 95 % of the versions with 5 % cut off lie
/// within 72 % of the distance of the closest false pair; with 2 within 76 %, with 4 within 78 %.
pub(super) const DCT_WEIGHT: u32 = 3;

/// The greatest distance of two views of one picture: between 128, the farthest required match that was measured, and
/// 181, the closest hard negative (204, the closest picture of something else). See [`super::fingerprint`].
pub(super) const MAX_DISTANCE: u32 = 170;

/// The most that any number of the cue may differ between two views of one picture. A number is 128 and twice the share
/// of its wave, which with 5 % cut off changes by at most 9 to 13 in 99 % of the cases. One in 3,000 pairs of different
/// photos has cues this close. With 18 another 1 % of the versions with 5 % cut off would be found, and five times as
/// many photos be looked at for each.
pub(super) const CUE_WINDOW: u8 = 15;

/// A picture whose cells vary less than this (standard deviation, in steps of 255) has nothing to recognise it by: all
/// plain walls look alike, and black and white are at distance 0.
const MIN_DEVIATION: f64 = 4.0;

/// Waves in one direction: none, a half, one, up to four periods.
const WAVES: usize = 9;

/// The waves of the cue have at most two periods in both directions together.
const CUE_WAVES: usize = 5;

/// Fourteen numbers that say roughly how light and dark are spread over the middle of a picture.
pub(super) type Cue = [u8; CUE_LENGTH];

/// The hashes of one view of a picture. Bits are kept in words, the first byte on top, to be compared many at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct View {
    gradient_bits: [u64; GRADIENT_BYTES.div_ceil(8)],
    dct_bits: [u64; DCT_BYTES.div_ceil(8)],
    pub(super) cue: Cue,
}

impl View {
    /// Hashes a view; nothing if there is nothing in it to recognise it by.
    pub(super) fn of(luma: &Mosaic<HASHED_SIDE, 1>) -> Option<View> {
        let cells = luma.cells.as_flattened();
        (deviation(cells) >= MIN_DEVIATION).then_some(View {
            gradient_bits: to_words(&gradient_bits(cells)?),
            dct_bits: to_words(&dct_bits(cells)),
            cue: cue(cells),
        })
    }

    /// How many gradient bits differ, and how many DCT bits.
    pub(super) fn differing_bits(&self, other: &View) -> (u32, u32) {
        let gradients = differing(&self.gradient_bits, &other.gradient_bits);
        (gradients, differing(&self.dct_bits, &other.dct_bits))
    }

    /// How far two views are from each other.
    pub(super) fn distance(&self, other: &View) -> u32 {
        let (gradients, waves) = self.differing_bits(other);
        gradients + DCT_WEIGHT * waves
    }

    /// The greatest difference of two numbers of the cues.
    pub(super) fn cue_difference(&self, other: &View) -> u8 {
        let pairs = self.cue.iter().zip(&other.cue);
        pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or_default()
    }

    /// Whether two views are of the same picture.
    pub(super) fn matches(&self, other: &View) -> bool {
        self.cue_difference(other) <= CUE_WINDOW && self.is_near(other)
    }

    /// Whether two views whose cues agree are of the same picture.
    pub(super) fn is_near(&self, other: &View) -> bool {
        // The DCT bits alone tell most different pictures apart, in three words.
        DCT_WEIGHT * differing(&self.dct_bits, &other.dct_bits) <= MAX_DISTANCE
            && self.distance(other) <= MAX_DISTANCE
    }

    /// All of it, in a row.
    pub(super) fn to_bytes(self) -> [u8; VIEW_BYTES] {
        let mut bytes = [0; VIEW_BYTES];
        let gradients = to_bytes::<GRADIENT_BYTES>(&self.gradient_bits);
        let waves = to_bytes::<DCT_BYTES>(&self.dct_bits);
        let parts = gradients.iter().chain(&waves).chain(&self.cue);
        bytes.iter_mut().zip(parts).for_each(|(byte, part)| *byte = *part);
        bytes
    }

    /// The view that these bytes were made of.
    pub(super) fn from_bytes(bytes: &[u8; VIEW_BYTES]) -> View {
        fn take<const N: usize>(bytes: &mut impl Iterator<Item = u8>) -> [u8; N] {
            std::array::from_fn(|_| bytes.next().unwrap_or_default())
        }
        let mut bytes = bytes.iter().copied();
        View {
            gradient_bits: to_words(&take::<GRADIENT_BYTES>(&mut bytes)),
            dct_bits: to_words(&take::<DCT_BYTES>(&mut bytes)),
            cue: take(&mut bytes),
        }
    }

    /// The bits that are compared, each as often as it counts: the Hamming distance of two such strings is
    /// [`distance`](View::distance).
    pub(super) fn weighted_bits(&self) -> Vec<u8> {
        let waves = to_bytes::<DCT_BYTES>(&self.dct_bits).repeat(DCT_WEIGHT as usize);
        [&to_bytes::<GRADIENT_BYTES>(&self.gradient_bits)[..], &waves].concat()
    }
}

/// How many bits differ.
fn differing(a: &[u64], b: &[u64]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// Bytes in words of eight; the last word is filled up with zeros.
fn to_words<const WORDS: usize>(bytes: &[u8]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (word, eight) in words.iter_mut().zip(bytes.chunks(8)) {
        let filled = std::array::from_fn(|at| eight.get(at).copied().unwrap_or_default());
        *word = u64::from_be_bytes(filled);
    }
    words
}

/// The bytes that these words were made of.
fn to_bytes<const N: usize>(words: &[u64]) -> [u8; N] {
    std::array::from_fn(|at| words[at / 8].to_be_bytes()[at % 8])
}

/// The standard deviation of cells.
fn deviation(cells: &[u8]) -> f64 {
    let values = || cells.iter().map(|&cell| f64::from(cell));
    let count = cells.len() as f64;
    let mean = values().sum::<f64>() / count;
    let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    variance.sqrt()
}

/// Whether it gets darker from each of 13x13 points to the next, to the right and downwards.
fn gradient_bits(cells: &[u8]) -> Option<[u8; GRADIENT_BYTES]> {
    thread_local! {
        // A hasher cannot be shared between threads.
        static HASHER: Hasher = HasherConfig::new()
            .hash_alg(HashAlg::DoubleGradient)
            .hash_size(24, 24)
            .to_hasher();
    }
    let picture = GrayImage::from_raw(HASHED_SIDE as u32, HASHED_SIDE as u32, cells.to_vec())?;
    HASHER.with(|hasher| hasher.hash_image(&picture).as_bytes().try_into().ok())
}

/// The sign of each wave's share in the picture: up, down, or too weak to tell.
///
/// The strength of a wave is held against those of its own class only: even and odd in each direction. A mirrored
/// picture differs in the sign of all waves that are odd across, and in a picture that is nearly symmetric those are
/// weak; measured against all waves they would be noise, and the mirrored picture would pass for the same.
fn dct_bits(cells: &[u8]) -> [u8; DCT_BYTES] {
    let shares = project(cells, &PLAIN_WAVES, &PLAIN_WAVES);
    // Strong waves are long ones: weighting each with its frequency puts them on a par.
    let frequency = |down: usize, across: usize| {
        (((down * down + across * across) as f64).sqrt() * 16.0).round()
    };
    let mut hash = [0; DCT_BYTES];
    let mut bits = 0;
    let mut push = |bit: bool| {
        hash[bits / 8] |= u8::from(bit) << (bits % 8);
        bits += 1;
    };
    for (down_parity, across_parity) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let of_class = (down_parity..WAVES).step_by(2).flat_map(|down| {
            let across = (across_parity..WAVES).step_by(2);
            across.map(move |across| (down, across))
        });
        let class: Vec<f64> = of_class
            .filter(|&wave| wave != (0, 0))
            .map(|(down, across)| shares[down][across] * frequency(down, across))
            .collect();
        let mut strengths: Vec<f64> = class.iter().map(|share| share.abs()).collect();
        strengths.sort_unstable_by(f64::total_cmp);
        // The weakest quarter tells nothing. 01 lies between 00 and 11: to lose a wave costs half of what a wrong
        // sign does.
        let weak = strengths[strengths.len() / 4 - 1];
        for share in class {
            push(share > weak);
            push(share >= -weak);
        }
    }
    hash
}

/// The shares of the longest waves in the middle of the picture, relative to its contrast there.
fn cue(cells: &[u8]) -> Cue {
    let middle = &*MIDDLE;
    let (down, across) = (&middle.down, &middle.across);
    let shares = project(cells, down, across);
    // The zeroth waves are the windows themselves.
    let weights = || {
        let rows = down[0].iter();
        rows.flat_map(|row| across[0].iter().map(move |column| row * column))
    };
    let total: f64 = weights().sum();
    let mean = shares[0][0] / total;
    let deviations = cells.iter().map(|&cell| (f64::from(cell) - mean).powi(2));
    let spread: f64 = weights().zip(deviations).map(|(weight, deviation)| weight * deviation).sum();
    let contrast = (spread / total).sqrt() + 1.0;
    let sum = |wave: &Wave| wave.iter().sum::<f64>();
    let size = |wave: &Wave| wave.iter().map(|value| value * value).sum::<f64>().sqrt();
    let mut numbers = [0; CUE_LENGTH];
    let waves = (0..CUE_WAVES).flat_map(|u| (0..CUE_WAVES - u).map(move |v| (u, v)));
    for (number, (u, v)) in numbers.iter_mut().zip(waves.skip(1)) {
        let share = shares[u][v] - mean * sum(&down[u]) * sum(&across[v]);
        let relative = share / (contrast * size(&down[u]) * size(&across[v]));
        *number = (128.0 + 2.0 * relative).round() as u8;
    }
    numbers
}

/// A wave along one side of a view, in whole numbers: products and sums of such are exact, on every machine.
type Wave = [f64; HASHED_SIDE];

const WAVE_SCALE: f64 = 4096.0;

/// Cosine waves along the whole side.
static PLAIN_WAVES: LazyLock<[Wave; WAVES]> = LazyLock::new(|| {
    std::array::from_fn(|wave| {
        std::array::from_fn(|at| {
            let position = (at as f64 + 0.5) / HASHED_SIDE as f64;
            ((PI * wave as f64 * position).cos() * WAVE_SCALE).round()
        })
    })
});

/// Cosine waves that fade out towards the edges.
struct Middle {
    down: [Wave; CUE_WAVES],
    across: [Wave; CUE_WAVES],
}

static MIDDLE: LazyLock<Middle> = LazyLock::new(|| Middle {
    // Captions over a picture seldom reach further than this from the top or the bottom.
    down: faded_waves(0.12),
    across: faded_waves(0.0),
});

fn faded_waves(margin: f64) -> [Wave; CUE_WAVES] {
    /// The share of the side along which a wave fades.
    const FADE: f64 = 0.2;
    std::array::from_fn(|wave| {
        std::array::from_fn(|at| {
            let position = (at as f64 + 0.5) / HASHED_SIDE as f64;
            let inside = position.min(1.0 - position) - margin;
            let window = 0.5 - 0.5 * (PI * (inside / FADE).clamp(0.0, 1.0)).cos();
            let phase = ((position - margin) / (1.0 - 2.0 * margin)).clamp(0.0, 1.0);
            ((PI * wave as f64 * phase).cos() * window * WAVE_SCALE).round()
        })
    })
}

/// How much of each pair of waves, down and across, there is in a view.
fn project<const K: usize>(cells: &[u8], down: &[Wave; K], across: &[Wave; K]) -> [[f64; K]; K] {
    let mut shares = [[0.0; K]; K];
    for (y, row) in cells.chunks_exact(HASHED_SIDE).enumerate() {
        for (v, wave) in across.iter().enumerate() {
            let share: f64 =
                row.iter().zip(wave).map(|(&cell, value)| f64::from(cell) * value).sum();
            for (u, shares) in shares.iter_mut().enumerate() {
                shares[v] += share * down[u][y];
            }
        }
    }
    shares
}
