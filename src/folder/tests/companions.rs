//! Which files are companions, and what they are called.

use std::ffi::OsStr;

use crate::folder::companions::{accompanies, renamed};

#[test]
fn a_companion_has_the_stem_or_the_name_of_its_photo() {
    let is = |name: &str, photo: &str| accompanies(OsStr::new(name), OsStr::new(photo));
    for name in ["IMG_1.xmp", "IMG_1.MOV", "IMG_1.jpg.xmp", "IMG_1.jpg.json", "IMG_1.aae"] {
        assert!(is(name, "IMG_1.jpg"), "{name}");
    }
    for name in ["IMG_10.xmp", "IMG_1.txt", "img_1.xmp", "IMG_1.png.xmp", "IMG_1", ".xmp"] {
        assert!(!is(name, "IMG_1.jpg"), "{name}");
    }
}

#[test]
fn companions_are_renamed_alike() {
    let to = |name: &str| renamed(OsStr::new(name), OsStr::new("a.jpg"), OsStr::new("a (2).jpg"));
    assert_eq!(to("a.xmp"), "a (2).xmp");
    assert_eq!(to("a.jpg.xmp"), "a (2).jpg.xmp");
    assert_eq!(to("a.MOV"), "a (2).MOV");
    assert_eq!(to("b.xmp"), "b.xmp");
}
