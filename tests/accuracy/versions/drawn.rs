//! Something drawn on a picture.

use image::{Rgb, RgbImage, imageops};

use crate::canvas::{BLACK, WHITE, block, disc, line, polygon, ring};
use crate::dice::Dice;
use crate::pen::{Pen, bold, icons, mono, sans};

fn size(picture: &RgbImage) -> (f32, f32) {
    (picture.width() as f32, picture.height() as f32)
}

/// A pen as large as this part of the height, or smaller, so that the text has room in this part of the width.
fn fitting(
    pen: fn(f32, [u8; 3]) -> Pen,
    ink: [u8; 3],
    text: &str,
    height: f32,
    width: f32,
) -> (Pen, f32) {
    let wide = pen(height, ink).width(text);
    let height = (height * (width / wide).min(1.0)).max(6.0);
    (pen(height, ink), height)
}

/// A small line of text in the lower right corner.
pub(super) fn text(picture: &RgbImage) -> RgbImage {
    let mut changed = picture.clone();
    let (width, height) = size(picture);
    let words = "(c) A. Friend, Nowhere";
    let (pen, tall) = fitting(sans, [255, 255, 0], words, height / 22.0, width / 2.0);
    pen.right(&mut changed, width - tall, height - 1.6 * tall, words);
    changed
}

/// The date that a camera of film stamps into the corner.
pub(super) fn date(picture: &RgbImage, dice: &mut Dice) -> RgbImage {
    let mut changed = picture.clone();
    let (width, height) = size(picture);
    let moment = format!("{} {}", dice.date(), dice.time());
    let (pen, tall) = fitting(mono, [255, 140, 20], &moment, height / 18.0, width / 2.0);
    pen.right(&mut changed, width - 1.5 * tall, height - 2.5 * tall, &moment);
    changed
}

/// A disc in the upper left corner.
pub(super) fn logo(picture: &RgbImage) -> RgbImage {
    let mut changed = picture.clone();
    let radius = picture.width().min(picture.height()) as f32 / 25.0;
    disc(&mut changed, [2.0 * radius; 2], radius, [200, 30, 90]);
    bold(radius, WHITE).centred(&mut changed, 2.0 * radius, 1.5 * radius, "tv");
    changed
}

/// A bar of an eighth of the height with text, over the bottom of the picture or below it.
pub(super) fn caption(picture: &RgbImage, dice: &mut Dice, below: bool, grey: u8) -> RgbImage {
    let (width, height) = picture.dimensions();
    let bar = (height / 8).max(10);
    let top = if below { height } else { height - bar };
    let mut changed = RgbImage::from_pixel(width, top + bar, Rgb([grey; 3]));
    let kept = imageops::crop_imm(picture, 0, 0, width, top).to_image();
    imageops::replace(&mut changed, &kept, 0, 0);
    let words = dice.words(6);
    let (pen, _) = fitting(sans, [255 - grey; 3], &words, bar as f32 / 2.0, width as f32 * 0.9);
    pen.write(&mut changed, bar as f32 / 3.0, top as f32 + bar as f32 / 4.0, &words);
    changed
}

/// Words above and words below, white with a black edge.
pub(super) fn meme(picture: &RgbImage, dice: &mut Dice) -> RgbImage {
    let mut changed = picture.clone();
    let (width, height) = size(picture);
    for place in [0.03, 0.84] {
        let words = dice.words(4).to_uppercase();
        let (pen, _) = fitting(bold, WHITE, &words, height * 0.11, width * 0.92);
        pen.outlined(&mut changed, width / 2.0, height * place, &words, BLACK);
    }
    changed
}

/// A bar with words over this part of the picture, at its top or bottom or in the middle.
pub(super) fn bar(picture: &RgbImage, dice: &mut Dice, share: f32) -> RgbImage {
    let mut changed = picture.clone();
    let (width, height) = size(picture);
    let tall = share * height;
    let top = dice.pick(&[0.0, 0.45, 1.0]) * (height - tall);
    let grey = dice.pick(&[0, 255]);
    block(&mut changed, [0.0, top, width, top + tall], [grey; 3]);
    let words = dice.words(5);
    let (pen, high) = fitting(bold, [255 - grey; 3], &words, tall * 0.5, width * 0.9);
    pen.centred(&mut changed, width / 2.0, top + (tall - high) / 2.0, &words);
    changed
}

/// A round face on a tenth of the area.
pub(super) fn sticker(picture: &RgbImage, dice: &mut Dice) -> RgbImage {
    let mut changed = picture.clone();
    let (width, height) = size(picture);
    let radius = (0.1 * width * height / std::f32::consts::PI).sqrt();
    let room = |dice: &mut Dice, side: f32| {
        dice.real(radius.min(side / 2.0), (side - radius).max(side / 2.0))
    };
    let (x, y) = (room(dice, width), room(dice, height));
    let ink = dice.pick(&[[250, 210, 50], [240, 90, 120], [90, 190, 250]]);
    disc(&mut changed, [x, y], radius, WHITE);
    disc(&mut changed, [x, y], radius * 0.94, ink);
    for side in [-1.0, 1.0] {
        disc(&mut changed, [x + side * 0.33 * radius, y - 0.25 * radius], radius * 0.12, BLACK);
    }
    disc(&mut changed, [x, y + 0.3 * radius], radius * 0.38, BLACK);
    block(
        &mut changed,
        [x - 0.4 * radius, y - 0.1 * radius, x + 0.4 * radius, y + 0.3 * radius],
        ink,
    );
    changed
}

/// Large words across the picture through which it can be seen.
pub(super) fn watermark(picture: &RgbImage) -> RgbImage {
    let mut over = picture.clone();
    let (width, height) = size(picture);
    let words = "SAMPLE PHOTO";
    let (pen, tall) = fitting(bold, WHITE, words, height * 0.3, width * 0.94);
    pen.outlined(&mut over, width / 2.0, (height - tall) / 2.0, words, [60; 3]);
    for (pixel, before) in over.pixels_mut().zip(picture.pixels()) {
        for (value, before) in pixel.0.iter_mut().zip(before.0) {
            *value = ((u16::from(*value) + u16::from(before)) / 2) as u8;
        }
    }
    over
}

/// A red ring, an arrow and a few words.
pub(super) fn marked(picture: &RgbImage, dice: &mut Dice) -> RgbImage {
    const RED: [u8; 3] = [225, 20, 20];
    let mut changed = picture.clone();
    let (width, height) = size(picture);
    let unit = width.min(height) / 100.0;
    let at = [dice.real(0.3, 0.7) * width, dice.real(0.3, 0.6) * height];
    ring(&mut changed, at, 14.0 * unit, 1.6 * unit, RED);
    let tip = [at[0] + 11.0 * unit, at[1] + 11.0 * unit];
    let foot = [tip[0] + 16.0 * unit, tip[1] + 16.0 * unit];
    line(&mut changed, tip, foot, 2.0 * unit, RED);
    let head = [tip, [tip[0] + 6.0 * unit, tip[1] + unit], [tip[0] + unit, tip[1] + 6.0 * unit]];
    polygon(&mut changed, &head, RED);
    bold(7.0 * unit, RED).centred(&mut changed, foot[0], foot[1], &dice.words(2));
    icons(9.0 * unit, RED).write(&mut changed, 4.0 * unit, 4.0 * unit, "❤");
    changed
}
