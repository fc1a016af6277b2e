//! A file's pixels, small enough to be compared.

use std::fs::File;
use std::io::{Read, Seek};
use std::panic::catch_unwind;

use super::plane::{Plane, Reducer};
use crate::photo::decoding::budget::FILES;
use crate::photo::decoding::camera::ExifFacts;
use crate::photo::decoding::decode::each_row;
use crate::photo::decoding::metadata::exif;
use crate::photo::decoding::orientation::Orientation;
use crate::photo::decoding::sniff::{SNIFF_BYTES, sniff};
use crate::photo::{Format, InspectError, MAX_PHOTO};

/// The longer side of what is compared, in pixels at most: print of eleven points on a page is then nine pixels high,
/// and a digit more than a window wide.
const LONGER: usize = 1600;

/// The longer side of the colours that are compared, in pixels: eyes see little more.
const COLOURS: usize = 200;

/// An upright picture.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    /// How light it is.
    pub(super) luma: Plane,
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
        let mut reducer: Option<Reducer> = None;
        each_row(format, bytes, &mut |width, height, row| {
            reducer
                .get_or_insert_with(|| Reducer::new(width as usize, height as usize, LONGER))
                .add_row(row);
        })?;
        let [red, green, blue] = reducer.and_then(Reducer::finish).ok_or("rows are missing")?;
        let mixed = |weights: [f32; 3]| {
            let cells = red.cells.iter().zip(&green.cells).zip(&blue.cells);
            Plane {
                width: red.width,
                height: red.height,
                cells: cells
                    .map(|((r, g), b)| weights[0] * r + weights[1] * g + weights[2] * b)
                    .collect(),
            }
        };
        let exif = exif(format, bytes);
        let orientation = ExifFacts::of(format, bytes, exif.as_deref()).orientation;
        let small = |plane: Plane| plane.with_longer(COLOURS.min(plane.longer()));
        Ok(Picture {
            luma: upright(&mixed([0.299, 0.587, 0.114]), orientation),
            colours: [[-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]]
                .map(|weights| upright(&small(mixed(weights)), orientation)),
        })
    }

    /// A part of it: left, top, width and height of the whole.
    pub(super) fn part(&self, part: [f64; 4]) -> Picture {
        Picture {
            luma: self.luma.part(part),
            colours: self.colours.each_ref().map(|plane| plane.part(part)),
        }
    }

    /// The picture turned to the right by a quarter.
    pub(super) fn turned(&self) -> Picture {
        Picture { luma: self.luma.turned(), colours: self.colours.each_ref().map(Plane::turned) }
    }
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
