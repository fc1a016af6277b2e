//! Pictures of every format.

use std::io::{Cursor, Seek, Write};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, ImageReader, Rgb, RgbImage};
use photomesh::photo::{Format, InspectError, PhotoId, inspect};

/// A small picture in all formats, HEIC whole and in tiles, JPEG in the sizes that are decoded in different ways, and
/// one with EXIF.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let small = DynamicImage::from(drawing(90, 70));
    let formats = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
    ];
    let mut seeds: Vec<Vec<u8>> = formats.iter().map(|format| encoded(&small, *format)).collect();
    seeds.push(encoded(&small.to_luma8().into(), ImageFormat::Png));
    seeds.push(encoded(&small.to_rgba16().into(), ImageFormat::Png));
    for (side, quality) in [(264, 40), (520, 20), (1032, 5)] {
        let mut jpeg = Vec::new();
        let drawn =
            JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&drawing(side, side));
        seeds.extend(drawn.is_ok().then_some(jpeg));
    }
    for side in [70, 520] {
        let options = heifer::EncodeOptions::default();
        let drawn = heifer::encode_rgb8(side, 60, &drawing(side, 60), &options);
        seeds.extend(drawn);
    }
    let exif = b"\xff\xe1\0\x38Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x0f\x01\x02\0\x06\0\0\0\x26\0\0\0\0\0\0\0Kodak\0\0\0";
    seeds.push([&seeds[0][..2], exif, &seeds[0][2..]].concat());
    seeds
}

/// A picture is what its digest says, and has a size if and only if it was decoded; a JPEG has the one that another
/// decoder finds.
pub(crate) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut file = tempfile::tempfile().map_err(|error| error.to_string())?;
    file.write_all(bytes).and_then(|()| file.rewind()).map_err(|error| error.to_string())?;
    let photo = match inspect(&mut file) {
        Ok(photo) => photo,
        Err(InspectError::NotAPicture) => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if photo.id != PhotoId::of(bytes) || photo.bytes != bytes.len() as u64 {
        return Err("another digest or length".to_owned());
    }
    if (photo.format == Format::Opaque) != (photo.width == 0 || photo.height == 0) {
        return Err(format!("{:?} of {}x{}", photo.format, photo.width, photo.height));
    }
    if photo.format == Format::Jpeg
        && let Ok((width, height)) =
            ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg).into_dimensions()
        && (width, height) != (photo.width, photo.height)
        && (height, width) != (photo.width, photo.height)
    {
        let (ours, others) = ((photo.width, photo.height), (width, height));
        return Err(format!("{ours:?} and not {others:?}"));
    }
    Ok(())
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    // All of these can be written; if one could not, its seed would be empty.
    let _ = picture.write_to(&mut bytes, format);
    bytes.into_inner()
}

fn drawing(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x * 255 / width, y * 255 / height);
        Rgb([x * y / 255, x ^ y, (x * x + y * y) / 510].map(|value| value as u8))
    })
}
