//! Shapes with smooth edges on a picture.

use image::{Rgb, RgbImage};

/// Red, green, blue.
pub(crate) type Ink = [u8; 3];

/// Left, top, right and bottom, in pixels.
pub(crate) type Area = [f32; 4];

pub(crate) const WHITE: Ink = [255; 3];
pub(crate) const BLACK: Ink = [0; 3];

/// A sheet of one colour.
pub(crate) fn sheet(width: u32, height: u32, ink: Ink) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb(ink))
}

/// Lays ink over a pixel, as much of it as `share` says (0 to 1). What is outside of the picture is left out.
pub(crate) fn blend(picture: &mut RgbImage, x: i64, y: i64, ink: Ink, share: f32) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
        return;
    };
    if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
        for (value, ink) in pixel.0.iter_mut().zip(ink) {
            let before = f32::from(*value);
            *value = (before + (f32::from(ink) - before) * share).round() as u8;
        }
    }
}

/// Paints what lies within a shape: `distance` says how far a point is from its edge, in pixels, below 0 inside.
pub(crate) fn paint(
    picture: &mut RgbImage,
    [left, top, right, bottom]: Area,
    ink: Ink,
    distance: impl Fn(f32, f32) -> f32,
) {
    let span = |low: f32, high: f32, side: u32| {
        (low.floor() as i64 - 1).max(0)..(high.ceil() as i64 + 1).min(i64::from(side))
    };
    for y in span(top, bottom, picture.height()) {
        for x in span(left, right, picture.width()) {
            let share = (0.5 - distance(x as f32 + 0.5, y as f32 + 0.5)).clamp(0.0, 1.0);
            if share > 0.0 {
                blend(picture, x, y, ink, share);
            }
        }
    }
}

pub(crate) fn block(picture: &mut RgbImage, area: Area, ink: Ink) {
    rounded(picture, area, 0.0, ink);
}

/// A block with round corners of this radius.
pub(crate) fn rounded(picture: &mut RgbImage, area: Area, radius: f32, ink: Ink) {
    paint(picture, area, ink, box_edge(area, radius));
}

/// How far a point is from the edge of a block.
fn box_edge([left, top, right, bottom]: Area, radius: f32) -> impl Fn(f32, f32) -> f32 {
    move |x, y| {
        let across = (left + radius - x).max(x - right + radius);
        let down = (top + radius - y).max(y - bottom + radius);
        across.max(down).min(0.0) + across.max(0.0).hypot(down.max(0.0)) - radius
    }
}

/// The outline of a block.
pub(crate) fn frame(
    picture: &mut RgbImage,
    [left, top, right, bottom]: Area,
    thick: f32,
    ink: Ink,
) {
    block(picture, [left, top, right, top + thick], ink);
    block(picture, [left, bottom - thick, right, bottom], ink);
    block(picture, [left, top, left + thick, bottom], ink);
    block(picture, [right - thick, top, right, bottom], ink);
}

/// The ellipse that fills an area.
pub(crate) fn ellipse(picture: &mut RgbImage, area: Area, ink: Ink) {
    paint(picture, area, ink, ellipse_edge(area));
}

fn ellipse_edge([left, top, right, bottom]: Area) -> impl Fn(f32, f32) -> f32 {
    let (a, b) = ((right - left) / 2.0, (bottom - top) / 2.0);
    move |x, y| {
        let (x, y) = ((x - left) / a - 1.0, (y - top) / b - 1.0);
        (x.hypot(y) - 1.0) * a.min(b)
    }
}

/// A disc around a point.
pub(crate) fn disc(picture: &mut RgbImage, [x, y]: [f32; 2], radius: f32, ink: Ink) {
    ellipse(picture, [x - radius, y - radius, x + radius, y + radius], ink);
}

/// A ring around a point.
pub(crate) fn ring(picture: &mut RgbImage, [x, y]: [f32; 2], radius: f32, thick: f32, ink: Ink) {
    let reach = radius + thick;
    paint(picture, [x - reach, y - reach, x + reach, y + reach], ink, |px, py| {
        ((px - x).hypot(py - y) - radius).abs() - thick / 2.0
    });
}

pub(crate) fn line(picture: &mut RgbImage, from: [f32; 2], to: [f32; 2], thick: f32, ink: Ink) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = (dx * dx + dy * dy).max(1e-6);
    let area = [
        from[0].min(to[0]) - thick,
        from[1].min(to[1]) - thick,
        from[0].max(to[0]) + thick,
        from[1].max(to[1]) + thick,
    ];
    paint(picture, area, ink, |x, y| {
        let (x, y) = (x - from[0], y - from[1]);
        let part = ((x * dx + y * dy) / length).clamp(0.0, 1.0);
        (x - part * dx).hypot(y - part * dy) - thick / 2.0
    });
}

/// Lines from point to point.
pub(crate) fn path(picture: &mut RgbImage, points: &[[f32; 2]], thick: f32, ink: Ink) {
    for pair in points.windows(2) {
        line(picture, pair[0], pair[1], thick, ink);
    }
}

/// A filled polygon.
pub(crate) fn polygon(picture: &mut RgbImage, points: &[[f32; 2]], ink: Ink) {
    let bound = |axis: usize, pick: fn(f32, f32) -> f32| {
        points.iter().map(|point| point[axis]).reduce(pick).unwrap_or(0.0)
    };
    let area = [bound(0, f32::min), bound(1, f32::min), bound(0, f32::max), bound(1, f32::max)];
    paint(picture, area, ink, |x, y| polygon_edge(points, x, y));
}

fn polygon_edge(points: &[[f32; 2]], x: f32, y: f32) -> f32 {
    let mut nearest = f32::MAX;
    let mut inside = false;
    for (at, &[bx, by]) in points.iter().enumerate() {
        let [ax, ay] = points[(at + points.len() - 1) % points.len()];
        let (dx, dy) = (bx - ax, by - ay);
        let part = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(1e-6);
        let part = part.clamp(0.0, 1.0);
        nearest = nearest.min((x - ax - part * dx).hypot(y - ay - part * dy));
        if (ay > y) != (by > y) && x < ax + (y - ay) * dx / dy {
            inside = !inside;
        }
    }
    if inside { -nearest } else { nearest }
}
