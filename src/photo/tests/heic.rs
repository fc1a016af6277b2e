//! HEIC files, whole, turned, cut, broken and hostile.

use super::*;

/// A picture as HEIC, with the EXIF of these fields if there are any.
pub(super) fn heic(picture: &RgbImage, quality: u8, fields: &[Field]) -> Vec<u8> {
    let options = heifer::EncodeOptions { quality, ..heifer::EncodeOptions::default() };
    let mut image = heifer::Image::filled(picture.width(), picture.height(), 8, [255; 4]);
    for (to, from) in image.data.chunks_exact_mut(4).zip(picture.pixels()) {
        to.iter_mut().zip(from.0).for_each(|(to, from)| *to = from.into());
    }
    let metadata = heifer::Metadata {
        exif: (!fields.is_empty()).then(|| exif_block(fields)),
        ..heifer::Metadata::default()
    };
    heifer::encode_with_metadata(&image, &metadata, &options).expect("encodes")
}

/// The file with one of its properties replaced by another, which changes nothing else.
fn with_property(file: &[u8], kind: &[u8; 4], value: u8) -> Vec<u8> {
    let mut file = file.to_vec();
    let at = file.windows(4).position(|bytes| bytes == b"pixi");
    let at = at.expect("a property that nobody needs");
    file[at..at + 4].copy_from_slice(kind);
    file[at + 4] = value;
    file
}

#[test]
fn a_heic_is_a_picture_whole_or_in_tiles() {
    for (width, height) in [(320, 200), (641, 573), (1300, 500)] {
        let picture = drawing(width, height, 3);
        let png = inspect_bytes(&encoded(&picture.clone().into(), ImageFormat::Png));
        let photo = inspect_bytes(&heic(&picture, 80, &[])).expect("a photo");
        assert_eq!(photo.format, Format::Heic);
        assert_eq!((photo.width, photo.height), (width, height));
        assert!(photo.colour && !photo.camera);
        assert!(photo.same_picture(&png.expect("a photo")), "{width}x{height}");
        let grey = DynamicImage::from(picture).to_luma8();
        let grey = DynamicImage::from(grey).to_rgb8();
        let grey = inspect_bytes(&heic(&grey, 80, &[])).expect("a photo");
        assert!(!grey.colour);
    }
}

#[test]
fn the_container_tells_how_a_heic_is_turned_and_exif_does_not() {
    let picture = drawing(320, 200, 4);
    let turned =
        Field { tag: Tag::Orientation, ifd_num: In::PRIMARY, value: Value::Short(vec![6]) };
    let mut file = heic(&picture, 80, &[ascii(Tag::Make, "Apple"), turned]);
    // The encoder sets the orientation upright, as it should; cameras leave it.
    let at = file.windows(4).position(|bytes| bytes == b"\x01\x12\0\x03");
    let at = at.expect("an orientation") + 9;
    file[at] = 6;
    let upright = DynamicImage::from(picture);
    for (kind, value, expected) in [
        (b"pixi", 0, upright.clone()),
        (b"irot", 1, upright.rotate270()),
        (b"irot", 2, upright.rotate180()),
        (b"irot", 3, upright.rotate90()),
        (b"imir", 0, upright.flipv()),
        (b"imir", 1, upright.fliph()),
    ] {
        let photo = inspect_bytes(&with_property(&file, kind, value)).expect("a photo");
        assert!(photo.camera);
        let size = (expected.width(), expected.height());
        assert_eq!((photo.width, photo.height), size, "{kind:?} {value}");
        let expected = inspect_bytes(&encoded(&expected, ImageFormat::Png)).expect("a photo");
        assert!(photo.same_picture(&expected), "{kind:?} {value}");
    }
}

#[test]
fn the_camera_and_its_clock_are_read_from_a_heic() {
    let fields = [
        ascii(Tag::Make, "Apple"),
        ascii(Tag::Model, "iPhone"),
        ascii(Tag::DateTimeOriginal, "2021:06:13 18:42:07"),
    ];
    let photo = inspect_bytes(&heic(&drawing(320, 200, 5), 80, &fields)).expect("a photo");
    assert!(photo.camera);
    let moment = CaptureTime("2021-06-13T18:42:07".to_owned());
    assert_eq!(photo.captured, Some(moment));
}

/// A file of a few kilobytes may name thousands of tiles that are all the same bytes, or a picture of two hundred
/// megapixels in one piece.
#[test]
fn a_heic_that_claims_too_much_is_opaque() {
    let tiled = heic(&drawing(1300, 500, 6), 80, &[]);
    let at = |what: &[u8]| tiled.windows(what.len()).position(|bytes| bytes == what);
    // A grid of one row and three columns tells the size of the whole after these.
    let grid = at(&[0, 0, 0, 2, 1300_u16.to_be_bytes()[0], 1300_u16.to_be_bytes()[1]]);
    let grid = grid.expect("a grid");
    let mut larger = tiled.clone();
    larger[grid + 4] = 0xff;
    let mut smaller = tiled.clone();
    smaller[grid + 4..grid + 6].copy_from_slice(&[0, 8]);
    let whole = heic(&drawing(320, 200, 6), 80, &[]);
    let size = whole.windows(4).position(|bytes| bytes == b"ispe");
    let mut huge = whole.clone();
    huge[size.expect("a size") + 9..][..7].copy_from_slice(&[0, 0x40, 0, 0, 0, 0x40, 0]);
    for file in [larger, smaller, huge] {
        let photo = inspect_bytes(&file).expect("a photo");
        assert_eq!((photo.format, photo.width), (Format::Opaque, 0));
    }
    assert_eq!(inspect_bytes(&tiled).expect("a photo").format, Format::Heic);
}

/// A program of the first account fails at a format that it does not know, and with it at a page of records.
#[test]
fn records_tell_a_new_format_so_that_older_programs_can_read_on() {
    let photo = inspect_bytes(&heic(&drawing(320, 200, 7), 80, &[])).expect("a photo");
    let told = serde_json::to_value(&photo).expect("JSON");
    assert_eq!(told["format"], "opaque");
    assert_eq!(serde_json::from_value::<Photo>(told.clone()).expect("a photo"), photo);
    let mut later = told;
    later["decoded_as"] = "holo".into();
    later["worth"] = serde_json::json!({"origin": "dream", "more": "smell"});
    let read: Photo = serde_json::from_value(later).expect("a photo of a later program");
    assert_eq!(read.format, Format::Opaque);
    assert_eq!(read.worth.origin, Origin::Unknown);
    assert!(read.is_more_than_a_still(), "what is not known is not compared");
}
