//! `photomesh same`: whether two files are versions of one picture, and why.

use std::io::Write;
use std::path::Path;

use super::Failure;
use super::fingerprint::read;

/// Writes whether two files are the same picture and why; returns the answer, which the program gives as exit code 0
/// or 1.
pub fn same(a: &Path, b: &Path, out: &mut impl Write) -> Result<bool, Failure> {
    let (a, b) = (read(a)?, read(b)?);
    let same = a.id == b.id || a.same_picture(&b);
    let why = if a.id == b.id {
        "the same bytes".to_owned()
    } else {
        match (&a.fingerprint, &b.fingerprint, a.moments_differ(&b)) {
            (Some(_), Some(_), true) => "a camera took them at different moments".to_owned(),
            (Some(own), Some(other), false) => own.explain(other),
            _ => "other bytes, and not both have something to be recognised by".to_owned(),
        }
    };
    let answer = if same {
        "the same picture"
    } else {
        "different pictures"
    };
    writeln!(out, "{answer}: {why}")?;
    Ok(same)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let large = draw("large.png", 256, |x, y| x / 2 + y * y / 2048);
        let small = draw("small.bmp", 128, |x, y| x / 2 + y * y / 2048);
        let other = draw("other.png", 256, |x, y| (x * x + y * 300) / 1024);
        let flat = draw("flat.png", 256, |_, _| 7);
        for (a, b, expected, why) in [
            (&large, &large, true, "the same bytes"),
            (&large, &small, true, "distance"),
            (&large, &other, false, "distance"),
            (&large, &flat, false, "recognised"),
        ] {
            let mut out = Vec::new();
            assert_eq!(
                same(a, b, &mut out).expect("compared"),
                expected,
                "{a:?} {b:?}"
            );
            let out = String::from_utf8(out).expect("text");
            assert!(out.contains(why), "{out}");
        }
    }
}
