//! From a file to what is known about it: digest first, then format, EXIF, pixels and fingerprint.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};

use super::budget::FILES;
use super::camera::ExifFacts;
use super::decode::decode;
use super::sniff::{SNIFF_BYTES, sniff};
use super::{Fingerprint, Format, MAX_PHOTO, Photo, PhotoId};

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

impl From<io::Error> for InspectError {
    fn from(error: io::Error) -> InspectError {
        InspectError::Io(error)
    }
}

/// Reads a file from its beginning and tells what it is.
///
/// A file that claims to be a picture but cannot be decoded is a photo too, of format [`Format::Opaque`]: it is kept,
/// listed and served by its digest alone. Never panics, whatever the bytes. Any number of threads may call this at
/// once: together they hold a bounded amount of memory, and some wait for others when giants meet.
///
/// The file is read once: a few kilobytes tell whether it is a picture, and the rest is then digested, searched for
/// EXIF and decoded in memory. A file that is no picture is left after those first bytes; a picture that is not decoded
/// is digested in pieces.
pub fn inspect(file: &mut File) -> Result<Photo, InspectError> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(SNIFF_BYTES as u64).read_to_end(&mut bytes)?;
    let format = sniff(&bytes).ok_or(InspectError::NotAPicture)?;
    let length = file.metadata()?.len();
    if length > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    if format == Format::Opaque {
        return digest_rest(file, &bytes);
    }
    let _memory = FILES.reserve(length);
    let rest = length.saturating_sub(bytes.len() as u64);
    bytes.reserve_exact(usize::try_from(rest).map_err(io::Error::other)?);
    // One byte more than the file had: it may be growing, and then what was read is not the photo.
    file.take(rest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    Ok(describe(format, &bytes))
}

/// What these bytes of a claimed format say.
fn describe(format: Format, bytes: &[u8]) -> Photo {
    let id = PhotoId::of(bytes);
    let length = bytes.len() as u64;
    let Ok(decoded) = decode(format, bytes) else {
        return Photo::opaque(id, length);
    };
    let exif = ExifFacts::of(format, bytes);
    let (width, height) = if exif.orientation.transposed {
        (decoded.height, decoded.width)
    } else {
        (decoded.width, decoded.height)
    };
    Photo {
        id,
        bytes: length,
        format,
        width,
        height,
        colour: decoded.colour,
        camera: exif.camera,
        captured: exif.captured.filter(|_| exif.camera),
        fingerprint: Fingerprint::of(&decoded.luma.turned(exif.orientation)),
    }
}

/// Digests an opaque picture whose first bytes have been read.
fn digest_rest(file: &mut File, start: &[u8]) -> Result<Photo, InspectError> {
    let mut digest = blake3::Hasher::new();
    digest.update(start);
    digest.update_reader(file.take(MAX_PHOTO + 1 - start.len() as u64))?;
    if digest.count() > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    Ok(Photo::opaque(
        PhotoId(*digest.finalize().as_bytes()),
        digest.count(),
    ))
}
