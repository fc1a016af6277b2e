//! From a file to what is known about it: digest first, then format, EXIF, pixels and fingerprint.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::decoding::budget::FILES;
use super::decoding::camera::ExifFacts;
use super::decoding::decode::decode;
use super::decoding::metadata;
use super::decoding::sketch::Sketch;
use super::decoding::sniff::{SNIFF_BYTES, sniff};
use super::preview::{draw, finish_or_draw};
use super::{Fingerprint, Format, MAX_PHOTO, More, Origin, Photo, PhotoId, PreviewSize, Worth};

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
/// The file is read once: its first bytes tell whether it is a picture, and the rest is then digested, searched for EXIF
/// and decoded in memory. A file that is no picture is left after those first bytes; a picture that is not decoded is
/// digested in pieces.
pub fn inspect(file: &mut File) -> Result<Photo, InspectError> {
    read(file, false).map(|inspected| inspected.photo)
}

/// What a file is, and what it looks like.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What its bytes say.
    pub photo: Photo,
    /// Its picture for a grid, a JPEG; none if it was not drawn, or cannot be.
    pub picture: Option<Vec<u8>>,
}

/// The same as [`inspect`], and draws the picture for a grid of the pixels that are decoded for it. What is found out
/// about the photo is the same with it and without.
pub fn inspect_and_draw(file: &mut File) -> Result<Inspected, InspectError> {
    read(file, true)
}

fn read(file: &mut File, draws: bool) -> Result<Inspected, InspectError> {
    let mut bytes = beginning(file)?;
    let format = sniff(&bytes).ok_or(InspectError::NotAPicture)?;
    let length = file.metadata()?.len();
    if length > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    if format == Format::Opaque {
        return digest_rest(file, &bytes).map(Inspected::undrawn);
    }
    let _memory = FILES.reserve(length);
    read_rest(file, &mut bytes, length)?;
    let mut sketch = draws.then(|| Sketch::new(PreviewSize::Grid));
    let photo = describe(&bytes, |known| look(format, &bytes, known, &mut sketch));
    let sketch = sketch.filter(|_| photo.format != Format::Opaque);
    let picture = sketch.and_then(|sketch| finish_or_draw(format, &bytes, sketch));
    Ok(Inspected { photo, picture })
}

fn beginning(file: &mut File) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(SNIFF_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads what follows the beginning of a file that has this length, for which memory is reserved.
fn read_rest(file: &mut File, bytes: &mut Vec<u8>, length: u64) -> Result<(), InspectError> {
    let rest = length.saturating_sub(bytes.len() as u64);
    bytes.reserve_exact(usize::try_from(rest).map_err(io::Error::other)?);
    // One byte more than the file had: it may be growing, and then what was read is not the photo.
    file.take(rest + 1).read_to_end(bytes)?;
    if bytes.len() as u64 > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    Ok(())
}

impl Inspected {
    fn undrawn(photo: Photo) -> Inspected {
        Inspected { photo, picture: None }
    }
}

/// The small picture of a file, which is read from its beginning, and what its bytes are; none of what cannot be decoded,
/// or is no picture at all: that was one when it became a photo, and its digest tells whether it still is. Never panics, whatever the bytes, and takes its memory out of the same budgets as
/// [`inspect`].
///
/// # Errors
///
/// If it cannot be read, or is too large.
pub fn preview(
    file: &mut File,
    size: PreviewSize,
) -> Result<(PhotoId, Option<Vec<u8>>), InspectError> {
    let mut bytes = beginning(file)?;
    let length = file.metadata()?.len();
    if length > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    let Some(format) = sniff(&bytes).filter(|format| *format != Format::Opaque) else {
        return digest_rest(file, &bytes).map(|photo| (photo.id, None));
    };
    let _memory = FILES.reserve(length);
    read_rest(file, &mut bytes, length)?;
    Ok((PhotoId::of(&bytes), draw(format, &bytes, size)))
}

/// Tells what a file is at once: of a format that [`is_slow`] only by [`glance`], else by [`inspect_and_draw`].
///
/// What was only glanced at is a photo like any other, and is to be inspected when there is time.
pub fn inspect_or_glance(file: &mut File) -> Result<Inspected, InspectError> {
    let start = beginning(file)?;
    match sniff(&start).is_some_and(is_slow) {
        true => glance(file).map(Inspected::undrawn),
        false => inspect_and_draw(file),
    }
}

/// Whether pictures of a format take so long to decode that a folder of them must be listed and copied before.
fn is_slow(format: Format) -> bool {
    match format {
        // A second of a core for twelve megapixels, eighty times as long as a JPEG.
        Format::Heic => true,
        Format::Opaque
        | Format::Gif
        | Format::Webp
        | Format::Jpeg
        | Format::Bmp
        | Format::Png
        | Format::Tiff => false,
    }
}

/// Reads a file from its beginning and tells its digest, length and format: see [`recognise`].
pub fn glance(file: &mut File) -> Result<Photo, InspectError> {
    let start = beginning(file)?;
    sniff(&start).ok_or(InspectError::NotAPicture)?;
    if file.metadata()?.len() > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    let photo = digest_rest(file, &start)?;
    recognise(photo.id, photo.bytes, &start)
}

/// What is known of a photo with this digest, length in bytes and beginning before anybody has looked at its picture: an
/// account of version 0, older than any that [`inspect`] gives. Of the beginning, [`SNIFF_BYTES`] are enough.
pub fn recognise(id: PhotoId, bytes: u64, start: &[u8]) -> Result<Photo, InspectError> {
    let format = sniff(start).ok_or(InspectError::NotAPicture)?;
    Ok(Photo { account: 0, format, ..Photo::opaque(id, bytes) })
}

/// What these bytes are if `look` sees a picture in them, given what is known without looking: it can be kept and
/// served in any case.
///
/// The bytes are foreign, and most of the code that looks at them is too: if it panics, it fails this one picture and
/// nothing else.
pub(super) fn describe(bytes: &[u8], look: impl FnOnce(Photo) -> Result<Photo, String>) -> Photo {
    let opaque = Photo::opaque(PhotoId::of(bytes), bytes.len() as u64);
    let known = opaque.clone();
    match catch_unwind(AssertUnwindSafe(|| look(known))) {
        Ok(Ok(photo)) => photo,
        Ok(Err(_)) | Err(_) => opaque,
    }
}

/// Adds what these bytes of a claimed format say of their picture, or says in words why it cannot be decoded.
fn look(
    format: Format,
    bytes: &[u8],
    known: Photo,
    sketch: &mut Option<Sketch>,
) -> Result<Photo, String> {
    let decoded = decode(format, bytes, sketch.as_mut())?;
    let exif_block = metadata::exif(format, bytes);
    let exif = ExifFacts::of(format, bytes, exif_block.as_deref());
    let size = (decoded.width, decoded.height);
    let (origin, enlarged) = Origin::of(format, bytes, exif_block.as_deref(), size);
    let (width, height) = if exif.orientation.transposed {
        (decoded.height, decoded.width)
    } else {
        (decoded.width, decoded.height)
    };
    Ok(Photo {
        format,
        width,
        height,
        colour: decoded.colour,
        camera: exif.camera,
        captured: exif.captured.filter(|_| exif.camera),
        fingerprint: Fingerprint::of(&decoded.luma.turned(exif.orientation), width, height),
        worth: Worth {
            missing: decoded.missing.max(enlarged),
            origin,
            more: decoded.more.max(More::of(format, bytes)),
        },
        ..known
    })
}

/// Digests an opaque picture whose first bytes have been read.
fn digest_rest(file: &mut File, start: &[u8]) -> Result<Photo, InspectError> {
    let mut digest = blake3::Hasher::new();
    digest.update(start);
    digest.update_reader(file.take(MAX_PHOTO + 1 - start.len() as u64))?;
    if digest.count() > MAX_PHOTO {
        return Err(InspectError::TooLarge);
    }
    Ok(Photo::opaque(PhotoId(*digest.finalize().as_bytes()), digest.count()))
}
