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
//! colours, invoices that differ in amounts alone, and charts with close figures, which a look at the pixels tells apart.
//! Other questions did worse in the same space: left against right (12 % of the pairs left), windows of 8x16 (14 %), a
//! fourth and fifth answer for very clear ones (8 %, in half as much space again).

use super::mosaic::{DETAIL, Mosaic};

/// Windows in a row, and rows of them.
const WINDOWS: usize = 16;
/// Cells of a window in each direction.
const SIDE: usize = DETAIL / WINDOWS;
/// Answers of a picture.
const ANSWERS: usize = 2 * WINDOWS * WINDOWS;
const WORDS: usize = ANSWERS / 64;

/// Bytes of a signature: five answers in each.
pub(super) const SIGNATURE_BYTES: usize = ANSWERS.div_ceil(5);

/// How far the sums of the two halves of a window must lie apart for an answer: 2.75 steps of 255 between their means.
/// With 2.25 documents of which 2 % of the versions contradict each other once, with 3.25 a third more pairs of
/// different documents that do not.
const CLEAR: i32 = 352;

/// A cell belongs to the background of a picture if it is this near to the most common value.
const NEAR: usize = 4;

/// From how many cells in a hundred of one value on a picture is taken for drawn or printed. Of 39 kinds of drawn
/// pictures 97 % have more (the lowest are sheets of passport photos, 38); of photographs and their versions 4 %, which
/// are things on white and the night: those are then judged as strictly as print.
const BACKGROUND_PERCENT: usize = 50;

/// With fewer clear answers there is nothing to go by: all walls, all fog and all clear skies are alike.
const MIN_ANSWERS: u32 = 8;

/// The detail signature of a whole picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Signature {
    /// Which answers are a clear yes, a bit each.
    yes: [u64; WORDS],
    /// Which are a clear no. No answer is both.
    no: [u64; WORDS],
    /// Whether most of the picture has one value, as drawn pictures and print do.
    pub(super) graphic: bool,
}

impl Signature {
    /// Without any answer.
    pub(super) const EMPTY: Signature = Signature {
        yes: [0; WORDS],
        no: [0; WORDS],
        graphic: false,
    };

    /// The signature of a picture; nothing if there is too little in it to tell it from others.
    pub(super) fn of(picture: &Mosaic<DETAIL, 1>) -> Option<Signature> {
        let cells = picture.cells.as_flattened();
        let (mut yes, mut no) = ([0_u64; WORDS], [0_u64; WORDS]);
        for (at, answer) in answers(cells).into_iter().enumerate() {
            let bit = 1 << (at % 64);
            if answer > CLEAR {
                yes[at / 64] |= bit;
            } else if answer < -CLEAR {
                no[at / 64] |= bit;
            }
        }
        let clear: u32 = yes.iter().chain(&no).map(|word| word.count_ones()).sum();
        (clear >= MIN_ANSWERS).then(|| Signature {
            yes,
            no,
            graphic: background(cells) * 100 >= BACKGROUND_PERCENT * cells.len(),
        })
    }

    /// In how many places one says yes where the other says no.
    pub(super) fn contradictions(&self, other: &Signature) -> u32 {
        let opposed = |yes: &[u64], no: &[u64]| -> u32 {
            yes.iter().zip(no).map(|(a, b)| (a & b).count_ones()).sum()
        };
        opposed(&self.yes, &other.no) + opposed(&other.yes, &self.no)
    }

    /// Five answers a byte; the last byte has room for one more, which says whether it is a graphic.
    pub(super) fn to_bytes(self) -> [u8; SIGNATURE_BYTES] {
        let answer = |at: usize| -> u8 {
            let bit = |words: &[u64; WORDS]| {
                words
                    .get(at / 64)
                    .is_some_and(|word| word >> (at % 64) & 1 == 1)
            };
            match (bit(&self.yes), bit(&self.no)) {
                (true, _) => 2,
                (_, true) => 0,
                (false, false) => 1,
            }
        };
        std::array::from_fn(|byte| {
            let answers = (byte * 5..byte * 5 + 5).rev();
            let graphic = |at: usize| at == ANSWERS && self.graphic;
            answers.fold(0, |sum, at| {
                let digit = if at > ANSWERS { 0 } else { answer(at) };
                sum * 3 + digit + u8::from(graphic(at))
            })
        })
    }

    /// What [`Signature::to_bytes`] has written; nothing for bytes that it never writes.
    pub(super) fn from_bytes(bytes: &[u8; SIGNATURE_BYTES]) -> Option<Signature> {
        let mut signature = Signature::EMPTY;
        for (byte, five) in bytes.iter().enumerate() {
            let mut rest = *five;
            for at in byte * 5..byte * 5 + 5 {
                let (digit, bit) = (rest % 3, 1 << (at % 64));
                rest /= 3;
                match digit {
                    _ if at == ANSWERS => signature.graphic = digit == 2,
                    2 if at < ANSWERS => signature.yes[at / 64] |= bit,
                    0 if at < ANSWERS => signature.no[at / 64] |= bit,
                    _ => {}
                }
            }
        }
        (signature.to_bytes() == *bytes).then_some(signature)
    }
}

/// For each window how much lighter its middle is than its sides, and its first diagonal than its second.
fn answers(cells: &[u8]) -> [i32; ANSWERS] {
    // Sums of a quarter of a window's width and half of its height are all that is needed.
    const QUARTERS: usize = 4 * WINDOWS;
    let mut sums = [[0_i32; QUARTERS]; 2 * WINDOWS];
    for (y, row) in cells.chunks_exact(DETAIL).enumerate() {
        let sums = &mut sums[y / (SIDE / 2)];
        for (sum, quarter) in sums.iter_mut().zip(row.chunks_exact(SIDE / 4)) {
            *sum += quarter.iter().map(|cell| i32::from(*cell)).sum::<i32>();
        }
    }
    let mut answers = [0; ANSWERS];
    for (at, pair) in answers.chunks_exact_mut(2).enumerate() {
        let (row, column) = (at / WINDOWS * 2, at % WINDOWS * 4);
        let half = |row: usize| -> [i32; 4] { std::array::from_fn(|x| sums[row][column + x]) };
        let ([a, b, c, d], [e, f, g, h]) = (half(row), half(row + 1));
        pair[0] = b + c + f + g - (a + d + e + h);
        pair[1] = a + b + g + h - (c + d + e + f);
    }
    answers
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
