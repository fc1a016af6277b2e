//! Something cut off, or put around.

use image::{Rgb, RgbImage, imageops};

use crate::canvas::{Ink, WHITE};
use crate::dice::Dice;
use crate::lens::turned;

/// What is left without so many pixels at the left, top, right and bottom.
pub(super) fn edges(picture: &RgbImage, [left, top, right, bottom]: [u32; 4]) -> RgbImage {
    let (width, height) = picture.dimensions();
    let (width, height) =
        (width.saturating_sub(left + right).max(1), height.saturating_sub(top + bottom).max(1));
    imageops::crop_imm(picture, left, top, width, height).to_image()
}

/// This share of the width and of the height, from anywhere.
pub(super) fn share(picture: &RgbImage, dice: &mut Dice, share: f32) -> RgbImage {
    let mut part = |side: u32| {
        let kept = ((side as f32 * share).round() as u32).max(1);
        (dice.whole(0, side - kept), kept)
    };
    let (left, width) = part(picture.width());
    let (top, height) = part(picture.height());
    imageops::crop_imm(picture, left, top, width, height).to_image()
}

/// Without a tenth at the left, top, right or bottom.
pub(super) fn one_side(picture: &RgbImage, dice: &mut Dice) -> RgbImage {
    let side = dice.whole(0, 3) as usize;
    let tenth = [picture.width(), picture.height()][side % 2] / 10;
    let mut lost = [0; 4];
    lost[side] = tenth;
    edges(picture, lost)
}

/// The largest part of this shape (width by height) around the middle; upright pictures are cut to the upright shape.
pub(super) fn to_shape(picture: &RgbImage, shape: f32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let upright = height > width;
    // 4:5 is 5:4 for a landscape.
    let shape = if upright == (shape < 1.0) { shape } else { 1.0 / shape };
    let wide = (height as f32 * shape).round().min(width as f32);
    let high = (width as f32 / shape).round().min(height as f32);
    let (left, top) = (width - wide as u32, height - high as u32);
    edges(picture, [left / 2, top / 2, left - left / 2, top - top / 2])
}

/// Turned by so many degrees, and cut so that no corner is empty.
pub(super) fn straightened(picture: &RgbImage, degrees: f32) -> RgbImage {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (sine, cosine) = degrees.to_radians().sin_cos();
    // The largest rectangle of the same shape that lies within the turned one.
    let scale =
        (width / (width * cosine + height * sine)).min(height / (width * sine + height * cosine));
    let lost = |side: f32| (side * (1.0 - scale) / 2.0).ceil() as u32;
    let (across, down) = (lost(width), lost(height));
    edges(&turned(picture, degrees, [0; 3]), [across, down, across, down])
}

/// The picture on a sheet with margins at the left, top, right and bottom, as shares of the shorter side.
pub(super) fn on_a_sheet(picture: &RgbImage, margins: [f32; 4], ink: Ink) -> RgbImage {
    let (width, height) = picture.dimensions();
    let [left, top, right, bottom] =
        margins.map(|share| (width.min(height) as f32 * share).round() as u32);
    let mut sheet = RgbImage::from_pixel(width + left + right, height + top + bottom, Rgb(ink));
    imageops::replace(&mut sheet, picture, i64::from(left), i64::from(top));
    sheet
}

/// Black bars at two sides, so that the whole has this shape.
pub(super) fn letterbox(picture: &RgbImage, shape: f32) -> RgbImage {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (wide, high) = ((height * shape).max(width), (width / shape).max(height));
    let short = width.min(height);
    let (across, down) = ((wide - width) / 2.0 / short, (high - height) / 2.0 / short);
    on_a_sheet(picture, [across, down, across, down], [0; 3])
}

/// White where the corners were.
pub(super) fn rounded_corners(picture: &RgbImage) -> RgbImage {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let radius = width.min(height) * 0.08;
    let mut changed = picture.clone();
    for (x, y, pixel) in changed.enumerate_pixels_mut() {
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let beyond = |at: f32, side: f32| (radius - at).max(at - side + radius).max(0.0);
        if beyond(x, width).hypot(beyond(y, height)) > radius {
            *pixel = Rgb(WHITE);
        }
    }
    changed
}
