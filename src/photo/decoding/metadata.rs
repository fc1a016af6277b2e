//! Where in a file its EXIF is.

use std::borrow::Cow;

use super::format::Format;
use super::{heic, jpeg};

/// The EXIF of a picture: a block that is laid out as a small TIFF file, or the whole of one. A part of the file, so
/// that even a large one costs no memory; of a HEIC, where it may lie in pieces, a copy of bounded size.
pub(in crate::photo) fn exif(format: Format, file: &[u8]) -> Option<Cow<'_, [u8]>> {
    match format {
        Format::Heic => heic::exif(file).map(Cow::Owned),
        Format::Jpeg => jpeg::exif(file).map(Cow::Borrowed),
        Format::Png => exif_of_png(file).map(Cow::Borrowed),
        Format::Webp => exif_of_webp(file).map(Cow::Borrowed),
        Format::Tiff => Some(Cow::Borrowed(file)),
        Format::Gif | Format::Bmp | Format::Opaque => None,
    }
}

/// The first chunk of a PNG file that says it is EXIF. Chunks begin with their length and end with a checksum.
fn exif_of_png(file: &[u8]) -> Option<&[u8]> {
    let mut rest = file.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (kind, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (content, after) = after.split_at_checked(length)?;
        if kind == b"eXIf" {
            return Some(content);
        }
        rest = after.get(4..)?;
    }
}

/// The first chunk of a WebP file that says it is EXIF. Chunks begin with their length and are filled up to whole pairs
/// of bytes.
fn exif_of_webp(file: &[u8]) -> Option<&[u8]> {
    let length = u32::from_le_bytes(*file.get(4..)?.first_chunk()?);
    let all = file.get(8..)?;
    let claimed = usize::try_from(length).ok()?;
    let mut rest = all.get(..claimed).unwrap_or(all).get(4..)?;
    loop {
        let (kind, after) = rest.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (content, after) = after.split_at_checked(length)?;
        if kind == b"EXIF" {
            return Some(content);
        }
        rest = after.get(length % 2..)?;
    }
}
