//! What the log says, and how often.

use std::time::SystemTime;

use crate::daemon::console::{Line, Reader, written};
use crate::node::Level;
use crate::protocol::NodeId;

#[test]
fn foreign_words_cannot_steer_the_terminal_that_shows_the_log() {
    let text = "goodbye: \u{202e}gpj.exe\u{200b}\x1b[2J\nforged";
    let (time, level) = (SystemTime::UNIX_EPOCH, Level::Warn);
    let told = Line { time, level, topic: "mesh", text: text.to_owned() };
    let line = written(Reader::Program(NodeId(1)), &told);
    let expected = "1970-01-01T00:00:00.000Z 0000000000000001 mesh: goodbye: \\u{202e}gpj.exe\\u{200b}\\u{1b}[2J\\nforged\n";
    assert_eq!(line, expected);
    let line = written(Reader::Person, &told);
    let (time, rest) = line.split_at("00:00:00".len());
    assert!(time.split(':').all(|part| part.len() == 2 && part.parse::<u8>().is_ok()), "{time}");
    assert_eq!(Some(rest), expected.strip_prefix("1970-01-01T00:00:00.000Z 0000000000000001"));
    let line = written(Reader::Json(NodeId(1)), &told);
    assert_eq!(line.lines().count(), 1, "{line}");
    let object: serde_json::Value = serde_json::from_str(&line).unwrap();
    let text = "goodbye: \\u{202e}gpj.exe\\u{200b}\\u{1b}[2J\\nforged";
    let (time, node) = ("1970-01-01T00:00:00.000Z", "0000000000000001");
    let expected = serde_json::json!({
        "time": time, "node": node, "level": "warn", "topic": "mesh", "text": text
    });
    assert_eq!(object, expected);
}
