//! PNG, row by row: neither a screenshot nor a page that claims to be a hundred megapixels is ever in memory as a whole.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use super::budget::MAX_PIXEL_BYTES;

/// The most memory that the decoder may take for a row, or for anything that comes before the first.
const MOST: usize = MAX_PIXEL_BYTES as usize;

/// A PNG file whose rows can be read.
pub(super) struct Png<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
}

impl<'a> Png<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Png<'a>, String> {
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MOST });
        // What is not of 8 or 16 bits, or has colours of a palette, becomes that.
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let reader = decoder.read_info().map_err(|error| error.to_string())?;
        Ok(Png { reader })
    }

    pub(super) fn size(&self) -> (u32, u32) {
        let info = self.reader.info();
        (info.width, info.height)
    }

    /// Whether its rows come in seven passes over the whole picture.
    pub(super) fn is_interlaced(&self) -> bool {
        self.reader.info().interlaced
    }

    /// How many bytes all its pixels would need at once.
    pub(super) fn pixel_bytes(&self) -> u64 {
        self.reader.output_buffer_size().map_or(u64::MAX, |bytes| bytes as u64)
    }

    /// How many bytes are needed while the rows are read: the decoder has up to six as stored and one as decoded, and of
    /// pixels there are one with alpha and one on white.
    pub(super) fn memory(&self) -> u64 {
        let width = self.size().0;
        let row = self.reader.output_line_size(width).map_or(u64::MAX, |row| row as u64);
        row.saturating_mul(7).saturating_add(7 * u64::from(width))
    }

    /// All rows, from the top: red, green, blue and alpha.
    pub(super) fn rows(mut self, mut sink: impl FnMut(&[[u8; 4]])) -> Result<(), String> {
        let (colour, depth) = self.reader.output_color_type();
        // Of 16 bits the first byte is the high one.
        let bytes = if depth == BitDepth::Sixteen { 2 } else { 1 };
        let pixel = |sample: &[u8]| {
            let value = |at: usize| sample.get(at * bytes).copied().unwrap_or(0);
            match colour {
                ColorType::Grayscale => [value(0), value(0), value(0), u8::MAX],
                ColorType::GrayscaleAlpha => [value(0), value(0), value(0), value(1)],
                ColorType::Rgb | ColorType::Indexed => [value(0), value(1), value(2), u8::MAX],
                ColorType::Rgba => [value(0), value(1), value(2), value(3)],
            }
        };
        let mut pixels = Vec::with_capacity(self.size().0 as usize);
        while let Some(row) = self.reader.next_row().map_err(|error| error.to_string())? {
            pixels.clear();
            pixels.extend(row.data().chunks_exact(colour.samples() * bytes).map(pixel));
            sink(&pixels);
        }
        Ok(())
    }
}
