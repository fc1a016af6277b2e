//! Versions of one picture: the same stored otherwise, with something drawn on it or cut off, and some that are others.

mod cut;
mod drawn;
mod light;
mod print;

use image::codecs::gif::GifEncoder;
use image::{ImageFormat, RgbImage, imageops};

use crate::dice::Dice;
use crate::families::screens::{App, showing};
use crate::lens::{grain, jpeg, stored};
use crate::source::File;

/// What a version is to its original.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Expected {
    /// The picture itself.
    Original,
    /// The same picture stored otherwise: it has to be found, and to be called the same.
    Same,
    /// The picture with something drawn on it, cut off or put around it: it has to be found, as whichever of the two.
    Found,
    /// The same with so much changed that not all can be found.
    Hard,
    /// Another picture that is made of it: it must not be found.
    Different,
}

impl Expected {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Expected::Original => "original",
            Expected::Same => "same",
            Expected::Found => "found",
            Expected::Hard => "hard",
            Expected::Different => "different",
        }
    }
}

/// One kind of version.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) expected: Expected,
    make: Make,
}

enum Make {
    /// What is done to the pixels, and the quality of the JPEG in which they are stored.
    Pixels(fn(&RgbImage, &mut Dice) -> RgbImage, u8),
    File(fn(&RgbImage) -> File),
}

impl Kind {
    /// The version of this kind of the picture of this number.
    pub(crate) fn make(&self, picture: &RgbImage, number: u64) -> File {
        match self.make {
            Make::Pixels(change, quality) => {
                let dice = &mut Dice::new(self.name, number);
                File::new("jpg", jpeg(&change(picture, dice), quality))
            }
            Make::File(make) => make(picture),
        }
    }
}

type Change = fn(&RgbImage, &mut Dice) -> RgbImage;

const fn kind(expected: Expected, name: &'static str, quality: u8, change: Change) -> Kind {
    Kind { name, expected, make: Make::Pixels(change, quality) }
}

const fn same(name: &'static str, change: Change) -> Kind {
    kind(Expected::Same, name, 90, change)
}

const fn found(name: &'static str, change: Change) -> Kind {
    kind(Expected::Found, name, 90, change)
}

const fn hard(name: &'static str, change: Change) -> Kind {
    kind(Expected::Hard, name, 90, change)
}

const fn other(name: &'static str, change: Change) -> Kind {
    kind(Expected::Different, name, 90, change)
}

/// The picture as it is, in this quality.
const fn quality(name: &'static str, quality: u8) -> Kind {
    kind(Expected::Same, name, quality, |picture, _| picture.clone())
}

const fn file(name: &'static str, make: fn(&RgbImage) -> File) -> Kind {
    Kind { name, expected: Expected::Same, make: Make::File(make) }
}

const ORIGINAL: Kind = kind(Expected::Original, "original", 92, |picture, _| picture.clone());

/// All versions of a photo, the original first.
pub(crate) const OF_PHOTOS: &[Kind] = &[
    ORIGINAL,
    same("size 150 %", |picture, _| scaled(picture, 1.5)),
    same("size 75 %", |picture, _| scaled(picture, 0.75)),
    same("size 50 %", |picture, _| scaled(picture, 0.5)),
    same("size 25 %", |picture, _| scaled(picture, 0.25)),
    same("thumbnail of 160 pixels", |picture, _| longest(picture, 160)),
    same("thumbnail of 64 pixels", |picture, _| longest(picture, 64)),
    same("made small and large again", |picture, _| scaled(&scaled(picture, 0.3), 3.4)),
    quality("JPEG quality 75", 75),
    quality("JPEG quality 50", 50),
    quality("JPEG quality 20", 20),
    quality("JPEG quality 10", 10),
    file("PNG", |picture| File::new("png", stored(picture, ImageFormat::Png))),
    file("WebP", |picture| File::new("webp", stored(picture, ImageFormat::WebP))),
    file("BMP", |picture| File::new("bmp", stored(picture, ImageFormat::Bmp))),
    file("TIFF", |picture| File::new("tif", stored(picture, ImageFormat::Tiff))),
    file("GIF", gif),
    file("turned by EXIF", turned_by_exif),
    same("grey", |picture, _| light::grey(picture)),
    same("sepia", |picture, _| light::coloured(picture, light::sepia)),
    same("warmer", |picture, _| light::coloured(picture, |[r, g, b]| [1.12 * r, g, 0.85 * b])),
    same("brighter", |picture, _| light::coloured(picture, |rgb| rgb.map(|v| v * 1.15))),
    same("darker", |picture, _| light::coloured(picture, |rgb| rgb.map(|v| v * 0.85))),
    same("more contrast", |picture, _| light::contrast(picture, 1.15)),
    same("less contrast", |picture, _| light::contrast(picture, 0.85)),
    same("gamma 0.8", |picture, _| light::gamma(picture, 0.8)),
    same("gamma 1.25", |picture, _| light::gamma(picture, 1.25)),
    same("blurred", |picture, _| imageops::fast_blur(picture, 1.2)),
    same("noise", noisy),
    kind(Expected::Same, "sent by a messenger", 60, |picture, _| messenger(picture)),
    kind(Expected::Same, "sent by three messengers", 60, |picture, _| {
        let again = |sent: RgbImage| messenger(&decoded(&jpeg(&sent, 60)));
        again(again(messenger(picture)))
    }),
    same("2 pixels cut off", |picture, _| cut::edges(picture, [2, 1, 1, 2])),
    found("text in a corner", |picture, _| drawn::text(picture)),
    found("date stamp", drawn::date),
    found("logo", |picture, _| drawn::logo(picture)),
    kind(Expected::Found, "half size, text, quality 60", 60, |picture, _| {
        drawn::text(&scaled(picture, 0.5))
    }),
    found("5 % cut off", |picture, dice| cut::share(picture, dice, 0.95)),
    found("caption over it", |picture, dice| drawn::caption(picture, dice, false, 255)),
    found("white caption below", |picture, dice| drawn::caption(picture, dice, true, 255)),
    found("black caption below", |picture, dice| drawn::caption(picture, dice, true, 0)),
    found("thin border", |picture, _| cut::on_a_sheet(picture, [0.015; 4], [0; 3])),
    found("frame", |picture, _| cut::on_a_sheet(picture, [0.05; 4], [60; 3])),
    found("margins of a scanner", |picture, dice| {
        noisy(&cut::on_a_sheet(picture, [0.0, 0.08, 0.03, 0.0], [245; 3]), dice)
    }),
    found("polaroid", |picture, _| cut::on_a_sheet(picture, [0.05, 0.05, 0.05, 0.22], [250; 3])),
    found("letterbox 16:9", |picture, _| cut::letterbox(picture, 16.0 / 9.0)),
    found("letterbox 9:16", |picture, _| cut::letterbox(picture, 9.0 / 16.0)),
    found("rounded corners", |picture, _| cut::rounded_corners(picture)),
    hard("meme, two texts", drawn::meme),
    hard("bar over 12 %", |picture, dice| drawn::bar(picture, dice, 0.12)),
    hard("bar over 20 %", |picture, dice| drawn::bar(picture, dice, 0.20)),
    hard("sticker on 10 %", drawn::sticker),
    hard("large watermark", |picture, _| drawn::watermark(picture)),
    hard("ring, arrow and words", drawn::marked),
    hard("tone mapping", |picture, _| light::tone_mapped(picture)),
    hard("vignette 60 %", |picture, _| light::vignette(picture, 0.6)),
    hard("sepia and vignette 70 %", |picture, _| {
        light::vignette(&light::coloured(picture, light::sepia), 0.7)
    }),
    hard("vignette to black", |picture, _| light::vignette(picture, 1.0)),
    hard("red filter", |picture, _| light::coloured(picture, |[r, g, _]| [1.25 * r - 0.25 * g; 3])),
    hard("scanned 0.6-1 degree askew", |picture, dice| print::askew(picture, dice, 0.6, 1.0)),
    hard("scanned 1.2-2 degrees askew", |picture, dice| print::askew(picture, dice, 1.2, 2.0)),
    hard("photo of a print, 2 %", |picture, dice| print::photographed(picture, dice, 0.02, 12.0)),
    hard("photo of a print, 4 %", |picture, dice| print::photographed(picture, dice, 0.04, 40.0)),
    hard("phone gallery, dark", |picture, dice| showing(App::GalleryDark, picture, dice)),
    hard("phone gallery, light", |picture, dice| showing(App::GalleryLight, picture, dice)),
    hard("phone chat", |picture, dice| showing(App::Chat, picture, dice)),
    hard("10 % cut off", |picture, dice| cut::share(picture, dice, 0.9)),
    hard("10 % of one side cut off", cut::one_side),
    hard("cut to 4:5", |picture, _| cut::to_shape(picture, 4.0 / 5.0)),
    hard("cut to 16:9", |picture, _| cut::to_shape(picture, 16.0 / 9.0)),
    hard("cut to a square", |picture, _| cut::to_shape(picture, 1.0)),
    hard("straightened by 1 degree", |picture, _| cut::straightened(picture, 1.0)),
    hard("straightened by 3 degrees", |picture, _| cut::straightened(picture, 3.0)),
    hard("turned by 90 degrees, no tag", |picture, _| imageops::rotate90(picture)),
    other("half of it", |picture, _| {
        let (width, height) = picture.dimensions();
        cut::edges(picture, [0, 0, width * 29 / 100, height * 29 / 100])
    }),
    other("mirrored", |picture, _| imageops::flip_horizontal(picture)),
    other("upside down", |picture, _| imageops::rotate180(picture)),
];

/// All versions of a document or a screenshot, the original first.
pub(crate) const OF_GRAPHICS: &[Kind] = &[
    Kind {
        name: "original",
        expected: Expected::Original,
        make: Make::File(|picture| File::new("png", stored(picture, ImageFormat::Png))),
    },
    quality("JPEG quality 90", 90),
    quality("JPEG quality 50", 50),
    same("halved", |picture, _| scaled(picture, 0.5)),
    file("halved, PNG", |picture| {
        File::new("png", stored(&scaled(picture, 0.5), ImageFormat::Png))
    }),
    same("grey", |picture, _| light::grey(picture)),
    kind(Expected::Same, "sent by a messenger", 60, |picture, _| messenger(picture)),
];

fn gif(picture: &RgbImage) -> File {
    let mut bytes = Vec::new();
    // The fastest speed: the worst colours.
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    let (width, height) = picture.dimensions();
    encoder
        .encode(picture, width, height, image::ExtendedColorType::Rgb8)
        .expect("encodes in memory");
    drop(encoder);
    File::new("gif", bytes)
}

/// Stored lying on its side, with the note that turns it upright.
fn turned_by_exif(picture: &RgbImage) -> File {
    let stored = jpeg(&imageops::rotate270(picture), 90);
    // A TIFF directory of one entry: tag 0x0112, one number of two bytes, 6.
    let exif =
        b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    File::new("jpg", [&stored[..2], exif, &stored[2..]].concat())
}

fn scaled(picture: &RgbImage, factor: f32) -> RgbImage {
    let side = |side: u32| ((side as f32 * factor).round() as u32).max(1);
    let (width, height) = (side(picture.width()), side(picture.height()));
    imageops::resize(picture, width, height, imageops::FilterType::Lanczos3)
}

/// So large that the longer side has this many pixels.
fn longest(picture: &RgbImage, side: u32) -> RgbImage {
    scaled(picture, side as f32 / picture.width().max(picture.height()) as f32)
}

/// As messengers send photos: first at quality 70 in a larger size, then smaller.
fn messenger(picture: &RgbImage) -> RgbImage {
    let side = picture.width().max(picture.height()).min(1600);
    let sent = decoded(&jpeg(&longest(picture, side), 70));
    longest(&sent, side * 4 / 5)
}

fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).expect("it was encoded here").into_rgb8()
}

fn noisy(picture: &RgbImage, dice: &mut Dice) -> RgbImage {
    let mut changed = picture.clone();
    grain(&mut changed, dice, 8.0);
    changed
}
