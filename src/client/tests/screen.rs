//! What reaches a terminal.

use crate::client::screen::{Column, write_json, write_table, write_table_within};
use crate::protocol::is_harmless;

#[test]
fn json_means_the_same_when_it_is_defused() {
    let name = "a\x1b\n\u{202e}\u{9b}\"ü\u{e0067}";
    let mut line = Vec::new();
    write_json(&mut line, &name).unwrap();
    let line = String::from_utf8(line).unwrap();
    assert!(line.trim_end().chars().all(is_harmless), "{line:?}");
    assert_eq!(serde_json::from_str::<String>(&line).unwrap(), name);
}

#[test]
fn tables_align_numbers_right_and_words_left() {
    let mut out = Vec::new();
    let rows = [
        ["a".to_owned(), "5".to_owned(), "x".to_owned()],
        ["bcd".to_owned(), "100".to_owned(), "yy".to_owned()],
    ];
    let columns = [Column::Left("N"), Column::Right("PHOTOS"), Column::Left("NAME")];
    write_table(&mut out, columns, &rows).unwrap();
    let expected = "N    PHOTOS  NAME\na         5  x\nbcd     100  yy\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn lines_are_cut_by_the_places_that_they_take() {
    let mut out = Vec::new();
    let rows = ["abcdefgh", "日本語日本語", "abc"].map(|name| ["1".to_owned(), name.to_owned()]);
    let columns = [Column::Left("N"), Column::Left("NAME")];
    write_table_within(&mut out, columns, &rows, Some(9)).unwrap();
    let expected = "N  NAME\n1  abcde…\n1  日本…\n1  abc\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
