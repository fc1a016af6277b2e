//! Output for people on a terminal.

use std::io::Write;

use super::super::prose::Prose;

fn written(places: Option<usize>, pieces: &[&[u8]]) -> String {
    let mut out = Prose::within(places, Vec::new());
    pieces.iter().for_each(|piece| out.write_all(piece).unwrap());
    out.flush().unwrap();
    String::from_utf8_lossy(&out.into_inner()).into_owned()
}

#[test]
fn on_a_terminal_no_word_is_broken_however_it_comes() {
    let pieces: [&[u8]; 4] = [b"one two", b" three\nfo", b"ur", b"\n"];
    assert_eq!(written(Some(9), &pieces), "one two\n  three\nfour\n");
    assert_eq!(written(None, &pieces), "one two three\nfour\n");
    assert_eq!(written(Some(9), &[b"a question without an end? "]), "a question without an end? ");
}

#[test]
fn what_is_for_programs_stays_as_it_is() {
    let json = b"{\"name\": \"a b c\"}\n";
    assert_eq!(written(Some(9), &[json]).as_bytes(), json);
    assert_eq!(written(Some(4), &[b"\xff a b c\n"]), "\u{fffd} a b c\n");
}
