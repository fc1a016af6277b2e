//! A print, scanned or photographed.

use image::{RgbImage, imageops};

use crate::dice::Dice;
use crate::lens::{grain, warped};
use crate::scenes::shade;

/// A print that lies askew on the glass of a scanner, with the lid around it.
pub(super) fn askew(picture: &RgbImage, dice: &mut Dice, least: f32, most: f32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let short = width.min(height) as f32;
    let degrees = dice.real(least, most) * dice.pick(&[-1.0, 1.0]);
    let mut margin = || (short * dice.real(0.02, 0.07)) as u32;
    let (left, top, right, bottom) = (margin(), margin(), margin(), margin());
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (mx, my) = (width as f32 / 2.0, height as f32 / 2.0);
    let size = (width + left + right, height + top + bottom);
    let mut scan = warped(picture, size, [246; 3], |x, y| {
        let (x, y) = (x - left as f32 - mx, y - top as f32 - my);
        (mx + x * cosine - y * sine, my + x * sine + y * cosine)
    });
    scan = imageops::fast_blur(&scan, 0.6);
    grain(&mut scan, dice, 3.0);
    scan
}

/// A print as a phone takes it: each corner off by up to this share of the sides, cut to the print, and light that
/// falls by `slope` from one side to the other.
pub(super) fn photographed(picture: &RgbImage, dice: &mut Dice, off: f32, slope: f32) -> RgbImage {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let mut corner = |x: f32, y: f32| [x + dice.real(-off, off), y + dice.real(-off, off)];
    let corners = [corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0)];
    let view = Perspective::onto(corners);
    let mut photo = warped(picture, picture.dimensions(), [120, 96, 72], |x, y| {
        let [x, y] = view.at(x / width, y / height);
        (x * width, y * height)
    });
    let side = dice.pick(&[-1.0, 1.0]);
    shade(&mut photo, |x, y, rgb| {
        let light = slope * side * (x - 0.5) - slope / 2.0 * (y - 0.5);
        [rgb[0] + light + 3.0, rgb[1] + light, rgb[2] + light - 4.0]
    });
    photo = imageops::fast_blur(&photo, 0.7);
    grain(&mut photo, dice, 3.0);
    photo
}

/// Takes the unit square to any four corners, straight lines to straight lines (Heckbert 1989).
struct Perspective {
    across: [f32; 3],
    down: [f32; 3],
    depth: [f32; 2],
}

impl Perspective {
    fn onto([a, b, c, d]: [[f32; 2]; 4]) -> Perspective {
        let sum = [a[0] - b[0] + c[0] - d[0], a[1] - b[1] + c[1] - d[1]];
        let (one, two) = ([b[0] - c[0], b[1] - c[1]], [d[0] - c[0], d[1] - c[1]]);
        let area = one[0] * two[1] - two[0] * one[1];
        let g = (sum[0] * two[1] - two[0] * sum[1]) / area;
        let h = (one[0] * sum[1] - sum[0] * one[1]) / area;
        let row = |i: usize| [b[i] - a[i] + g * b[i], d[i] - a[i] + h * d[i], a[i]];
        Perspective { across: row(0), down: row(1), depth: [g, h] }
    }

    fn at(&self, x: f32, y: f32) -> [f32; 2] {
        let depth = self.depth[0] * x + self.depth[1] * y + 1.0;
        [&self.across, &self.down].map(|row| (row[0] * x + row[1] * y + row[2]) / depth)
    }
}
