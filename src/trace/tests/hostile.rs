use std::time::Duration;

use proptest::prelude::*;

use super::{line, met, run};
use crate::trace::limits::MERMAID_LINES;
use crate::trace::{Choice, Line, Run, Story, mermaid, svg, text};

/// Draws a run in all ways, if there is anything to draw.
fn draw(run: &Run, choice: &Choice) -> Option<[String; 3]> {
    let story = Story::of(run, choice).ok()?;
    Some([svg(&story), mermaid(&story), text(&story)])
}

/// Of what is drawn, that it is what it claims to be: no text is more than text.
fn is_sound([svg, mermaid, text]: &[String; 3]) {
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    let known = ["svg", "style", "rect", "line", "path", "text", "title", "circle"];
    for tag in svg.split('<').skip(1) {
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphabetic).collect();
        assert!(known.contains(&name.as_str()), "an element {name}");
    }
    for entity in svg.split('&').skip(1) {
        assert!(
            ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| entity.starts_with(known))
        );
    }
    assert!(mermaid.lines().count() <= MERMAID_LINES);
    for line in mermaid.lines().skip(1) {
        let begins = [
            "    participant ",
            "    Note over ",
            "    node_",
            "    anna",
            "    ben",
            "    chloe",
            "    dario",
            "    aaaa",
        ];
        assert!(begins.iter().any(|begin| line.starts_with(begin)), "{line}");
        assert!(!line.contains(';') || line.contains('#'), "{line}");
    }
    for drawn in [svg, mermaid, text] {
        assert!(!drawn.chars().any(|c| c.is_control() && c != '\n'));
    }
}

#[test]
fn names_are_nothing_but_text() {
    let evil = "</text><script>alert(1)</script>\u{1b}[2J\n%%{init: {}}%%\nend;\u{202e}'\"&";
    let mut lines = met(0);
    for line in &mut lines {
        evil.clone_into(&mut line.name);
        line.entry.says = format!("{}: {evil}", line.entry.what);
    }
    let [svg, mermaid, text] = draw(&run(lines), &Choice::default()).unwrap();
    is_sound(&[svg.clone(), mermaid.clone(), text.clone()]);
    assert!(!svg.contains("<script"));
    assert!(!mermaid.contains("%%") && !mermaid.contains('<'));
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn rubbish_is_counted_and_the_rest_is_drawn() {
    let good: String = met(0).iter().map(Line::to_json).collect();
    let file = format!("rubbish\n\n[1]\n{good}{{\"node\":");
    let mut run = Run::default();
    run.read("a.trace", file.as_bytes()).unwrap();
    run.take(line(0, 9, "later", "x"));
    let story = Story::of(&run, &Choice::default()).unwrap();
    assert_eq!(
        story.notes,
        [
            "2 lines are no lines of a trace: the first is a.trace, line 1",
            "1 line is of a kind that a later version writes",
            "1 line is cut off at the end, as when a daemon is killed",
        ]
    );
    let error = Run::default().read("cat.jpg", b"\xff\xd8\xff\xe0").unwrap_err();
    assert!(error.to_string().starts_with("cat.jpg is no trace"));
}

/// Numbers as they are, or as nobody would write them.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..8, 1_000_u64..30_000_000, Just(u64::MAX), Just(u64::MAX - 1)]
}

fn word() -> impl Strategy<Value = String> {
    let words = [
        "register",
        "ImageInfo",
        "keepThis",
        "AskForImage",
        "chunk",
        "challenge",
        "proof",
        "release",
        "heartbeat",
        "Opened",
        "Accepted",
        "Closed",
        "Held",
        "Installed",
        "PutAway",
        "Asked",
        "Answer",
        "Exit",
        "scanning",
        "hearing",
        "complete",
        "leaving",
        "original",
        "replica",
        "trash",
        "nothing",
        "photo",
        "é😀",
        "",
    ];
    prop::sample::select(words.to_vec()).prop_map(str::to_owned)
}

fn any_line() -> impl Strategy<Value = Line> {
    let kinds =
        ["start", "event", "action", "send", "recv", "state", "has", "name", "fault", "missing"];
    let who = (0_u64..4, number(), prop::sample::select(kinds.to_vec()), word());
    let details = (
        prop::option::of(number()),
        prop::option::of(number()),
        prop::option::of(0_u64..6),
        prop::collection::vec(prop_oneof![Just("0badcafe".to_owned()), "\\PC{0,12}"], 0..3),
        prop::option::of(number()),
        prop::option::of(prop_oneof![Just("#1".to_owned()), "\\PC{0,6}"]),
        "\\PC{0,40}",
    );
    (who, details).prop_map(|((node, t, kind, what), details)| {
        let mut made = line(node, t, kind, &what);
        let (link, n, peer, photo, bytes, id, says) = details;
        let entry = &mut made.entry;
        (entry.link, entry.n, entry.bytes, entry.id) = (link, n, bytes, id);
        (entry.photo, entry.says) = (photo, says);
        (entry.grace, entry.pin) = (n, bytes);
        if let Some(other) = peer {
            let of = line(other, 0, "start", "start");
            (made.entry.peer, made.entry.life) = (Some(of.node), Some(of.boot));
        }
        made
    })
}

fn any_choice() -> impl Strategy<Value = Choice> {
    let times = (prop::option::of(0_u64..40_000), prop::option::of(0_u64..40_000));
    (times, prop::collection::vec(word(), 0..2)).prop_map(|((from, to), only)| Choice {
        from: from.map(Duration::from_millis),
        to: to.map(Duration::from_millis),
        only,
        ..Choice::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_lines_say_a_picture_is_sound(
        lines in prop::collection::vec(any_line(), 1..60),
        choice in any_choice(),
    ) {
        if let Some(drawn) = draw(&run(lines), &choice) {
            is_sound(&drawn);
        }
    }

    #[test]
    fn whatever_a_file_is_it_is_read(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in 0_usize..2_000,
        flips in prop::collection::vec((0_usize..2_000, any::<u8>()), 0..6),
    ) {
        let mut file: Vec<u8> = met(3).iter().map(Line::to_json).collect::<String>().into_bytes();
        for (place, byte) in flips {
            let place = place % file.len();
            file[place] = byte;
        }
        let at = at % file.len();
        file.splice(at..at, bytes);
        let mut run = Run::default();
        if run.read("a.trace", &file).is_ok()
            && let Some(drawn) = draw(&run, &Choice::default())
        {
            prop_assert!(drawn[0].starts_with("<svg "));
        }
    }
}
