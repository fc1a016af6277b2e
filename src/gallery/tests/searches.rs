//! What is found.

use super::report;
use crate::gallery::search::{Called, Query};
use crate::gallery::snapshot::Shot;
use crate::photo::Format;
use crate::protocol::NodeId;

fn shots() -> Vec<Shot> {
    let mut beach = report(1, "Beach.JPG", Some("2024-06-12T10:15:30"));
    beach.aliases = vec!["IMG_0042.jpg".to_owned()];
    beach.versions = 2;
    let mut logo = report(2, "logo.png", None);
    logo.format = Format::Png;
    (logo.width, logo.height) = (640, 480);
    logo.holders = vec![NodeId(1)];
    let mut june = report(3, "june and 2024.jpg", Some("2019-01-02T00:00:00"));
    june.holders = vec![NodeId(2)];
    let mut gone = report(4, "Stra\u{df}e.jpg", Some("2024-12-24T18:00:00"));
    gone.holders.clear();
    [beach, logo, june, gone].map(Shot::of).into()
}

fn found(text: &str) -> Vec<usize> {
    let called: Called =
        [(NodeId(1), "anna/laptop".to_owned()), (NodeId(2), "ben/tower".to_owned())].into();
    let query = Query::read(text).unwrap();
    let shots = shots();
    (0..shots.len()).filter(|at| query.fits(&shots[*at], &called)).collect()
}

#[test]
fn words_find_photos() {
    for (text, expected) in [
        ("", &[0, 1, 2, 3][..]),
        ("beach", &[0]),
        ("BEACH", &[0]),
        ("0042", &[0]),
        (".jpg", &[0, 2, 3]),
        ("beach .jpg", &[0]),
        ("beach logo", &[]),
        ("strasse", &[3]),
        ("2024", &[0, 2, 3]),
        ("2024-06", &[0]),
        ("2024-06-12", &[0]),
        ("2024-12", &[3]),
        ("june", &[0, 2]),
        ("December 2024", &[3]),
        ("on:anna", &[0, 1]),
        ("on:an", &[0, 1]),
        ("on:laptop", &[0, 1]),
        ("on:ben/t", &[0, 2]),
        ("on:nobody", &[]),
        ("on:0000000000000002", &[0, 2]),
        ("only:anna", &[1]),
        ("only:ben", &[2]),
        ("copies<2", &[1, 2, 3]),
        ("copies<1", &[3]),
        ("copies=2", &[0]),
        ("copies>=1", &[0, 1, 2]),
        ("copies<=1", &[1, 2, 3]),
        ("copies>1", &[0]),
        ("versions", &[0]),
        ("nodate", &[1]),
        ("png", &[1]),
        ("jpeg nodate", &[]),
        (">10mp", &[0, 2, 3]),
        ("<1mp", &[1]),
        (">=12mp", &[0, 2, 3]),
        ("copies<x", &[]),
        (">mp", &[]),
        ("on:", &[]),
        ("<script>", &[]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn searches_have_limits() {
    assert!(Query::read(&"a".repeat(257)).is_err());
    assert!(Query::read(&"a ".repeat(17)).is_err());
    assert!(Query::read(&"a ".repeat(16)).is_ok());
}
