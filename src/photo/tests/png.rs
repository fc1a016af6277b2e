//! PNGs are read row by row, and give what they give when they are decoded as a whole.

use ::png::{BitDepth, Encoder};
use image::{ColorType, ImageReader};

use super::*;
use crate::photo::decoding::decode::each_row;

/// A picture in a PNG, as of these samples and bits.
fn png(colour: ::png::ColorType, depth: BitDepth) -> Vec<u8> {
    let (width, height) = (37, 23);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    let mut random = random();
    if colour == ::png::ColorType::Indexed {
        let colours = 1 << (depth as usize);
        encoder.set_palette((0..colours * 3).map(|_| random(256) as u8).collect::<Vec<_>>());
        encoder.set_trns((0..colours).map(|_| random(256) as u8).collect::<Vec<_>>());
    }
    let row = (width as usize * colour.samples() * depth as usize).div_ceil(8);
    let pixels: Vec<u8> = (0..row * height as usize).map(|_| random(256) as u8).collect();
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("a file");
    file
}

/// The rows of a file, as they are read.
fn rows(file: &[u8]) -> Vec<Vec<[u8; 3]>> {
    let mut rows = Vec::new();
    each_row(Format::Png, file, &mut |_, _, row| rows.push(row.to_vec())).expect("a picture");
    rows
}

/// The same by the decoder of all that there is, on white.
fn as_a_whole(file: &[u8]) -> Vec<Vec<[u8; 3]>> {
    let reader = ImageReader::with_format(Cursor::new(file), ImageFormat::Png);
    let whole = reader.decode().expect("a picture");
    let wide = matches!(
        whole.color(),
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16
    );
    let pixels = whole.to_rgba16();
    let eight_bits = |value: u16| if wide { value >> 8 } else { value / 257 };
    let on_white = |pixel: &image::Rgba<u16>| {
        let [colours @ .., alpha] = pixel.0.map(eight_bits);
        colours.map(|value| ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
    };
    pixels.rows().map(|row| row.map(on_white).collect()).collect()
}

#[test]
fn every_kind_of_png_gives_the_same_row_by_row_as_a_whole() {
    use ::png::ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    use BitDepth::{Eight, Four, One, Sixteen, Two};
    let kinds = [
        (Grayscale, &[One, Two, Four, Eight, Sixteen][..]),
        (GrayscaleAlpha, &[Eight, Sixteen]),
        (Rgb, &[Eight, Sixteen]),
        (Rgba, &[Eight, Sixteen]),
        (Indexed, &[One, Two, Four, Eight]),
    ];
    for (colour, depths) in kinds {
        for depth in depths {
            let file = png(colour, *depth);
            assert_eq!(rows(&file), as_a_whole(&file), "{colour:?} of {depth:?} bits");
        }
    }
}

#[test]
fn a_png_that_ends_early_is_no_picture() {
    let file = png(::png::ColorType::Rgb, BitDepth::Eight);
    for length in [file.len() / 2, file.len() - 30] {
        let read = each_row(Format::Png, &file[..length], &mut |_, _, _| {});
        assert!(read.is_err(), "{length} of {}", file.len());
    }
}
