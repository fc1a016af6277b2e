//! A picture on its way to become a small one for people: few pixels of it, taken in passing while it is decoded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::budget::{Reserved, SKETCHES};
use super::colours::rgb_of_jpeg;
use super::jpeg::{Colours, Plane, Thumbnail};
use super::resize::Samples;
use crate::photo::PreviewSize;

/// What is kept of a picture while it is decoded.
///
/// It comes from the very pixels that a photo is recognised by, but that must not depend on it: if this code panics, it
/// fails the sketch alone.
pub(in crate::photo) struct Sketch {
    size: PreviewSize,
    taken: Option<Taken>,
    is_broken: bool,
}

enum Taken {
    /// Averages of the rows that have come so far.
    Rows(Rows),
    /// Samples of the components of a JPEG.
    Components(Components),
}

/// A picture of a few samples a block.
struct Components {
    width: u32,
    height: u32,
    colours: Colours,
    planes: Vec<Plane>,
    /// The memory of the planes.
    _memory: Reserved,
}

/// A small picture; not yet turned upright.
pub(in crate::photo) struct Small {
    /// Width as stored, in pixels.
    pub(in crate::photo) width: u32,
    /// Height as stored, in pixels.
    pub(in crate::photo) height: u32,
    /// Three values for each pixel, row by row.
    pub(in crate::photo) pixels: Vec<[u8; 3]>,
    /// Whether these are luma and colour differences, as in a JPEG, and not red, green and blue.
    pub(in crate::photo) is_ycbcr: bool,
}

impl Sketch {
    /// A sketch of which a small picture of this size is to be made.
    pub(in crate::photo) fn new(size: PreviewSize) -> Sketch {
        Sketch { size, taken: None, is_broken: false }
    }

    /// How large the small picture is to be.
    pub(in crate::photo) fn size(&self) -> PreviewSize {
        self.size
    }

    /// Adds the next row of a picture with this width and height.
    pub(in crate::photo) fn add_row(&mut self, width: u32, height: u32, row: &[[u8; 3]]) {
        if self.is_broken {
            return;
        }
        let (size, taken) = (self.size, &mut self.taken);
        let add = || {
            let rows = || Taken::Rows(Rows::new((width, height), size.fitted(width, height)));
            if let Taken::Rows(rows) = taken.get_or_insert_with(rows) {
                rows.add(row);
            }
        };
        if catch_unwind(AssertUnwindSafe(add)).is_err() {
            *self = Sketch { taken: None, is_broken: true, ..*self };
        }
    }

    /// Whether anything of the picture has come.
    pub(in crate::photo) fn has_some(&self) -> bool {
        self.taken.is_some()
    }

    /// Takes the samples of a JPEG with their memory, if they are enough: three quarters of what the small picture should
    /// have.
    pub(super) fn take_samples(&mut self, thumbnail: &mut Thumbnail, memory: Reserved) {
        let (width, height) = self.size.fitted(thumbnail.width, thumbnail.height);
        let (across, down) = thumbnail.planes.first().map_or((0.0, 0.0), Plane::size);
        if 4.0 * across >= 3.0 * f64::from(width) && 4.0 * down >= 3.0 * f64::from(height) {
            let Thumbnail { width, height, colours, .. } = *thumbnail;
            let planes = std::mem::take(&mut thumbnail.planes);
            self.taken = Some(Taken::Components(Components {
                width,
                height,
                colours,
                planes,
                _memory: memory,
            }));
        }
    }

    /// The small picture; none if too little of it has come.
    pub(in crate::photo) fn finish(self) -> Result<Option<Small>, String> {
        match self.taken {
            Some(Taken::Rows(rows)) => rows.finish().map(Some),
            Some(Taken::Components(components)) => of_components(self.size, &components).map(Some),
            None => Ok(None),
        }
    }
}

/// Puts the components of a JPEG together, each in the size that is wanted.
fn of_components(size: PreviewSize, of: &Components) -> Result<Small, String> {
    let (width, height) = size.fitted(of.width, of.height);
    let (across, down) = of.planes.first().map_or((1.0, 1.0), Plane::size);
    // Never more pixels than there are samples.
    let (width, height) = (width.min(across.ceil() as u32), height.min(down.ceil() as u32));
    let (width, height) = (width.max(1), height.max(1));
    let mut planes = Vec::new();
    for plane in &of.planes {
        planes.push(plane.samples().resized::<1>((width, height))?);
    }
    let value = |plane: usize, at: usize, none: u8| {
        planes.get(plane).and_then(|plane| plane.get(at)).copied().unwrap_or(none)
    };
    let is_ycbcr = matches!(of.colours, Colours::Grey | Colours::YCbCr);
    let pixel = |at: usize| match is_ycbcr {
        true => [value(0, at, 0), value(1, at, 128), value(2, at, 128)],
        false => rgb_of_jpeg(of.colours, [0, 1, 2, 3].map(|plane| value(plane, at, 0))),
    };
    let pixels = (0..width as usize * height as usize).map(pixel).collect();
    Ok(Small { width, height, pixels, is_ycbcr })
}

/// Averages of whole pixels, so many across and down that there are still more of them than are wanted, but less than
/// four times as many: the rest of the way a better filter goes.
struct Rows {
    /// The picture's sides.
    whole: (u32, u32),
    /// The sides that are wanted.
    to: (u32, u32),
    /// How many pixels across and down make an average.
    each: (usize, usize),
    /// The sums of the row of averages that is coming.
    sums: Vec<[u32; 3]>,
    /// How many rows of pixels are in them.
    added: usize,
    averages: Vec<u8>,
    /// The memory of the averages.
    _memory: Reserved,
}

impl Rows {
    fn new(whole: (u32, u32), to: (u32, u32)) -> Rows {
        let each = |whole: u32, to: u32| (whole / to.max(1)).max(1) as usize;
        let each = (each(whole.0, to.0), each(whole.1, to.1));
        let across = (whole.0 as usize).div_ceil(each.0);
        let down = (whole.1 as usize).div_ceil(each.1);
        let bytes = 3 * across * down;
        let _memory = SKETCHES.reserve(bytes as u64);
        let (sums, averages) = (vec![[0; 3]; across], Vec::with_capacity(bytes));
        Rows { whole, to, each, sums, added: 0, averages, _memory }
    }

    fn add(&mut self, row: &[[u8; 3]]) {
        // In a picture that is small already each pixel is its own average.
        if self.each == (1, 1) && row.len() == self.sums.len() {
            return self.averages.extend_from_slice(row.as_flattened());
        }
        for (sum, pixels) in self.sums.iter_mut().zip(row.chunks(self.each.0)) {
            let mut own = [0_u32; 3];
            for pixel in pixels {
                for channel in 0..3 {
                    own[channel] += u32::from(pixel[channel]);
                }
            }
            // The last one of a row may have fewer pixels than the others.
            let (full, count) = (self.each.0 as u64, pixels.len() as u64);
            for channel in 0..3 {
                // As wide as a very wide picture needs it: this alone may be more than 32 bits hold.
                sum[channel] += match count == full {
                    true => own[channel],
                    false => (u64::from(own[channel]) * full / count) as u32,
                };
            }
        }
        self.added += 1;
        if self.added == self.each.1 {
            self.end_row();
        }
    }

    fn end_row(&mut self) {
        let area = (self.each.0 * self.added) as u32;
        for sum in &mut self.sums {
            let sum = std::mem::take(sum);
            self.averages.extend(sum.map(|value| ((value + area / 2) / area) as u8));
        }
        self.added = 0;
    }

    fn finish(mut self) -> Result<Small, String> {
        if self.added > 0 {
            self.end_row();
        }
        let part = |whole: u32, each: usize| f64::from(whole) / each as f64;
        let size = (part(self.whole.0, self.each.0), part(self.whole.1, self.each.1));
        let samples = Samples { bytes: &self.averages, stride: self.sums.len(), size };
        let pixels = samples.resized::<3>(self.to)?;
        let (width, height) = self.to;
        Ok(Small { width, height, pixels: pixels.as_chunks::<3>().0.to_vec(), is_ycbcr: false })
    }
}
