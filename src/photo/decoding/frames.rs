//! Looking for what a file holds besides one still picture: frames inside of it, pictures and a film behind it.

use super::format::Format;
use super::more::More;
use super::{heic, jpeg};

impl More {
    /// What a file of this format holds; of a JPEG only the decoder knows where its picture ends.
    pub(in crate::photo) fn of(format: Format, file: &[u8]) -> More {
        match format {
            Format::Gif => frames(gif_has_frames(file)),
            Format::Png => frames(png_has_frames(file)),
            Format::Webp => frames(webp_has_frames(file)),
            Format::Heic => heic::more(file),
            Format::Jpeg | Format::Tiff | Format::Bmp | Format::Opaque => More::Nothing,
        }
    }
}

fn frames(several: Option<bool>) -> More {
    if several == Some(true) { More::Frames } else { More::Nothing }
}

/// Whether a GIF has a second picture. Its blocks are passed over, not decoded.
fn gif_has_frames(file: &[u8]) -> Option<bool> {
    /// A bit of the flags says whether a table of colours follows, three of them how long it is.
    fn colours(flags: u8) -> usize {
        match flags & 0x80 {
            0 => 0,
            _ => 3 << ((flags & 7) + 1),
        }
    }
    let mut rest = file.get(13 + colours(*file.get(10)?)..)?;
    let mut pictures = 0;
    loop {
        let (introducer, after) = rest.split_first()?;
        rest = match introducer {
            b',' => {
                pictures += 1;
                if pictures > 1 {
                    return Some(true);
                }
                // Place and size, flags, colours, and how long the shortest code is.
                after.get(9 + colours(*after.get(8)?) + 1..)?
            }
            // An extension of some kind.
            b'!' => after.get(1..)?,
            _ => return Some(false),
        };
        // Parts, each with its length, up to an empty one.
        loop {
            let (length, after) = rest.split_first()?;
            rest = after.get(usize::from(*length)..)?;
            if *length == 0 {
                break;
            }
        }
    }
}

/// Whether a PNG says before its picture that it has several.
fn png_has_frames(file: &[u8]) -> Option<bool> {
    let mut rest = file.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (kind, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (content, after) = after.split_at_checked(length)?;
        match kind {
            b"acTL" => return Some(u32::from_be_bytes(*content.first_chunk()?) > 1),
            b"IDAT" => return Some(false),
            _ => rest = after.get(4..)?,
        }
    }
}

/// Whether a WebP has a second frame.
fn webp_has_frames(file: &[u8]) -> Option<bool> {
    let mut rest = file.get(12..)?;
    let mut frames = 0;
    loop {
        let (kind, after) = rest.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        frames += usize::from(kind == b"ANMF");
        if frames > 1 {
            return Some(true);
        }
        rest = after.get(length.checked_add(length % 2)?..)?;
    }
}

/// What follows a JPEG's picture: further pictures of the same kind, and the box that begins a film. Makers put a few
/// bytes of their own between them.
pub(super) fn more_after_jpeg(mut rest: &[u8]) -> More {
    /// The most further pictures that are passed over in search of a film.
    const MOST: usize = 8;
    /// As much as is searched for the next picture.
    const GAP: usize = 4 << 10;
    let mut found = More::Nothing;
    for _ in 0..MOST {
        let gap = rest.get(..rest.len().min(GAP)).unwrap_or_default();
        let Some(start) = gap.windows(3).position(|start| start == b"\xff\xd8\xff") else {
            break;
        };
        found = More::Maps;
        let picture = rest.get(start..).unwrap_or_default();
        let Some(length) = jpeg::length(picture) else {
            break;
        };
        rest = picture.get(length..).unwrap_or_default();
    }
    if has_film(rest) { More::Film } else { found }
}

/// Whether a film begins within the next bytes: a box of the kind that begins each, with its brand.
fn has_film(rest: &[u8]) -> bool {
    /// As much as is searched; what makers write before a film is some hundred bytes.
    const SEARCHED: usize = 64 << 10;
    let searched = rest.get(..rest.len().min(SEARCHED)).unwrap_or_default();
    let begins = |bytes: &[u8]| match bytes.split_first_chunk::<4>() {
        Some((b"ftyp", brand)) => {
            brand.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
        }
        _ => false,
    };
    searched.windows(8).any(begins)
}
