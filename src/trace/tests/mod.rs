mod clocks;
mod golden;
mod hostile;
mod joining;
mod recorder;

use super::{Kind, Line, Run};

/// A line of a trace by the node of this number, which is called by the letter of that.
fn line(node: u64, t: u64, kind: &str, what: &str) -> Line {
    let name = ["anna", "ben", "chloe", "dario"][node as usize % 4];
    let json = format!(
        r#"{{"node":"{:016x}","name":"{name}","boot":"{node:016x}","t":{t},"kind":"{kind}","what":"{what}"}}"#,
        0xaaaa_0000_0000_0000_u64 + node
    );
    serde_json::from_str(&json).unwrap()
}

/// A frame: the n-th of this link.
fn frame(node: u64, t: u64, kind: &str, what: &str, (link, n): (u64, u64)) -> Line {
    let mut line = line(node, t, kind, what);
    line.entry.says = format!("{what}: so it is");
    (line.entry.link, line.entry.n) = (Some(link), Some(n));
    line
}

/// A node hears who is at the other end of a link: its first frame.
fn registers(node: u64, t: u64, link: u64, other: u64) -> Line {
    let of = line(other, 0, "start", "start");
    let mut line = frame(node, t, "recv", "register", (link, 1));
    (line.entry.peer, line.entry.life) = (Some(of.node), Some(of.boot));
    line
}

/// A link begins or ends.
fn link(node: u64, t: u64, what: &str, link: u64) -> Line {
    let mut line = line(node, t, "event", what);
    line.entry.link = Some(link);
    line
}

fn run(lines: impl IntoIterator<Item = Line>) -> Run {
    let mut run = Run::default();
    lines.into_iter().for_each(|line| run.take(line));
    run
}

/// Two daemons that are connected: anna has dialed ben, whose clock is so many microseconds ahead.
fn met(ahead: u64) -> Vec<Line> {
    vec![
        line(0, 1_000, "start", "start"),
        line(1, 1_000 + ahead, "start", "start"),
        link(0, 2_000, "Opened", 7),
        frame(0, 2_100, "send", "register", (7, 1)),
        link(1, 2_200 + ahead, "Accepted", 4),
        registers(1, 2_300 + ahead, 4, 0),
        frame(1, 2_400 + ahead, "send", "register", (4, 1)),
        registers(0, 2_500, 7, 1),
    ]
}

#[test]
fn a_kind_of_a_later_version_is_told_from_rubbish() {
    assert_eq!(line(0, 0, "later", "x").entry.kind, Kind::Unknown);
}
