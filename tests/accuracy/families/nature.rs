//! Views of little content: walls, skies, snow; things before one background; products in several colours.

use image::{Rgb, RgbImage, imageops};

use super::cards;
use crate::canvas::{WHITE, block, disc, ellipse, polygon, rounded};
use crate::dice::Dice;
use crate::lens::grain;
use crate::pen::bold;
use crate::scenes::{Noise, ball, scene, shade, texture};

const SIZE: (u32, u32) = (1200, 900);

/// A photo whose colour depends on the place, with the noise of a sensor.
fn view(dice: &mut Dice, noise: f32, colour: impl Fn(f32, f32) -> [f32; 3]) -> RgbImage {
    let mut photo = RgbImage::new(SIZE.0, SIZE.1);
    shade(&mut photo, |x, y, _| colour(x, y));
    grain(&mut photo, dice, noise);
    photo
}

/// How much light the one lens loses at a place: it is what such views have most of.
fn lens(x: f32, y: f32) -> f32 {
    45.0 * ((x - 0.5) * (x - 0.5) + (y - 0.47) * (y - 0.47))
}

/// A white wall, lit otherwise.
pub(super) fn wall(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let light = dice.real(185.0, 225.0);
    let (across, down) = (dice.real(-6.0, 6.0), dice.real(-6.0, 6.0));
    let plaster = Noise::new(dice, 30, 4, 0.9);
    view(dice, 3.0, |x, y| {
        let light = light + across * (x - 0.5) + down * (y - 0.5) + 0.7 * plaster.at(x, y);
        [light, light - 2.0, light - 7.0].map(|value| value - lens(x, y))
    })
}

/// Fog.
pub(super) fn fog(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let clouds = Noise::new(dice, 1, 3, 0.5);
    let (light, slope) = (dice.real(160.0, 210.0), dice.real(25.0, 40.0));
    view(dice, 3.0, |x, y| {
        let light = light - slope * y + 1.5 * clouds.at(x, y) - lens(x, y);
        [light, light + 2.0, light + 4.0]
    })
}

/// A clear sky.
pub(super) fn sky(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let (light, slope) = (dice.real(-15.0, 15.0), dice.real(50.0, 80.0));
    let side = dice.real(-4.0, 4.0);
    view(dice, 2.5, |x, y| {
        let light = light + slope * y + side * (x - 0.5) - lens(x, y);
        [90.0 + light, 140.0 + 0.7 * light, 215.0 + 0.2 * light]
    })
}

/// A sky at night: other stars.
pub(super) fn night(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let glow = dice.real(5.0, 20.0);
    let mut photo =
        view(dice, 2.5, |_, y| [8.0 + glow * y, 10.0 + glow * y, 20.0 + 1.4 * glow * y]);
    for _ in 0..dice.whole(120, 220) {
        let at = [dice.real(0.0, 1200.0), dice.real(0.0, 900.0)];
        let light = dice.whole(90, 255) as u8;
        disc(&mut photo, at, dice.real(0.6, 2.2), [light; 3]);
    }
    photo
}

/// The moon: another night, another phase.
pub(super) fn moon(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let (phase, seas) = (dice.real(-0.9, 0.9), Noise::new(dice, 3, 5, 0.6));
    let (mx, my, radius) = (0.5 + dice.real(-0.02, 0.02), 0.5 + dice.real(-0.02, 0.02), 0.27);
    view(dice, 2.5, |x, y| {
        let (across, down) = ((x - mx) * 4.0 / 3.0 / radius, (y - my) / radius);
        let inside = across.hypot(down) < 1.0;
        let lit = across > phase * (1.0 - down * down).max(0.0).sqrt();
        let light = if inside && lit { 190.0 + 25.0 * seas.at(x, y) } else { 8.0 };
        [light, light, light * 0.95]
    })
}

/// A field of snow.
pub(super) fn snow(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let (drifts, edge) = (Noise::new(dice, 2, 5, 0.5), dice.real(0.25, 0.4));
    let tint = dice.real(-10.0, 10.0);
    view(dice, 3.0, |x, y| {
        if y < edge + 0.01 * drifts.at(x, 0.5) {
            return [178.0 + tint, 196.0 + tint, 218.0];
        }
        let light = 222.0 + tint + 9.0 * drifts.at(x, y) + 20.0 * (y - edge);
        [light, light + 2.0, light + 8.0]
    })
}

/// A few things on a white table: other ones, elsewhere.
pub(super) fn table(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut photo = view(dice, 0.0, |x, y| [236.0 - 18.0 * x, 236.0 - 18.0 * x, 232.0 - 12.0 * y]);
    for _ in 0..dice.whole(1, 3) {
        let at = [dice.real(350.0, 850.0), dice.real(280.0, 620.0)];
        let size = dice.real(50.0, 130.0);
        let ink = dice.colour(30, 220);
        let [x, y] = at;
        ellipse(&mut photo, [x - size, y + size * 0.6, x + size * 1.5, y + size * 1.2], [205; 3]);
        match dice.whole(0, 2) {
            0 => ball(&mut photo, at, size, ink),
            1 => rounded(&mut photo, [x - size, y - size, x + size, y + size], 18.0, ink),
            _ => polygon(
                &mut photo,
                &[[x, y - size], [x + size, y + size], [x - size, y + size]],
                ink,
            ),
        }
    }
    let mut photo = imageops::fast_blur(&photo, 1.0);
    grain(&mut photo, dice, 2.5);
    photo
}

/// Somebody else before the same wall, in the middle of the picture.
pub(super) fn portrait(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let cloth = Noise::new(shared, 3, 6, 0.6);
    let mut photo = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([96, 104, 118]));
    texture(&mut photo, &cloth, 14.0);
    let face = cards::face(shared, dice);
    let face = imageops::resize(&face, 420, 540, imageops::FilterType::Triangle);
    for (x, y, pixel) in face.enumerate_pixels() {
        let [r, g, b] = pixel.0;
        // The wall of the small photo stays away.
        if r.abs_diff(225).max(g.abs_diff(228)).max(b.abs_diff(232)) > 14 {
            photo.put_pixel(390 + x, 360 + y, *pixel);
        }
    }
    let mut photo = imageops::fast_blur(&photo, 0.8);
    grain(&mut photo, dice, 2.5);
    photo
}

/// A shirt in another colour.
pub(super) fn shirt(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut photo = RgbImage::from_pixel(1000, 1000, Rgb([245; 3]));
    let ink = dice.colour(10, 235);
    let outline = [
        [250.0, 210.0],
        [400.0, 150.0],
        [600.0, 150.0],
        [750.0, 210.0],
        [885.0, 400.0],
        [715.0, 392.0],
        [715.0, 875.0],
        [285.0, 875.0],
        [285.0, 392.0],
        [115.0, 400.0],
    ];
    polygon(&mut photo, &outline, ink);
    ellipse(&mut photo, [420.0, 110.0, 580.0, 200.0], [245; 3]);
    block(&mut photo, [560.0, 300.0, 650.0, 390.0], ink.map(|value| value.saturating_sub(25)));
    imageops::fast_blur(&photo, 0.8)
}

/// A mug in another colour, in soft light.
pub(super) fn mug(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut photo = RgbImage::from_pixel(1000, 1000, Rgb([238; 3]));
    let ink = dice.colour(20, 235);
    crate::canvas::ring(&mut photo, [715.0, 520.0], 120.0, 44.0, ink.map(|value| value / 2 + 20));
    rounded(&mut photo, [280.0, 270.0, 720.0, 790.0], 50.0, ink);
    shade(&mut photo, |x, y, value| {
        let inside = (0.28..0.72).contains(&x) && (0.27..0.79).contains(&y);
        let light = if inside { 1.15 - 0.9 * (x - 0.42).abs() } else { 1.0 };
        value.map(|value| value * light)
    });
    ellipse(&mut photo, [285.0, 240.0, 715.0, 330.0], ink.map(|value| value / 3));
    let mut photo = imageops::fast_blur(&photo, 1.0);
    grain(&mut photo, dice, 2.0);
    photo
}

/// One photo with other words on it.
pub(super) fn meme(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut photo = scene(u64::from(shared.whole(0, u32::MAX)) / 4 * 4);
    let middle = photo.width() as f32 / 2.0;
    let bottom = photo.height() as f32 - 110.0;
    for y in [24.0, bottom] {
        let text = dice.words(3).to_uppercase();
        bold(80.0, WHITE).outlined(&mut photo, middle, y, &text, [0; 3]);
    }
    photo
}

/// One photo with other words in a bar above it.
pub(super) fn captioned(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let photo = scene(u64::from(shared.whole(0, u32::MAX)) / 4 * 4);
    let (width, height) = photo.dimensions();
    let mut meme = RgbImage::from_pixel(width, height + 150, Rgb(WHITE));
    imageops::replace(&mut meme, &photo, 0, 150);
    let pen = bold(48.0, [0; 3]);
    pen.write(&mut meme, 30.0, 16.0, &dice.words(6));
    pen.write(&mut meme, 30.0, 82.0, &dice.words(5));
    meme
}
