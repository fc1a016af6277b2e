//! Pictures drawn by code: no two alike, the same ones every time.
//!
//! Each has structure everywhere, like a photograph, so that a perceptual hash tells them apart, and recognises one
//! that was made smaller, grey or written on.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageFormat, Rgb, RgbImage};

use super::rng::Rng;

/// What is in a picture. All measures are fractions of its width and height.
struct Scene {
    top: [f32; 3],
    bottom: [f32; 3],
    things: Vec<Thing>,
    texture: Texture,
}

/// Something in front of the background; later ones are nearer.
enum Thing {
    /// A sun, a ball: centre, radius, colour.
    Ball([f32; 2], f32, [f32; 3]),
    /// A house, a door: two corners, colour.
    Block([f32; 2], [f32; 2], [f32; 3]),
    /// A mountain range: height, how high and how many its waves are, where they start, colour.
    Ridge { height: f32, swing: f32, waves: f32, phase: f32, colour: [f32; 3] },
}

/// Light and shade over everything: random heights on grids of growing fineness, smoothly joined.
struct Texture(Vec<(usize, Vec<f32>)>);

/// Draws the picture of this number.
pub(crate) fn draw(number: u64, width: u32, height: u32) -> RgbImage {
    let scene = Scene::new(number);
    RgbImage::from_fn(width, height, |x, y| {
        let x = (x as f32 + 0.5) / width as f32;
        let y = (y as f32 + 0.5) / height as f32;
        let light = scene.texture.at(x, y);
        Rgb(scene.colour(x, y).map(|c| (c + light).clamp(0.0, 255.0) as u8))
    })
}

/// The same picture with this many per cent of its width and height.
pub(crate) fn smaller(picture: &RgbImage, percent: u32) -> RgbImage {
    let part = |length: u32| (length * percent / 100).max(1);
    let (width, height) = (part(picture.width()), part(picture.height()));
    imageops::resize(picture, width, height, FilterType::Triangle)
}

/// The same picture without colour.
pub(crate) fn grey(picture: &RgbImage) -> RgbImage {
    image::DynamicImage::ImageLuma8(imageops::grayscale(picture)).into_rgb8()
}

/// The same picture with a date stamped into its corner.
pub(crate) fn annotated(picture: &RgbImage) -> RgbImage {
    let mut picture = picture.clone();
    let (width, height) = picture.dimensions();
    let unit = (height / 60).max(1);
    for letter in 0..8 {
        let left = width - (10 - letter) * 2 * unit;
        for (x, y) in (0..unit).flat_map(|x| (0..3 * unit).map(move |y| (x, y))) {
            picture.put_pixel(left + x, height - 5 * unit + y, Rgb([250, 220, 60]));
        }
    }
    picture
}

/// The bytes of a JPEG file.
pub(crate) fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .expect("a drawn picture can be encoded");
    bytes
}

/// The bytes of a PNG file.
pub(crate) fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).expect("a drawn picture can be encoded");
    bytes.into_inner()
}

impl Scene {
    fn new(number: u64) -> Scene {
        let mut numbers = Rng::from(number);
        let thing = |numbers: &mut Rng| match numbers.next() % 3 {
            0 => {
                let centre = [between(numbers, 0.1, 0.9), between(numbers, 0.1, 0.9)];
                Thing::Ball(centre, between(numbers, 0.05, 0.25), colour(numbers))
            }
            1 => {
                let corner = [between(numbers, 0.0, 0.8), between(numbers, 0.0, 0.8)];
                let size = [between(numbers, 0.1, 0.4), between(numbers, 0.1, 0.4)];
                let opposite = [corner[0] + size[0], corner[1] + size[1]];
                Thing::Block(corner, opposite, colour(numbers))
            }
            _ => Thing::Ridge {
                height: between(numbers, 0.3, 0.9),
                swing: between(numbers, 0.05, 0.2),
                waves: between(numbers, 2.0, 15.0),
                phase: between(numbers, 0.0, 6.0),
                colour: colour(numbers),
            },
        };
        Scene {
            top: colour(&mut numbers),
            bottom: colour(&mut numbers),
            things: (0..6).map(|_| thing(&mut numbers)).collect(),
            texture: Texture::new(&mut numbers),
        }
    }

    fn colour(&self, x: f32, y: f32) -> [f32; 3] {
        let nearest = self.things.iter().rev().find_map(|thing| thing.at(x, y));
        nearest.unwrap_or_else(|| {
            std::array::from_fn(|i| self.top[i] + (self.bottom[i] - self.top[i]) * y)
        })
    }
}

impl Thing {
    /// Its colour, if it covers this point.
    fn at(&self, x: f32, y: f32) -> Option<[f32; 3]> {
        match *self {
            Thing::Ball([cx, cy], radius, colour) => {
                let distance = (x - cx).hypot(y - cy);
                (distance < radius).then_some(colour)
            }
            Thing::Block([left, top], [right, bottom], colour) => {
                let within = (left..right).contains(&x) && (top..bottom).contains(&y);
                within.then_some(colour)
            }
            Thing::Ridge { height, swing, waves, phase, colour } => {
                let line = height + swing * (x * waves + phase).sin();
                (y > line).then_some(colour)
            }
        }
    }
}

impl Texture {
    fn new(numbers: &mut Rng) -> Texture {
        let layer = |cells: usize, swing: f32| {
            let points = (cells + 1) * (cells + 1);
            let heights = (0..points).map(|_| between(numbers, -swing, swing)).collect();
            (cells, heights)
        };
        let sizes = [(3, 45.0), (7, 30.0), (19, 20.0)];
        let mut layer = layer;
        Texture(sizes.map(|(cells, swing)| layer(cells, swing)).into())
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let layers = self.0.iter();
        layers.map(|(cells, heights)| height(*cells, heights, x, y)).sum()
    }
}

/// The height at a point between the corners of its cell.
fn height(cells: usize, heights: &[f32], x: f32, y: f32) -> f32 {
    let (column, right) = cell(x, cells);
    let (row, down) = cell(y, cells);
    let corner = |column: usize, row: usize| heights[row * (cells + 1) + column];
    let upper = mix(corner(column, row), corner(column + 1, row), right);
    let lower = mix(corner(column, row + 1), corner(column + 1, row + 1), right);
    mix(upper, lower, down)
}

/// Which of the cells a point is in, and how far.
fn cell(at: f32, cells: usize) -> (usize, f32) {
    let at = at * cells as f32;
    let index = (at as usize).min(cells - 1);
    let within = at - index as f32;
    (index, within * within * (3.0 - 2.0 * within))
}

fn mix(a: f32, b: f32, part: f32) -> f32 {
    a + (b - a) * part
}

/// A number from `low` to `high`.
fn between(numbers: &mut Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * (numbers.next() >> 40) as f32 / (1 << 24) as f32
}

fn colour(numbers: &mut Rng) -> [f32; 3] {
    std::array::from_fn(|_| between(numbers, 20.0, 235.0))
}
