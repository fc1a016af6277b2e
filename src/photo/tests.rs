//! What `inspect` makes of files: real encodings of drawn pictures, and broken ones.

use std::fs::File;
use std::io::{Cursor, Write};

use exif::experimental::Writer;
use exif::{Field, In, Tag, Value};
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
        let (x, y) = (
            f64::from(x) / f64::from(width),
            f64::from(y) / f64::from(height),
        );
        Rgb([wave(0, x, y), wave(1, x, y), wave(2, x, y)])
    })
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

fn inspect_bytes(bytes: &[u8]) -> Result<Photo, InspectError> {
    let mut file: File = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("written");
    inspect(&mut file)
}

fn ascii(tag: Tag, text: &str) -> Field {
    Field {
        tag,
        ifd_num: In::PRIMARY,
        value: Value::Ascii(vec![text.as_bytes().to_vec()]),
    }
}

/// A JPEG with these EXIF fields.
fn with_exif(picture: &RgbImage, fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut exif = Cursor::new(b"Exif\0\0".to_vec());
    exif.set_position(6);
    let mut tiff = Cursor::new(Vec::new());
    writer.write(&mut tiff, false).expect("writes EXIF");
    exif.write_all(tiff.get_ref()).expect("in memory");
    let exif = exif.into_inner();
    let jpeg = encoded(&DynamicImage::from(picture.clone()), ImageFormat::Jpeg);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn every_format_is_recognised_by_content_and_gives_the_same_picture() {
    let picture = DynamicImage::from(drawing(320, 200, 1));
    let png = inspect_bytes(&encoded(&picture, ImageFormat::Png)).expect("a photo");
    for (encoding, format) in [
        (ImageFormat::Jpeg, Format::Jpeg),
        (ImageFormat::Png, Format::Png),
        (ImageFormat::Gif, Format::Gif),
        (ImageFormat::WebP, Format::Webp),
        (ImageFormat::Bmp, Format::Bmp),
        (ImageFormat::Tiff, Format::Tiff),
    ] {
        let bytes = encoded(&picture, encoding);
        let photo = inspect_bytes(&bytes).expect("a photo");
        assert_eq!(photo.format, format);
        assert_eq!((photo.width, photo.height), (320, 200), "{format:?}");
        assert_eq!(photo.id, PhotoId::of(&bytes));
        assert_eq!(photo.bytes, bytes.len() as u64);
        assert!(photo.colour && !photo.camera, "{format:?}");
        assert!(photo.same_picture(&png), "{format:?}");
    }
}

#[test]
fn different_pictures_are_not_the_same() {
    let one = encoded(&drawing(320, 200, 1).into(), ImageFormat::Jpeg);
    let two = encoded(&drawing(320, 200, 2).into(), ImageFormat::Jpeg);
    let (one, two) = (
        inspect_bytes(&one).expect("a photo"),
        inspect_bytes(&two).expect("a photo"),
    );
    assert!(!one.same_picture(&two));
}

#[test]
fn a_grey_picture_has_no_colour_even_in_a_coloured_file() {
    let grey = DynamicImage::from(drawing(320, 200, 3)).into_luma8();
    let stored_as_rgb = DynamicImage::from(DynamicImage::from(grey.clone()).into_rgb8());
    for picture in [DynamicImage::from(grey), stored_as_rgb] {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let photo = inspect_bytes(&encoded(&picture, format)).expect("a photo");
            assert!(!photo.colour, "{format:?}");
        }
    }
}

#[test]
fn turned_by_exif_is_the_same_picture_upright() {
    let upright = drawing(320, 200, 4);
    let reference =
        inspect_bytes(&encoded(&upright.clone().into(), ImageFormat::Jpeg)).expect("a photo");
    // How a camera that was held this way stores what it saw.
    let stored: [(u32, RgbImage); 8] = [
        (1, upright.clone()),
        (2, imageops::flip_horizontal(&upright)),
        (3, imageops::rotate180(&upright)),
        (4, imageops::flip_vertical(&upright)),
        (5, imageops::flip_horizontal(&imageops::rotate90(&upright))),
        (6, imageops::rotate270(&upright)),
        (7, imageops::flip_horizontal(&imageops::rotate270(&upright))),
        (8, imageops::rotate90(&upright)),
    ];
    for (value, stored) in stored {
        let orientation = Field {
            tag: Tag::Orientation,
            ifd_num: In::PRIMARY,
            value: Value::Short(vec![value as u16]),
        };
        let photo = inspect_bytes(&with_exif(&stored, &[orientation])).expect("a photo");
        assert_eq!(
            (photo.width, photo.height),
            (320, 200),
            "orientation {value}"
        );
        assert!(photo.same_picture(&reference), "orientation {value}");
    }
}

#[test]
fn the_camera_and_its_clock_are_read() {
    let picture = drawing(160, 120, 5);
    let model = ascii(Tag::Model, "Box Brownie");
    let moment = ascii(Tag::DateTimeOriginal, "2021:06:13 18:42:07");
    let fraction = ascii(Tag::SubSecTimeOriginal, "25");
    let all = inspect_bytes(&with_exif(
        &picture,
        &[model.clone(), moment.clone(), fraction],
    ));
    let all = all.expect("a photo");
    assert!(all.camera);
    assert_eq!(
        all.captured,
        Some(CaptureTime("2021-06-13T18:42:07.25".to_owned()))
    );
    let unset = ascii(Tag::DateTimeOriginal, "0000:00:00 00:00:00");
    for fields in [vec![moment], vec![model.clone(), unset], vec![model]] {
        let photo = inspect_bytes(&with_exif(&picture, &fields)).expect("a photo");
        assert_eq!(photo.captured, None, "{fields:?}");
    }
}

#[test]
fn frames_of_a_burst_are_different_pictures() {
    // The camera moved by a hair between the frames, as it does in a hand.
    let scene = drawing(330, 210, 6);
    let frame = |shift: u32, moment: &str, fraction: Option<&str>| {
        let mut fields = vec![
            ascii(Tag::Make, "Kodak"),
            ascii(Tag::DateTimeOriginal, moment),
        ];
        fields.extend(fraction.map(|digits| ascii(Tag::SubSecTimeOriginal, digits)));
        let picture = imageops::crop_imm(&scene, shift, shift, 320, 200).to_image();
        inspect_bytes(&with_exif(&picture, &fields)).expect("a photo")
    };
    let first = frame(0, "2021:06:13 18:42:07", Some("10"));
    let later = [
        frame(1, "2021:06:13 18:42:07", Some("35")),
        frame(2, "2021:06:13 18:42:07", Some("60")),
        frame(3, "2021:06:13 18:42:08", None),
    ];
    for frame in &later {
        let (a, b) = (first.fingerprint, frame.fingerprint);
        assert!(
            a.zip(b).is_some_and(|(a, b)| a.same_picture(&b)),
            "they look the same"
        );
        assert!(!first.same_picture(frame), "{:?}", frame.captured);
        assert!(!frame.same_picture(&first), "{:?}", frame.captured);
    }
    // Copies of one frame: another program may have dropped a zero, or the sub-seconds.
    assert!(first.same_picture(&frame(0, "2021:06:13 18:42:07", Some("1"))));
    assert!(first.same_picture(&frame(0, "2021:06:13 18:42:07", None)));
}

#[test]
fn what_is_no_picture_is_refused() {
    let film = b"\0\0\0\x18ftypisom\0\0\0\0isommp42";
    for bytes in [
        &b""[..],
        b"BM is how this text begins, no bitmap",
        b"<svg/>",
        film,
    ] {
        assert!(matches!(
            inspect_bytes(bytes),
            Err(InspectError::NotAPicture)
        ));
    }
}

#[test]
fn what_is_not_decoded_is_kept_by_its_digest() {
    let damaged = &encoded(&drawing(320, 200, 7).into(), ImageFormat::Png)[..300];
    let bomb = bomb();
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    for bytes in [
        damaged,
        heic,
        b"\xff\xd8\xff\xe0",
        b"II*\0\x08\0\0\0",
        &bomb,
    ] {
        let photo = inspect_bytes(bytes).expect("a photo");
        assert_eq!(photo.id, PhotoId::of(bytes));
        assert_eq!((photo.format, photo.width), (Format::Opaque, 0));
        assert_eq!(photo.fingerprint, None);
    }
}

/// A small PNG that claims to be two thousand million pixels.
fn bomb() -> Vec<u8> {
    let mut png = encoded(&drawing(8, 8, 8).into(), ImageFormat::Png);
    png[16..24].copy_from_slice(b"\0\0\xff\xff\0\0\x7f\xff");
    let mut crc = u32::MAX;
    for byte in &png[12..29] {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()));
    }
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[test]
fn a_flat_picture_equals_only_its_own_bytes() {
    let black = RgbImage::new(100, 100);
    let white = RgbImage::from_pixel(100, 100, Rgb([255; 3]));
    for flat in [black, white] {
        let photo = inspect_bytes(&encoded(&flat.into(), ImageFormat::Png)).expect("a photo");
        assert_eq!(photo.fingerprint, None);
    }
}

#[test]
fn fingerprints_survive_as_text_and_hostile_text_is_refused() {
    let bytes = encoded(&drawing(320, 200, 9).into(), ImageFormat::Png);
    let fingerprint = inspect_bytes(&bytes)
        .expect("a photo")
        .fingerprint
        .expect("one");
    let text = fingerprint.to_string();
    assert!(text.starts_with("v1:"));
    assert_eq!(text.parse(), Ok(fingerprint));
    let digits = &text[3..];
    let long = format!("v2:{}", "0".repeat(5000));
    let hostile = [
        "",
        "v1:",
        "v1:00",
        "v01:00",
        "v:00",
        "v99999:00",
        "v2:-",
        &long,
        digits,
    ];
    for text in hostile {
        assert!(text.parse::<Fingerprint>().is_err(), "{text:.20}");
    }
}

#[test]
fn another_version_is_carried_along_but_says_nothing() {
    let newer: Fingerprint = "v2:0123456789abcdef".parse().expect("well formed");
    assert!(!newer.is_current() && !newer.same_picture(&newer));
    let again = newer.to_string().parse();
    assert_eq!(again, Ok(newer));
}

/// The picture with a bar of this height below it, with something like text on it.
fn with_caption(picture: &RgbImage, height: u32, bar: [u8; 3], ink: [u8; 3]) -> RgbImage {
    let (width, top) = picture.dimensions();
    RgbImage::from_fn(width, top + height, |x, y| {
        let Some(below) = y.checked_sub(top) else {
            return *picture.get_pixel(x, y);
        };
        let in_text =
            below > height / 4 && below < height * 3 / 4 && x > width / 10 && x < width * 4 / 5;
        let stroke = (x / 3) % 3 == 0 || (below / 4).is_multiple_of(3);
        Rgb(if in_text && stroke { ink } else { bar })
    })
}

#[test]
fn frames_and_captions_make_no_other_picture() {
    let picture = drawing(600, 400, 10);
    let bare =
        inspect_bytes(&encoded(&picture.clone().into(), ImageFormat::Jpeg)).expect("a photo");
    let mut framed = RgbImage::from_pixel(660, 460, Rgb([120, 80, 40]));
    imageops::replace(&mut framed, &picture, 30, 30);
    let mut scanned = RgbImage::from_pixel(680, 430, Rgb([250, 250, 250]));
    imageops::replace(&mut scanned, &picture, 60, 0);
    let white = with_caption(&picture, 50, [255; 3], [0; 3]);
    let black = imageops::rotate180(&with_caption(
        &imageops::rotate180(&picture),
        60,
        [0; 3],
        [255; 3],
    ));
    for (name, changed) in [
        ("a frame", framed),
        ("the margins of a scanner", scanned),
        ("a white caption below", white),
        ("a black caption above", black),
    ] {
        let changed = inspect_bytes(&encoded(&changed.into(), ImageFormat::Jpeg)).expect("a photo");
        assert!(changed.same_picture(&bare), "{name}");
    }
}

#[test]
fn turned_over_it_is_another_picture() {
    let picture = drawing(320, 200, 11);
    let upright =
        inspect_bytes(&encoded(&picture.clone().into(), ImageFormat::Png)).expect("a photo");
    let half = imageops::crop_imm(&picture, 0, 0, 226, 141).to_image();
    for other in [
        imageops::flip_horizontal(&picture),
        imageops::rotate180(&picture),
        half,
    ] {
        let other = inspect_bytes(&encoded(&other.into(), ImageFormat::Png)).expect("a photo");
        assert!(!upright.same_picture(&other));
    }
}

#[test]
fn a_jpeg_of_any_size_looks_like_the_picture_it_was_made_of() {
    // Small enough to be decoded in full, then four, two samples and one sample a block.
    for (width, height) in [(300, 200), (500, 375), (900, 700), (1400, 1100)] {
        let picture = DynamicImage::from(drawing(width, height, 12));
        let png = inspect_bytes(&encoded(&picture, ImageFormat::Png)).expect("a photo");
        let jpeg = inspect_bytes(&encoded(&picture, ImageFormat::Jpeg)).expect("a photo");
        assert_eq!(
            (jpeg.width, jpeg.height, jpeg.colour),
            (width, height, true)
        );
        let (png, jpeg) = (
            png.fingerprint.expect("one"),
            jpeg.fingerprint.expect("one"),
        );
        let distance = |at: usize| -> u32 {
            let (a, b) = (&png.weighted_bits()[at], &jpeg.weighted_bits()[at]);
            a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
        };
        assert!(distance(0) <= 12, "{width}x{height}: {}", distance(0));
    }
}

#[test]
fn a_jpeg_that_was_cut_short_is_opaque() {
    for (width, height) in [(500, 375), (1400, 1100)] {
        let whole = encoded(&drawing(width, height, 13).into(), ImageFormat::Jpeg);
        let cut = inspect_bytes(&whole[..whole.len() / 2]).expect("a photo");
        assert_eq!(cut.format, Format::Opaque, "{width}x{height}");
    }
}

/// Thousands of broken files, the same at every run: cut short, with bytes changed, with holes.
#[test]
fn no_bytes_make_it_panic() {
    let picture = DynamicImage::from(drawing(90, 70, 14));
    let large = DynamicImage::from(drawing(270, 260, 15));
    let mut files: Vec<Vec<u8>> = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
    ]
    .iter()
    .map(|format| encoded(&picture, *format))
    .collect();
    files.push(encoded(&large, ImageFormat::Jpeg));
    files.push(with_exif(
        &drawing(90, 70, 16),
        &[ascii(Tag::Model, "M"), ascii(Tag::DateTimeOriginal, "?")],
    ));
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    };
    for file in &files {
        for round in 0..150 {
            let mut broken = file.clone();
            match round % 4 {
                0 => broken.truncate(random(broken.len())),
                // Headers are where the dangerous numbers are.
                1 => (0..4).for_each(|_| {
                    let at = random(broken.len().min(700));
                    broken[at] = random(256) as u8;
                }),
                2 => (0..8).for_each(|_| {
                    let at = random(broken.len());
                    broken[at] ^= 1 << random(8);
                }),
                _ => {
                    let start = random(broken.len());
                    let end = broken.len().min(start + random(200));
                    broken[start..end].fill([0, 0xff][round / 4 % 2]);
                }
            }
            if let Ok(photo) = inspect_bytes(&broken) {
                assert_eq!(photo.id, PhotoId::of(&broken));
                assert_eq!(photo.format == Format::Opaque, photo.width == 0);
            }
        }
    }
}

/// Any change of a decoder or of the rule that changes fingerprints must be a new version: nodes that disagree about a
/// picture would never come to rest.
#[test]
fn version_1_is_frozen() {
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
    assert_eq!(digest.finalize().to_hex()[..16], *"cda49798df3d5832");
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn photo() -> impl Strategy<Value = Photo> {
        let format = prop_oneof![Just(Format::Gif), Just(Format::Jpeg), Just(Format::Tiff)];
        (
            1..4_u32,
            1..4_u32,
            any::<bool>(),
            any::<bool>(),
            format,
            1..4_u64,
            0..6_u8,
        )
            .prop_map(|(width, height, colour, camera, format, bytes, id)| Photo {
                id: PhotoId([id; 32]),
                bytes,
                format,
                width,
                height,
                colour,
                camera,
                captured: None,
                fingerprint: None,
            })
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
