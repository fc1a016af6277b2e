//! From the bytes of a picture to its mosaic: one decoder per format, with bounds on everything.
//!
//! A file is a foreign thing. Before any pixel is decoded its claimed size is held against [`MAX_PIXELS`] and
//! [`MAX_PIXEL_BYTES`] and its memory is taken out of the common budget.

use std::io::Cursor;

use image::{
    DynamicImage, ImageBuffer, ImageDecoder, ImageFormat, ImageReader, Limits, Pixel, Rgba,
};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::budget::{MAX_PIXEL_BYTES, PIXELS};
use super::colours::{GREY_TOLERANCE, luma, over_white, rgb_of_jpeg, spread};
use super::detail::Detail;
use super::format::Format;
use super::frames::more_after_jpeg;
use super::heic::Heic;
use super::jpeg::{self, Colours, Plane, Thumbnail};
use super::more::More;
use super::mosaic::{DECODED_SIDE, Mosaic, MosaicBuilder};
use super::png::Png;
use super::sketch::Sketch;
use super::sniff::is_single_tiff;

/// The most pixels a picture may claim and still be decoded: 256 million, more than any camera has today.
const MAX_PIXELS: u64 = 1 << 28;

/// A decoded picture, boiled down; not yet turned upright.
pub(in crate::photo) struct Decoded {
    /// Width as stored, in pixels.
    pub(in crate::photo) width: u32,
    /// Height as stored, in pixels.
    pub(in crate::photo) height: u32,
    /// Whether any part of it has colour.
    pub(in crate::photo) colour: bool,
    /// Its luma.
    pub(in crate::photo) luma: Mosaic<DECODED_SIDE, 1>,
    /// How many half octaves of detail are missing; see [`Detail`].
    pub(in crate::photo) missing: u8,
    /// What the file holds besides.
    pub(in crate::photo) more: More,
}

/// Decodes a picture of this format, or says in words why not: then it is damaged, too large or of an unknown kind. If
/// there is a `sketch`, it is given what is decoded in any case, which may be too little for it.
pub(in crate::photo) fn decode(
    format: Format,
    bytes: &[u8],
    sketch: Option<&mut Sketch>,
) -> Result<Decoded, String> {
    if format == Format::Jpeg {
        decode_jpeg(bytes, sketch)
    } else {
        boil_down(sketch, |sink| each_row(format, bytes, sink))
    }
}

/// Takes the rows of a picture from the top, each with the width and height of the whole.
pub(in crate::photo) type RowSink<'a> = &'a mut dyn FnMut(u32, u32, &[[u8; 3]]);

/// Decodes every pixel of a picture and hands out the rows as stored, or says in words why not.
pub(in crate::photo) fn each_row(
    format: Format,
    bytes: &[u8],
    sink: RowSink,
) -> Result<(), String> {
    match format {
        Format::Opaque => Err("not a format that is decoded".to_owned()),
        Format::Jpeg => each_row_of_jpeg(bytes, sink),
        Format::Heic => each_row_of_heic(bytes, sink),
        Format::Gif => each_row_of_other(ImageFormat::Gif, bytes, sink),
        Format::Webp => each_row_of_other(ImageFormat::WebP, bytes, sink),
        Format::Bmp => each_row_of_other(ImageFormat::Bmp, bytes, sink),
        Format::Png => each_row_of_png(bytes, sink),
        Format::Tiff if is_single_tiff(bytes) => each_row_of_other(ImageFormat::Tiff, bytes, sink),
        Format::Tiff => Err("a raw file or several pictures in one".to_owned()),
    }
}

/// Whether a picture that claims this size is decoded.
fn check_size(width: u32, height: u32, bytes: u64) -> Result<(), String> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MAX_PIXELS || bytes > MAX_PIXEL_BYTES {
        return Err(format!("claims {width}x{height} pixels"));
    }
    Ok(())
}

fn decode_jpeg(bytes: &[u8], sketch: Option<&mut Sketch>) -> Result<Decoded, String> {
    let header = jpeg::header(bytes)?;
    let Some(samples) = header.samples else {
        return decode_small_jpeg(bytes, sketch);
    };
    let blocks = u64::from(header.width).div_ceil(8) * u64::from(header.height).div_ceil(8);
    // Two bytes a sample while reading, one after; up to four components, and blocks to fill up the last units.
    let size = blocks * (samples * samples) as u64 * 3 * 5;
    check_size(header.width, header.height, size)?;
    let memory = PIXELS.reserve(size);
    let (mut thumbnail, end) = jpeg::decode(bytes, samples)?;
    let planes: Option<Vec<Vec<u8>>> = thumbnail.planes.iter().map(Plane::mosaic).collect();
    let planes = planes.ok_or("rows are missing")?;
    let cells =
        |at: usize| std::array::from_fn(|plane| planes.get(plane).map_or(0, |plane| plane[at]));
    let cells: Vec<[u8; 4]> = (0..DECODED_SIDE * DECODED_SIDE).map(cells).collect();
    let picture = from_jpeg_cells(&thumbnail, &cells);
    if let Some(sketch) = sketch {
        sketch.take_samples(&mut thumbnail, memory);
    }
    Ok(Decoded {
        missing: thumbnail.detail.missing(),
        more: more_after_jpeg(bytes.get(end..).unwrap_or_default()),
        ..picture
    })
}

/// Colour and luma of the averaged components of a JPEG.
fn from_jpeg_cells(thumbnail: &Thumbnail, cells: &[[u8; 4]]) -> Decoded {
    /// How far a colour difference may lie from none in a grey picture: what [`GREY_TOLERANCE`] is to RGB.
    const GREY_DIFFERENCE: u8 = 2;
    let is_grey =
        |differences: &[u8]| differences.iter().all(|value| value.abs_diff(128) <= GREY_DIFFERENCE);
    let rgb = |cell| rgb_of_jpeg(thumbnail.colours, cell);
    let colour = match thumbnail.colours {
        Colours::Grey => false,
        Colours::YCbCr => !cells.iter().all(|cell| is_grey(&cell[1..3])),
        Colours::Rgb | Colours::InvertedCmyk | Colours::Ycck | Colours::Cmyk => {
            cells.iter().any(|cell| spread(rgb(*cell)) > GREY_TOLERANCE)
        }
    };
    Decoded {
        width: thumbnail.width,
        height: thumbnail.height,
        colour,
        luma: Mosaic { cells: cells.iter().map(|cell| [luma(rgb(*cell))]).collect() },
        missing: 0,
        more: More::Nothing,
    }
}

/// A JPEG that is too small for a few samples per block.
fn decode_small_jpeg(bytes: &[u8], sketch: Option<&mut Sketch>) -> Result<Decoded, String> {
    let end = jpeg::length(bytes).unwrap_or(bytes.len());
    Ok(Decoded {
        more: more_after_jpeg(bytes.get(end..).unwrap_or_default()),
        ..boil_down(sketch, |sink| each_row_of_jpeg(bytes, sink))?
    })
}

/// Averages the rows of a picture.
fn boil_down(
    mut sketch: Option<&mut Sketch>,
    rows: impl FnOnce(RowSink) -> Result<(), String>,
) -> Result<Decoded, String> {
    let mut boiled: Option<(u32, u32, MosaicBuilder<DECODED_SIDE, 3>, Detail)> = None;
    rows(&mut |width, height, row| {
        let (_, _, mosaic, detail) = boiled.get_or_insert_with(|| {
            let (mosaic, detail) = (MosaicBuilder::new(width, height), Detail::new(height));
            (width, height, mosaic, detail)
        });
        mosaic.add_row(row);
        detail.add_row(row, luma);
        if let Some(sketch) = &mut sketch {
            sketch.add_row(width, height, row);
        }
    })?;
    let (width, height, mosaic, detail) = boiled.ok_or("rows are missing")?;
    from_rgb(width, height, mosaic, detail)
}

fn each_row_of_jpeg(bytes: &[u8], sink: RowSink) -> Result<(), String> {
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let words = |error: zune_jpeg::errors::DecodeErrors| error.to_string();
    decoder.decode_headers().map_err(words)?;
    let info = decoder.info().ok_or("no header")?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let pixels = u64::from(width) * u64::from(height);
    check_size(width, height, 3 * pixels)?;
    // Of a progressive one all coefficients are there before the first pixel is. It is decoded all the same: what is
    // decoded is the same on every machine, and decided by the pixels alone.
    let coefficients = match info.sof.is_progressive() {
        true => 2 * pixels * u64::from(info.components),
        false => 0,
    };
    let _memory = PIXELS.reserve(3 * pixels + coefficients);
    let pixels = decoder.decode().map_err(words)?;
    let (pixels, _) = pixels.as_chunks::<3>();
    for row in pixels.chunks_exact(width as usize) {
        sink(width, height, row);
    }
    Ok(())
}

fn each_row_of_heic(bytes: &[u8], sink: RowSink) -> Result<(), String> {
    let heic = Heic::open(bytes)?;
    let memory = heic.memory();
    check_size(heic.whole.0, heic.whole.1, memory)?;
    let _memory = PIXELS.reserve(memory);
    heic.rows(|row| sink(heic.width, heic.height, row))
}

fn each_row_of_png(bytes: &[u8], sink: RowSink) -> Result<(), String> {
    let png = Png::open(bytes)?;
    if png.is_interlaced() {
        drop(png);
        return each_row_of_other(ImageFormat::Png, bytes, sink);
    }
    let (width, height) = png.size();
    // What would not fit in memory as a whole is not decoded either: every program makes the same of a file, also those
    // that decode it so.
    check_size(width, height, png.pixel_bytes())?;
    let _memory = PIXELS.reserve(png.memory());
    let mut on_white = Vec::with_capacity(width as usize);
    png.rows(|row| {
        on_white.clear();
        on_white.extend(row.iter().map(|pixel| {
            let [colours @ .., alpha] = pixel.map(u16::from);
            colours.map(|value| over_white(value, alpha))
        }));
        sink(width, height, &on_white);
    })
}

fn each_row_of_other(format: ImageFormat, bytes: &[u8], sink: RowSink) -> Result<(), String> {
    let words = |error: image::ImageError| error.to_string();
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_PIXEL_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(words)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, decoder.total_bytes())?;
    let _memory = PIXELS.reserve(decoder.total_bytes());
    match DynamicImage::from_decoder(decoder).map_err(words)? {
        DynamicImage::ImageLuma8(pixels) => over_rows(&pixels, |v| v, sink),
        DynamicImage::ImageLumaA8(pixels) => over_rows(&pixels, |v| v, sink),
        DynamicImage::ImageRgb8(pixels) => over_rows(&pixels, |v| v, sink),
        DynamicImage::ImageRgba8(pixels) => over_rows(&pixels, |v| v, sink),
        DynamicImage::ImageLuma16(pixels) => over_rows(&pixels, high_byte, sink),
        DynamicImage::ImageLumaA16(pixels) => over_rows(&pixels, high_byte, sink),
        DynamicImage::ImageRgb16(pixels) => over_rows(&pixels, high_byte, sink),
        DynamicImage::ImageRgba16(pixels) => over_rows(&pixels, high_byte, sink),
        DynamicImage::ImageRgb32F(pixels) => over_rows(&pixels, from_unit, sink),
        DynamicImage::ImageRgba32F(pixels) => over_rows(&pixels, from_unit, sink),
        _ => Err("an unknown kind of pixels".to_owned()),
    }
}

fn high_byte(value: u16) -> u8 {
    (value >> 8) as u8
}

/// Eight bits of a value between 0 and 1; what lies outside is cut off, and what is no number is 0.
fn from_unit(value: f32) -> u8 {
    (value * 255.0).round() as u8
}

fn over_rows<P: Pixel>(
    pixels: &ImageBuffer<P, Vec<P::Subpixel>>,
    eight_bits: impl Fn(P::Subpixel) -> u8,
    sink: RowSink,
) -> Result<(), String> {
    let (width, height) = pixels.dimensions();
    let mut row = Vec::with_capacity(width as usize);
    for stored in pixels.rows() {
        row.clear();
        row.extend(stored.map(|pixel| {
            let Rgba([red, green, blue, alpha]) = pixel.to_rgba();
            let alpha = u16::from(eight_bits(alpha));
            [red, green, blue].map(|value| over_white(u16::from(eight_bits(value)), alpha))
        }));
        sink(width, height, &row);
    }
    Ok(())
}

fn from_rgb(
    width: u32,
    height: u32,
    mosaic: MosaicBuilder<DECODED_SIDE, 3>,
    detail: Detail,
) -> Result<Decoded, String> {
    let mosaic = mosaic.finish().ok_or("rows are missing")?;
    Ok(Decoded {
        width,
        height,
        colour: mosaic.cells.iter().any(|cell| spread(*cell) > GREY_TOLERANCE),
        luma: Mosaic { cells: mosaic.cells.iter().map(|cell| [luma(*cell)]).collect() },
        missing: detail.missing(),
        more: More::Nothing,
    })
}
