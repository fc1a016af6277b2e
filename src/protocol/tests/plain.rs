//! What reaches a terminal.

use crate::protocol::{plain, plain_text};

#[test]
fn foreign_text_cannot_steer_a_terminal() {
    assert_eq!(plain("Été 猫.jpg"), "Été 猫.jpg");
    assert_eq!(plain("a\x1b[2J\nb\u{202e}c\u{9b}"), "a\\u{1b}[2J\\nb\\u{202e}c\\u{9b}");
    assert_eq!(plain_text("one\ntwo\r"), "one\ntwo\\r");
}
