//! A file's pixels, small enough to be compared.

use std::fs::File;
use std::io::{Read, Seek};
use std::panic::catch_unwind;
use std::sync::Arc;

use super::plane::{Plane, Reducer};
use crate::photo::decoding::budget::FILES;
use crate::photo::decoding::camera::ExifFacts;
use crate::photo::decoding::decode::each_row;
use crate::photo::decoding::metadata::exif;
use crate::photo::decoding::orientation::Orientation;
use crate::photo::decoding::sniff::{SNIFF_BYTES, sniff};
use crate::photo::{Format, InspectError, MAX_PHOTO};

/// The longer side of what is laid on each other and compared, in pixels.
const LONGER: usize = 1600;

/// How many pixels of graphics are compared in the end: all of most screens, be they as long as a conversation, and of a
/// page so many that print of six points is seventeen pixels high.
const FINE: usize = 4_000_000;

/// The longer side of the colours that are compared, in pixels: eyes see little more.
const COLOURS: usize = 200;

/// How much of red, green and blue there is in how light a colour is, and in how far it is from grey to blue and to red.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];
const CHROMA: [[f32; 3]; 2] = [[-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]];

/// An upright picture.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    /// How light it is.
    pub(super) luma: Plane,
    /// The same in more detail, if there is more in it; of the whole picture as it was read alone.
    fine: Option<Arc<Plane>>,
    /// How many of its own pixels make up one of those of most detail, across and down.
    pub(super) reduced: f64,
    /// How far it is from grey to blue and to red, with 0 for grey.
    pub(super) colours: [Plane; 2],
}

impl Picture {
    /// Reads a picture; none if it cannot be decoded.
    pub(super) fn read(file: &mut File) -> Result<Option<Picture>, InspectError> {
        file.rewind()?;
        let length = file.metadata()?.len();
        if length > MAX_PHOTO {
            return Err(InspectError::TooLarge);
        }
        let _memory = FILES.reserve(length);
        let mut bytes = Vec::new();
        file.take(MAX_PHOTO).read_to_end(&mut bytes)?;
        let start = &bytes[..bytes.len().min(SNIFF_BYTES as usize)];
        let format = sniff(start).ok_or(InspectError::NotAPicture)?;
        // Decoders are foreign code, and the bytes are foreign, too.
        Ok(catch_unwind(|| Picture::decode(format, &bytes).ok()).ok().flatten())
    }

    fn decode(format: Format, bytes: &[u8]) -> Result<Picture, String> {
        let mut reducers: Option<Reducers> = None;
        each_row(format, bytes, &mut |width, height, row| {
            reducers
                .get_or_insert_with(|| Reducers::new(width as usize, height as usize))
                .add_row(row);
        })?;
        let Reducers { reduced, rgb, fine } = reducers.ok_or("rows are missing")?;
        let [red, green, blue] = rgb.finish().ok_or("rows are missing")?;
        let mixed = |weights: [f32; 3]| {
            let cells = red.cells.iter().zip(&green.cells).zip(&blue.cells);
            Plane {
                width: red.width,
                height: red.height,
                cells: cells.map(|((r, g), b)| mix(weights, [*r, *g, *b])).collect(),
            }
        };
        let exif = exif(format, bytes);
        let orientation = ExifFacts::of(format, bytes, exif.as_deref()).orientation;
        let small = |plane: Plane| plane.with_longer(COLOURS.min(plane.longer()));
        let fine = fine.and_then(Reducer::finish);
        Ok(Picture {
            luma: upright(&mixed(LUMA), orientation),
            fine: fine.map(|[plane]| Arc::new(upright(&plane, orientation))),
            reduced,
            colours: CHROMA.map(|weights| upright(&small(mixed(weights)), orientation)),
        })
    }

    /// How light it is, in the most detail.
    pub(super) fn finest(&self) -> &Plane {
        self.fine.as_deref().unwrap_or(&self.luma)
    }

    /// A part of it: left, top, width and height of the whole.
    pub(super) fn part(&self, part: [f64; 4]) -> Picture {
        Picture {
            fine: None,
            luma: self.luma.part(part),
            colours: self.colours.each_ref().map(|plane| plane.part(part)),
            ..*self
        }
    }

    /// The picture turned to the right by a quarter.
    pub(super) fn turned(&self) -> Picture {
        Picture {
            fine: None,
            luma: self.luma.turned(),
            colours: self.colours.each_ref().map(Plane::turned),
            ..*self
        }
    }
}

/// Two sizes of a picture, made while its rows come.
struct Reducers {
    reduced: f64,
    rgb: Reducer<3>,
    /// How light it is in more detail, if there is more.
    fine: Option<Reducer<1>>,
}

impl Reducers {
    fn new(width: usize, height: usize) -> Reducers {
        let coarsest = (width.max(height) as f64 / LONGER as f64).max(1.0);
        let finest = (width as f64 * height as f64 / FINE as f64).sqrt().max(1.0);
        let reduced = coarsest.min(finest);
        Reducers {
            reduced,
            rgb: Reducer::new(width, height, coarsest),
            fine: (reduced < coarsest).then(|| Reducer::new(width, height, reduced)),
        }
    }

    fn add_row(&mut self, row: &[[u8; 3]]) {
        self.rgb.add_row(row, |pixel| pixel.map(f32::from));
        if let Some(fine) = &mut self.fine {
            fine.add_row(row, |pixel| [mix(LUMA, pixel.map(f32::from))]);
        }
    }
}

fn mix(weights: [f32; 3], [red, green, blue]: [f32; 3]) -> f32 {
    weights[0] * red + weights[1] * green + weights[2] * blue
}

/// A plane as it is meant to be seen.
fn upright(plane: &Plane, orientation: Orientation) -> Plane {
    let (width, height) = match orientation.transposed {
        true => (plane.height, plane.width),
        false => (plane.width, plane.height),
    };
    Plane::from_fn(width, height, |x, y| {
        let x = if orientation.mirrored { width - 1 - x } else { x };
        let y = if orientation.upended { height - 1 - y } else { y };
        match orientation.transposed {
            true => plane.at(y, x),
            false => plane.at(x, y),
        }
    })
}
