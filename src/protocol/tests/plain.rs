//! What reaches a terminal.

use std::io;

use crate::protocol::{in_words, plain, plain_text};

#[test]
fn foreign_text_cannot_steer_a_terminal() {
    assert_eq!(plain("Été 猫.jpg"), "Été 猫.jpg");
    assert_eq!(plain("a\x1b[2J\nb\u{202e}c\u{9b}"), "a\\u{1b}[2J\\nb\\u{202e}c\\u{9b}");
    assert_eq!(plain_text("one\ntwo\r"), "one\ntwo\\r");
}

#[test]
fn an_error_is_told_without_its_number() {
    let refused = io::Error::from_raw_os_error(111);
    assert!(refused.to_string().contains("(os error 111)"), "else there is nothing to leave out");
    assert_eq!(format!("{} (os error 111)", in_words(&refused)), refused.to_string());
    let named = io::Error::other(format!("{refused} at path \"/tmp/.x.part\""));
    assert_eq!(in_words(&named), in_words(&refused));
    assert_eq!(in_words(&io::Error::other("it is gone")), "it is gone");
}
