//! Small pictures for people, who look through thousands of photos: upright, as JPEG.
//!
//! A scan decodes every picture, though only as far as a fingerprint needs it. What it has then is nearly always enough
//! for a picture in a grid, which so costs no second decoding. For a whole screen, and where the scan had too little, all
//! pixels are decoded.
//!
//! Nothing follows from these pictures: they are no part of what is known about a photo, and two computers may make
//! different ones of the same bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::decoding::camera::ExifFacts;
use super::decoding::decode::{decode, each_row};
use super::decoding::metadata::exif;
use super::decoding::orientation::Orientation;
use super::decoding::sketch::{Sketch, Small};
use super::{Format, PreviewSize};

/// The small picture of a file's bytes; none if they cannot be decoded.
pub(super) fn draw(format: Format, bytes: &[u8], size: PreviewSize) -> Option<Vec<u8>> {
    // What a scan makes of a large picture is too little for a screen, and need not be tried.
    if size == PreviewSize::View {
        return draw_whole(format, bytes, size);
    }
    let in_passing = || {
        let mut sketch = Sketch::new(size);
        let decoded = decode(format, bytes, Some(&mut sketch));
        decoded.ok().map(|_| sketch)
    };
    // What cannot be decoded so is a photo without a picture for all that this program knows, and is not tried again.
    let sketch = catch_unwind(AssertUnwindSafe(in_passing)).ok().flatten()?;
    finish_or_draw(format, bytes, sketch)
}

/// The small picture of a file of which this has been sketched in passing. Only if that is too little, all pixels are
/// decoded for it.
pub(super) fn finish_or_draw(format: Format, bytes: &[u8], sketch: Sketch) -> Option<Vec<u8>> {
    match sketch.has_some() {
        true => finish(format, bytes, sketch),
        false => draw_whole(format, bytes, sketch.size()),
    }
}

/// The small picture of a file of which this has been sketched; none if that is too little.
fn finish(format: Format, bytes: &[u8], sketch: Sketch) -> Option<Vec<u8>> {
    let size = sketch.size();
    let finished = || {
        let small = sketch.finish().ok()??;
        let exif = exif(format, bytes);
        let orientation = ExifFacts::of(format, bytes, exif.as_deref()).orientation;
        let small = upright(small, orientation);
        encoded(&small, size).or_else(|| encoded(&halved(&small), size))
    };
    catch_unwind(AssertUnwindSafe(finished)).ok().flatten()
}

/// The small picture of a file all of whose pixels are decoded for it.
fn draw_whole(format: Format, bytes: &[u8], size: PreviewSize) -> Option<Vec<u8>> {
    let sketched = || {
        let mut sketch = Sketch::new(size);
        each_row(format, bytes, &mut |width, height, row| sketch.add_row(width, height, row))
            .ok()?;
        Some(sketch)
    };
    let sketch = catch_unwind(AssertUnwindSafe(sketched)).ok().flatten()?;
    finish(format, bytes, sketch)
}

/// A picture as it is meant to be seen.
fn upright(small: Small, orientation: Orientation) -> Small {
    if orientation == Orientation::UPRIGHT {
        return small;
    }
    let (width, height) = match orientation.transposed {
        true => (small.height, small.width),
        false => (small.width, small.height),
    };
    let mut pixels = Vec::with_capacity(small.pixels.len());
    for y in 0..height {
        let y = if orientation.upended { height - 1 - y } else { y };
        for x in 0..width {
            let x = if orientation.mirrored { width - 1 - x } else { x };
            let (x, y) = if orientation.transposed { (y, x) } else { (x, y) };
            pixels.push(small.pixels[y as usize * small.width as usize + x as usize]);
        }
    }
    Small { width, height, pixels, ..small }
}

/// A picture of half the sides, for one that has no room in any quality: of nothing but noise, for example.
fn halved(small: &Small) -> Small {
    let (width, height) = (small.width.div_ceil(2), small.height.div_ceil(2));
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    for y in 0..height as usize {
        let row = &small.pixels[2 * y * small.width as usize..][..small.width as usize];
        pixels.extend(row.iter().step_by(2));
    }
    Small { width, height, pixels, ..*small }
}

/// The picture as JPEG, in the best quality with which it has room.
fn encoded(small: &Small, size: PreviewSize) -> Option<Vec<u8>> {
    let qualities: &[u8] = match size {
        PreviewSize::Grid => &[80, 60, 40, 20, 10],
        PreviewSize::View => &[84, 70, 50, 30, 10],
    };
    qualities.iter().find_map(|quality| {
        let bytes = encoded_in(small, *quality)?;
        size.fits(&bytes).then_some(bytes)
    })
}

fn encoded_in(small: &Small, quality: u8) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let colours = if small.is_ycbcr { ColorType::Ycbcr } else { ColorType::Rgb };
    let (width, height) = (u16::try_from(small.width).ok()?, u16::try_from(small.height).ok()?);
    encoder.encode(small.pixels.as_flattened(), width, height, colours).ok()?;
    Some(bytes)
}
