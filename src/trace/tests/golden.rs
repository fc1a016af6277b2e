//! One small run, drawn in all ways. `UPDATE=1` before the test writes the pictures anew: look at them then.

use std::fs;
use std::path::Path;

use super::{frame, line, link, met, run};
use crate::trace::{Choice, Line, Run, Story, mermaid, svg, text};

/// Anna has a photo, ben gets a copy of it in chunks, and dies. His clock is a second behind.
fn lines() -> Vec<Line> {
    let mut lines = met(0);
    let photo = |mut line: Line, says: &str| {
        line.entry.photo = vec!["0badcafe".to_owned()];
        line.entry.says = says.to_owned();
        line
    };
    let chunk = |mut line: Line| {
        (line.entry.id, line.entry.bytes) = (Some("#1".to_owned()), Some(64_512));
        line
    };
    (lines[0].entry.grace, lines[0].entry.pin) = (Some(20_000_000), Some(10_000_000));
    let ask = "AskForImage #1: wants 0badcafe, bytes 0..193536; no client waits";
    lines.extend([
        line(0, 1_050, "state", "scanning"),
        photo(line(0, 1_500, "name", "photo"), "cat.jpg"),
        photo(line(0, 1_500, "event", "Held"), "finds 0badcafe (original)"),
        photo(line(0, 1_500, "has", "original"), ""),
        line(0, 1_600, "state", "complete"),
        line(1, 1_100, "state", "complete"),
        photo(frame(0, 300_000, "send", "keepThis", (7, 2)), "keepThis: offers 0badcafe"),
        photo(frame(1, 301_000, "recv", "keepThis", (4, 2)), "keepThis: offers 0badcafe"),
        chunk(photo(frame(1, 302_000, "send", "AskForImage", (4, 2)), ask)),
        chunk(photo(frame(0, 303_000, "recv", "AskForImage", (7, 2)), ask)),
    ]);
    for n in 0..3 {
        let at = 304_000 + n * 8_000;
        lines.push(chunk(frame(0, at, "send", "chunk", (7, 3 + n))));
        lines.push(chunk(frame(1, at + 3_000, "recv", "chunk", (4, 3 + n))));
    }
    lines.push(photo(line(1, 330_000, "event", "Installed"), "has 0badcafe safe on disk"));
    lines.push(photo(line(1, 330_000, "has", "replica"), ""));
    for second in 1..=5 {
        let n = 5 + second;
        lines.push(frame(0, 300_000 + second * 1_000_000, "send", "heartbeat", (7, n)));
        lines.push(frame(1, 301_000 + second * 1_000_000, "recv", "heartbeat", (4, n)));
    }
    lines.push(frame(0, 6_000_000, "send", "RequestInfo", (7, 11)));
    let mut closed = link(0, 6_100_000, "Closed", 7);
    closed.entry.peer = Some(lines[1].node);
    closed.entry.says = "loses link 7: connection reset".to_owned();
    lines.push(closed);
    lines.push(line(0, 30_000_000, "event", "Room"));
    for line in lines.iter_mut().filter(|line| line.name == "ben") {
        line.entry.t += 4_000_000;
    }
    for line in lines.iter_mut().filter(|line| line.name == "anna") {
        line.entry.t += 5_000_000;
    }
    lines
}

/// The run as two files, of which one ends within a line.
fn files() -> Run {
    let of = |name: &str| -> String {
        lines().iter().filter(|line| line.name == name).map(Line::to_json).collect()
    };
    let mut run = Run::default();
    run.read("anna.trace", of("anna").as_bytes()).unwrap();
    run.read("ben.trace", (of("ben") + "{\"node\":\"aaaa0000").as_bytes()).unwrap();
    run
}

fn is_golden(name: &str, drawn: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/trace/tests/golden").join(name);
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        fs::write(path, drawn).unwrap();
        return;
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    assert!(golden == drawn, "{name} is drawn otherwise (UPDATE=1 rewrites it):\n{drawn}");
}

fn story(choice: Choice) -> Story {
    Story::of(&files(), &choice).unwrap()
}

#[test]
fn a_run_is_drawn_as_it_was() {
    let story = story(Choice::default());
    is_golden("run.txt", &text(&story));
    is_golden("run.mmd", &mermaid(&story));
    is_golden("run.svg", &svg(&story));
}

#[test]
fn only_what_is_chosen_is_drawn() {
    let photos = vec!["cat.jpg".to_owned()];
    is_golden("cat.txt", &text(&story(Choice { photos, ..Choice::default() })));
    let only = vec!["AskForImage".to_owned(), "CHUNK".to_owned()];
    is_golden("only.txt", &text(&story(Choice { only, ..Choice::default() })));
    let nodes = vec!["ben".to_owned()];
    let to = Some(std::time::Duration::from_millis(100));
    is_golden("ben.txt", &text(&story(Choice { nodes, to, ..Choice::default() })));
}

#[test]
fn what_is_not_there_is_told() {
    let run = files();
    let refused = |choice: Choice| Story::of(&run, &choice).err().unwrap();
    let (photos, nodes) = (vec!["dög".to_owned()], vec!["emma".to_owned()]);
    assert_eq!(refused(Choice { photos, ..Choice::default() }), "the trace knows no photo dög");
    assert_eq!(refused(Choice { nodes, ..Choice::default() }), "the trace knows no node emma");
    let only = vec!["proof".to_owned()];
    assert!(refused(Choice { only, ..Choice::default() }).starts_with("nothing of that"));
}

#[test]
fn lines_in_any_order_of_files_give_one_picture() {
    let drawn = text(&story(Choice::default()));
    let mut run = run([]);
    let all = lines();
    let (anna, ben): (Vec<Line>, Vec<Line>) = all.into_iter().partition(|line| line.name == "anna");
    ben.into_iter().chain(anna).for_each(|line| run.take(line));
    let again = text(&Story::of(&run, &Choice::default()).unwrap());
    let without_notes = |text: &str| {
        text.lines().filter(|line| !line.starts_with('(')).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_notes(&drawn), without_notes(&again));
}
