use super::{frame, line, link, met, registers, run};
use crate::trace::joining::{Fate, frames};
use crate::trace::{Choice, Line, Story, text};

/// What became of all frames of this command.
fn fates(lines: &[Line], command: &str) -> Vec<Fate> {
    let (found, _) = frames(lines);
    let of = found.iter().filter(|frame| {
        let at = frame.sent.or(frame.heard).unwrap();
        lines[at].entry.what == command
    });
    of.map(|frame| frame.fate).collect()
}

#[test]
fn the_nth_that_is_sent_is_the_nth_that_arrives() {
    let mut lines = met(0);
    lines.extend([
        frame(0, 3_000, "send", "keepThis", (7, 2)),
        frame(0, 3_001, "send", "heartbeat", (7, 3)),
        frame(1, 3_100, "recv", "keepThis", (4, 2)),
        frame(1, 3_200, "recv", "heartbeat", (4, 3)),
    ]);
    let (found, nowhere) = frames(&lines);
    assert_eq!(nowhere, 0);
    assert_eq!(found.len(), 4);
    for frame in found {
        assert_eq!(frame.fate, Fate::Arrived);
        let (sent, heard) = (frame.sent.unwrap(), frame.heard.unwrap());
        assert_eq!(lines[sent].entry.what, lines[heard].entry.what);
    }
}

#[test]
fn two_links_at_once_are_told_apart() {
    // Both dial each other: each has a link that it dialed and one that it accepted, under numbers of its own.
    let mut lines = met(0);
    lines.extend([
        link(1, 2_000, "Opened", 9),
        frame(1, 2_050, "send", "register", (9, 1)),
        link(0, 2_150, "Accepted", 8),
        registers(0, 2_160, 8, 1),
        frame(0, 2_170, "send", "register", (8, 1)),
        registers(1, 2_180, 9, 0),
        frame(0, 3_000, "send", "keepThis", (8, 2)),
        frame(1, 3_100, "recv", "keepThis", (9, 2)),
    ]);
    let (found, _) = frames(&lines);
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|frame| frame.fate == Fate::Arrived), "{found:?}");
}

#[test]
fn two_ends_of_one_connection_go_before_all_that_fits() {
    // Twice anna dials ben, by whose clock the first link begins when she makes the second one.
    let mut lines = Vec::new();
    for (round, at) in [(0, 0), (1, 1_000_000)] {
        for mut line in met(1_000_000) {
            line.entry.t += at;
            line.entry.link = line.entry.link.map(|link| link + round);
            if matches!(line.entry.what.as_str(), "Opened" | "Accepted") {
                line.entry.wire = Some(format!("5000-{round}"));
            }
            lines.push(line);
        }
    }
    let (found, _) = frames(&lines);
    for frame in found {
        let (sent, heard) = (&lines[frame.sent.unwrap()], &lines[frame.heard.unwrap()]);
        assert_eq!(
            sent.entry.t.abs_diff(heard.entry.t) / 100_000,
            9 + u64::from(sent.name == "anna")
        );
    }
}

#[test]
fn a_link_that_came_to_nothing_is_not_taken_for_the_next_one() {
    let mut lines = vec![link(0, 500, "Opened", 6), frame(0, 600, "send", "register", (6, 1))];
    lines.push(link(0, 700, "Closed", 6));
    lines.extend(met(0));
    let (found, nowhere) = frames(&lines);
    assert_eq!(nowhere, 1);
    assert_eq!(found.iter().filter(|frame| frame.fate == Fate::Arrived).count(), 2);
    let lost = found.iter().find(|frame| frame.fate != Fate::Arrived).unwrap();
    assert_eq!(lost.sent, Some(1));
}

#[test]
fn what_was_sent_before_its_link_ended_and_not_heard_is_lost() {
    let mut lines = met(0);
    lines.push(frame(0, 3_000, "send", "keepThis", (7, 2)));
    assert_eq!(fates(&lines, "keepThis"), [Fate::OnItsWay]);
    lines.push(link(0, 4_000, "Closed", 7));
    assert_eq!(fates(&lines, "keepThis"), [Fate::Lost]);
}

#[test]
fn a_line_that_is_missing_makes_no_message_lost() {
    let mut lines = met(0);
    lines.extend([
        frame(0, 3_000, "send", "keepThis", (7, 2)),
        frame(0, 3_001, "send", "heartbeat", (7, 3)),
        frame(1, 3_200, "recv", "heartbeat", (4, 3)),
        link(0, 4_000, "Closed", 7),
    ]);
    assert_eq!(fates(&lines, "keepThis"), [Fate::HalfSeen]);
    assert_eq!(fates(&lines, "heartbeat"), [Fate::Arrived]);
}

#[test]
fn who_writes_no_trace_is_drawn_by_what_others_tell() {
    let lines = vec![
        line(0, 0, "start", "start"),
        link(0, 1, "Accepted", 1),
        registers(0, 2, 1, 1),
        frame(0, 3, "send", "register", (1, 1)),
    ];
    let (found, _) = frames(&lines);
    assert!(found.iter().all(|frame| frame.fate == Fate::HalfSeen), "{found:?}");
    let story = Story::of(&run(lines), &Choice::default()).unwrap();
    let text = text(&story);
    assert!(text.contains("aaaa000000000001"), "{text}");
    assert!(text.contains("2 dashed arrows: only one side has told of it"), "{text}");
}

#[test]
fn a_clock_that_is_wrong_is_set_and_the_picture_says_so() {
    // By their own clocks ben has heard it three seconds before anna sent it.
    let lines = met(0).into_iter().map(|mut line| {
        if line.name == "ben" {
            line.entry.t = (line.entry.t + 5_000_000) - 3_000_000;
        } else {
            line.entry.t += 5_000_000;
        }
        line
    });
    let story = Story::of(&run(lines), &Choice::default()).unwrap();
    let told = story.notes.join("\n");
    assert!(told.contains("the clock of ben is set forward by 2.999800 s"), "{told}");
}
