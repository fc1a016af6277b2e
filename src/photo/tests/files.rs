//! Files of every format, whole and broken.

use super::*;

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
fn the_camera_and_its_clock_are_read() {
    let picture = drawing(160, 120, 5);
    let model = ascii(Tag::Model, "Box Brownie");
    let moment = ascii(Tag::DateTimeOriginal, "2021:06:13 18:42:07");
    let fraction = ascii(Tag::SubSecTimeOriginal, "25");
    let all = inspect_bytes(&with_exif(&picture, &[model.clone(), moment.clone(), fraction]));
    let all = all.expect("a photo");
    assert!(all.camera);
    assert_eq!(all.captured, Some(CaptureTime("2021-06-13T18:42:07.25".to_owned())));
    let unset = ascii(Tag::DateTimeOriginal, "0000:00:00 00:00:00");
    for fields in [vec![moment], vec![model.clone(), unset], vec![model]] {
        let photo = inspect_bytes(&with_exif(&picture, &fields)).expect("a photo");
        assert_eq!(photo.captured, None, "{fields:?}");
    }
}

#[test]
fn exif_is_found_in_every_format_that_has_it() {
    let picture = drawing(160, 120, 5);
    let mut writer = Writer::new();
    let turned =
        Field { tag: Tag::Orientation, ifd_num: In::PRIMARY, value: Value::Short(vec![6]) };
    let fields =
        [ascii(Tag::Make, "Kodak"), ascii(Tag::DateTimeOriginal, "2021:06:13 18:42:07"), turned];
    fields.iter().for_each(|field| writer.push_field(field));
    for little_endian in [true, false] {
        let mut exif = Cursor::new(Vec::new());
        writer.write(&mut exif, little_endian).expect("writes EXIF");
        let exif = exif.into_inner();
        let length = exif.len() as u32;
        let png = encoded(&picture.clone().into(), ImageFormat::Png);
        let (signature, rest) = png.split_at(33);
        let mut chunk = [&length.to_be_bytes(), &b"eXIf"[..], &exif].concat();
        chunk.extend(crc(&chunk[4..]));
        let png = [signature, &chunk, rest].concat();
        let webp = encoded(&picture.clone().into(), ImageFormat::WebP);
        let mut webp = [&webp, &b"EXIF"[..], &length.to_le_bytes(), &exif].concat();
        webp.resize(webp.len().next_multiple_of(2), 0);
        let size = webp.len() as u32 - 8;
        webp[4..8].copy_from_slice(&size.to_le_bytes());
        for file in [png, webp, with_exif(&picture, &fields)] {
            let photo = inspect_bytes(&file).expect("a photo");
            assert!(photo.camera, "{:?}", photo.format);
            assert_eq!((photo.width, photo.height), (120, 160));
            let moment = CaptureTime("2021-06-13T18:42:07".to_owned());
            assert_eq!(photo.captured, Some(moment), "{:?}", photo.format);
        }
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    let film = b"\0\0\0\x18ftypisom\0\0\0\0isommp42";
    for bytes in [&b""[..], b"BM is how this text begins, no bitmap", b"<svg/>", film] {
        assert!(matches!(inspect_bytes(bytes), Err(InspectError::NotAPicture)));
    }
}

#[test]
fn what_is_not_decoded_is_kept_by_its_digest() {
    let damaged = &encoded(&drawing(320, 200, 7).into(), ImageFormat::Png)[..300];
    let bomb = bomb();
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    for bytes in [damaged, heic, b"\xff\xd8\xff\xe0", b"II*\0\x08\0\0\0", &bomb] {
        let photo = inspect_bytes(bytes).expect("a photo");
        assert_eq!(photo.id, PhotoId::of(bytes));
        assert_eq!((photo.format, photo.width), (Format::Opaque, 0));
        assert_eq!(photo.fingerprint, None);
    }
}

#[test]
fn a_photo_has_a_largest_size_whether_it_is_decoded_or_not() {
    for start in [&b"\xff\xd8\xff\xe0"[..], b"\0\0\0\x18ftypheic"] {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(start).expect("written");
        file.set_len(MAX_PHOTO + 1).expect("a hole");
        assert!(matches!(inspect(&mut file), Err(InspectError::TooLarge)));
        file.set_len(MAX_PHOTO).expect("a hole");
        let photo = inspect(&mut file).expect("a photo");
        assert_eq!((photo.bytes, photo.format), (MAX_PHOTO, Format::Opaque));
    }
}

/// A small PNG that claims to be two thousand million pixels.
fn bomb() -> Vec<u8> {
    let mut png = encoded(&drawing(8, 8, 8).into(), ImageFormat::Png);
    png[16..24].copy_from_slice(b"\0\0\xff\xff\0\0\x7f\xff");
    let checksum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&checksum);
    png
}

/// The checksum at the end of a PNG chunk of this kind and content.
pub(super) fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()));
    }
    (!crc).to_be_bytes()
}

#[test]
fn a_jpeg_that_was_cut_short_is_opaque() {
    for (width, height) in [(500, 375), (1400, 1100)] {
        let whole = encoded(&drawing(width, height, 13).into(), ImageFormat::Jpeg);
        let cut = inspect_bytes(&whole[..whole.len() / 2]).expect("a photo");
        assert_eq!(cut.format, Format::Opaque, "{width}x{height}");
    }
}

/// The largest step that a table can name makes of each average the largest number that there is.
#[test]
fn averages_beyond_all_bounds_are_as_light_or_dark_as_can_be() {
    let mut file = encoded(&drawing(400, 300, 19).into(), ImageFormat::Jpeg);
    let mut tables = 0;
    while let Some(at) = file.windows(4).position(|bytes| bytes == b"\xff\xdb\0\x43") {
        let mut wide = vec![0xff, 0xdb, 0, 0x83, 0x10 | file[at + 4]];
        wide.extend(file[at + 5..at + 69].iter().flat_map(|step| [0, *step]));
        wide[5..7].fill(0xff);
        file.splice(at..at + 69, wide);
        tables += 1;
    }
    assert_eq!(tables, 2);
    let photo = inspect_bytes(&file).expect("a photo");
    assert_eq!((photo.format, photo.width), (Format::Jpeg, 400));
    assert!(photo.fingerprint.is_some());
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
    files.push(super::heic::heic(&drawing(90, 70, 17), 50, &[ascii(Tag::Model, "M")]));
    files.push(with_exif(
        &drawing(90, 70, 16),
        &[ascii(Tag::Model, "M"), ascii(Tag::DateTimeOriginal, "?")],
    ));
    let mut random = random();
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
