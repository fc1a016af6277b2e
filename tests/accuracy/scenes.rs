//! Scenes with light, texture and depth, as a camera sees them, for where there are no photos.

use image::{Rgb, RgbImage, imageops};

use crate::canvas::{Ink, block, disc, polygon};
use crate::dice::Dice;

/// Heights on grids of growing fineness, smoothly joined: clouds, walls, meadows.
pub(crate) struct Noise {
    layers: Vec<(usize, f32, Vec<f32>)>,
}

impl Noise {
    /// Layers from `coarse` cells a side on, each twice as fine as the one before and `fall` times as strong.
    pub(crate) fn new(dice: &mut Dice, coarse: usize, layers: usize, fall: f32) -> Noise {
        let mut swing = 1.0;
        let layer = |at: usize| {
            let cells = coarse << at;
            let heights = (0..(cells + 1) * (cells + 1)).map(|_| dice.bell()).collect();
            let layer = (cells, swing, heights);
            swing *= fall;
            layer
        };
        Noise { layers: (0..layers).map(layer).collect() }
    }

    /// The height at a point, both measures from 0 to 1.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let height = |(cells, swing, heights): &(usize, f32, Vec<f32>)| {
            let cell = |at: f32| {
                let at = at.clamp(0.0, 1.0) * *cells as f32;
                let index = (at as usize).min(cells - 1);
                let within = at - index as f32;
                (index, within * within * (3.0 - 2.0 * within))
            };
            let ((column, right), (row, down)) = (cell(x), cell(y));
            let corner = |column: usize, row: usize| heights[row * (cells + 1) + column];
            let mix = |a: f32, b: f32, part: f32| a + (b - a) * part;
            let upper = mix(corner(column, row), corner(column + 1, row), right);
            let lower = mix(corner(column, row + 1), corner(column + 1, row + 1), right);
            swing * mix(upper, lower, down)
        };
        self.layers.iter().map(height).sum()
    }
}

/// Changes every pixel: measures from 0 to 1, and the colour so far.
pub(crate) fn shade(picture: &mut RgbImage, change: impl Fn(f32, f32, [f32; 3]) -> [f32; 3]) {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = ((x as f32 + 0.5) / width, (y as f32 + 0.5) / height);
        pixel.0 = change(x, y, pixel.0.map(f32::from)).map(|value| value.round() as u8);
    }
}

/// Lays light and shade over a picture.
pub(crate) fn texture(picture: &mut RgbImage, noise: &Noise, swing: f32) {
    shade(picture, |x, y, ink| {
        let light = swing * noise.at(x, y);
        ink.map(|value| value + light)
    });
}

/// The scene of this number: 1200 by 900 pixels, every third upright.
pub(crate) fn scene(number: u64) -> RgbImage {
    let dice = &mut Dice::new("scene", number);
    let (width, height) = if number % 3 == 2 { (900, 1200) } else { (1200, 900) };
    let mut photo = match number % 4 {
        0 => landscape(dice, width, height),
        1 => street(dice, width, height),
        2 => still_life(dice, width, height),
        _ => foliage(dice, width, height),
    };
    photo = imageops::fast_blur(&photo, 0.8);
    crate::lens::grain(&mut photo, dice, 2.5);
    photo
}

/// Hills behind hills under a sky with clouds.
fn landscape(dice: &mut Dice, width: u32, height: u32) -> RgbImage {
    let clouds = Noise::new(dice, 3, 6, 0.55);
    let ridges: Vec<(Noise, f32, [f32; 3])> = (0..4)
        .map(|row| {
            let depth = row as f32 / 3.0;
            let ink = [
                130.0 - 80.0 * depth + dice.real(-20.0, 20.0),
                150.0 - 60.0 * depth + dice.real(-20.0, 20.0),
                160.0 - 120.0 * depth + dice.real(-20.0, 20.0),
            ];
            (Noise::new(dice, 2, 6, 0.5), 0.32 + 0.16 * row as f32 + dice.real(-0.05, 0.05), ink)
        })
        .collect();
    let ground = Noise::new(dice, 6, 6, 0.75);
    let (sun, warm) = (dice.real(0.1, 0.9), dice.real(-25.0, 35.0));
    let mut photo = RgbImage::new(width, height);
    shade(&mut photo, |x, y, _| {
        let ridge = ridges.iter().rev().find(|(line, base, _)| y > base + 0.09 * line.at(x, 0.5));
        if let Some((_, base, ink)) = ridge {
            let light = 22.0 * ground.at(x, y) + 60.0 * (y - base) - 30.0 * (x - sun).abs();
            return ink.map(|value| value + light);
        }
        let cloud = (45.0 * clouds.at(x, y * 1.5) + 15.0).clamp(-5.0, 80.0);
        let glow = 50.0 * (1.0 - (x - sun).hypot(y - 0.25)).max(0.0);
        [95.0 + warm + 110.0 * y + glow, 140.0 + 80.0 * y + glow * 0.8, 205.0 - warm + 20.0 * y]
            .map(|v| v + cloud)
    });
    photo
}

/// Houses along a street.
fn street(dice: &mut Dice, width: u32, height: u32) -> RgbImage {
    let mut photo = RgbImage::from_pixel(width, height, Rgb(dice.colour(150, 230)));
    let (wide, high) = (width as f32, height as f32);
    let mut left = -dice.real(0.0, 120.0);
    while left < wide {
        let right = left + dice.real(120.0, 330.0);
        let roof = high * dice.real(0.08, 0.45);
        let wall = dice.colour(70, 225);
        block(&mut photo, [left, roof, right, high], wall);
        if dice.percent(50) {
            let top = [(left + right) / 2.0, roof - dice.real(30.0, 110.0)];
            polygon(
                &mut photo,
                &[[left - 8.0, roof], top, [right + 8.0, roof]],
                dice.colour(50, 140),
            );
        }
        let (columns, rows) = (dice.whole(2, 5), dice.whole(3, 7));
        let (step, storey) = ((right - left) / columns as f32, (high * 0.85 - roof) / rows as f32);
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)))
        {
            let (x, y) = (left + step * (column as f32 + 0.25), roof + storey * (row as f32 + 0.3));
            let glass = if dice.percent(30) { dice.colour(150, 240) } else { dice.colour(20, 90) };
            block(&mut photo, [x, y, x + step * 0.5, y + storey * 0.5], glass);
        }
        left = right + dice.pick(&[0.0, 0.0, 25.0]);
    }
    block(&mut photo, [0.0, high * 0.86, wide, high], [95, 95, 98]);
    for _ in 0..dice.whole(3, 9) {
        let (x, tall) = (dice.real(0.0, wide), dice.real(0.12, 0.3) * high);
        let foot = high * dice.real(0.88, 0.99);
        block(&mut photo, [x, foot - tall * 0.8, x + tall * 0.25, foot], dice.colour(10, 220));
        disc(&mut photo, [x + tall * 0.125, foot - tall * 0.88], tall * 0.09, [205, 165, 140]);
    }
    let (plaster, light) = (Noise::new(dice, 12, 5, 0.8), Noise::new(dice, 2, 3, 0.5));
    texture(&mut photo, &plaster, 9.0);
    texture(&mut photo, &light, 16.0);
    photo
}

/// Round and square things on a table, lit from one side.
fn still_life(dice: &mut Dice, width: u32, height: u32) -> RgbImage {
    let (wall, table) = (dice.colour(90, 200), dice.colour(60, 180));
    let mut photo = RgbImage::from_pixel(width, height, Rgb(wall));
    let (wide, high) = (width as f32, height as f32);
    let edge = high * dice.real(0.4, 0.6);
    block(&mut photo, [0.0, edge, wide, high], table);
    let wood = Noise::new(dice, 5, 6, 0.7);
    shade(&mut photo, |x, y, ink| {
        let light = 18.0 * wood.at(x * 0.15, y) + 60.0 * (0.5 - x);
        ink.map(|value| value + light)
    });
    for at in 0..dice.whole(5, 11) {
        let (x, y) = (dice.real(0.05, 0.95) * wide, edge + (high - edge) * (at as f32 / 11.0));
        let size = dice.real(0.05, 0.16) * wide;
        if dice.percent(60) {
            ball(&mut photo, [x, y], size, dice.colour(40, 240));
        } else {
            let ink = dice.colour(40, 230);
            block(&mut photo, [x - size, y - size, x + size * 0.6, y + size], ink);
            let dark = ink.map(|value| value / 2);
            let corner = [x + size * 0.6, y - size];
            let side = [
                corner,
                [x + size, y - size * 1.3],
                [x + size, y + size * 0.7],
                [x + size * 0.6, y + size],
            ];
            polygon(&mut photo, &side, dark);
        }
    }
    let cloth = Noise::new(dice, 20, 4, 0.8);
    texture(&mut photo, &cloth, 6.0);
    photo
}

/// A ball with light from the left.
pub(crate) fn ball(photo: &mut RgbImage, [x, y]: [f32; 2], radius: f32, ink: Ink) {
    for step in 0..24 {
        let part = step as f32 / 24.0;
        let shine = |value: u8| (f32::from(value) * (0.35 + 0.75 * part)).min(255.0) as u8;
        let centre = [x - 0.35 * radius * part, y - 0.35 * radius * part];
        disc(photo, centre, radius * (1.0 - 0.85 * part), ink.map(shine));
    }
}

/// Leaves, large and small, over each other.
fn foliage(dice: &mut Dice, width: u32, height: u32) -> RgbImage {
    let mut photo = RgbImage::from_pixel(width, height, Rgb(dice.colour(15, 70)));
    let (wide, high) = (width as f32, height as f32);
    let hue = dice.pick(&[
        [60.0, 130.0, 40.0],
        [150.0, 110.0, 30.0],
        [120.0, 50.0, 60.0],
        [50.0, 110.0, 100.0],
    ]);
    for at in 0..420 {
        let near = at as f32 / 420.0;
        let (x, y) = (dice.real(0.0, wide), dice.real(0.0, high));
        let (long, turn) =
            (dice.real(15.0, 40.0) + 70.0 * near * dice.real(0.3, 1.0), dice.real(0.0, 6.3));
        let light = dice.real(0.3, 0.9) + 0.6 * near;
        let ink =
            hue.map(|value: f32| (value * light + dice.real(-12.0, 12.0)).clamp(0.0, 255.0) as u8);
        let (sine, cosine) = turn.sin_cos();
        let leaf: Vec<[f32; 2]> =
            [[1.0, 0.0], [0.3, 0.38], [-0.5, 0.3], [-1.0, 0.0], [-0.5, -0.3], [0.3, -0.38]]
                .iter()
                .map(|[a, b]| {
                    [x + long * (a * cosine - b * sine), y + long * (a * sine + b * cosine)]
                })
                .collect();
        polygon(&mut photo, &leaf, ink);
    }
    let light = Noise::new(dice, 2, 5, 0.6);
    texture(&mut photo, &light, 22.0);
    photo
}
