//! What cameras, scanners and programs do to a picture, and how it is stored.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage, imageops};

use crate::canvas::Ink;
use crate::dice::Dice;

/// Independent noise in every value, of this spread.
pub(crate) fn grain(picture: &mut RgbImage, dice: &mut Dice, spread: f32) {
    for value in picture.iter_mut() {
        *value = (f32::from(*value) + spread * dice.bell()).round() as u8;
    }
}

/// A picture of this size, each point taken from where `from` says in the other one; what is outside is `back`.
pub(crate) fn warped(
    picture: &RgbImage,
    (width, height): (u32, u32),
    back: Ink,
    from: impl Fn(f32, f32) -> (f32, f32),
) -> RgbImage {
    let read = |x: i64, y: i64| {
        let inside = u32::try_from(x).ok().zip(u32::try_from(y).ok());
        let pixel = inside.and_then(|(x, y)| picture.get_pixel_checked(x, y));
        pixel.map_or(back, |pixel| pixel.0).map(f32::from)
    };
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = from(x as f32 + 0.5, y as f32 + 0.5);
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        let corners =
            [read(left, top), read(left + 1, top), read(left, top + 1), read(left + 1, top + 1)];
        image::Rgb(std::array::from_fn(|i| {
            let upper = corners[0][i] + (corners[1][i] - corners[0][i]) * right;
            let lower = corners[2][i] + (corners[3][i] - corners[2][i]) * right;
            (upper + (lower - upper) * down).round() as u8
        }))
    })
}

/// Turned about its middle by so many degrees, in the same frame; what comes in at the corners is `back`.
pub(crate) fn turned(picture: &RgbImage, degrees: f32, back: Ink) -> RgbImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (mx, my) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    warped(picture, picture.dimensions(), back, |x, y| {
        let (x, y) = (x - mx, y - my);
        (mx + x * cosine - y * sine, my + x * sine + y * cosine)
    })
}

/// As a scanner gives it: a little askew, shifted, soft, noisy, as a JPEG.
pub(crate) fn scanned(page: &RgbImage, dice: &mut Dice) -> Vec<u8> {
    let (shift, down) = (dice.real(-6.0, 6.0), dice.real(-6.0, 6.0));
    let (sine, cosine) = dice.real(-0.5, 0.5).to_radians().sin_cos();
    let (mx, my) = (page.width() as f32 / 2.0, page.height() as f32 / 2.0);
    let mut scan = warped(page, page.dimensions(), [244; 3], |x, y| {
        let (x, y) = (x - mx + shift, y - my + down);
        (mx + x * cosine - y * sine, my + x * sine + y * cosine)
    });
    scan = imageops::fast_blur(&scan, dice.real(0.5, 0.9));
    grain(&mut scan, dice, 4.0);
    jpeg(&scan, 80)
}

pub(crate) fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .expect("encodes in memory");
    bytes
}

pub(crate) fn stored(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes in memory");
    bytes.into_inner()
}

/// A JPEG with what a camera writes into it: who made it, which model, when to the second, and how many pixels.
pub(crate) fn from_camera(picture: &RgbImage, quality: u8, moment: &str) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    // The first directory: three entries and the end; the second: three and the end; then the moment.
    let (second, text) = (8 + 2 + 3 * 12 + 4, 8 + 2 * (2 + 3 * 12 + 4));
    tiff.extend([0, 3]);
    tiff.extend(entry(0x010f, 2, 4, *b"Cam\0"));
    tiff.extend(entry(0x0110, 2, 3, *b"X1\0\0"));
    tiff.extend(entry(0x8769, 4, 1, u32::to_be_bytes(second)));
    tiff.extend([0; 4]);
    tiff.extend([0, 3]);
    tiff.extend(entry(0x9003, 2, 20, u32::to_be_bytes(text)));
    tiff.extend(entry(0xa002, 4, 1, picture.width().to_be_bytes()));
    tiff.extend(entry(0xa003, 4, 1, picture.height().to_be_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(moment.as_bytes());
    tiff.push(0);
    let stored = jpeg(picture, quality);
    let length = (2 + 6 + tiff.len()) as u16;
    [&stored[..2], b"\xff\xe1", &length.to_be_bytes(), b"Exif\0\0", &tiff, &stored[2..]].concat()
}
