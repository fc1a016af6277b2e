//! Other light and colour.

use image::{RgbImage, imageops};

use crate::scenes::shade;

pub(super) fn coloured(picture: &RgbImage, change: fn([f32; 3]) -> [f32; 3]) -> RgbImage {
    let mut changed = picture.clone();
    shade(&mut changed, |_, _, rgb| change(rgb));
    changed
}

pub(super) fn grey(picture: &RgbImage) -> RgbImage {
    coloured(picture, |[r, g, b]| [0.3 * r + 0.59 * g + 0.11 * b; 3])
}

pub(super) fn sepia([r, g, b]: [f32; 3]) -> [f32; 3] {
    [
        0.393 * r + 0.769 * g + 0.189 * b,
        0.349 * r + 0.686 * g + 0.168 * b,
        0.272 * r + 0.534 * g + 0.131 * b,
    ]
}

pub(super) fn contrast(picture: &RgbImage, factor: f32) -> RgbImage {
    let mut changed = picture.clone();
    shade(&mut changed, |_, _, rgb| rgb.map(|v| 128.0 + (v - 128.0) * factor));
    changed
}

pub(super) fn gamma(picture: &RgbImage, power: f32) -> RgbImage {
    let mut changed = picture.clone();
    shade(&mut changed, |_, _, rgb| rgb.map(|v| 255.0 * (v / 255.0).powf(power)));
    changed
}

/// Darker towards the corners, where so much of the light is lost.
pub(super) fn vignette(picture: &RgbImage, loss: f32) -> RgbImage {
    let mut changed = picture.clone();
    shade(&mut changed, |x, y, rgb| {
        let far = (x - 0.5).hypot(y - 0.5) / std::f32::consts::FRAC_1_SQRT_2;
        rgb.map(|value| value * (1.0 - loss * (far * 1.1).min(1.0).powi(2)))
    });
    changed
}

/// Each place brought near to a middle light and its contrast raised, as programs for high dynamic range do.
pub(super) fn tone_mapped(picture: &RgbImage) -> RgbImage {
    const SMALL: u32 = 96;
    // What is light over a twelfth of the picture.
    let small = imageops::thumbnail(picture, SMALL, SMALL);
    let around = imageops::blur(&small, SMALL as f32 / 12.0);
    let around = imageops::resize(
        &around,
        picture.width(),
        picture.height(),
        imageops::FilterType::Triangle,
    );
    let mut changed = picture.clone();
    for (pixel, around) in changed.pixels_mut().zip(around.pixels()) {
        let light = around.0.iter().map(|value| f32::from(*value)).sum::<f32>() / 3.0;
        let wanted = 128.0 + 0.35 * (light - 128.0);
        pixel.0 = pixel.0.map(|value| (wanted + 1.5 * (f32::from(value) - light)).round() as u8);
    }
    changed
}
