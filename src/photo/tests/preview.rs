//! Small pictures for people: upright, small enough, and without any influence on what is found out about a photo.

use image::{GenericImageView, Rgba, RgbaImage};

use super::*;
use crate::photo::{PreviewSize, inspect_and_draw, preview};

fn in_file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("written");
    file
}

/// A small picture in pixels.
fn drawn(bytes: &[u8], size: PreviewSize) -> DynamicImage {
    let (id, picture) = preview(&mut in_file(bytes), size).expect("a photo");
    assert_eq!(id, PhotoId::of(bytes));
    shown(&picture.expect("it can be drawn"), size)
}

fn shown(picture: &[u8], size: PreviewSize) -> DynamicImage {
    assert!(size.fits(picture), "{} bytes", picture.len());
    image::load_from_memory_with_format(picture, ImageFormat::Jpeg).expect("a JPEG")
}

/// The same picture, as a scan draws it in passing.
fn scanned(bytes: &[u8]) -> DynamicImage {
    let inspected = inspect_and_draw(&mut in_file(bytes)).expect("a photo");
    assert_eq!(inspected.photo, inspect_bytes(bytes).expect("a photo"));
    shown(&inspected.picture.expect("it can be drawn"), PreviewSize::Grid)
}

/// How far two pictures lie apart, on average of all channels of nine places.
fn difference(one: &DynamicImage, other: &DynamicImage) -> u32 {
    let at = |picture: &DynamicImage, x: u32, y: u32| {
        let (width, height) = picture.dimensions();
        let small = picture.resize_exact(30, 30, imageops::FilterType::Triangle);
        assert!(width > 0 && height > 0);
        small.get_pixel(5 + 10 * x, 5 + 10 * y).0
    };
    let places = (0..3).flat_map(|x| (0..3).map(move |y| (x, y)));
    let apart = places.map(|(x, y)| {
        let (one, other) = (at(one, x, y), at(other, x, y));
        one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>() / 3
    });
    apart.sum::<u32>() / 9
}

#[test]
fn every_format_is_drawn() {
    let picture = DynamicImage::from(drawing(640, 480, 1));
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
    ] {
        let bytes = encoded(&picture, format);
        for small in [drawn(&bytes, PreviewSize::Grid), scanned(&bytes)] {
            assert_eq!(small.dimensions(), (427, 320), "{format:?}");
            assert!(difference(&small, &picture) < 12, "{format:?}");
        }
    }
}

#[test]
fn sides_are_bounded_and_nothing_is_enlarged() {
    for ((width, height), grid, view) in [
        ((100, 50), (100, 50), (100, 50)),
        ((2400, 300), (960, 120), (2048, 256)),
        ((1, 3000), (1, 960), (1, 2048)),
        ((3000, 2500), (384, 320), (2048, 1707)),
    ] {
        assert_eq!(PreviewSize::Grid.fitted(width, height), grid);
        assert_eq!(PreviewSize::View.fitted(width, height), view);
    }
    let panorama = encoded(&drawing(2400, 300, 2).into(), ImageFormat::Png);
    assert_eq!(drawn(&panorama, PreviewSize::Grid).dimensions(), (960, 120));
    assert_eq!(drawn(&panorama, PreviewSize::View).dimensions(), (2048, 256));
}

#[test]
fn a_scan_draws_a_large_jpeg_of_what_it_decodes_anyway() {
    // So many pixels that one, two and four samples of each block are enough; and too few.
    for (width, height) in [(2720, 2048), (1600, 1100), (800, 600), (400, 300)] {
        let picture = DynamicImage::from(drawing(width, height, 3));
        let bytes = encoded(&picture, ImageFormat::Jpeg);
        let small = scanned(&bytes);
        let shorter = small.width().min(small.height());
        assert!((240..=320).contains(&shorter), "{width}x{height}: {shorter}");
        assert!(difference(&small, &picture) < 6, "{width}x{height}");
    }
}

#[test]
fn pictures_stand_upright() {
    let picture = drawing(400, 300, 5);
    for turn in 1..=8 {
        let turned =
            Field { tag: Tag::Orientation, ifd_num: In::PRIMARY, value: Value::Short(vec![turn]) };
        let bytes = with_exif(&picture, &[turned]);
        let upright = match turn {
            2 => imageops::flip_horizontal(&picture),
            3 => imageops::rotate180(&picture),
            4 => imageops::flip_vertical(&picture),
            5 => imageops::flip_horizontal(&imageops::rotate90(&picture)),
            6 => imageops::rotate90(&picture),
            7 => imageops::flip_horizontal(&imageops::rotate270(&picture)),
            8 => imageops::rotate270(&picture),
            _ => picture.clone(),
        };
        let small = drawn(&bytes, PreviewSize::Grid);
        assert_eq!(small.dimensions(), upright.dimensions(), "{turn}");
        assert!(difference(&small, &upright.into()) < 6, "{turn}");
    }
}

#[test]
fn what_is_transparent_is_shown_on_white() {
    let glass = RgbaImage::from_pixel(64, 64, Rgba([200, 0, 0, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let small = drawn(&encoded(&glass.clone().into(), format), PreviewSize::Grid);
        assert!(small.get_pixel(30, 30).0[..3].iter().all(|value| *value > 250), "{format:?}");
    }
}

#[test]
fn a_picture_of_noise_has_room_in_worse_quality() {
    let mut random = random();
    let noise = RgbImage::from_fn(960, 320, |_, _| Rgb([(); 3].map(|()| random(256) as u8)));
    drawn(&encoded(&noise.into(), ImageFormat::Png), PreviewSize::Grid);
}

#[test]
fn a_very_wide_picture_is_as_bright_at_its_end() {
    let white = RgbImage::from_pixel(4_999_999, 2, Rgb([255; 3]));
    let small = drawn(&encoded(&white.into(), ImageFormat::Png), PreviewSize::Grid);
    assert_eq!(small.dimensions(), (960, 1));
    assert!(small.get_pixel(959, 0).0[..3].iter().all(|value| *value > 250));
}

#[test]
fn a_picture_without_room_in_any_quality_is_smaller() {
    let mut random = random();
    // Black and white at random is worse than any photo.
    let noise = RgbImage::from_fn(960, 320, |_, _| Rgb([(); 3].map(|()| 255 * random(2) as u8)));
    drawn(&encoded(&noise.into(), ImageFormat::Png), PreviewSize::Grid);
}

#[test]
fn what_cannot_be_decoded_is_not_drawn() {
    let mut broken = encoded(&drawing(640, 480, 1).into(), ImageFormat::Png);
    broken.truncate(200);
    for size in PreviewSize::ALL {
        let (id, picture) = preview(&mut in_file(&broken), size).expect("a photo all the same");
        assert_eq!((id, picture), (PhotoId::of(&broken), None));
        let text = b"a photo whose beginning has rotted";
        let (id, picture) = preview(&mut in_file(text), size).expect("a digest all the same");
        assert_eq!((id, picture), (PhotoId::of(text), None));
    }
    assert!(inspect_and_draw(&mut in_file(&broken)).expect("a photo").picture.is_none());
}
