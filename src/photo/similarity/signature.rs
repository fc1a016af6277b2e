//! The detail signature: what a picture shows place by place, at a resolution at which a word is several cells.
//!
//! Letters of one sender, receipts of one shop and screens of one program are alike in all that an average over the
//! picture sees: the template outvotes the content. So here nothing is averaged over the picture. In each of 16x16
//! windows two questions are asked: is the middle lighter than the two sides (a gap between words, or a word), and are
//! the corners at the upper left and lower right lighter than the two others. The answer is *yes*, *no* or *nothing
//! to say*, and what counts is in how many places two pictures **contradict** each other. Versions of one drawn picture
//! do so nowhere: what scaling, quality and light change of a window is far from turning a clear yes into a clear no.
//!
//! Measured on 39 kinds of drawn pictures (letters, forms, receipts, screens, charts, codes; 91 pairs of different ones
//! each) and 1,764 versions of them (halved, three quarters, grey, recompressed): with no contradiction allowed 98 % of
//! the versions agree, and of the pairs that the views alone take for one 7 % do: nearly all of them products in other
//! colours, invoices that differ in amounts alone, and charts with close figures, which a look at the pixels tells
//! apart. Other questions did worse in the same space: left against right (12 % of the pairs left), windows of 8x16 (14
//! %), a fourth and fifth answer for very clear ones (8 %, in half as much space again).

use crate::photo::decoding::mosaic::{DECODED_SIDE, Mosaic};

/// Windows in a row, and rows of them.
const WINDOWS: usize = 16;
/// Cells of a window in each direction.
const SIDE: usize = DECODED_SIDE / WINDOWS;
/// Answers of a picture.
const ANSWERS: usize = 2 * WINDOWS * WINDOWS;
const WORDS: usize = ANSWERS / 64;

/// Bytes of a signature: five answers in each.
pub(super) const SIGNATURE_BYTES: usize = ANSWERS.div_ceil(5);
/// As many answers as its bytes have room for.
const FIVES: usize = 5 * SIGNATURE_BYTES;

/// The five digits of each byte, to the base of three, the lowest first.
const DIGITS: [[u8; 5]; 243] = {
    let mut all = [[0; 5]; 243];
    let mut byte = 0;
    while byte < all.len() {
        let (mut rest, mut at) = (byte, 0);
        while at < 5 {
            all[byte][at] = (rest % 3) as u8;
            rest /= 3;
            at += 1;
        }
        byte += 1;
    }
    all
};

/// How far the sums of the two halves of a window must lie apart for an answer: 2.75 steps of 255 between their means.
/// With 2.25 documents of which 2 % of the versions contradict each other once, with 3.25 a third more pairs of
/// different documents that do not.
const CLEAR: i32 = 352;

/// A cell belongs to the background of a picture if it is this near to the most common value.
const NEAR: usize = 4;

/// From how many cells in a hundred of one value on a picture has a plain ground. Of 39 kinds of drawn pictures 98 %
/// have more, of screens of a phone that show a photo most, of 224 photographs 4 %: things on white, and the night.
const GROUND_PERCENT: usize = 45;

/// A window has contrast if its cells lie this far apart.
const CONTRAST: u8 = 48;

/// From how many cells in a hundred of windows with contrast that have nearly one value on a picture is drawn: its edges
/// are steep, and what lies between them is flat. Of 37 kinds of drawn pictures all have more, of 224 photographs with
/// a plain ground four; a map's streets (48 to 62) and some codes (57) are not all taken for drawn.
const DRAWN_PERCENT: usize = 60;

/// With fewer clear answers, and fewer in wide windows, there is nothing to go by: all walls, all fog and all clear
/// skies are alike.
const MIN_ANSWERS: usize = 8;

/// How far the halves of a window four times as wide must lie apart: four steps of 255 between their means. Light that
/// fades over a wall or a sky stays below that; a picture that is out of focus does not.
const CLEAR_IN_WIDE: i32 = 8192;

/// What a picture is drawn on, as far as its cells tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Ground {
    /// No value has half of the picture: most photographs.
    Varied,
    /// One value has half of it: a thing on white, or a photo on the screen of a phone.
    Plain,
    /// That, and its edges are steep: print and what machines draw.
    Drawn,
}

/// The detail signature of a whole picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Signature {
    /// Which answers are a clear yes, a bit each.
    yes: [u64; WORDS],
    /// Which are a clear no. No answer is both.
    no: [u64; WORDS],
    pub(super) ground: Ground,
}

impl Signature {
    /// Without any answer.
    pub(super) const EMPTY: Signature =
        Signature { yes: [0; WORDS], no: [0; WORDS], ground: Ground::Varied };

    /// The signature of a picture; nothing if there is too little in it to tell it from others.
    pub(super) fn of(picture: &Mosaic<DECODED_SIDE, 1>) -> Option<Signature> {
        let cells = picture.cells.as_flattened();
        let sums = sums(cells);
        let mut signature = Signature::EMPTY;
        for (at, answer) in answers(&sums).enumerate() {
            let bit = 1 << (at % 64);
            if answer > CLEAR {
                signature.yes[at / 64] |= bit;
            } else if answer < -CLEAR {
                signature.no[at / 64] |= bit;
            }
        }
        let words = signature.yes.iter().chain(&signature.no);
        let clear: u32 = words.map(|word| word.count_ones()).sum();
        if (clear as usize).max(clear_in_wide(&sums)) < MIN_ANSWERS {
            return None;
        }
        signature.ground = ground(cells);
        Some(signature)
    }

    /// In how many places one says yes where the other says no.
    pub(super) fn contradictions(&self, other: &Signature) -> u32 {
        let opposed = |yes: &[u64], no: &[u64]| -> u32 {
            yes.iter().zip(no).map(|(a, b)| (a & b).count_ones()).sum()
        };
        opposed(&self.yes, &other.no) + opposed(&other.yes, &self.no)
    }

    /// Five answers a byte; the last byte has room for one more, which says what it is drawn on.
    pub(super) fn to_bytes(self) -> [u8; SIGNATURE_BYTES] {
        let mut digits = [0; FIVES];
        for (at, digit) in digits[..ANSWERS].iter_mut().enumerate() {
            let bit = |words: &[u64; WORDS]| (words[at / 64] >> (at % 64) & 1) as u8;
            *digit = 1 + bit(&self.yes) - bit(&self.no);
        }
        digits[ANSWERS] = self.ground as u8;
        let fives = digits.as_chunks::<5>().0;
        std::array::from_fn(|at| fives[at].iter().rev().fold(0, |sum, digit| sum * 3 + digit))
    }

    /// What [`Signature::to_bytes`] has written; nothing for bytes that it never writes.
    pub(super) fn from_bytes(bytes: &[u8; SIGNATURE_BYTES]) -> Option<Signature> {
        let mut digits = [0; FIVES];
        for (five, byte) in digits.as_chunks_mut::<5>().0.iter_mut().zip(bytes) {
            *five = *DIGITS.get(usize::from(*byte))?;
        }
        let mut signature = Signature::EMPTY;
        for (at, digit) in digits[..ANSWERS].iter().enumerate() {
            signature.yes[at / 64] |= u64::from(*digit == 2) << (at % 64);
            signature.no[at / 64] |= u64::from(*digit == 0) << (at % 64);
        }
        signature.ground = match digits[ANSWERS..] {
            [0, 0, 0] => Ground::Varied,
            [1, 0, 0] => Ground::Plain,
            [2, 0, 0] => Ground::Drawn,
            _ => return None,
        };
        Some(signature)
    }
}

/// Parts of the picture a quarter of a window wide and half of it high, row by row.
const PARTS_ACROSS: usize = 4 * WINDOWS;
const PARTS_DOWN: usize = 2 * WINDOWS;
type Sums = [[i32; PARTS_ACROSS]; PARTS_DOWN];

/// The sums of the cells in each part.
fn sums(cells: &[u8]) -> Sums {
    let mut sums = [[0; PARTS_ACROSS]; PARTS_DOWN];
    for (y, row) in cells.chunks_exact(DECODED_SIDE).enumerate() {
        let sums = &mut sums[y / (SIDE / 2)];
        for (sum, part) in sums.iter_mut().zip(row.chunks_exact(SIDE / 4)) {
            *sum += part.iter().map(|cell| i32::from(*cell)).sum::<i32>();
        }
    }
    sums
}

/// For each window how much lighter its middle is than its sides, and its first diagonal than its second.
fn answers(sums: &Sums) -> impl Iterator<Item = i32> {
    sums.as_chunks::<2>().0.iter().flat_map(|[upper, lower]| {
        let halves = upper.as_chunks::<4>().0.iter().zip(lower.as_chunks::<4>().0);
        halves.flat_map(|([a, b, c, d], [e, f, g, h])| {
            [b + c + f + g - (a + d + e + h), a + b + g + h - (c + d + e + f)]
        })
    })
}

/// Of 4x4 windows of a quarter of the picture each, how many answers are clear: as to those of the signature, and
/// whether the middle is lighter than what is above and below.
fn clear_in_wide(sums: &Sums) -> usize {
    /// Windows of the signature in a wide one, in each direction.
    const PARTS: usize = WINDOWS / 4;
    let window = |row: usize, column: usize| -> i32 {
        let rows = sums[2 * row..2 * row + 2].iter();
        rows.flat_map(|row| &row[4 * column..4 * column + 4]).sum()
    };
    let wide = (0..PARTS * PARTS).map(|at| (at / PARTS * PARTS, at % PARTS * PARTS));
    let answers = wide.flat_map(|(top, left)| {
        let (mut across, mut down, mut diagonal) = (0, 0, 0);
        for (y, x) in (0..PARTS * PARTS).map(|at| (at / PARTS, at % PARTS)) {
            let sum = window(top + y, left + x);
            let signed = |positive: bool| if positive { sum } else { -sum };
            across += signed(x == 1 || x == 2);
            down += signed(y == 1 || y == 2);
            diagonal += signed((x < 2) == (y < 2));
        }
        [across, down, diagonal]
    });
    answers.filter(|answer| answer.abs() > CLEAR_IN_WIDE).count()
}

/// What a picture is drawn on.
fn ground(cells: &[u8]) -> Ground {
    if background(cells) * 100 < GROUND_PERCENT * cells.len() {
        Ground::Varied
    } else if is_steep(cells) {
        Ground::Drawn
    } else {
        Ground::Plain
    }
}

/// Whether the windows with contrast consist of flat parts with steep edges.
fn is_steep(cells: &[u8]) -> bool {
    /// Fewer windows with contrast show nothing.
    const MIN_WINDOWS: usize = 8;
    let (mut windows, mut flat) = (0, 0);
    for at in 0..WINDOWS * WINDOWS {
        let start = at / WINDOWS * SIDE * DECODED_SIDE + at % WINDOWS * SIDE;
        let rows = cells[start..].chunks(DECODED_SIDE).take(SIDE).map(|row| &row[..SIDE]);
        // In steps of four.
        let mut counts = [0_usize; 64];
        let (mut least, mut most) = (u8::MAX, u8::MIN);
        for cell in rows.flatten() {
            counts[usize::from(*cell / 4)] += 1;
            least = least.min(*cell);
            most = most.max(*cell);
        }
        if most - least >= CONTRAST {
            windows += 1;
            let near = counts.windows(3).map(|three| three.iter().sum());
            flat += near.max().unwrap_or(0);
        }
    }
    windows >= MIN_WINDOWS && flat * 100 >= DRAWN_PERCENT * windows * SIDE * SIDE
}

/// How many cells are near the most common value.
fn background(cells: &[u8]) -> usize {
    let mut counts = [0_usize; 256];
    for cell in cells {
        counts[usize::from(*cell)] += 1;
    }
    let near = counts.windows(2 * NEAR + 1).map(|near| near.iter().sum());
    // At the ends of the scale, where paper and ink are, the window would miss values.
    let ends = [&counts[..=NEAR], &counts[255 - NEAR..]];
    let ends = ends.map(|near| near.iter().sum());
    near.chain(ends).max().unwrap_or_default()
}
