//! Finding the picture inside frames, caption bars and the margins of a scanner.
//!
//! A caption bar below a picture moves every row of it; the hashes of the whole then have nothing in common with those
//! of the bare picture. So a picture is also hashed without the plain bands along its edges.
//!
//! A band is recognised by three signs. Its outermost line has one value. Further lines of that value follow, perhaps
//! with some lines of text in between. And it ends where a picture begins along the whole side: there the next line
//! differs from the band nearly everywhere. That last sign is what tells a frame from a white wall or a studio
//! background, whose border with the thing before it is ragged; trimming those made a half of a product's picture pass
//! for the whole (1 in 672 hard negatives, none since). Text alone is sign enough, though: under a picture with a white
//! background a white caption is cut off up to its last line.

use std::ops::Range;

use crate::photo::decoding::mosaic::{Mosaic, TRIMMED_SIDE};

/// How far a cell may lie from the value of its band, in steps of 255: averaged noise of a scan and of JPEG.
const TOLERANCE: u8 = 6;

/// How many of a line's cells, in percent, must have the band's value for the line to be plain.
const PLAIN_PERCENT: usize = 97;

/// How far a cell of a line of text may lie from the value of the band and still count as background.
const TEXT_TOLERANCE: u8 = 18;

/// How many of the cells of a line of text must be background, in percent: letters leave some, a picture seldom does.
const TEXT_PERCENT: usize = 12;

/// The most lines of one stretch of text: an eighth of the picture.
const MAX_TEXT: usize = TRIMMED_SIDE / 8;

/// How far a cell must lie from the value of the band to belong to a picture.
const PICTURE_TOLERANCE: u8 = 12;

/// How many cells of the first line after a band must belong to a picture, in percent.
const PICTURE_PERCENT: usize = 50;

/// The most lines that are trimmed at one side at a time: a third, the bar of a film in a tall frame.
const MAX_BAND: usize = TRIMMED_SIDE / 3;

/// How often all four sides are tried: a frame within a margin, a caption below a frame.
const ROUNDS: usize = 3;

/// The rows and columns of a picture without the bands along its edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) rows: Range<usize>,
    pub(super) columns: Range<usize>,
}

impl Bounds {
    /// The whole picture.
    pub(super) const WHOLE: Bounds = Bounds { rows: 0..TRIMMED_SIDE, columns: 0..TRIMMED_SIDE };
}

/// Finds the picture between its bands.
pub(super) fn trim(picture: &Mosaic<TRIMMED_SIDE, 1>) -> Bounds {
    let cell = |row: usize, column: usize| picture.cells[row * TRIMMED_SIDE + column][0];
    let mut bounds = Bounds::WHOLE;
    for _ in 0..ROUNDS {
        let before = bounds.clone();
        let row =
            |row: usize| -> Vec<u8> { bounds.columns.clone().map(|x| cell(row, x)).collect() };
        let top = band(bounds.rows.clone().map(row));
        bounds.rows.start += top;
        let row =
            |row: usize| -> Vec<u8> { bounds.columns.clone().map(|x| cell(row, x)).collect() };
        let bottom = band(bounds.rows.clone().rev().map(row));
        bounds.rows.end -= bottom;
        let column =
            |x: usize| -> Vec<u8> { bounds.rows.clone().map(|row| cell(row, x)).collect() };
        let left = band(bounds.columns.clone().map(column));
        bounds.columns.start += left;
        let column =
            |x: usize| -> Vec<u8> { bounds.rows.clone().map(|row| cell(row, x)).collect() };
        let right = band(bounds.columns.clone().rev().map(column));
        bounds.columns.end -= right;
        if bounds == before {
            break;
        }
    }
    // The line at the end of a band is part band and part picture.
    bounds.rows.start += usize::from(bounds.rows.start > 0);
    bounds.rows.end -= usize::from(bounds.rows.end < TRIMMED_SIDE);
    bounds.columns.start += usize::from(bounds.columns.start > 0);
    bounds.columns.end -= usize::from(bounds.columns.end < TRIMMED_SIDE);
    bounds
}

/// How many of these lines, from the edge inwards, belong to a band.
fn band(lines: impl ExactSizeIterator<Item = Vec<u8>>) -> usize {
    let limit = MAX_BAND.min(lines.len() / 2);
    let lines: Vec<Vec<u8>> = lines.take(limit + 2).collect();
    let Some(value) = lines.first().map(|line| median(line)) else {
        return 0;
    };
    let near = |line: &[u8], tolerance: u8, percent: usize| {
        let near = line.iter().filter(|cell| cell.abs_diff(value) <= tolerance);
        near.count() * 100 >= line.len() * percent
    };
    if !near(&lines[0], TOLERANCE, PLAIN_PERCENT) {
        return 0;
    }
    let mut plain_end = 1;
    let mut text_end = 0;
    for (at, line) in lines.iter().enumerate().take(limit).skip(1) {
        if near(line, TOLERANCE, PLAIN_PERCENT) {
            if at > plain_end {
                text_end = at;
            }
            plain_end = at + 1;
        } else if at - plain_end >= MAX_TEXT || !near(line, TEXT_TOLERANCE, TEXT_PERCENT) {
            break;
        }
    }
    // The line right after the band is part band and part picture; the one behind it shows what begins there.
    let picture_begins = lines.get(plain_end + 1).or(lines.last()).is_some_and(|line| {
        let picture = line.iter().filter(|cell| cell.abs_diff(value) > PICTURE_TOLERANCE);
        picture.count() * 100 >= line.len() * PICTURE_PERCENT
    });
    if picture_begins { plain_end } else { text_end }
}

fn median(line: &[u8]) -> u8 {
    let mut sorted = line.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
