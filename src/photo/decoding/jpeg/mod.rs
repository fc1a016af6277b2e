//! A JPEG file, decoded only as far as a fingerprint needs it.
//!
//! A JPEG stores each block of 8x8 pixels as 64 cosine waves, the first of which is the block's average. A mosaic of
//! 256x256 cells needs no more than that of a large picture: twelve megapixels are 500x375 blocks. So this decoder
//! reads just the first waves of each block, passes over the codes of all others, and skips the inverse transform, the
//! colour conversion and nine tenths of the memory. What remains is the reading of Huffman codes. Of a progressive
//! file it reads the scans with the averages, which come first, and skips the others whole.
//!
//! | picture | all waves, three channels | this |
//! |---|---|---|
//! | shorter side of 2048 pixels or more | 8x8 samples a block | 1 sample a block |
//! | 1024 or more | | 2x2 |
//! | 256 or more | | 4x4 |
//!
//! Smaller pictures, and progressive ones below 2048, are left to `zune-jpeg`. Whole numbers throughout: every machine
//! computes the same.
//!
//! One question needs more than averages: how fine the detail of a picture is. So of a baseline file a few rows of
//! blocks, spread over the picture, are decoded to all their pixels on the way.
//!
//! # What it promises
//!
//! Whatever the bytes, there is an answer: a picture, or words that say why there is none. Every code of a baseline
//! file is read, so damage is noticed about as often as by other decoders. Of a progressive file only the end is
//! checked: it must be there.
//!
//! # Its parts, in reading order
//!
//! * `frame`: the segments of a file and the header of its picture. `tables`: what scans refer to.
//! * `bits`: Huffman codes, looked up many bits at a time; where codes are only passed over, several of them at once.
//! * `block`: the codes of one block. `inverse_dct`: from its first waves to samples.
//! * `scan`: block after block, to the samples of each component. `strips`: the few rows with all their pixels.
//!
//! # What is left out
//!
//! Arithmetic coding, samples of more than 8 bits and lossless files: the header of such a frame is refused, and the
//! photo is opaque. Nothing is smoothed between blocks, and colours are not enlarged to the size of the luma: a mosaic
//! averages each component by itself.

mod bits;
mod block;
mod frame;
mod inverse_dct;
mod scan;
mod strips;
mod tables;

use frame::{Frame, Marker, Segments};
use scan::Scan;
use tables::Tables;

use super::detail::Detail;
use super::mosaic::{DECODED_SIDE, MosaicBuilder, TRIMMED_SIDE};
use super::resize::Samples;

/// The most scans that are looked at: a hundred times what encoders write. A file may name millions.
const MAX_SCANS: usize = 1000;

/// The samples of one component, some for each block.
pub(super) struct Plane {
    /// Samples in a row.
    stride: usize,
    samples: Vec<u8>,
    /// The size of the picture in this component's samples, in fractions of `denominator`.
    width: u64,
    height: u64,
    denominator: u64,
}

/// What the components of a picture are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    /// Luma alone.
    Grey,
    /// Luma and two colour differences.
    YCbCr,
    /// Red, green and blue.
    Rgb,
    /// Four inks, stored as Adobe does: 255 is no ink.
    InvertedCmyk,
    /// Four inks of which three are stored as luma and colour differences.
    Ycck,
    /// Four inks.
    Cmyk,
}

/// A picture of a few samples a block.
pub(super) struct Thumbnail {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) colours: Colours,
    pub(super) planes: Vec<Plane>,
    /// Whole rows of it; none of a progressive file.
    pub(super) detail: Detail,
}

/// What a JPEG file says before its first scan.
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Samples per block and direction; none if the picture is too small to be decoded by this module.
    pub(super) samples: Option<usize>,
}

/// Reads the size of a picture.
pub(super) fn header(file: &[u8]) -> Result<Header, String> {
    let mut segments = Segments::new(file)?;
    loop {
        if let Marker::Frame(kind) = segments.next_marker()? {
            let frame = Frame::parse(kind, segments.segment()?)?;
            let samples = samples_per_block(&frame);
            return Ok(Header { width: frame.width, height: frame.height, samples });
        }
        segments.skip_segment()?;
    }
}

/// The EXIF of a file: the first segment that says it is, wherever it stands.
pub(super) fn exif(file: &[u8]) -> Option<&[u8]> {
    let mut segments = Segments::new(file).ok()?;
    loop {
        let marker = segments.next_marker().ok()?;
        if marker == Marker::End {
            return None;
        }
        let segment = segments.segment().ok()?;
        if let (Marker::Exif, Some(exif)) = (marker, segment.strip_prefix(b"Exif\0\0")) {
            return Some(exif);
        }
    }
}

/// The segments before the first scan: the second byte of each marker, and the content.
pub(super) fn header_segments(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    const SCAN: u8 = 0xda;
    let mut rest = file.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let [0xff, marker, high, low, ..] = *rest else {
            return None;
        };
        let end = 2 + usize::from(u16::from_be_bytes([high, low]));
        let content = rest.get(4..end).filter(|_| marker != SCAN)?;
        rest = &rest[end..];
        Some((marker, content))
    })
}

/// How long the picture at the start of these bytes is, if it has an end.
pub(super) fn length(file: &[u8]) -> Option<usize> {
    let mut segments = Segments::new(file).ok()?;
    loop {
        match segments.next_marker().ok()? {
            Marker::End => return Some(segments.position()),
            Marker::Frame(_)
            | Marker::Quantisation
            | Marker::Huffman
            | Marker::RestartInterval
            | Marker::Scan
            | Marker::Adobe
            | Marker::Exif
            | Marker::Other => segments.skip_segment().ok()?,
        }
    }
}

/// How many samples of each block make a mosaic of full detail, or of half of it where four are too few: what is asked
/// of the finest cells is asked of two or more side by side.
fn samples_per_block(frame: &Frame) -> Option<usize> {
    let shorter = frame.width.min(frame.height) as usize;
    let enough = |samples: &usize| shorter * samples / 8 >= DECODED_SIDE;
    let choices: &[usize] = if frame.progressive { &[1] } else { &[1, 2, 4] };
    let half = (!frame.progressive && shorter * 4 / 8 >= TRIMMED_SIDE).then_some(4);
    choices.iter().copied().find(enough).or(half)
}

/// Decodes this many samples per block and direction: 1, 2 or 4.
/// Also tells where the picture ends in the file.
pub(super) fn decode(file: &[u8], samples: usize) -> Result<(Thumbnail, usize), String> {
    let mut segments = Segments::new(file)?;
    let mut scan: Option<Scan> = None;
    let mut tables = Tables::default();
    let mut adobe = None;
    let mut scans = 0;
    loop {
        let marker = match segments.next_marker() {
            // Some programs leave out the end. That is no harm where everything before it was read.
            Err(error) => match scan {
                Some(scan) if scan.is_complete() => return Ok((scan.finish(adobe)?, file.len())),
                _ => return Err(error),
            },
            Ok(marker) => marker,
        };
        match marker {
            Marker::Frame(kind) => {
                if scan.is_some() {
                    return Err("two frames".to_owned());
                }
                let frame = Frame::parse(kind, segments.segment()?)?;
                scan = Some(Scan::new(frame, samples)?);
            }
            Marker::Quantisation => tables.add_quantisation(segments.segment()?)?,
            Marker::Huffman => tables.add_huffman(segments.segment()?)?,
            Marker::RestartInterval => tables.set_restart_interval(segments.segment()?)?,
            Marker::Adobe => adobe = frame::adobe_transform(segments.segment()?).or(adobe),
            Marker::Scan => {
                scans += 1;
                if scans > MAX_SCANS {
                    return Err("too many scans".to_owned());
                }
                let header = segments.segment()?;
                let scan = scan.as_mut().ok_or("a scan before the frame")?;
                let read = scan.read(header, segments.rest(), &tables)?;
                segments.advance(read);
            }
            Marker::End => {
                return Ok((scan.ok_or("no frame")?.finish(adobe)?, segments.position()));
            }
            Marker::Exif | Marker::Other => segments.skip_segment()?,
        }
    }
}

impl Plane {
    /// How many samples the picture has across and down; it may end within one.
    pub(super) fn size(&self) -> (f64, f64) {
        let part = |side: u64| side as f64 / self.denominator as f64;
        (part(self.width), part(self.height))
    }

    /// All samples.
    pub(super) fn samples(&self) -> Samples<'_> {
        Samples { bytes: &self.samples, stride: self.stride, size: self.size() }
    }

    /// The averages of the plane's cells.
    pub(super) fn mosaic(&self) -> Option<Vec<u8>> {
        let mut mosaic = MosaicBuilder::<DECODED_SIDE, 1>::of_fraction(
            self.width,
            self.height,
            self.denominator,
        );
        for row in self.samples.chunks_exact(self.stride) {
            let (row, _) = row.as_chunks::<1>();
            mosaic.add_row(row);
        }
        Some(mosaic.finish()?.cells.into_flattened())
    }
}
