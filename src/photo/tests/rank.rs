//! Which of two versions is the better one, by a table of real files. The order is written down here once more, as
//! pairs, and is not asked of the program.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;

use super::heic::heic;
use super::*;

/// A picture with detail down to single pixels, as a sharp photograph has.
fn sharp(width: u32, height: u32) -> RgbImage {
    let mut random = random();
    let mut picture = drawing(width, height, 9);
    for _ in 0..500 {
        let (left, top) = (random(width as usize) as u32, random(height as usize) as u32);
        let (right, bottom) = (left + 2 + random(40) as u32, top + 2 + random(40) as u32);
        let colour = Rgb([random(256) as u8, random(256) as u8, random(256) as u8]);
        for (x, y) in
            (left..right.min(width)).flat_map(|x| (top..bottom.min(height)).map(move |y| (x, y)))
        {
            picture.put_pixel(x, y, colour);
        }
    }
    picture
}

fn resized(picture: &RgbImage, percent: u32, filter: FilterType) -> RgbImage {
    let (width, height) = picture.dimensions();
    imageops::resize(picture, width * percent / 100, height * percent / 100, filter)
}

/// A JPEG without metadata.
fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.encode_image(picture).expect("encodes");
    bytes
}

fn png(picture: &RgbImage) -> Vec<u8> {
    encoded(&picture.clone().into(), ImageFormat::Png)
}

/// What a camera writes about a picture of this size, and what else is given.
fn camera(size: (u32, u32), more: &[Field]) -> Vec<Field> {
    let length =
        |tag, length| Field { tag, ifd_num: In::PRIMARY, value: Value::Long(vec![length]) };
    let mut fields = vec![
        ascii(Tag::Make, "Kodak"),
        ascii(Tag::Model, "Box Brownie"),
        ascii(Tag::DateTimeOriginal, "2021:06:13 18:42:07"),
        length(Tag::PixelXDimension, size.0),
        length(Tag::PixelYDimension, size.1),
    ];
    fields.extend_from_slice(more);
    fields
}

/// The JPEG with this EXIF, as a program writes it.
fn exported(jpeg: &[u8], fields: &[Field]) -> Vec<u8> {
    insert_exif(jpeg, fields)
}

/// The JPEG with this EXIF as a camera writes it: with notes of its own, and without the segment that programs begin
/// with.
fn shot(jpeg: &[u8], fields: &[Field]) -> Vec<u8> {
    let notes = Field {
        tag: Tag::MakerNote,
        ifd_num: In::PRIMARY,
        value: Value::Undefined(b"f/11 and sunny".to_vec(), 0),
    };
    assert_eq!(&jpeg[2..4], b"\xff\xe0");
    let first = 4 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    let bare = [&jpeg[..2], &jpeg[first..]].concat();
    insert_exif(&bare, &[fields, &[notes]].concat())
}

/// A pair of versions: what is between them, the better one's bytes, the worse one's.
type Pair = (&'static str, Vec<u8>, Vec<u8>);

fn sizes_and_looks() -> Vec<Pair> {
    let picture = sharp(640, 480);
    let small = resized(&picture, 25, FilterType::Triangle);
    let blown_up = |filter| resized(&small, 800, filter);
    let grey = DynamicImage::from(DynamicImage::from(picture.clone()).to_luma8()).to_rgb8();
    let half = resized(&picture, 50, FilterType::Triangle);
    let original = jpeg(&picture, 88);
    let pair = |name, worse: Vec<u8>| (name, original.clone(), worse);
    vec![
        pair("half the size, as PNG", png(&half)),
        pair("nine tenths of the size, as PNG", png(&resized(&picture, 90, FilterType::Triangle))),
        pair("a thumbnail blown up, cubic", jpeg(&blown_up(FilterType::CatmullRom), 92)),
        pair("a thumbnail blown up, Lanczos", jpeg(&blown_up(FilterType::Lanczos3), 92)),
        pair("a thumbnail blown up, bilinear", jpeg(&blown_up(FilterType::Triangle), 92)),
        pair("a thumbnail blown up, PNG", png(&blown_up(FilterType::CatmullRom))),
        (
            "itself blown up fourfold",
            jpeg(&half, 88),
            png(&resized(&half, 400, FilterType::CatmullRom)),
        ),
        pair("grey, as PNG", png(&grey)),
        pair("lower quality", jpeg(&picture, 60)),
        ("PNG and the JPEG made of it", png(&picture), jpeg(&picture, 100)),
        (
            "JPEG and the WebP made of it",
            original.clone(),
            encoded(&picture.clone().into(), ImageFormat::WebP),
        ),
    ]
}

fn cameras_and_editors() -> Vec<Pair> {
    let picture = sharp(640, 480);
    let size = picture.dimensions();
    let told = camera(size, &[]);
    let original = shot(&jpeg(&picture, 88), &told);
    let fine = jpeg(&picture, 97);
    let software = |name| ascii(Tag::Software, name);
    let pair = |name, worse: Vec<u8>| (name, original.clone(), worse);
    let blurred = imageops::blur(&picture, 4.0);
    let twice = resized(&picture, 200, FilterType::CatmullRom);
    let half = resized(&blurred, 50, FilterType::Triangle);
    let sharpened = imageops::unsharpen(&picture, 2.0, 1);
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42";
    vec![
        pair("the camera's data lost", fine.clone()),
        pair("saved again, the data kept", exported(&fine, &told)),
        pair(
            "named by an editor",
            exported(&fine, &camera(size, &[software("Adobe Photoshop 25.1 (Macintosh)")])),
        ),
        pair(
            "changed a year later",
            exported(&fine, &camera(size, &[ascii(Tag::DateTime, "2022:06:13 18:42:07")])),
        ),
        pair("of a size that is not the camera's", exported(&fine, &camera((1280, 960), &[]))),
        pair("blown up, the data kept", exported(&jpeg(&twice, 95), &told)),
        pair("sharpened", exported(&jpeg(&sharpened, 97), &told)),
        (
            "out of focus, and half of it",
            shot(&jpeg(&blurred, 88), &told),
            exported(&jpeg(&half, 97), &told),
        ),
        (
            "a camera with firmware",
            shot(&jpeg(&picture, 88), &camera(size, &[software("Ver.1.02")])),
            exported(&fine, &told),
        ),
        ("HEIC and the JPEG exported from it", heic(&picture, 80, &told), exported(&fine, &told)),
        ("a film and the same without", [&original[..], film].concat(), shot(&fine, &told)),
        (
            "a moving half and the whole",
            original.clone(),
            [&exported(&jpeg(&half, 97), &told)[..], film].concat(),
        ),
        ("more bytes of one camera", shot(&fine, &told), original.clone()),
    ]
}

#[test]
fn the_better_of_two_real_files_is_kept() {
    let mut wrong = Vec::new();
    for (name, better, worse) in sizes_and_looks().into_iter().chain(cameras_and_editors()) {
        let (better, worse) = (inspect_bytes(&better), inspect_bytes(&worse));
        let (better, worse) = (better.expect("a photo"), worse.expect("a photo"));
        assert!(better.width > 0 && worse.width > 0, "{name}");
        if better.rank() <= worse.rank() {
            wrong.push(format!("{name}: {:?} and {:?}", better.rank(), worse.rank()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_what_a_camera_wrote_is_a_camera_original() {
    let picture = sharp(320, 240);
    let size = picture.dimensions();
    let plain = jpeg(&picture, 90);
    let is_original = |bytes: &[u8]| inspect_bytes(bytes).expect("a photo").is_camera_original();
    assert!(is_original(&shot(&plain, &camera(size, &[]))));
    assert!(is_original(&exported(&plain, &camera(size, &[]))));
    // Held upright, the camera may name the size as it is shown.
    assert!(is_original(&shot(&plain, &camera((240, 320), &[]))));
    assert!(!is_original(&plain));
    assert!(!is_original(&shot(&plain, &camera(size, &[])[..3])), "no size");
    assert!(!is_original(&shot(&plain, &camera(size, &[])[1..])), "no make");
    assert!(!is_original(&shot(&plain, &camera((640, 480), &[]))));
    let editor = camera(size, &[ascii(Tag::Software, "GIMP 2.10")]);
    assert!(!is_original(&shot(&plain, &editor)));
    let app13 = [&plain[..2], b"\xff\xed\0\x14Photoshop 3.0\x008BIM", &plain[2..]].concat();
    assert!(!is_original(&exported(&app13, &camera(size, &[]))));
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x xmp:CreatorTool=\"Snapseed 2.0\"/>";
    let length = (xmp.len() as u16 + 2).to_be_bytes();
    let xmp = [&plain[..2], b"\xff\xe1", &length, xmp, &plain[2..]].concat();
    assert!(!is_original(&exported(&xmp, &camera(size, &[]))));
}

/// The detail of a picture is told alike from the waves of a JPEG and from the pixels of a PNG.
#[test]
fn a_blown_up_picture_is_seen_in_every_format() {
    let picture = sharp(640, 640);
    let small = resized(&picture, 25, FilterType::Triangle);
    let large = resized(&small, 800, FilterType::CatmullRom);
    let missing = |bytes: &[u8]| inspect_bytes(bytes).expect("a photo").worth.missing;
    for (bytes, format) in
        [(jpeg(&large, 92), "JPEG"), (png(&large), "PNG"), (heic(&large, 90, &[]), "HEIC")]
    {
        assert!((4..=7).contains(&missing(&bytes)), "{format}: {}", missing(&bytes));
    }
    for (bytes, format) in [
        (jpeg(&picture, 92), "JPEG"),
        (jpeg(&picture, 30), "coarse JPEG"),
        (png(&picture), "PNG"),
        (heic(&picture, 90, &[]), "HEIC"),
        (png(&RgbImage::from_pixel(640, 640, Rgb([90, 120, 200]))), "a wall"),
    ] {
        assert_eq!(missing(&bytes), 0, "{format}");
    }
}

#[test]
fn people_are_told_of_the_first_point_in_which_a_version_is_worse() {
    let best = Photo {
        format: Format::Png,
        width: 400,
        height: 300,
        colour: true,
        camera: true,
        worth: Worth { origin: Origin::Unknown, more: More::Film, ..Worth::default() },
        ..Photo::opaque(PhotoId::of(b"best"), 1000)
    };
    let worse = |change: fn(&mut Photo)| {
        let mut photo = Photo { id: PhotoId::of(b"worse"), ..best.clone() };
        change(&mut photo);
        photo.is_worse_by(&best)
    };
    assert_eq!(worse(|photo| photo.width = 200), "fewer pixels");
    let enlarged = |photo: &mut Photo| (photo.width, photo.worth.missing) = (800, 4);
    assert_eq!(worse(enlarged), "less detail in its pixels: enlarged, or blurred");
    assert_eq!(worse(|photo| photo.colour = false), "no colour");
    assert_eq!(worse(|photo| photo.camera = false), "no camera data");
    let edited = |photo: &mut Photo| photo.worth.origin = Origin::Edited;
    assert_eq!(worse(edited), "edited, or farther from what its camera wrote");
    let still = |photo: &mut Photo| photo.worth.more = More::Nothing;
    assert_eq!(worse(still), "without the film or the maps that come with it");
    assert_eq!(worse(|photo| photo.format = Format::Jpeg), "a format that keeps less");
    assert_eq!(worse(|photo| photo.bytes = 999), "fewer bytes");
    assert_eq!(worse(|_| ()), "nothing but its digest");
}
