//! The reader of EXIF next to `kamadak-exif`, a well-known one that is too trusting for files of strangers: it copies
//! its input and makes a vector of every zero in a text.

use ::exif::{Exif, Reader};

use super::*;
use crate::photo::decoding::camera::ExifFacts;
use crate::photo::decoding::metadata;
use crate::photo::decoding::orientation::Orientation;

/// What `kamadak-exif` reads, in our words.
fn facts(file: &[u8]) -> ExifFacts {
    let mut reader = Reader::new();
    let exif = reader
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(file))
        .or_else(|error| error.distill_partial_result(|_| {}));
    let Ok(exif) = exif else {
        return ExifFacts { orientation: Orientation::UPRIGHT, camera: false, captured: None };
    };
    let orientation = exif.get_field(Tag::Orientation, In::PRIMARY);
    let orientation = orientation.and_then(|field| field.value.get_uint(0));
    let moment = text(&exif, Tag::DateTimeOriginal);
    let fraction = text(&exif, Tag::SubSecTimeOriginal);
    ExifFacts {
        orientation: Orientation::from_exif(orientation.unwrap_or(1)),
        camera: [Tag::Make, Tag::Model].into_iter().any(|tag| text(&exif, tag).is_some()),
        captured: moment.and_then(|moment| CaptureTime::from_exif(&moment, fraction.as_deref())),
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let line = String::from_utf8_lossy(lines.first()?);
    (!line.trim().is_empty()).then(|| line.trim().to_owned())
}

/// A block of EXIF with some of the tags that matter, and one that does not.
fn block(round: usize, random: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let fields = [
        ascii(Tag::Model, "Box"),
        ascii(Tag::Make, "Kodak of Rochester"),
        ascii(Tag::DateTimeOriginal, "2021:06:13 18:42:07"),
        ascii(Tag::SubSecTimeOriginal, "25"),
        ascii(Tag::Copyright, "2022:01:01 00:00:00"),
        Field {
            tag: Tag::Orientation,
            ifd_num: In::PRIMARY,
            value: Value::Short(vec![(round % 9) as u16]),
        },
    ];
    let mut writer = Writer::new();
    // The last one is always there: without any, nothing is written.
    let chosen = fields.iter().rev().enumerate().filter(|(at, _)| *at == 0 || random(5) > 0);
    chosen.for_each(|(_, field)| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, round.is_multiple_of(2)).expect("writes EXIF");
    block.into_inner()
}

/// Changes some bytes and bits, or cuts off the end.
fn damage(block: &mut Vec<u8>, random: &mut impl FnMut(usize) -> usize) {
    for _ in 0..random(4) {
        let at = random(block.len());
        if random(2) == 0 {
            block[at] = random(256) as u8;
        } else {
            block[at] ^= 1 << random(8);
        }
    }
    if random(6) == 0 {
        block.truncate(random(block.len()));
    }
}

/// A block within a file of each format that has EXIF.
fn files(block: &[u8], small: &[Vec<u8>; 3]) -> [(Format, Vec<u8>); 4] {
    let [jpeg, png, webp] = small;
    let length = block.len() as u32;
    let segment = (block.len() as u16 + 8).to_be_bytes();
    let jpeg = [&jpeg[..2], b"\xff\xe1", &segment, b"Exif\0\0", block, &jpeg[2..]].concat();
    let png = [&png[..33], &length.to_be_bytes(), b"eXIf", block, &[0; 4], &png[33..]].concat();
    let mut webp = [&webp[..], b"EXIF", &length.to_le_bytes(), block].concat();
    webp.resize(webp.len().next_multiple_of(2), 0);
    let size = webp.len() as u32 - 8;
    webp[4..8].copy_from_slice(&size.to_le_bytes());
    [(Format::Jpeg, jpeg), (Format::Png, png), (Format::Webp, webp), (Format::Tiff, block.to_vec())]
}

#[test]
fn whole_and_damaged_exif_says_what_another_reader_says() {
    let mut random = random();
    let picture = DynamicImage::from(drawing(9, 7, 1));
    let small = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];
    let small = small.map(|format| encoded(&picture, format));
    let (mut turned, mut cameras, mut dated) = (0, 0, 0);
    for round in 0..10_000 {
        let mut block = block(round, &mut random);
        damage(&mut block, &mut random);
        for (format, file) in files(&block, &small) {
            let said = ExifFacts::of(format, &file, metadata::exif(format, &file).as_deref());
            assert_eq!(said, facts(&file), "{format:?} {}", block.escape_ascii());
            turned += usize::from(said.orientation != Orientation::UPRIGHT);
            cameras += usize::from(said.camera);
            dated += usize::from(said.captured.is_some());
        }
    }
    // Most of it is readable, or this would show nothing.
    assert!([turned, cameras, dated].iter().all(|count| *count > 10_000));
}
