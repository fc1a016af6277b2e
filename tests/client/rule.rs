//! The rule that `fingerprint --help` and `same --help` state is the one by which photos are told apart.

mod made_up;
mod stated;

use std::fs;
use std::path::Path;

use image::codecs::gif::GifEncoder;
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma, RgbImage};
use photomesh::photo::{COLUMNS, Photo, Relation};
use tempfile::TempDir;

use crate::scripted::{client, code, stderr, stdout};
use crate::support::pictures::{annotated, draw, jpeg, smaller};
use crate::support::rng::Rng;
use stated::{Limits, Line, first_look};

/// The cells of a line of CSV.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        let cell = cells.last_mut().unwrap();
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cell.push(c),
        }
    }
    cells
}

/// A page of print: the same layout for all, other words for each.
fn letter(number: u32) -> RgbImage {
    let page = GrayImage::from_fn(240, 320, |x, y| {
        let (line, letter) = (y / 8, x / 5);
        let ink = (line * 37 + letter * 91 + number * 13) % 7 < 3 && y % 8 < 5 && x % 5 < 4;
        let text = (30..210).contains(&x) && (40..280).contains(&y) && line % 6 != 0;
        Luma([if text && ink { 30 } else { 245 }])
    });
    image::DynamicImage::ImageLuma8(page).into_rgb8()
}

/// A picture with stripes as fine as a signature's windows, lighter in the middle or darker: nothing that a view sees.
fn woven(picture: &RgbImage, light: i16) -> RgbImage {
    let stripe = picture.width() / 16;
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let middle = (stripe / 4..stripe * 3 / 4).contains(&(x % stripe));
        let light = if middle { light } else { -light };
        let value = |value: u8| (i16::from(value) + light).clamp(0, 255) as u8;
        image::Rgb(picture.get_pixel(x, y).0.map(value))
    })
}

/// A picture between two others: so near to the one that sooner or later it counts as the same.
fn between(one: &RgbImage, other: &RgbImage, share: u32) -> RgbImage {
    RgbImage::from_fn(one.width(), one.height(), |x, y| {
        let (a, b) = (one.get_pixel(x, y).0, other.get_pixel(x, y).0);
        let mix = |at: usize| (u32::from(a[at]) * (20 - share) + u32::from(b[at]) * share) / 20;
        image::Rgb([mix(0) as u8, mix(1) as u8, mix(2) as u8])
    })
}

/// A JPEG with the moment at which a camera took it, and a fraction of a second.
fn taken(picture: &RgbImage, moment: &str, fraction: &str) -> Vec<u8> {
    // Two entries, the camera's make and where the second directory is; there are the moment and its fraction.
    let mut block = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    block.extend(b"\x0f\x01\x02\0\x04\0\0\0Cam\0");
    block.extend(b"\x69\x87\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0");
    block.extend(b"\x02\0\x03\x90\x02\0\x14\0\0\0\x44\0\0\0\x91\x92\x02\0");
    block.extend((fraction.len() as u32 + 1).to_le_bytes());
    let mut inline = fraction.as_bytes().to_vec();
    inline.resize(4, 0);
    block.extend(inline);
    block.extend([0; 4]);
    block.extend(moment.as_bytes());
    block.push(0);
    let mut file = jpeg(picture, 90);
    let mut segment = vec![0xff, 0xe1];
    segment.extend((block.len() as u16 + 2).to_be_bytes());
    segment.extend(block);
    file.splice(2..2, segment);
    file
}

/// A thing on white, woven or not: all that differs lies where the thing is.
fn on_white(scene: &RgbImage, light: i16) -> RgbImage {
    let woven = woven(scene, light);
    let (width, height) = woven.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let thing =
            (width / 6..width * 5 / 6).contains(&x) && (height / 6..height * 5 / 6).contains(&y);
        match thing {
            true => *woven.get_pixel(x, y),
            false => image::Rgb([255; 3]),
        }
    })
}

/// An animation of two frames.
fn animation(one: &RgbImage, other: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    for frame in [one, other] {
        let frame = image::DynamicImage::ImageRgb8(frame.clone()).into_rgba8();
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    bytes
}

/// Files of all sorts: versions, look-alikes, mixtures of two, moments of a camera, animations, and one with nothing in
/// it.
fn lay(folder: &Path) {
    let write = |name: String, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let scenes: Vec<RgbImage> = (0..6).map(|number| draw(number, 240, 160)).collect();
    for (number, scene) in scenes.iter().enumerate() {
        let white = |width, height| RgbImage::from_pixel(width, height, image::Rgb([255; 3]));
        let (mut framed, mut covered) = (white(300, 220), scene.clone());
        imageops::overlay(&mut framed, scene, 30, 30);
        imageops::overlay(&mut covered, &white(110, 70), 20, 60);
        let versions = [
            ("", scene.clone()),
            ("-small", smaller(scene, 50)),
            ("-dated", annotated(scene)),
            ("-framed", framed),
            ("-covered", covered),
            ("-cut", imageops::crop_imm(scene, 0, 0, 200, 140).to_image()),
            ("-woven", woven(scene, 12)),
            ("-unwoven", woven(scene, -12)),
            ("-on-white", on_white(scene, 12)),
            ("-unwoven-on-white", on_white(scene, -12)),
            ("-turned", imageops::rotate90(scene)),
            ("-squeezed", imageops::resize(scene, 240, 150, FilterType::Triangle)),
        ];
        for (what, version) in versions {
            write(format!("{number}{what}.jpg"), &jpeg(&version, 90));
        }
    }
    for share in 1..20 {
        let mixed = between(&scenes[0], &scenes[1], share);
        write(format!("mixed{share}.jpg"), &jpeg(&mixed, 90));
    }
    for number in 0..12 {
        let letter = letter(number);
        let squeezed = imageops::resize(&letter, 240, 300, FilterType::Triangle);
        write(format!("letter{number}.jpg"), &jpeg(&letter, 90));
        let worse = jpeg(&smaller(&letter, 75), 50);
        write(format!("letter{number}-worse.jpg"), &worse);
        write(format!("letter{number}-squeezed.jpg"), &jpeg(&squeezed, 90));
    }
    let moments = [
        ("2021:06:13 18:42:07", ""),
        ("2021:06:13 18:42:07", "25"),
        ("2021:06:13 18:42:07", "250"),
        ("2021:06:13 18:42:07", "26"),
        ("2021:06:13 18:42:08", ""),
    ];
    for (at, (moment, fraction)) in moments.into_iter().enumerate() {
        write(format!("taken{at}.jpg"), &taken(&scenes[2], moment, fraction));
    }
    for (number, scene) in scenes.iter().enumerate() {
        let dated = annotated(scene);
        for (shot, light) in [12, -12].into_iter().enumerate() {
            let file = taken(&woven(scene, light), "2021:06:13 18:42:09", "");
            write(format!("shot{number}-{shot}.jpg"), &file);
        }
        write(format!("frames{number}.gif"), &animation(scene, &dated));
    }
    write("flat.jpg".to_owned(), &jpeg(&RgbImage::from_pixel(90, 90, image::Rgb([7; 3])), 90));
}

/// The lines of the CSV of all files in a folder, each with its path and its record.
fn seen(folder: &Path, limits: &Limits) -> Vec<(String, Line, Photo)> {
    let names = crate::scripted::names(folder);
    let mut arguments = vec!["fingerprint"];
    arguments.extend(names.iter().map(String::as_str));
    let output = client(folder, "1", &arguments).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    let mut lines = text.lines().map(cells);
    let columns = lines.next().unwrap();
    let line = |cells: Vec<String>| {
        let get = |column: &str| {
            let at = columns.iter().position(|name| name == column).unwrap();
            cells[at].as_str()
        };
        let photo = serde_json::from_str(get("record")).unwrap();
        (get("path").to_owned(), Line::read(get, limits), photo)
    };
    lines.map(line).collect()
}

/// The rule's numbers, which both commands name.
fn limits() -> Limits {
    let folder = TempDir::new().unwrap();
    let run = |arguments: &[&str]| client(folder.path(), "1", arguments).output().unwrap();
    let limits = Limits::stated(&stdout(&run(&["same", "--help"])));
    let others = Limits::stated(&stdout(&run(&["fingerprint", "--help"])));
    assert_eq!(limits, others);
    limits
}

#[test]
fn the_columns_and_the_stated_rule_say_what_the_first_look_says() {
    let folder = TempDir::new().unwrap();
    lay(folder.path());
    let limits = limits();
    let seen = seen(folder.path(), &limits);
    // Each part of the rule must have its say: pairs that are something else without it.
    let parts = [
        "bits differ in at most ",
        "cues differs by more than ",
        "contradict each other in at most ",
        "`varied` ground, in at most ",
        "`drawn` ground, in at most ",
        "at most 1/",
    ];
    let without = parts.map(|phrase| limits.without(phrase));
    let mut counts = [0; 6];
    let (mut same, mut drawn, mut trimmed, mut landmarks, mut moments) = (0, 0, 0, 0, 0);
    let (mut shots, mut frames) = (0, 0);
    for (at, (path, a, photo)) in seen.iter().enumerate() {
        for (other_path, b, other) in &seen[..at] {
            let stated = first_look(a, b, &limits);
            let why = photo.explain_relation(other);
            assert_eq!(photo.relation(other), stated, "{path} {other_path}: {why}");
            for (count, without) in counts.iter_mut().zip(&without) {
                *count += usize::from(first_look(a, b, without) != stated);
            }
            let views = stated::views(a, b, &limits);
            same += usize::from(stated == Relation::Same);
            drawn +=
                usize::from(stated == Relation::Same && a.ground == "drawn" && b.ground == "drawn");
            trimmed += usize::from(stated == Relation::Variant && views && path.contains("framed"));
            landmarks += usize::from(stated == Relation::Variant && !views);
            moments += usize::from(views && stated::other_moments(a, b));
            let different = views && stated == Relation::Different && !stated::other_moments(a, b);
            let still = a.frames == "one" && b.frames == "one";
            let varied = a.ground == "varied" || b.ground == "varied";
            shots += usize::from(different && still && varied && a.from_camera && b.from_camera);
            frames += usize::from(different && !still);
        }
    }
    let pairs = seen.len() * (seen.len() - 1) / 2;
    assert!(pairs > 5000, "{pairs} pairs");
    let all = [
        ("same", same),
        ("same, drawn", drawn),
        ("trimmed", trimmed),
        ("landmarks", landmarks),
        ("moments", moments),
        ("shots", shots),
        ("frames", frames),
    ];
    for (what, count) in parts.into_iter().zip(counts).chain(all) {
        assert!(count > 3, "{what}: {count} pairs");
    }
}

#[test]
fn each_number_of_the_stated_rule_is_the_one_by_which_photos_are_told_apart() {
    let limits = limits();
    let mut rng = Rng::new(1, 1);
    let line = |photo: &Photo| {
        let cells = photo.columns();
        let at = |column: &str| COLUMNS.iter().position(|name| *name == column).unwrap();
        Line::read(|column| &cells[at(column)], &limits)
    };
    let mut pairs = Vec::new();
    for number in 0..20_000 {
        let (one, other) = made_up::pair(&mut rng);
        let (a, b) = (line(&one), line(&other));
        let stated = first_look(&a, &b, &limits);
        assert_eq!(one.relation(&other), stated, "{number}: {one:?} {other:?}");
        assert_eq!(other.relation(&one), stated, "{number}: {other:?} {one:?}");
        pairs.push((a, b, stated));
    }
    for (number, nudged) in limits.nudged() {
        let mut pairs = pairs.iter();
        let noticed = pairs.any(|(a, b, stated)| first_look(a, b, &nudged) != *stated);
        assert!(noticed, "it might as well be: {number}");
    }
}

#[test]
fn same_takes_both_looks_and_tells_of_each() {
    let folder = TempDir::new().unwrap();
    lay(folder.path());
    let run = |arguments: &[&str]| client(folder.path(), "1", arguments).output().unwrap();
    let output = run(&["same", "3.jpg", "3-small.jpg", "-v"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 0, "{text}");
    assert!(text.starts_with("same:"), "{text}");
    assert!(text.contains("\n  first look") && text.contains("\n  second look"), "{text}");
    let output = run(&["same", "3.jpg", "4.jpg"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).starts_with("different:"), "{}", stdout(&output));

    let csv = stdout(&run(&["fingerprint", "3.jpg"]));
    let record = cells(csv.lines().nth(1).unwrap()).pop().unwrap();
    let output = run(&["same", "-v", "--records", &record, "3-small.jpg"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(!stdout(&output).contains("second look"), "{}", stdout(&output));
    assert_eq!(code(&run(&["same", &record, "3-small.jpg"])), 2);
    assert_eq!(code(&run(&["same", "--records", "{}", "3-small.jpg"])), 65);
}
