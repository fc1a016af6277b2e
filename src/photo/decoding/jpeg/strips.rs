//! A few whole rows of pixels, spread over a picture: what it takes to tell how fine its detail is.

use super::frame::Frame;
use crate::photo::decoding::detail::{Detail, wanted_rows};

/// The rows of the first component that are wanted.
pub(super) struct Strips {
    /// For each row of blocks the row of pixels in it that is wanted, if any, and which of all wanted rows it is.
    wanted: Vec<Option<(usize, usize)>>,
    /// Pixels in a row, with those that fill up the last unit.
    stride: usize,
    /// Pixels in a row of the picture.
    width: usize,
    pixels: Vec<u8>,
    height: u32,
    inverse: [[i32; 8]; 8],
}

impl Strips {
    /// Of a sequential picture whose first component has all pixels; of others, none.
    pub(super) fn of(frame: &Frame) -> Strips {
        let mut strips = Strips {
            wanted: vec![None; (frame.height as usize).div_ceil(8)],
            stride: (frame.width as usize).next_multiple_of(8),
            width: frame.width as usize,
            pixels: Vec::new(),
            height: frame.height,
            inverse: inverse(),
        };
        let is_full = frame
            .components
            .first()
            .is_some_and(|c| (c.across, c.down) == (frame.max_across, frame.max_down));
        if is_full && !frame.progressive {
            let mut rows = 0;
            for row in wanted_rows(frame.height) {
                let wanted = &mut strips.wanted[row / 8];
                rows += usize::from(wanted.is_none());
                *wanted = wanted.or(Some((row % 8, rows - 1)));
            }
            strips.pixels = vec![0; rows * strips.stride];
        }
        strips
    }

    /// Whether all waves of this row of blocks are wanted.
    #[inline]
    pub(super) fn want(&self, block_row: usize) -> bool {
        matches!(self.wanted.get(block_row), Some(Some(_)))
    }

    /// Adds a block by its waves.
    pub(super) fn add(&mut self, x: usize, block_row: usize, waves: &[i32; 64]) {
        let Some(Some((line, row))) = self.wanted.get(block_row) else {
            return;
        };
        // Blocks beyond the picture only fill up the last unit.
        if 8 * (x + 1) > self.stride {
            return;
        }
        let start = row * self.stride + 8 * x;
        let down = |wave: usize| -> i32 {
            // A wave has 15 bits, and a factor less than 11; of the sum 8 bits go, so that the second one fits.
            let sum: i32 = (0..8).map(|y| waves[8 * y + wave] * self.inverse[y][*line]).sum();
            sum >> 8
        };
        let across: [i32; 8] = std::array::from_fn(down);
        for (x, pixel) in self.pixels[start..start + 8].iter_mut().enumerate() {
            let sum: i32 = (0..8).map(|wave| across[wave] * self.inverse[wave][x]).sum();
            *pixel = (((sum + (1 << 11)) >> 12) + 128).clamp(0, 255) as u8;
        }
    }

    /// The detail in all rows, once they have come.
    pub(super) fn finish(self) -> Detail {
        let mut detail = Detail::new(self.height);
        for row in self.pixels.chunks_exact(self.stride) {
            detail.look_at(&row[..self.width], |luma| luma);
        }
        detail
    }
}

/// The factors of the inverse cosine transform times 1024: from waves (rows) to samples (columns).
fn inverse() -> [[i32; 8]; 8] {
    let factor = |wave: usize, sample: usize| {
        let angle = std::f64::consts::PI * wave as f64 * (sample as f64 + 0.5) / 8.0;
        let size: f64 = if wave == 0 { 1.0 } else { 2.0 };
        ((size / 8.0).sqrt() * angle.cos() * 1024.0).round() as i32
    };
    std::array::from_fn(|wave| std::array::from_fn(|sample| factor(wave, sample)))
}
