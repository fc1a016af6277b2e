//! What a file claims to be, by its first bytes and never by its name.

use super::Format;

/// How many bytes from the start of a file [`sniff`] wants to see; fewer are fine if the file has no more.
pub(super) const SNIFF_BYTES: usize = 64 * 1024;

/// The format that these first bytes of a file claim, or nothing if they are no picture of any known kind.
///
/// [`Format::Opaque`] stands for pictures that are recognised but not decoded here: HEIC, AVIF, JPEG XL, JPEG 2000,
/// Photoshop files and the raw files of cameras.
pub(super) fn sniff(start: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| start.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| {
        start
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
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
        is_still_picture(start).then_some(Format::Opaque)
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

/// Whether an ISO media file is a picture (HEIC, AVIF, Canon CR3) rather than a film.
fn is_still_picture(start: &[u8]) -> bool {
    const BRANDS: [&[u8]; 12] = [
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2", b"avif",
        b"avis", b"crx ",
    ];
    start
        .get(8..12)
        .is_some_and(|brand| BRANDS.contains(&brand))
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
    let Some(tiff) = TiffReader::new(bytes) else {
        return false;
    };
    let Some(first) = tiff.u32(4).and_then(|offset| tiff.directory(offset)) else {
        return false;
    };
    if bytes.get(8..10) == Some(CANON_CR2) || first.reduced || first.nested {
        return false;
    }
    let mut next = first.next;
    for _ in 1..MAX_DIRECTORIES {
        if next == 0 {
            return true;
        }
        match tiff.directory(next) {
            Some(directory) if directory.reduced => next = directory.next,
            _ => return false,
        }
    }
    false
}

/// Just enough of TIFF to tell what its directories are for.
struct TiffReader<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

/// What matters about one directory of a TIFF file.
struct TiffDirectory {
    /// It holds a smaller rendering of another picture.
    reduced: bool,
    /// It has further pictures below it, as raw files do.
    nested: bool,
    /// Where the next directory is; 0 if there is none.
    next: u32,
}

impl<'a> TiffReader<'a> {
    fn new(bytes: &'a [u8]) -> Option<TiffReader<'a>> {
        let little_endian = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        Some(TiffReader {
            bytes,
            little_endian,
        })
    }

    fn u16(&self, offset: usize) -> Option<u16> {
        let pair: [u8; 2] = self
            .bytes
            .get(offset..offset.checked_add(2)?)?
            .try_into()
            .ok()?;
        Some(if self.little_endian {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        })
    }

    fn u32(&self, offset: usize) -> Option<u32> {
        let four: [u8; 4] = self
            .bytes
            .get(offset..offset.checked_add(4)?)?
            .try_into()
            .ok()?;
        Some(if self.little_endian {
            u32::from_le_bytes(four)
        } else {
            u32::from_be_bytes(four)
        })
    }

    fn directory(&self, offset: u32) -> Option<TiffDirectory> {
        const NEW_SUBFILE_TYPE: u16 = 0x00fe;
        const SUB_IFDS: u16 = 0x014a;
        const DNG_VERSION: u16 = 0xc612;
        const ENTRY_BYTES: usize = 12;
        let start = usize::try_from(offset).ok()?;
        let entries = usize::from(self.u16(start)?);
        let mut directory = TiffDirectory {
            reduced: false,
            nested: false,
            next: 0,
        };
        for entry in 0..entries {
            let at = start.checked_add(2 + entry * ENTRY_BYTES)?;
            match self.u16(at)? {
                NEW_SUBFILE_TYPE => directory.reduced |= self.u32(at + 8)? & 1 == 1,
                SUB_IFDS | DNG_VERSION => directory.nested = true,
                _ => {}
            }
        }
        directory.next = self.u32(start.checked_add(2 + entries * ENTRY_BYTES)?)?;
        Some(directory)
    }
}
