//! The rule that `fingerprint --help` and `same --help` state is the one by which photos are told apart.

use std::fs;
use std::path::Path;

use image::{GrayImage, Luma, RgbImage, imageops};
use photomesh::photo::{Photo, Relation};
use tempfile::TempDir;

use crate::scripted::{client, code, stderr, stdout};
use crate::support::pictures::{annotated, draw, jpeg, smaller};

/// What one line of the CSV says, by the names of its columns.
struct Line(Vec<(String, String)>);

impl Line {
    fn get(&self, column: &str) -> &str {
        let cell = self.0.iter().find(|(name, _)| name == column);
        &cell.unwrap_or_else(|| panic!("no column {column}")).1
    }

    fn bytes(&self, column: &str) -> Vec<u8> {
        let digits = self.get(column);
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(byte).collect()
    }
}

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

/// The numbers that the help names: the most places in which bits may differ, and bytes of the cues.
fn stated(help: &str) -> (u32, u8) {
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let number = |before: &str| {
        let rest = help
            .split_once(before)
            .unwrap_or_else(|| panic!("no {before:?} in {help}"))
            .1;
        rest.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
    };
    (
        number("differ in at most ").parse().unwrap(),
        number("by more than ").parse().unwrap(),
    )
}

/// The first look as the help states it. How near the closest views are comes along: bits, and cue.
fn first_look(a: &Line, b: &Line, (bits, cue): (u32, u8)) -> (Relation, Vec<(u32, u8)>) {
    let views = [("whole", "whole_cue"), ("trimmed", "trimmed_cue")];
    let mut near = Vec::new();
    if !a.get("whole").is_empty() && !b.get("whole").is_empty() {
        for (one, other) in views
            .iter()
            .flat_map(|one| views.map(|other| (*one, other)))
        {
            let pairs = a.bytes(one.0).into_iter().zip(b.bytes(other.0));
            let distance = pairs.map(|(a, b)| (a ^ b).count_ones()).sum();
            let pairs = a.bytes(one.1).into_iter().zip(b.bytes(other.1));
            near.push((distance, pairs.map(|(a, b)| a.abs_diff(b)).max().unwrap()));
        }
    }
    let is_near = near
        .iter()
        .any(|(distance, most)| *distance <= bits && *most <= cue);
    let relation = match is_near && !other_moment(a.get("captured"), b.get("captured")) {
        true => Relation::Same,
        false => Relation::Different,
    };
    (relation, near)
}

/// Whether both name a moment, and these differ.
fn other_moment(a: &str, b: &str) -> bool {
    let parts = |moment: &str| match moment.split_once('.') {
        Some((seconds, fraction)) => {
            let fraction = fraction.trim_end_matches('0').to_owned();
            (seconds.to_owned(), Some(fraction))
        }
        None => (moment.to_owned(), None),
    };
    let ((a_seconds, a_fraction), (b_seconds, b_fraction)) = (parts(a), parts(b));
    let fractions = a_fraction.zip(b_fraction).is_some_and(|(a, b)| a != b);
    !a.is_empty() && !b.is_empty() && (a_seconds != b_seconds || fractions)
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

/// Files of all sorts: versions, look-alikes, mixtures of two, moments of a camera, and one with nothing in it.
fn lay(folder: &Path) {
    let write = |name: String, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let scenes: Vec<RgbImage> = (0..6).map(|number| draw(number, 180, 120)).collect();
    for (number, scene) in scenes.iter().enumerate() {
        write(format!("{number}.jpg"), &jpeg(scene, 90));
        write(
            format!("{number}-small.jpg"),
            &jpeg(&smaller(scene, 50), 60),
        );
        write(format!("{number}-dated.jpg"), &jpeg(&annotated(scene), 90));
        let mut framed = RgbImage::from_pixel(240, 180, image::Rgb([255; 3]));
        imageops::overlay(&mut framed, scene, 30, 30);
        write(format!("{number}-framed.jpg"), &jpeg(&framed, 90));
    }
    for share in 1..20 {
        write(
            format!("mixed{share}.jpg"),
            &jpeg(&between(&scenes[0], &scenes[1], share), 90),
        );
    }
    for number in 0..12 {
        write(format!("letter{number}.jpg"), &jpeg(&letter(number), 90));
    }
    let moments = [
        ("2021:06:13 18:42:07", ""),
        ("2021:06:13 18:42:07", "25"),
        ("2021:06:13 18:42:07", "250"),
        ("2021:06:13 18:42:07", "26"),
        ("2021:06:13 18:42:08", ""),
    ];
    for (at, (moment, fraction)) in moments.into_iter().enumerate() {
        write(
            format!("taken{at}.jpg"),
            &taken(&scenes[2], moment, fraction),
        );
    }
    write(
        "flat.jpg".to_owned(),
        &jpeg(&RgbImage::from_pixel(90, 90, image::Rgb([7; 3])), 90),
    );
}

#[test]
fn the_columns_and_the_stated_rule_say_what_the_first_look_says() {
    let folder = TempDir::new().unwrap();
    lay(folder.path());
    let run = |arguments: &[&str]| client(folder.path(), "1", arguments).output().unwrap();
    let limits = stated(&stdout(&run(&["same", "--help"])));
    assert_eq!(limits, stated(&stdout(&run(&["fingerprint", "--help"]))));

    let names = crate::scripted::names(folder.path());
    let mut arguments = vec!["fingerprint"];
    arguments.extend(names.iter().map(String::as_str));
    let output = run(&arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    let mut lines = text.lines().map(cells);
    let columns = lines.next().unwrap();
    let lines: Vec<Line> = lines
        .map(|cells| Line(columns.iter().cloned().zip(cells).collect()))
        .collect();
    let photos: Vec<Photo> = lines
        .iter()
        .map(|line| serde_json::from_str(line.get("record")).unwrap())
        .collect();

    let (mut same, mut by_cue, mut by_trim, mut by_moment) = (0, 0, 0, 0);
    for (at, (a, photo)) in lines.iter().zip(&photos).enumerate() {
        for (b, other) in lines.iter().zip(&photos).take(at) {
            let (stated, near) = first_look(a, b, limits);
            let pair = (a.get("path"), b.get("path"));
            assert_eq!(photo.relation(other), stated, "{pair:?}: {near:?}");
            let is_near = |view: &&(u32, u8)| view.0 <= limits.0 && view.1 <= limits.1;
            same += usize::from(stated == Relation::Same);
            by_trim += usize::from(stated == Relation::Same && !is_near(&&near[0]));
            by_moment +=
                usize::from(stated != Relation::Same && near.iter().any(|view| is_near(&view)));
            by_cue += usize::from(
                stated != Relation::Same
                    && near
                        .iter()
                        .any(|view| view.0 <= limits.0 && view.1 > limits.1),
            );
        }
    }
    // Each part of the rule has had its say.
    for (what, count) in [
        ("same", same),
        ("cue", by_cue),
        ("trimmed", by_trim),
        ("moment", by_moment),
    ] {
        assert!(count > 3, "{what}: {count} pairs");
    }
}

#[test]
fn same_takes_both_looks_and_tells_of_each() {
    let folder = TempDir::new().unwrap();
    lay(folder.path());
    let run = |arguments: &[&str]| client(folder.path(), "1", arguments).output().unwrap();
    let output = run(&["same", "3.jpg", "3-small.jpg"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 0, "{text}");
    assert!(text.starts_with("same:"), "{text}");
    assert!(
        text.contains("\n  first look") && text.contains("\n  second look"),
        "{text}"
    );
    let output = run(&["same", "3.jpg", "4.jpg"]);
    assert_eq!(code(&output), 1);
    assert!(
        stdout(&output).starts_with("different:"),
        "{}",
        stdout(&output)
    );

    let csv = stdout(&run(&["fingerprint", "3.jpg"]));
    let record = cells(csv.lines().nth(1).unwrap()).pop().unwrap();
    let output = run(&["same", "--records", &record, "3-small.jpg"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(
        !stdout(&output).contains("second look"),
        "{}",
        stdout(&output)
    );
    assert_eq!(code(&run(&["same", &record, "3-small.jpg"])), 2);
    assert_eq!(code(&run(&["same", "--records", "{}", "3-small.jpg"])), 65);
}
