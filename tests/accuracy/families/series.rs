//! Series of one scene: bursts, a camera on a tripod, animations; and an app that shows one photo after another.

use image::codecs::gif::GifEncoder;
use image::{Frame, ImageFormat, RgbImage, imageops};
use photomesh::photo::Relation;

use super::Group;
use super::screens::{App, showing};
use crate::canvas::{disc, rounded};
use crate::dice::Dice;
use crate::lens::{from_camera, grain, jpeg, stored};
use crate::scenes::scene;
use crate::source::{File, Scenery};

/// Frames of a burst are so many per cent of the picture apart.
const BURSTS: [(f32, &str, &str); 4] = [
    (1.0, "burst 1 %", "burst 1 %, camera data"),
    (2.0, "burst 2 %", "burst 2 %, camera data"),
    (3.0, "burst 3 %", "burst 3 %, camera data"),
    (5.0, "burst 5 %", "burst 5 %, camera data"),
];

/// What moves before a camera on a tripod is so large, in per cent of the picture.
const TRIPODS: [(f32, &str, &str); 4] = [
    (2.0, "tripod, 2 % moves", "tripod, 2 %, camera data"),
    (5.0, "tripod, 5 % moves", "tripod, 5 %, camera data"),
    (10.0, "tripod, 10 % moves", "tripod, 10 %, camera data"),
    (20.0, "tripod, 20 % moves", "tripod, 20 %, camera data"),
];

/// Frames of a tripod's sequence.
const SEQUENCE: u64 = 4;

fn group(name: &'static str, files: Vec<Box<dyn Fn() -> File + Send + Sync>>) -> Group {
    Group { name, at_most: Relation::Different, files }
}

/// `size` bursts of two frames, half as many sequences, and `size` animations and screenshots.
pub(super) fn groups(size: usize, scenery: &Scenery) -> Vec<Group> {
    let size = size as u64;
    let mut groups = Vec::new();
    for (apart, plain, with_data) in BURSTS {
        for (name, data) in [(plain, false), (with_data, true)] {
            groups.extend((0..size).map(|number| {
                let frame = |at: u64| {
                    let scenery = scenery.clone();
                    Box::new(move || burst(&scenery.photo(number), number, at, apart, data)) as _
                };
                group(name, (0..2).map(frame).collect())
            }));
        }
    }
    for (share, plain, with_data) in TRIPODS {
        for (name, data) in [(plain, false), (with_data, true)] {
            groups.extend((0..size.div_ceil(2)).map(|number| {
                let frame = |at: u64| {
                    let scenery = scenery.clone();
                    Box::new(move || tripod(scenery.photo(number), number, at, share, data)) as _
                };
                group(name, (0..SEQUENCE).map(frame).collect())
            }));
        }
    }
    let animation = |number: u64| Box::new(move || animation(number)) as _;
    groups.push(group("animations, one first frame", (0..size).map(animation).collect()));
    groups.extend((0..size.div_ceil(2)).map(|number| {
        let still = move || File::new("png", stored(&first_frame(), ImageFormat::Png));
        group("animation and its still", vec![Box::new(still), animation(number)])
    }));
    for (app, name) in [
        (App::GalleryDark, "phone gallery, dark"),
        (App::GalleryLight, "phone gallery, light"),
        (App::Chat, "photos in a chat"),
    ] {
        let shot = |number: u64| {
            let scenery = scenery.clone();
            Box::new(move || {
                let dice = &mut Dice::new("screenshot", number);
                File::new(
                    "png",
                    stored(&showing(app, &scenery.photo(number), dice), ImageFormat::Png),
                )
            }) as _
        };
        groups.push(group(name, (0..size).map(shot).collect()));
    }
    groups
}

/// A frame of a hand-held burst: the view has moved, and the sensor has noise of its own.
fn burst(photo: &RgbImage, number: u64, at: u64, apart: f32, data: bool) -> File {
    let (width, height) = photo.dimensions();
    let step = at as f32 * apart / 100.0;
    let turn = Dice::new("direction", number).real(0.0, std::f32::consts::TAU);
    let (right, down) = (step * turn.cos(), step * turn.sin());
    let place = |part: f32, side: u32| ((0.05 + part) * 0.9 * side as f32).max(0.0) as u32;
    let mut frame = imageops::crop_imm(
        photo,
        place(right, width),
        place(down, height),
        width * 9 / 10,
        height * 9 / 10,
    )
    .to_image();
    taken(&mut frame, &format!("burst {at}"), number, data)
}

/// A frame of a camera that stands still while somebody walks by.
fn tripod(mut frame: RgbImage, number: u64, at: u64, share: f32, data: bool) -> File {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let look = &mut Dice::new("walker", number);
    let (skin, shirt, trousers) =
        (look.pick(&[[225, 180, 150], [120, 80, 60]]), look.colour(20, 230), look.colour(10, 90));
    // A body of 1 by 2.5 of which four fifths are filled.
    let wide = (share / 100.0 * width * height / 2.0).sqrt();
    let tall = (2.5 * wide).min(height * 0.95);
    let wide = wide.max(share / 100.0 * width * height / (0.8 * tall));
    let steps = (width - wide).max(1.0);
    let start = Dice::new("where", number).real(0.0, 1.0);
    let x = (start + at as f32 / SEQUENCE as f32).fract() * steps;
    let top = height * 0.98 - tall;
    rounded(
        &mut frame,
        [x + 0.1 * wide, top + 0.55 * tall, x + 0.9 * wide, top + tall],
        0.1 * wide,
        trousers,
    );
    rounded(&mut frame, [x, top + 0.2 * tall, x + wide, top + 0.62 * tall], 0.2 * wide, shirt);
    disc(&mut frame, [x + wide / 2.0, top + 0.12 * tall], 0.11 * tall, skin);
    taken(&mut frame, &format!("tripod {at}"), number, data)
}

/// The frame as a file, with or without what cameras write; frames of one second.
fn taken(frame: &mut RgbImage, what: &str, number: u64, data: bool) -> File {
    grain(frame, &mut Dice::new(what, number), 3.0);
    let bytes = match data {
        true => from_camera(frame, 92, "2026:07:01 12:00:00"),
        false => jpeg(frame, 92),
    };
    File::new("jpg", bytes)
}

fn small(number: u64) -> RgbImage {
    imageops::thumbnail(&scene(number), 400, 300)
}

fn first_frame() -> RgbImage {
    small(4000)
}

/// An animation of four frames, the first of which all have.
fn animation(number: u64) -> File {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 10);
    let others = (1..4).map(|at| small(4000 + 4 * (number * 4 + at)));
    for picture in std::iter::once(first_frame()).chain(others) {
        let frame = Frame::new(image::DynamicImage::ImageRgb8(picture).into_rgba8());
        encoder.encode_frame(frame).expect("encodes in memory");
    }
    drop(encoder);
    File::new("gif", bytes)
}
