//! Names that are nearly right.

use std::time::{Duration, Instant};

use crate::client::near::{near, same_but_for_case};

fn labels(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

#[test]
fn upper_and_lower_case_lead_to_one_label_or_to_none() {
    let labels = labels(&["Cat.JPG", "DOG.jpg", "dog.JPG", "Straße.jpg"]);
    assert_eq!(same_but_for_case("cat.jpg", &labels), Some("Cat.JPG"));
    assert_eq!(same_but_for_case("dog.jpg", &labels), None);
    assert_eq!(same_but_for_case("STRASSE.jpg", &labels), Some("Straße.jpg"));
    assert_eq!(same_but_for_case("cat", &labels), None);
}

#[test]
fn the_likeliest_names_come_first() {
    let labels = labels(&[
        "Aqua.jpg",
        "IMG_0001.jpg",
        "IMG_0002.jpg",
        "IMG_0004.jpg",
        "IMG_0010.jpg",
        "n01440764_tench.JPEG",
        "tent.png",
    ]);
    for (name, expected) in [
        ("n01440764_tench.jpg", &["n01440764_tench.JPEG"][..]),
        ("tench", &["n01440764_tench.JPEG"]),
        ("aqau.jpg", &["Aqua.jpg"]),
        ("tenth.png", &["tent.png"]),
        ("img_0003.jpg", &["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0004.jpg"]),
        ("img_0010.png", &["IMG_0010.jpg", "IMG_0001.jpg", "IMG_0002.jpg"]),
        ("a", &[]),
        ("", &[]),
        ("holiday.jpg", &[]),
    ] {
        assert_eq!(near(name, &labels), expected, "{name}");
    }
}

#[test]
fn long_lists_and_long_names_take_little_time() {
    let labels: Vec<String> = (0..100_000).map(|n| format!("{n}{}", "a".repeat(150))).collect();
    let start = Instant::now();
    assert_eq!(near(&"b".repeat(150), &labels), Vec::<&str>::new());
    assert_eq!(near("aaa", &labels).len(), 3);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
