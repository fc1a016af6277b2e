//! Comparing two files without a daemon.

use std::path::{Path, PathBuf};

use crate::client::fingerprint::read;
use crate::client::same::{Looks, same};

#[test]
fn it_tells_pictures_apart_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let draw = |name: &str, side: u32, value: fn(u32, u32) -> u32| {
        let path = folder.path().join(name);
        let scale = 512 / side;
        let drawn = image::GrayImage::from_fn(side, side, |x, y| {
            image::Luma([(value(x * scale, y * scale) % 256) as u8])
        });
        drawn.save(&path).expect("written");
        path
    };
    // Every tile has a grey of its own: something to hold on to when one is laid over the other.
    let tiles = |x: u32, y: u32| x / 4 + (x / 32 * (y / 32 + 3) * 37 + y / 32 * 59) % 97;
    let large = draw("large.png", 256, tiles);
    let small = draw("small.bmp", 128, tiles);
    let other = draw("other.png", 256, |x, y| (x * x + y * 300) / 1024);
    let flat = draw("flat.png", 256, |_, _| 7);
    let ask = |a: &Path, b: &Path, looks: Looks| {
        let mut out = Vec::new();
        let one = same(a, b, looks, true, &mut out).expect("compared");
        (one, String::from_utf8(out).expect("text"))
    };
    for (a, b, expected, why) in [
        (&large, &large, true, "the same bytes"),
        (&large, &small, true, "distance"),
        (&large, &other, false, "distance"),
        (&large, &flat, false, "recognised"),
    ] {
        let (one, text) = ask(a, b, Looks::Both);
        assert_eq!(one, expected, "{a:?} {b:?}");
        assert!(text.contains(why), "{text}");
        let mut short = Vec::new();
        same(a, b, Looks::Both, false, &mut short).expect("compared");
        assert_eq!(text.lines().next(), str::from_utf8(&short).expect("text").lines().next());
        assert!(!short.trim_ascii_end().contains(&b'\n'));
        let second = text.contains("second look");
        let taken = expected && a != b;
        assert_eq!(second, taken, "{text}");
        let record = |path: &Path| {
            let photo = read(path).expect("a picture");
            PathBuf::from(serde_json::to_string(&photo).expect("a record"))
        };
        let (by_records, text) = ask(&record(a), b, Looks::First);
        assert_eq!(by_records, expected, "{text}");
        assert!(!text.contains("second look"), "{text}");
        let refused = same(&record(a), b, Looks::Both, false, &mut Vec::new());
        assert_eq!(refused.expect_err("no pixels").exit_code(), 2);
    }
}
