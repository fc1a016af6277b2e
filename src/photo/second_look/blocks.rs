//! What is written or drawn in one picture and not in the other: print, told block by block.
//!
//! Of a window of sixteen pixels a digit is a small part, so one that reads 15 correlates well with one that reads 16.
//! What gives it away is a stroke that is missing, and a stroke is no smaller than a block of four pixels. The average
//! of a block forgives what encoders and resizing do at edges: a little too light on one side is a little too dark on
//! the other.
//!
//! Measured on some 520 versions of drawn documents, screens and charts (halved, recompressed, grey, of few colours, sent
//! by a messenger, scanned): the block that is farthest off is so by less than 20 steps of 255, of fourteen in fifteen by
//! less than 10. Of some 500 pairs of pages and screens that differ in one digit, word, sum or line it is so by more than
//! 20, but for 25: these were halves, or had print of less than ten pixels. Of 21 of the 25 it is by more than 10, and by
//! 3.7 to 500 times as much as what is usual in the two; of versions that are off so far, by 5.3 times at most, if they
//! are not without any noise.

use std::array;

use super::matching::match_window;
use super::plane::Plane;
use super::tone::Tone;
use super::windows::WINDOW;

/// The side of a block, in pixels.
const BLOCK: usize = 4;

/// Windows are laid on each other as they fit best, but no farther off: thin lines that have moved are other lines.
const REACH: i32 = 1;

/// A window that correlates less is left where it is.
const FOUND: f32 = 0.5;

/// How far blocks are off, in steps of 255.
pub(super) struct Blocks {
    /// The one that is farthest off.
    pub(super) farthest: f32,
    /// The farthest of a window, in nine windows of ten at most: what resizing and encoders do all over the picture.
    pub(super) usual: f32,
}

/// Compares two pictures that lie on each other, after light and contrast of the whole were made alike.
pub(super) fn compare_blocks(grid: &Plane, seen: &Plane) -> Blocks {
    let tone = Tone::of(grid, seen, |_, _| false);
    let mut farthest = Vec::new();
    for y in starts(grid.height) {
        for x in starts(grid.width) {
            let Some(found) = match_window(grid, seen, x, y, WINDOW, REACH) else {
                continue;
            };
            let shift = match found.correlation < FOUND {
                true => (0, 0),
                false => (found.dx.round() as isize, found.dy.round() as isize),
            };
            let off = |(column, row): (usize, usize)| {
                let there = column.checked_add_signed(shift.0).zip(row.checked_add_signed(shift.1));
                let there = there.filter(|(x, y)| *x < seen.width && *y < seen.height);
                there.map_or(f32::NAN, |(x, y)| tone.expected(grid.at(column, row)) - seen.at(x, y))
            };
            let window: [[f32; WINDOW]; WINDOW] =
                array::from_fn(|row| array::from_fn(|column| off((x + column, y + row))));
            farthest.push(farthest_of(&window));
        }
    }
    farthest.sort_unstable_by(f32::total_cmp);
    let usual = farthest.get(farthest.len() * 9 / 10).copied().unwrap_or(0.0);
    Blocks { farthest: farthest.last().copied().unwrap_or(0.0), usual }
}

/// Where windows begin along a side; the last one ends with it.
fn starts(side: usize) -> impl Iterator<Item = usize> {
    let last = side.checked_sub(WINDOW);
    (0..last.unwrap_or(0)).step_by(WINDOW).chain(last)
}

/// How far the farthest block of a window is off.
fn farthest_of(window: &[[f32; WINDOW]; WINDOW]) -> f32 {
    let mut farthest = 0.0_f32;
    for rows in window.windows(BLOCK) {
        let down: [f32; WINDOW] = array::from_fn(|x| rows.iter().map(|row| row[x]).sum());
        for block in down.windows(BLOCK) {
            // Beyond the edge there is no number, and the greater of that and another is the other.
            farthest = farthest.max((block.iter().sum::<f32>() / (BLOCK * BLOCK) as f32).abs());
        }
    }
    farthest
}
