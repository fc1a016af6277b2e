//! What reaches a terminal.

use std::io;

use crate::protocol::{in_words, plain, plain_text, wrapped};

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

#[test]
fn long_lines_are_broken_between_words() {
    let text = "note: 2 copies are wanted\n    ben: in its owner's trash\nshort";
    assert_eq!(
        wrapped(text, 20),
        "note: 2 copies are\n  wanted\n    ben: in its\n      owner's trash\nshort"
    );
    assert_eq!(wrapped(text, 80), text, "what fits stays as it is");
    // A character may take two places, and a colour takes none.
    assert_eq!(wrapped("猫猫猫猫 猫", 10), "猫猫猫猫\n  猫");
    assert_eq!(wrapped("\x1b[1mone\x1b[0m two", 7), "\x1b[1mone\x1b[0m two");
    // What cannot be broken is the terminal's to break.
    assert_eq!(
        wrapped("photomesh/a/very/long/path is gone", 12),
        "photomesh/a/very/long/path\n  is gone"
    );
    for places in 0..4 {
        assert_eq!(wrapped("a bc def", places).replace("\n  ", " "), "a bc def", "{places}");
    }
}
