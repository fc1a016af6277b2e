//! What is the same picture, and what is not.

use super::*;

#[test]
fn different_pictures_are_not_the_same() {
    let one = encoded(&drawing(320, 200, 1).into(), ImageFormat::Jpeg);
    let two = encoded(&drawing(320, 200, 2).into(), ImageFormat::Jpeg);
    let (one, two) = (inspect_bytes(&one).expect("a photo"), inspect_bytes(&two).expect("a photo"));
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
        assert_eq!((photo.width, photo.height), (320, 200), "orientation {value}");
        assert!(photo.same_picture(&reference), "orientation {value}");
    }
}

#[test]
fn frames_of_a_burst_are_different_pictures() {
    // The camera moved by a hair between the frames, as it does in a hand.
    let scene = drawing(330, 210, 6);
    let frame = |shift: u32, moment: &str, fraction: Option<&str>| {
        let mut fields = vec![ascii(Tag::Make, "Kodak"), ascii(Tag::DateTimeOriginal, moment)];
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
        assert!(a.zip(b).is_some_and(|(a, b)| a.same_picture(&b)), "they look the same");
        assert!(!first.same_picture(frame), "{:?}", frame.captured);
        assert!(!frame.same_picture(&first), "{:?}", frame.captured);
    }
    // Copies of one frame: another program may have dropped a zero, or the sub-seconds.
    assert!(first.same_picture(&frame(0, "2021:06:13 18:42:07", Some("1"))));
    assert!(first.same_picture(&frame(0, "2021:06:13 18:42:07", None)));
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
    let black =
        imageops::rotate180(&with_caption(&imageops::rotate180(&picture), 60, [0; 3], [255; 3]));
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
    for other in [imageops::flip_horizontal(&picture), imageops::rotate180(&picture), half] {
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
        assert_eq!((jpeg.width, jpeg.height, jpeg.colour), (width, height, true));
        let (png, jpeg) = (png.fingerprint.expect("one"), jpeg.fingerprint.expect("one"));
        let distance = |at: usize| -> u32 {
            let (a, b) = (&png.weighted_bits()[at], &jpeg.weighted_bits()[at]);
            a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
        };
        assert!(distance(0) <= 12, "{width}x{height}: {}", distance(0));
    }
}
