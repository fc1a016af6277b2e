//! Patterns of names.

use std::time::{Duration, Instant};

use crate::client::pattern::Pattern;

#[test]
fn a_star_is_any_text_and_a_question_mark_one_character() {
    for (pattern, label, expected) in [
        ("*.jpg", "cat.jpg", true),
        ("*.jpg", "CAT.JPG", true),
        ("*.JPG", "cat.jpeg", false),
        ("cat", "cat.jpg", false),
        ("*", "", true),
        ("?", "", false),
        ("?", "ü", true),
        ("a*b*c", "a1b2b3c", true),
        ("a*b*c", "a1b2b3", false),
        ("a**", "a", true),
        ("*a", "ab", false),
        ("img_????.*", "IMG_0001.jpg", true),
        ("img_????.*", "IMG_001.jpg", false),
        ("", "a", false),
    ] {
        assert_eq!(Pattern::new(pattern).matches(label), expected, "{pattern} {label}");
    }
}

#[test]
fn a_text_alone_is_looked_for_anywhere() {
    assert!(Pattern::loose("Cat").matches("my cats.jpg"));
    assert!(!Pattern::loose("cat").matches("dog.jpg"));
    assert!(!Pattern::loose("cat*").matches("my cats.jpg"));
}

#[test]
fn no_pattern_takes_long() {
    let pattern = Pattern::new(&format!("{}b", "a*".repeat(200)));
    let start = Instant::now();
    assert!(!pattern.matches(&"a".repeat(10_000)));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
