//! What `inspect` makes of files, and what the rule makes of pictures. All of them are drawn here.

mod exif;
mod files;
mod heic;
mod id;
mod inspect;
#[cfg(target_os = "linux")]
mod memory;
mod more;
mod png;
mod preview;
mod rank;
mod recognition;

use std::fs::File;
use std::io::{Cursor, Write};

use ::exif::experimental::Writer;
use ::exif::{Field, In, Tag, Value};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops};

use super::*;

/// A picture with as much structure as a photo has: smooth waves, different for every seed.
fn drawing(width: u32, height: u32, seed: u64) -> RgbImage {
    let wave = |channel: u64, x: f64, y: f64| {
        let mut value = 128.0;
        for octave in 1..=4_u32 {
            let phase = (seed * 31 + channel * 7 + u64::from(octave) * 13) as f64;
            let (dx, dy) = (phase.sin() * 6.0, (phase * 1.7).cos() * 6.0);
            value +=
                40.0 / f64::from(octave) * ((x * dx + y * dy) * f64::from(octave) + phase).sin();
        }
        value.clamp(0.0, 255.0) as u8
    };
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        Rgb([wave(0, x, y), wave(1, x, y), wave(2, x, y)])
    })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// Numbers below a bound that look random and are the same in every run: SplitMix64.
fn random() -> impl FnMut(usize) -> usize {
    let mut state = 1_u64;
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    }
}

fn inspect_bytes(bytes: &[u8]) -> Result<Photo, InspectError> {
    let mut file: File = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("written");
    inspect(&mut file)
}

fn ascii(tag: Tag, text: &str) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value: Value::Ascii(vec![text.as_bytes().to_vec()]) }
}

/// A block of EXIF with these fields.
fn exif_block(fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).expect("writes EXIF");
    block.into_inner()
}

/// The JPEG with these EXIF fields at its beginning.
fn insert_exif(jpeg: &[u8], fields: &[Field]) -> Vec<u8> {
    let exif = [&b"Exif\0\0"[..], &exif_block(fields)].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

/// A JPEG with these EXIF fields.
fn with_exif(picture: &RgbImage, fields: &[Field]) -> Vec<u8> {
    let jpeg = encoded(&DynamicImage::from(picture.clone()), ImageFormat::Jpeg);
    insert_exif(&jpeg, fields)
}

#[test]
fn fingerprints_survive_as_text_and_hostile_text_is_refused() {
    let bytes = encoded(&drawing(320, 200, 9).into(), ImageFormat::Png);
    let fingerprint = inspect_bytes(&bytes).expect("a photo").fingerprint.expect("one");
    let text = fingerprint.to_string();
    assert!(text.starts_with("v2:"));
    assert_eq!(text.parse(), Ok(fingerprint));
    let digits = &text[3..];
    let long = format!("v3:{}", "0".repeat(5000));
    let (whole, landmarks) = digits.split_once(':').expect("it has landmarks");
    // Landmarks out of order, and parts that are empty, in other places, too many or too long.
    let turned = format!("v2:{whole}:{}{}", &landmarks[11..22], &landmarks[..11]);
    let hostile = [
        "",
        "v2:",
        "v2:00",
        "v02:00",
        "v:00",
        "v99999:00",
        "v1:-",
        &long,
        digits,
        &turned,
        &format!("v2:{whole}:"),
        &format!("{text}:"),
        &format!("{text}:00"),
        &format!("v2:{landmarks}:{whole}"),
        &format!("v2:{}", digits.repeat(9)),
    ];
    for text in hostile {
        assert!(text.parse::<Fingerprint>().is_err(), "{text:.20}");
    }
}

#[test]
fn another_version_is_carried_along_but_says_nothing() {
    let earlier = format!("v1:{}", "5a".repeat(73));
    for text in ["v3:0123456789abcdef", &earlier] {
        let foreign: Fingerprint = text.parse().expect("well formed");
        assert!(!foreign.is_current() && !foreign.same_picture(&foreign));
        let again = foreign.to_string().parse();
        assert_eq!(again, Ok(foreign));
    }
}

/// Any change of a decoder or of the rule that changes fingerprints must be a new version: nodes that disagree about a
/// picture would never come to rest.
#[test]
fn version_2_is_frozen() {
    // Drawn in whole numbers: sines may differ between machines.
    let zigzag = |value: u32, period: u32| (value % (2 * period)).abs_diff(period) * 255 / period;
    let picture = DynamicImage::from(RgbImage::from_fn(1100, 1050, |x, y| {
        let (across, down) = (zigzag(x + y / 3, 170), zigzag(y + x * x / 900, 130));
        Rgb([across as u8, ((across + 2 * down) / 3) as u8, down as u8])
    }));
    let small = picture.thumbnail_exact(260, 300);
    let mut digest = blake3::Hasher::new();
    for (picture, formats) in [
        (&picture, &[ImageFormat::Jpeg][..]),
        (
            &small,
            &[
                ImageFormat::Jpeg,
                ImageFormat::Png,
                ImageFormat::Gif,
                ImageFormat::WebP,
                ImageFormat::Bmp,
                ImageFormat::Tiff,
            ],
        ),
    ] {
        for format in formats {
            let photo = inspect_bytes(&encoded(picture, *format)).expect("a photo");
            digest.update(photo.fingerprint.expect("one").to_string().as_bytes());
        }
    }
    assert_eq!(digest.finalize().to_hex()[..16], *"ff43a2d89c220846");
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn photo() -> impl Strategy<Value = Photo> {
        let format = prop_oneof![Just(Format::Gif), Just(Format::Jpeg), Just(Format::Tiff)];
        (1..4_u32, 1..4_u32, any::<bool>(), any::<bool>(), format, 1..4_u64, 0..6_u8).prop_map(
            |(width, height, colour, camera, format, bytes, id)| Photo {
                account: ACCOUNT,
                id: PhotoId([id; 32]),
                bytes,
                format,
                width,
                height,
                colour,
                camera,
                captured: None,
                fingerprint: None,
                worth: Worth::default(),
            },
        )
    }

    proptest! {
        #[test]
        fn rank_is_a_total_order(a in photo(), b in photo(), c in photo()) {
            let (x, y, z) = (a.rank(), b.rank(), c.rank());
            prop_assert_eq!(x.cmp(&y), y.cmp(&x).reverse());
            prop_assert!(!(x <= y && y <= z) || x <= z);
            let alike = Photo { id: b.id, ..a.clone() } == b
                || (u64::from(a.width) * u64::from(a.height) == u64::from(b.width) * u64::from(b.height)
                    && (a.colour, a.camera, a.format, a.bytes, a.id)
                        == (b.colour, b.camera, b.format, b.bytes, b.id));
            prop_assert_eq!(x == y, alike && a.id == b.id);
        }
    }
}
