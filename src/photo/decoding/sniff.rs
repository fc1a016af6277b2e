//! What a file claims to be, by its first bytes and never by its name.

use super::format::Format;
use super::tiff::{Directory, Tiff};

/// How many bytes from the start of a file tell its format, a few more than the longest signature has; fewer are
/// fine if the file has no more.
pub const SNIFF_BYTES: u64 = 32;

/// The format that these first bytes of a file claim, or nothing if they are no picture of any known kind.
///
/// [`Format::Opaque`] stands for pictures that are recognised but not decoded here: AVIF, JPEG XL, JPEG 2000, Photoshop
/// files and the raw files of cameras.
pub(in crate::photo) fn sniff(start: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| start.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| {
        start.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    };
    if starts(b"\xff\xd8\xff") {
        Some(Format::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(Format::Gif)
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        Some(Format::Webp)
    } else if starts(b"BM") && is_bitmap(start) {
        Some(Format::Bmp)
    } else if starts(b"II*\0") || starts(b"MM\0*") {
        Some(Format::Tiff)
    } else if at(4, b"ftyp") {
        still_picture(start)
    } else {
        let known = OPAQUE_MAGIC.iter().any(|magic| starts(magic));
        known.then_some(Format::Opaque)
    }
}

/// First bytes of pictures that are kept without being understood.
const OPAQUE_MAGIC: [&[u8]; 12] = [
    b"\xff\x0a",                 // JPEG XL, bare
    b"\0\0\0\x0cJXL \r\n\x87\n", // JPEG XL, boxed
    b"\0\0\0\x0cjP  \r\n\x87\n", // JPEG 2000
    b"8BPS",                     // Photoshop
    b"FUJIFILMCCD-RAW",          // Fujifilm RAF
    b"IIRO",                     // Olympus ORF
    b"IIRS",                     // Olympus ORF
    b"MMOR",                     // Olympus ORF
    b"IIU\0",                    // Panasonic RW2
    b"FOVb",                     // Sigma X3F
    b"\0MRM",                    // Minolta MRW
    b"II\x1a\0\0\0HEAPCCDR",     // Canon CRW
];

/// What an ISO media file claims to be, if it is a picture (HEIC, AVIF, Canon CR3) rather than a film. The general names
/// are those of HEIC as well as of others: whoever decodes it sees.
fn still_picture(start: &[u8]) -> Option<Format> {
    match start.get(8..12)? {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" | b"mif2" => {
            Some(Format::Heic)
        }
        b"avif" | b"avis" | b"crx " => Some(Format::Opaque),
        _ => None,
    }
}

/// Whether what starts with `BM` has a bitmap's header: two letters alone start many a text, too.
fn is_bitmap(start: &[u8]) -> bool {
    let header_size = start.get(14..18);
    header_size
        .is_some_and(|size| matches!(size, [12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

/// Whether a TIFF file is one picture and nothing else.
///
/// Raw files of most cameras are TIFF files whose first picture is a small preview. Decoding that would make a raw file
/// pass for a thumbnail of itself and lose to any JPEG of the same picture; and a scan of many pages would lose to a
/// picture of its first page. So a TIFF is decoded only if its first directory holds the picture and what follows are
/// smaller renderings of it.
pub(super) fn is_single_tiff(bytes: &[u8]) -> bool {
    const MAX_DIRECTORIES: usize = 8;
    const CANON_CR2: &[u8] = b"CR";
    let Some(tiff) = Tiff::new(bytes) else {
        return false;
    };
    let Some(first) = tiff.first() else {
        return false;
    };
    if bytes.get(8..10) == Some(CANON_CR2) || is_reduced(&first) || has_pictures_below(&first) {
        return false;
    }
    let mut last = first;
    for _ in 1..MAX_DIRECTORIES {
        match last.next() {
            None => return false,
            Some(0) => return true,
            Some(next) => match tiff.directory(next) {
                Some(directory) if is_reduced(&directory) => last = directory,
                _ => return false,
            },
        }
    }
    false
}

/// Whether a directory holds a smaller rendering of another picture.
fn is_reduced(directory: &Directory) -> bool {
    const NEW_SUBFILE_TYPE: u16 = 0x00fe;
    let mut types = directory.fields(NEW_SUBFILE_TYPE);
    types.any(|bits| bits & 1 == 1)
}

/// Whether a directory has further pictures below it, as raw files do.
fn has_pictures_below(directory: &Directory) -> bool {
    const SUB_IFDS: u16 = 0x014a;
    const DNG_VERSION: u16 = 0xc612;
    let mut signs = [SUB_IFDS, DNG_VERSION].into_iter();
    signs.any(|tag| directory.fields(tag).next().is_some())
}
