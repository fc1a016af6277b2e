//! A downscaled picture: one of any size, averaged down to a square of cells. It is all that the fingerprint looks at.
//!
//! Each cell is the exact average of the area it covers, with pixels at its edges counted by the part that lies inside.
//! Exactness is what makes a picture and its copy in another size agree: a filter that samples instead of averaging
//! sees other pixels in each size. Everything is integer arithmetic, so that every machine computes the same.

use std::ops::Range;

use super::orientation::Orientation;

/// The side of the mosaic that a picture is decoded to, in cells: on a page of print a word is several cells.
pub(in crate::photo) const DECODED_SIDE: usize = 256;

/// The side of the mosaic that is trimmed of its bands, in cells: enough of them to find where a frame ends.
pub(in crate::photo) const TRIMMED_SIDE: usize = 128;

/// The side of the mosaic that is hashed, in cells.
pub(in crate::photo) const HASHED_SIDE: usize = 64;

/// Averages a picture of `N` channels that comes row by row, from the top, to `SIDE` times `SIDE` cells.
///
/// Lengths are counted in units of which a pixel has `SIDE`, so that the borders of the cells of any picture fall on
/// whole units: a cell is then as many units wide and high as the picture has pixels.
pub(super) struct MosaicBuilder<const SIDE: usize, const N: usize> {
    width: u64,
    height: u64,
    /// How many units a pixel is wide and high.
    pixel: u64,
    /// How many rows have come.
    rows: u64,
    columns: Vec<Span>,
    /// The weighted sum of each cell so far, row by row. The weights of a cell add up to `width * height`.
    sums: Vec<[u64; N]>,
}

/// The pixels that one cell covers in one direction, and how much of each.
struct Span {
    first: usize,
    first_weight: u64,
    last: usize,
    /// 0 if the last pixel is also the first.
    last_weight: u64,
}

/// The averages of a picture's cells, row by row.
pub(in crate::photo) struct Mosaic<const SIDE: usize, const N: usize> {
    /// `SIDE * SIDE` cells.
    pub(in crate::photo) cells: Vec<[u8; N]>,
}

impl<const SIDE: usize, const N: usize> MosaicBuilder<SIDE, N> {
    /// Starts a mosaic of a picture with these sides in pixels, neither of which may be 0.
    pub(super) fn new(width: u32, height: u32) -> MosaicBuilder<SIDE, N> {
        MosaicBuilder::of_fraction(u64::from(width), u64::from(height), 1)
    }

    /// Starts a mosaic of a picture that ends within a pixel: its sides are these numbers of pixels divided by
    /// `denominator`. No side may be 0, and neither side times the denominator may exceed 32 bits.
    pub(super) fn of_fraction(width: u64, height: u64, denominator: u64) -> MosaicBuilder<SIDE, N> {
        let pixel = SIDE as u64 * denominator;
        MosaicBuilder {
            width,
            height,
            pixel,
            rows: 0,
            columns: (0..SIDE as u64).map(|cell| Span::of(cell, width, pixel)).collect(),
            sums: vec![[0; N]; SIDE * SIDE],
        }
    }

    /// Adds the next row of pixels. Rows beyond the height of the picture count for nothing.
    pub(super) fn add_row(&mut self, row: &[[u8; N]]) {
        let end = self.height * SIDE as u64;
        let top = self.rows * self.pixel;
        let bottom = (top + self.pixel).min(end);
        self.rows += 1;
        let reached = self.columns.last().map_or(0, |span| span.last);
        if top >= end || row.len() <= reached {
            return;
        }
        let sums = self.columns.iter().map(|span| span.sum(row, self.pixel));
        let mut cells = [[0; N]; SIDE];
        cells.iter_mut().zip(sums).for_each(|(cell, sum)| *cell = sum);
        // A cell is `height` units high. A row of pixels lies in one cell, in two, or, in a low picture, in several.
        for y in top / self.height..=(bottom - 1) / self.height {
            let weight = bottom.min((y + 1) * self.height) - top.max(y * self.height);
            let start = y as usize * SIDE;
            for (total, cell) in self.sums[start..start + SIDE].iter_mut().zip(&cells) {
                for channel in 0..N {
                    total[channel] += cell[channel] * weight;
                }
            }
        }
    }

    /// The mosaic, or nothing if rows are missing.
    pub(super) fn finish(self) -> Option<Mosaic<SIDE, N>> {
        if self.rows * self.pixel < self.height * SIDE as u64 {
            return None;
        }
        let area = self.width * self.height;
        let average = |sum: u64| ((sum + area / 2) / area) as u8;
        Some(Mosaic { cells: self.sums.iter().map(|cell| cell.map(average)).collect() })
    }
}

impl Span {
    /// A cell is `pixels` units wide, a pixel `pixel`.
    fn of(cell: u64, pixels: u64, pixel: u64) -> Span {
        let start = cell * pixels;
        let end = start + pixels;
        let first = start / pixel;
        let last = (end - 1) / pixel;
        if first == last {
            return Span {
                first: first as usize,
                first_weight: pixels,
                last: last as usize,
                last_weight: 0,
            };
        }
        Span {
            first: first as usize,
            first_weight: (first + 1) * pixel - start,
            last: last as usize,
            last_weight: end - last * pixel,
        }
    }

    fn sum<const N: usize>(&self, row: &[[u8; N]], pixel: u64) -> [u64; N] {
        let mut inner = [0_u32; N];
        for values in row.get(self.first + 1..self.last).unwrap_or_default() {
            for channel in 0..N {
                inner[channel] += u32::from(values[channel]);
            }
        }
        let mut sum = [0; N];
        for channel in 0..N {
            sum[channel] = u64::from(row[self.first][channel]) * self.first_weight
                + u64::from(inner[channel]) * pixel
                + u64::from(row[self.last][channel]) * self.last_weight;
        }
        sum
    }
}

impl<const SIDE: usize, const N: usize> Mosaic<SIDE, N> {
    /// The mosaic of the picture as it is meant to be seen.
    pub(in crate::photo) fn turned(&self, orientation: Orientation) -> Mosaic<SIDE, N> {
        let turned = |at: usize| {
            let (mut x, mut y) = (at % SIDE, at / SIDE);
            if orientation.mirrored {
                x = SIDE - 1 - x;
            }
            if orientation.upended {
                y = SIDE - 1 - y;
            }
            if orientation.transposed {
                (x, y) = (y, x);
            }
            self.cells[y * SIDE + x]
        };
        Mosaic { cells: (0..SIDE * SIDE).map(turned).collect() }
    }
}

impl Mosaic<DECODED_SIDE, 1> {
    /// The averages of four cells each.
    pub(in crate::photo) fn halved(&self) -> Mosaic<TRIMMED_SIDE, 1> {
        let rows = self.cells.as_flattened().chunks_exact(2 * DECODED_SIDE);
        let cells = rows.flat_map(|rows| {
            let (upper, lower) = rows.split_at(DECODED_SIDE);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            pairs.map(|(above, below)| {
                let four = above.iter().chain(below);
                let sum: u16 = four.map(|cell| u16::from(*cell)).sum();
                [((sum + 2) / 4) as u8]
            })
        });
        Mosaic { cells: cells.collect() }
    }
}

impl Mosaic<TRIMMED_SIDE, 1> {
    /// The part of a picture within these bounds, averaged again to the size that is hashed; nothing if it is empty.
    pub(in crate::photo) fn part(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
    ) -> Option<Mosaic<HASHED_SIDE, 1>> {
        let mut part = MosaicBuilder::new(columns.len() as u32, rows.len() as u32);
        if rows.is_empty() || columns.is_empty() {
            return None;
        }
        for row in rows {
            let start = row * TRIMMED_SIDE;
            part.add_row(self.cells.get(start + columns.start..start + columns.end)?);
        }
        part.finish()
    }
}
