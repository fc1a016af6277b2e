//! What is told of a file at a glance, and when a decoder panics.

use crate::photo::inspect::describe;
use crate::photo::{Photo, PhotoId, glance, inspect, inspect_or_glance};

#[test]
fn a_glance_tells_the_same_photo_without_its_picture() {
    let mut file = tempfile::tempfile().unwrap();
    let picture = image::RgbImage::from_pixel(3, 2, image::Rgb([1, 2, 3]));
    let format = image::ImageFormat::Png;
    picture.write_to(&mut file, format).unwrap();
    let (glanced, inspected) = (glance(&mut file).unwrap(), inspect(&mut file).unwrap());
    let told = |photo: &Photo| (photo.id, photo.bytes, photo.format);
    assert_eq!(told(&glanced), told(&inspected));
    assert_eq!((glanced.account, glanced.width), (0, 0));
    let drawn = inspect_or_glance(&mut file).unwrap();
    assert_eq!((drawn.photo, drawn.picture.is_some()), (inspected, true));
}

#[test]
fn a_panic_at_whatever_step_makes_one_picture_opaque() {
    let photo = describe(b"evil", |_| panic!("no decoder has foreseen this"));
    assert_eq!(photo, Photo::opaque(PhotoId::of(b"evil"), 4));
}
