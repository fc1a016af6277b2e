//! The versions that are made of every photo.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops};

/// What a version is to its original.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tag {
    /// The photo itself.
    Original,
    /// The same picture: it has to match.
    Must,
    /// The same picture with more changed: it should match.
    Nice,
    /// Another picture, made of the same photo: it must not match.
    Not,
}

impl Tag {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tag::Original => "",
            Tag::Must => "must",
            Tag::Nice => "nice",
            Tag::Not => "not",
        }
    }
}

/// A version of a photo: the pixels as shown, and the bytes of a file that stores them.
type Made = (DynamicImage, Vec<u8>);

/// One kind of version.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) tag: Tag,
    pub(crate) make: fn(&RgbImage) -> Made,
}

const fn kind(tag: Tag, name: &'static str, make: fn(&RgbImage) -> Made) -> Kind {
    Kind { name, tag, make }
}

/// All kinds, the original first.
pub(crate) const VARIANTS: &[Kind] = &[
    kind(Tag::Original, "original", |picture| {
        jpeg(picture.clone(), 92)
    }),
    kind(Tag::Must, "size 150 %", |picture| {
        jpeg(scaled(picture, 1.5), 90)
    }),
    kind(Tag::Must, "size 75 %", |picture| {
        jpeg(scaled(picture, 0.75), 90)
    }),
    kind(Tag::Must, "size 50 %", |picture| {
        jpeg(scaled(picture, 0.5), 90)
    }),
    kind(Tag::Must, "size 25 %", |picture| {
        jpeg(scaled(picture, 0.25), 90)
    }),
    kind(Tag::Must, "JPEG quality 75", |picture| {
        jpeg(picture.clone(), 75)
    }),
    kind(Tag::Must, "JPEG quality 50", |picture| {
        jpeg(picture.clone(), 50)
    }),
    kind(Tag::Must, "JPEG quality 20", |picture| {
        jpeg(picture.clone(), 20)
    }),
    kind(Tag::Must, "JPEG quality 10", |picture| {
        jpeg(picture.clone(), 10)
    }),
    kind(Tag::Must, "PNG", |picture| {
        stored(picture.clone(), ImageFormat::Png)
    }),
    kind(Tag::Must, "WebP", |picture| {
        stored(picture.clone(), ImageFormat::WebP)
    }),
    kind(Tag::Must, "BMP", |picture| {
        stored(picture.clone(), ImageFormat::Bmp)
    }),
    kind(Tag::Must, "TIFF", |picture| {
        stored(picture.clone(), ImageFormat::Tiff)
    }),
    kind(Tag::Must, "GIF", gif),
    kind(Tag::Must, "grey", |picture| {
        jpeg(
            coloured(picture, |[r, g, b]| [0.3 * r + 0.59 * g + 0.11 * b; 3]),
            90,
        )
    }),
    kind(Tag::Must, "sepia", |picture| {
        jpeg(coloured(picture, sepia), 90)
    }),
    kind(Tag::Must, "warmer", |picture| {
        jpeg(coloured(picture, |[r, g, b]| [1.12 * r, g, 0.85 * b]), 90)
    }),
    kind(Tag::Must, "brighter", |picture| {
        jpeg(coloured(picture, |rgb| rgb.map(|v| v * 1.15)), 90)
    }),
    kind(Tag::Must, "darker", |picture| {
        jpeg(coloured(picture, |rgb| rgb.map(|v| v * 0.85)), 90)
    }),
    kind(Tag::Must, "more contrast", |picture| {
        jpeg(
            coloured(picture, |rgb| rgb.map(|v| 128.0 + (v - 128.0) * 1.15)),
            90,
        )
    }),
    kind(Tag::Must, "less contrast", |picture| {
        jpeg(
            coloured(picture, |rgb| rgb.map(|v| 128.0 + (v - 128.0) * 0.85)),
            90,
        )
    }),
    kind(Tag::Must, "gamma 0.8", |picture| {
        jpeg(
            coloured(picture, |rgb| rgb.map(|v| 255.0 * (v / 255.0).powf(0.8))),
            90,
        )
    }),
    kind(Tag::Must, "gamma 1.25", |picture| {
        jpeg(
            coloured(picture, |rgb| rgb.map(|v| 255.0 * (v / 255.0).powf(1.25))),
            90,
        )
    }),
    kind(Tag::Must, "text in a corner", |picture| {
        jpeg(with_text(picture), 90)
    }),
    kind(Tag::Must, "a logo", |picture| jpeg(with_logo(picture), 90)),
    kind(Tag::Must, "2 pixels cut off", |picture| {
        jpeg(cut(picture, 2, 1, 1, 2), 90)
    }),
    kind(Tag::Must, "blurred", |picture| {
        jpeg(imageops::fast_blur(picture, 1.2), 90)
    }),
    kind(Tag::Must, "noise", |picture| jpeg(noisy(picture), 90)),
    kind(Tag::Must, "turned by EXIF", turned_by_exif),
    kind(Tag::Must, "sent by a messenger", |picture| {
        jpeg(with_text(&scaled(picture, 0.5)), 60)
    }),
    kind(Tag::Nice, "5 % cut off", |picture| {
        let (width, height) = picture.dimensions();
        jpeg(
            cut(picture, width / 60, height / 30, width / 30, height / 60),
            90,
        )
    }),
    kind(Tag::Nice, "caption over it", |picture| {
        jpeg(with_caption(picture, false, 255), 90)
    }),
    kind(Tag::Nice, "white caption below", |picture| {
        jpeg(with_caption(picture, true, 255), 90)
    }),
    kind(Tag::Nice, "black caption below", |picture| {
        jpeg(with_caption(picture, true, 0), 90)
    }),
    kind(Tag::Nice, "thin border", |picture| {
        jpeg(on_a_sheet(picture, [0.015; 4], 0), 90)
    }),
    kind(Tag::Nice, "frame", |picture| {
        jpeg(on_a_sheet(picture, [0.05; 4], 60), 90)
    }),
    kind(Tag::Nice, "margins of a scanner", |picture| {
        jpeg(noisy(&on_a_sheet(picture, [0.0, 0.08, 0.03, 0.0], 245)), 90)
    }),
    kind(Tag::Not, "half of it", |picture| {
        let (width, height) = picture.dimensions();
        jpeg(cut(picture, 0, 0, width * 29 / 100, height * 29 / 100), 90)
    }),
    kind(Tag::Not, "mirrored", |picture| {
        jpeg(imageops::flip_horizontal(picture), 90)
    }),
    kind(Tag::Not, "upside down", |picture| {
        jpeg(imageops::rotate180(picture), 90)
    }),
];

fn jpeg(picture: RgbImage, quality: u8) -> Made {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    picture
        .write_with_encoder(encoder)
        .expect("encodes in memory");
    (picture.into(), bytes)
}

fn stored(picture: RgbImage, format: ImageFormat) -> Made {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, format)
        .expect("encodes in memory");
    (picture.into(), bytes.into_inner())
}

fn gif(picture: &RgbImage) -> Made {
    let mut bytes = Vec::new();
    // The fastest speed: the worst colours.
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    let (width, height) = picture.dimensions();
    encoder
        .encode(picture, width, height, image::ExtendedColorType::Rgb8)
        .expect("encodes in memory");
    drop(encoder);
    (picture.clone().into(), bytes)
}

/// Stored lying on its side, with the note that turns it upright.
fn turned_by_exif(picture: &RgbImage) -> Made {
    let (_, stored) = jpeg(imageops::rotate270(picture), 90);
    // A TIFF directory of one entry: tag 0x0112, one number of two bytes, 6.
    let exif =
        b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let bytes = [&stored[..2], exif, &stored[2..]].concat();
    (picture.clone().into(), bytes)
}

fn scaled(picture: &RgbImage, factor: f64) -> RgbImage {
    let side = |side: u32| ((f64::from(side) * factor).round() as u32).max(1);
    let (width, height) = (side(picture.width()), side(picture.height()));
    imageops::resize(picture, width, height, imageops::FilterType::Lanczos3)
}

fn coloured(picture: &RgbImage, change: fn([f32; 3]) -> [f32; 3]) -> RgbImage {
    let mut changed = picture.clone();
    for pixel in changed.pixels_mut() {
        pixel.0 = change(pixel.0.map(f32::from)).map(|value| value.round() as u8);
    }
    changed
}

fn sepia([r, g, b]: [f32; 3]) -> [f32; 3] {
    [
        0.393 * r + 0.769 * g + 0.189 * b,
        0.349 * r + 0.686 * g + 0.168 * b,
        0.272 * r + 0.534 * g + 0.131 * b,
    ]
}

/// What is left without so many pixels at the left, top, right and bottom.
fn cut(picture: &RgbImage, left: u32, top: u32, right: u32, bottom: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let (width, height) = (
        width.saturating_sub(left + right).max(1),
        height.saturating_sub(top + bottom).max(1),
    );
    imageops::crop_imm(picture, left, top, width, height).to_image()
}

/// The picture on a sheet of grey with margins at the left, top, right and bottom, as shares of the shorter side.
fn on_a_sheet(picture: &RgbImage, margins: [f64; 4], grey: u8) -> RgbImage {
    let (width, height) = picture.dimensions();
    let [left, top, right, bottom] =
        margins.map(|share| (f64::from(width.min(height)) * share).round() as u32);
    let mut sheet =
        RgbImage::from_pixel(width + left + right, height + top + bottom, Rgb([grey; 3]));
    imageops::replace(&mut sheet, picture, i64::from(left), i64::from(top));
    sheet
}

/// Noise of about eight steps, the same for the same picture.
fn noisy(picture: &RgbImage) -> RgbImage {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut changed = picture.clone();
    for value in changed.iter_mut() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise: i32 = (0..4)
            .map(|byte| (state >> (8 * byte) & 15) as i32)
            .sum::<i32>()
            - 30;
        *value = (i32::from(*value) + noise * 8 / 9).clamp(0, 255) as u8;
    }
    changed
}

/// Writes something like text: letters of three by five strokes.
fn write(picture: &mut RgbImage, left: u32, top: u32, height: u32, ink: [u8; 3]) {
    const LETTERS: [u16; 12] = [
        0o75557, 0o26227, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71122, 0o75757, 0o75711,
        0o25755, 0o65656,
    ];
    let stroke = (height / 5).max(1);
    let right = picture.width() * 9 / 10;
    for (place, letter) in LETTERS.iter().cycle().take(30).enumerate() {
        let start = left + place as u32 * 4 * stroke;
        for (row, column) in (0..5).flat_map(|row| (0..3).map(move |column| (row, column))) {
            if letter >> (14 - 3 * row - column) & 1 == 0 {
                continue;
            }
            let (x, y) = (start + column * stroke, top + row * stroke);
            for (x, y) in (y..y + stroke).flat_map(|y| (x..x + stroke).map(move |x| (x, y))) {
                if x < right && y < picture.height() {
                    picture.put_pixel(x, y, Rgb(ink));
                }
            }
        }
    }
}

fn with_text(picture: &RgbImage) -> RgbImage {
    let mut changed = picture.clone();
    let size = (picture.height() / 25).max(5);
    // A date: no more than half of the width.
    let left = picture.width().saturating_sub(size * 12);
    write(
        &mut changed,
        left,
        picture.height() - size * 3 / 2,
        size,
        [255, 255, 0],
    );
    changed
}

fn with_logo(picture: &RgbImage) -> RgbImage {
    let mut changed = picture.clone();
    let radius = i64::from(picture.width().min(picture.height()) / 25);
    for (x, y, pixel) in changed.enumerate_pixels_mut() {
        let (dx, dy) = (i64::from(x) - 2 * radius, i64::from(y) - 2 * radius);
        if dx * dx + dy * dy <= radius * radius {
            *pixel = Rgb([200, 30, 90]);
        }
    }
    changed
}

/// A bar of an eighth of the height with text, over the bottom of the picture or below it.
fn with_caption(picture: &RgbImage, below: bool, bar: u8) -> RgbImage {
    let (width, height) = picture.dimensions();
    let bar_height = (height / 8).max(10);
    let top = if below { height } else { height - bar_height };
    let mut changed = RgbImage::from_pixel(width, top + bar_height, Rgb([bar; 3]));
    let kept = imageops::crop_imm(picture, 0, 0, width, top).to_image();
    imageops::replace(&mut changed, &kept, 0, 0);
    write(
        &mut changed,
        bar_height / 3,
        top + bar_height / 4,
        bar_height / 2,
        [255 - bar; 3],
    );
    changed
}
