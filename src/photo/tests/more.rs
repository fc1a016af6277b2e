//! Films, frames and further pictures in one file.

use image::codecs::gif::GifEncoder;
use image::{Delay, Frame};

use super::*;

fn gif(frames: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for seed in 0..frames {
        let frame = DynamicImage::from(drawing(320, 200, seed)).to_rgba8();
        let frame = Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(100, 1));
        encoder.encode_frame(frame).expect("encodes");
    }
    drop(encoder);
    bytes
}

/// A PNG that says that it has so many frames.
fn png(frames: u8) -> Vec<u8> {
    let png = encoded(&drawing(320, 200, 0).into(), ImageFormat::Png);
    let (header, rest) = png.split_at(33);
    let mut chunk = b"\0\0\0\x08acTL\0\0\0\x01\0\0\0\0".to_vec();
    chunk[11] = frames;
    chunk.extend(files::crc(&chunk[4..]));
    [header, &chunk, rest].concat()
}

fn webp(frames: usize) -> Vec<u8> {
    let frame = b"ANMF\x03\0\0\0abc\0";
    [&b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0\0\0"[..], &frame.repeat(frames)].concat()
}

#[test]
fn several_frames_are_told_from_one() {
    for (format, one, two) in [
        (Format::Gif, gif(1), gif(2)),
        (Format::Png, png(1), png(2)),
        (Format::Webp, webp(1), webp(2)),
    ] {
        assert_eq!(More::of(format, &one), More::Nothing, "{format:?}");
        assert_eq!(More::of(format, &two), More::Frames, "{format:?}");
        for length in 0..two.len().min(600) {
            // Whatever is left of it, nothing panics.
            More::of(format, &two[..length]);
        }
    }
}

#[test]
fn an_animation_is_the_same_as_its_own_bytes_alone() {
    let inspected = |bytes: &[u8]| inspect_bytes(bytes).expect("a photo");
    let still = inspected(&gif(1));
    let dance = inspected(&gif(2));
    let longer = inspected(&gif(3));
    assert_eq!(still.relation(&inspected(&png(1))), Relation::Same);
    for other in [&still, &longer] {
        assert_eq!(dance.relation(other), Relation::Different);
        assert_eq!(other.relation(&dance), Relation::Different);
    }
    assert_eq!(dance.relation(&dance), Relation::Same);
}

#[test]
fn what_follows_a_jpeg_is_seen() {
    for (width, height) in [(200, 150), (500, 375), (1100, 1050)] {
        let jpeg = encoded(&drawing(width, height, 1).into(), ImageFormat::Jpeg);
        let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42";
        let more = |parts: &[&[u8]]| {
            let photo = inspect_bytes(&parts.concat()).expect("a photo");
            assert_eq!(photo.format, Format::Jpeg);
            photo.worth.more
        };
        assert_eq!(more(&[&jpeg]), More::Nothing);
        assert_eq!(more(&[&jpeg, b"\0\0\0 the maker's own notes"]), More::Nothing);
        assert_eq!(more(&[&jpeg, film]), More::Film);
        assert_eq!(more(&[&jpeg, b"MotionPhoto_Data", film]), More::Film);
        assert_eq!(more(&[&jpeg, &jpeg]), More::Maps);
        assert_eq!(more(&[&jpeg, &[0; 9], &jpeg, &jpeg, film]), More::Film);
    }
}
