//! Landmarks: a few places of a picture, each described by what is around it.
//!
//! The hashes of a [`View`](super::view::View) see a picture as a whole. What covers a part of it, cuts a side off, puts
//! it on a phone's screen or turns it changes all of them. A landmark changes only where it is touched itself. So a
//! picture has up to 23 of them, and two pictures may be versions of one if **two landmarks of one are there in the
//! other, and lie to each other as there**: at a distance and in a direction that fit the difference of their sizes.
//!
//! A landmark's code are the signs of the 18 longest waves in a patch around it, in the turn of four in which they read
//! as the smallest number: so a picture whose orientation was lost still has the same codes. Codes are compared as a
//! whole, which makes an exact index possible, and a quick one. To that end a picture's landmarks are not its most
//! conspicuous places but those whose signs are the clearest: of 200 places the 23 in which the weakest waves are
//! strongest. Chosen so, nine in ten are found again after recompression, four in ten after a sticker or a vignette, two
//! of a tenth cut off.
//!
//! A patch of which more than 26 of 64 samples have one value is no landmark: corners of paper and frames are alike
//! everywhere. With them, one in fifty pairs of scanned prints had two landmarks in common; without, none.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::scale_space::{Place, Plane, ScaleSpace};
use crate::photo::decoding::mosaic::{DECODED_SIDE, Mosaic};

/// The most landmarks of a picture.
pub(super) const LANDMARKS: usize = 23;

/// Bytes of a landmark.
pub(super) const LANDMARK_BYTES: usize = 5;

/// Samples of a patch in each direction.
const PATCH: usize = 8;

/// The waves of a code: down, across.
const CODE_WAVES: [(usize, usize); 18] = [
    (0, 1),
    (1, 0),
    (1, 1),
    (0, 2),
    (2, 0),
    (1, 2),
    (2, 1),
    (2, 2),
    (0, 3),
    (3, 0),
    (1, 3),
    (3, 1),
    (2, 3),
    (3, 2),
    (3, 3),
    (0, 4),
    (4, 0),
    (1, 4),
];

/// Waves in one direction.
const WAVES: usize = 5;

/// How many samples of one value make a patch too flat.
const MAX_FLAT: usize = 26;

/// How far the differences in size of two pairs of landmarks may lie apart, in eighths of an octave.
const SIZE_TOLERANCE: i32 = 3;

/// The least distance of two landmarks that says anything of a direction, in units of their places.
const MIN_DISTANCE: i64 = 6;

/// A place and what is around it: code, place, size and turn in five bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Landmark([u8; LANDMARK_BYTES]);

/// The landmarks of a picture, by code; no two have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Landmarks([Landmark; LANDMARKS]);

/// The landmark that stands for none.
const NONE: Landmark = Landmark([0xff; LANDMARK_BYTES]);

impl Landmark {
    fn new(code: u32, x: u32, y: u32, size: u32, turn: u32) -> Landmark {
        let bits = u64::from(code) << 21
            | u64::from(x.min(127)) << 14
            | u64::from(y.min(127)) << 7
            | u64::from(size.min(30)) << 2
            | u64::from(turn & 3);
        let [_, _, _, bytes @ ..] = bits.to_be_bytes();
        Landmark(bytes)
    }

    fn bits(&self) -> u64 {
        let [a, b, c, d, e] = self.0;
        u64::from_be_bytes([0, 0, 0, a, b, c, d, e])
    }

    /// The signs of its waves.
    pub(super) fn code(&self) -> u32 {
        (self.bits() >> 21) as u32
    }

    /// Where it is: in 64ths of the side of a square as large as the picture.
    fn x(&self) -> i32 {
        (self.bits() >> 14 & 127) as i32
    }

    fn y(&self) -> i32 {
        (self.bits() >> 7 & 127) as i32
    }

    /// In eighths of an octave.
    fn size(&self) -> i32 {
        (self.bits() >> 2 & 31) as i32
    }

    /// How many quarter turns to the left make its code.
    fn turn(&self) -> i32 {
        (self.bits() & 3) as i32
    }
}

impl Default for Landmarks {
    fn default() -> Landmarks {
        Landmarks([NONE; LANDMARKS])
    }
}

impl Landmarks {
    /// The landmarks of a picture that is displayed in these proportions.
    pub(super) fn of(picture: &Mosaic<DECODED_SIDE, 1>, width: u32, height: u32) -> Landmarks {
        let space = ScaleSpace::of(picture, width, height);
        let places = space.places.iter();
        let mut described: Vec<(i64, Landmark)> =
            places.filter_map(|place| describe(&space, place)).collect();
        // The clearest first, and of each code only the clearest.
        described.sort_unstable_by_key(|(clarity, landmark)| (-clarity, *landmark));
        let mut landmarks: Vec<Landmark> = Vec::with_capacity(LANDMARKS);
        for (_, landmark) in described {
            let known = |other: &Landmark| other.code() == landmark.code();
            if landmarks.len() < LANDMARKS && !landmarks.iter().any(known) {
                landmarks.push(landmark);
            }
        }
        Landmarks::new(landmarks)
    }

    /// At most [`LANDMARKS`] of different codes.
    fn new(mut landmarks: Vec<Landmark>) -> Landmarks {
        landmarks.sort_unstable();
        landmarks.resize(LANDMARKS, NONE);
        Landmarks(std::array::from_fn(|at| landmarks[at]))
    }

    /// Those that there are, in order of their codes.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Landmark> + Clone {
        self.0.iter().filter(|landmark| **landmark != NONE)
    }

    /// The code of each, no two the same.
    pub(super) fn codes(&self) -> impl Iterator<Item = u32> {
        self.iter().map(Landmark::code)
    }

    /// How many codes both pictures have.
    pub(super) fn common(&self, other: &Landmarks) -> usize {
        self.pairs(other).count()
    }

    /// Whether two landmarks are there in both pictures and lie to each other in one as in the other.
    pub(super) fn agree(&self, other: &Landmarks) -> bool {
        let mut pairs = [(&NONE, &NONE); LANDMARKS];
        for (found, pair) in self.pairs(other).enumerate() {
            if pairs[..found].iter().any(|before| lie_alike(*before, pair)) {
                return true;
            }
            pairs[found] = pair;
        }
        false
    }

    /// The landmarks that have the same code.
    fn pairs<'a>(
        &'a self,
        other: &'a Landmarks,
    ) -> impl Iterator<Item = (&'a Landmark, &'a Landmark)> {
        // Both are in order, and what stands for none comes last in both.
        let codes = |landmarks: &Landmarks| landmarks.0.map(|landmark| landmark.code());
        let (codes, others) = (codes(self), codes(other));
        let (mut at, mut there) = (0, 0);
        std::iter::from_fn(move || {
            while at < LANDMARKS && there < LANDMARKS {
                let (place, its) = (at, there);
                let (code, its_code) = (codes[place], others[its]);
                // Without a branch: which of them is less is nothing that a processor could guess.
                at += usize::from(code <= its_code);
                there += usize::from(its_code <= code);
                if code == its_code && self.0[place] != NONE && other.0[its] != NONE {
                    return Some((&self.0[place], &other.0[its]));
                }
            }
            None
        })
    }

    /// All of them in a row.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        self.iter().flat_map(|landmark| landmark.0).collect()
    }

    /// What [`Landmarks::to_bytes`] has written; nothing for bytes that it never writes.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Landmarks> {
        let (landmarks, rest) = bytes.as_chunks::<LANDMARK_BYTES>();
        let ordered = landmarks.windows(2).all(|two| {
            let [a, b] = two else { return false };
            Landmark(*a).code() < Landmark(*b).code()
        });
        let sensible = rest.is_empty()
            && landmarks.len() <= LANDMARKS
            && ordered
            && landmarks.iter().all(|bytes| Landmark(*bytes) != NONE);
        sensible.then(|| Landmarks::new(landmarks.iter().map(|bytes| Landmark(*bytes)).collect()))
    }
}

/// Whether two landmarks of one picture lie to each other as those that they are paired with do in another.
fn lie_alike((a, b): (&Landmark, &Landmark), (c, d): (&Landmark, &Landmark)) -> bool {
    let growth = b.size() - a.size();
    let turn = (a.turn() - b.turn()).rem_euclid(4);
    if (d.size() - c.size() - growth).abs() > SIZE_TOLERANCE
        || (c.turn() - d.turn()).rem_euclid(4) != turn
    {
        return false;
    }
    let (dx, dy) = (i64::from(c.x() - a.x()), i64::from(c.y() - a.y()));
    // Upside down it is another picture.
    let (dx, dy) = match turn {
        0 => (dx, dy),
        1 => (dy, -dx),
        3 => (-dy, dx),
        _ => return false,
    };
    let (ex, ey) = (i64::from(d.x() - b.x()), i64::from(d.y() - b.y()));
    // Sixteen times the distances.
    let length = |x: i64, y: i64| ((x * x + y * y) << 8).isqrt();
    let (one, other) = (length(dx, dy), length(ex, ey));
    let (along, aside) = (dx * ex + dy * ey, (dx * ey - dy * ex).abs() << 8);
    // Ten degrees, and what places are rounded by.
    if one.max(other) < 16 * MIN_DISTANCE
        || 2 * one.min(other) < 16 * MIN_DISTANCE
        || along <= 0
        || 100 * aside > 17 * one * other + 1000 * (one + other)
    {
        return false;
    }
    // By how much lengths grow with each eighth of an octave, times 4096.
    const EIGHTHS: [i64; 8] = [4096, 4467, 4871, 5312, 5793, 6317, 6889, 7512];
    let grown = |length: i64| {
        let eighths = growth.unsigned_abs() as usize;
        ((length * EIGHTHS[eighths % 8]) << (eighths / 8)) >> 12
    };
    let (one, other) = match growth < 0 {
        true => (one, grown(other)),
        false => (grown(one), other),
    };
    // A third of an octave, and what places are rounded by.
    100 * one.max(other) <= 124 * one.min(other) + 1760
}

/// The distances of samples in a patch around a place of one cell and this many sixteenths of an octave: 1.6 times its
/// radius, in 64ths of a cell.
const SPACINGS: [i32; 16] =
    [102, 107, 112, 117, 122, 127, 133, 139, 145, 151, 158, 165, 172, 180, 188, 196];

/// What is around a place, and how clear it is; nothing if the patch is flat or does not lie in the picture.
fn describe(space: &ScaleSpace, place: &Place) -> Option<(i64, Landmark)> {
    let octave = place.size >> 4;
    let spacing = SPACINGS[(place.size & 15) as usize] << octave;
    let radius = spacing * 7 / 2;
    let (x, y) = (place.x * 4, place.y * 4);
    let inside =
        |at: i32, side: usize| at >= radius * 3 / 4 && at + radius * 3 / 4 <= side as i32 * 64;
    if !inside(x, space.width) || !inside(y, space.height) {
        return None;
    }
    let level = ((place.size + 3).max(0) >> 3) as usize;
    let level = level.min(space.blurred.len() - 1);
    let patch = patch(&space.blurred[level], level / 2, x, y, spacing)?;
    let shares = shares(&patch);
    let (code, turn) = code(&shares);
    let deviation: i64 = patch.iter().flatten().map(|v| i64::from(*v).pow(2)).sum();
    let deviation = deviation.isqrt() + 1;
    let mut clear = CODE_WAVES.map(|(down, across)| {
        i64::from(shares[down][across]).abs() * frequency(down, across) / deviation
    });
    clear.sort_unstable();
    let [first, second, third, ..] = clear;
    let clarity = 4 * first + 2 * second + third;
    let unit = |at: i32| (at / 128) as u32;
    let size = (place.size / 2 - 4).max(0) as u32;
    Some((clarity, Landmark::new(code, unit(x), unit(y), size, turn)))
}

type Patch = [[i32; PATCH]; PATCH];

/// The samples around a place, less their mean; nothing if too many have the same value.
fn patch(plane: &Plane, octave: usize, x: i32, y: i32, spacing: i32) -> Option<Patch> {
    // The cell before a place, and how far behind that cell's middle it lies, in 64ths.
    let along = |middle: i32, side: usize| -> [(usize, i32); PATCH] {
        std::array::from_fn(|at| {
            let offset = (2 * at as i32 + 1 - PATCH as i32) * spacing / 2;
            let place = ((middle + offset) >> octave) - 32;
            let place = place.clamp(0, (side as i32 - 1) * 64 - 1);
            ((place >> 6) as usize, place & 63)
        })
    };
    let (columns, rows) = (along(x, plane.width), along(y, plane.height));
    let mut patch = [[0; PATCH]; PATCH];
    // Values in steps of 4 of 255.
    let mut counts = [0_usize; 65];
    for ((row, below), samples) in rows.into_iter().zip(&mut patch) {
        let upper = &plane.cells[row * plane.width..];
        let lower = &plane.cells[(row + 1) * plane.width..];
        for ((column, behind), sample) in columns.into_iter().zip(samples) {
            let mix = |row: &[i16]| {
                i32::from(row[column]) * (64 - behind) + i32::from(row[column + 1]) * behind
            };
            let value = mix(upper) * (64 - below) + mix(lower) * below;
            counts[(value >> 17) as usize] += 1;
            *sample = value >> 8;
        }
    }
    if counts.windows(2).any(|two| two[0] + two[1] > MAX_FLAT) {
        return None;
    }
    let sum: i32 = patch.iter().flatten().sum();
    let mean = sum / (PATCH * PATCH) as i32;
    Some(patch.map(|row| row.map(|sample| sample - mean)))
}

/// Cosine waves along a patch, times 256.
static COSINES: LazyLock<[[i32; PATCH]; WAVES]> = LazyLock::new(|| {
    std::array::from_fn(|wave| {
        std::array::from_fn(|at| {
            let angle = PI * wave as f64 * (at as f64 + 0.5) / PATCH as f64;
            (angle.cos() * 256.0).round() as i32
        })
    })
});

/// How much of each wave, down and across, there is in a patch.
fn shares(patch: &Patch) -> [[i32; WAVES]; WAVES] {
    let cosines = &*COSINES;
    let mut down = [[0; PATCH]; WAVES];
    for (wave, sums) in cosines.iter().zip(&mut down) {
        for (factor, row) in wave.iter().zip(patch) {
            for (sum, sample) in sums.iter_mut().zip(row) {
                *sum += sample * factor;
            }
        }
    }
    down.map(|row| {
        std::array::from_fn(|wave| {
            let products = row.iter().zip(&cosines[wave]);
            products.map(|(sum, factor)| (sum >> 8) * factor).sum::<i32>() >> 8
        })
    })
}

/// The signs of the waves as a number, and in how many quarter turns to the left it is the smallest.
fn code(shares: &[[i32; WAVES]; WAVES]) -> (u32, u32) {
    let mut shares = *shares;
    let mut best = (u32::MAX, 0);
    for turn in 0..4 {
        let signs = CODE_WAVES.iter().enumerate();
        let code = signs.fold(0, |code, (bit, (down, across))| {
            code | u32::from(shares[*down][*across] > 0) << bit
        });
        best = best.min((code, turn));
        let upright = shares;
        shares = std::array::from_fn(|down| {
            let sign = if down % 2 == 1 { -1 } else { 1 };
            std::array::from_fn(|across| upright[across][down] * sign)
        });
    }
    best
}

/// How many periods a wave has, in 64ths: strong waves are long ones, and this puts them on a par.
fn frequency(down: usize, across: usize) -> i64 {
    (((down * down + across * across) << 12) as i64).isqrt()
}
