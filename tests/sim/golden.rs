//! Golden scripts: one story a file under `scripts/`, named for the behaviour that it shows.
//!
//! `scripts/README.md` says how to read and write them. Time is virtual, every link takes a millisecond, and nothing is
//! random, so that a story is the same every time.

#[path = "../support/said.rs"]
mod said;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use photomesh::node::describe::{self, Ids, command};
use photomesh::node::limits;
use photomesh::protocol::Request;

use crate::rounds::SCAN;
use crate::story::Story;

/// With fewer, stories have gone astray, and what they show with them.
const FEWEST: usize = 20;

/// Plays a script and returns it with what really happened.
fn play(script: &str) -> Result<String, String> {
    play_in(&mut Story::new(), script)
}

/// The same in a world of one's own.
pub(crate) fn play_in(story: &mut Story, script: &str) -> Result<String, String> {
    let mut text = String::new();
    for (at, line) in script.lines().enumerate() {
        if line.starts_with("  ") {
            continue;
        }
        text.push_str(line);
        text.push('\n');
        if let Some(command) = line.strip_prefix("> ") {
            let told = story.tell(command);
            let told = told.map_err(|error| format!("line {}: {error}", at + 1))?;
            told.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
    }
    Ok(text)
}

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/scripts");
    let entries = fs::read_dir(folder).expect("the folder of scripts");
    let entries = entries.map(|entry| entry.expect("a script").path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| !path.ends_with("README.md")).collect();
    paths.sort();
    paths
}

#[test]
fn golden_scripts_tell_what_happens() {
    let update = std::env::var("UPDATE").is_ok_and(|value| value == "1");
    let mut wrong = Vec::new();
    let scripts = scripts();
    assert!(scripts.len() >= FEWEST, "{} scripts", scripts.len());
    for path in scripts {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let script = fs::read_to_string(&path).expect("a readable script");
        let played = play(&script).unwrap_or_else(|error| panic!("{name}: {error}"));
        if update {
            fs::write(&path, played).expect("a writable script");
        } else if played != script {
            let pairs = script.lines().zip(played.lines());
            let first = pairs.enumerate().find(|(_, (told, happened))| told != happened);
            wrong.push(format!("{name}: {first:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "these stories are no longer true (UPDATE=1 rewrites them):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_message_of_the_protocol_is_in_a_script() {
    let mut shown = BTreeSet::new();
    for path in scripts() {
        let script = fs::read_to_string(&path).expect("a readable script");
        let sent = script.lines().filter_map(|line| {
            // The first words are the time, if it is told, and who says it to whom.
            let mut words = line.split_whitespace().skip_while(|word| word.starts_with('+'));
            words.next().filter(|who| who.contains(">n"))?;
            words.next().map(|command| command.trim_end_matches(':').to_owned())
        });
        shown.extend(sent);
    }
    for message in said::messages() {
        let command = command(&message);
        assert!(shown.contains(command), "no script shows {command}");
    }
}

#[test]
fn every_request_of_the_protocol_is_in_a_script() {
    let scripts = scripts().into_iter();
    let told: String =
        scripts.map(|path| fs::read_to_string(path).expect("a readable script")).collect();
    for words in said::requests().iter().filter_map(asked) {
        let shown = told.lines().any(|line| {
            let asked =
                line.strip_prefix("  ").and_then(|line| line.split_once(" is asked by client "));
            let what = asked.and_then(|(_, asked)| asked.split_once(' '));
            what.is_some_and(|(_, what)| what.starts_with(words))
        });
        assert!(shown, "in no script a client asks {words}");
    }
}

/// The paragraphs of a script are its title and then steps: first what to look for, and then commands, of which only the
/// last one has anything to show but that daemons start and faults strike.
#[test]
fn before_anything_happens_a_reader_is_told_what_to_look_for() {
    let mut wrong = Vec::new();
    for path in scripts() {
        let script = fs::read_to_string(&path).expect("a readable script");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for step in script.split("\n\n").skip(1) {
            let mut commands = step.lines().filter(|line| line.starts_with("> "));
            let is_told = !step.starts_with(['>', ' ']) && commands.clone().count() > 0;
            let last = commands.next_back().and_then(|last| step.rsplit_once(last));
            let (before, _) = last.unwrap_or_default();
            let mut happened = before.lines().filter_map(|line| line.strip_prefix("  "));
            let is_aside = |line: &str| line.ends_with(" starts") || line.starts_with("fault: ");
            if !is_told || !happened.all(is_aside) {
                wrong.push(format!("{name}: {}", step.lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(wrong.is_empty(), "the reader is not told:\n{}", wrong.join("\n"));
}

#[test]
fn the_page_for_readers_is_up_to_date() {
    let page = include_str!("scripts/README.md");
    let story = Story::new();
    let settings = story.settings();
    let seconds = [
        ("grace", settings.grace),
        ("pin", settings.pin),
        ("trash", settings.trash),
        ("scan", SCAN),
        ("`SETTLE`", limits::SETTLE),
        ("`STAGGER`", limits::STAGGER),
        ("`RETRY`", limits::RETRY),
        ("`HEARTBEAT`", limits::HEARTBEAT),
        ("`SILENCE`", limits::SILENCE),
        ("`GET_STALL`", limits::GET_STALL),
        ("`PUT`", limits::PUT),
        ("`REANNOUNCE`", limits::REANNOUNCE),
    ];
    for (name, span) in seconds {
        let row = format!("| {name} | {} s |", span.as_secs());
        assert!(page.contains(&row), "not there: {row}");
    }
    for (name, number) in [("copies", settings.copies as usize), ("`PULLS`", limits::PULLS)] {
        let row = format!("| {name} | {number} |");
        assert!(page.contains(&row), "not there: {row}");
    }
    for path in scripts() {
        let script = fs::read_to_string(&path).expect("a readable script");
        for verb in script.lines().filter_map(|line| line.strip_prefix("> ")?.split(' ').next()) {
            let is_there = ["`", " "].iter().any(|end| page.contains(&format!("`{verb}{end}")));
            assert!(is_there, "the page has no command {verb}");
        }
    }
}

#[test]
fn everything_that_is_said_has_a_plain_line() {
    let debug = ["Some(", "None", "Ok(", "Err(", " { ", "\n"];
    let is_plain = |line: &str| !debug.iter().any(|word| line.contains(word));
    for message in said::messages() {
        let line = describe::message(&message, &Ids);
        assert!(line.starts_with(command(&message)), "{line}");
        assert!(is_plain(&line), "{line}");
    }
    for request in said::requests() {
        let line = describe::request(&request, &Ids);
        assert!(is_plain(&line), "{line}");
    }
    let scripts = scripts().into_iter();
    for script in scripts.map(|path| fs::read_to_string(path).expect("a readable script")) {
        for line in script.lines().filter(|line| line.starts_with("  ")) {
            assert!(is_plain(line), "{line}");
        }
    }
}

/// What a script says of a request, at its beginning.
fn asked(request: &Request) -> Option<&'static str> {
    match request {
        // Neither is answered, and no node hears of them: a daemon takes them in by itself.
        Request::RegisterClient { .. } | Request::Chunk { .. } => None,
        // Without a group there is nothing of interest in them.
        Request::Members | Request::Tell { .. } | Request::Groups | Request::Abroad { .. } => None,
        // Scripts ask for the whole list; pages of it are for programs.
        Request::List { .. } => None,
        Request::Forget { .. } => Some("to forget "),
        Request::Drain { .. } => Some("to hand over"),
        Request::GetImageList => Some("for the list"),
        Request::GetImageRequest { .. } => Some("for cat"),
        Request::GetExact { .. } => Some("for exactly "),
        Request::GetPreview { .. } => Some("for a "),
        Request::Duplicates { .. } => Some("for what is not shown"),
        Request::Similar { .. } => Some("what looks like "),
        Request::Distinct { .. } => Some("to tell apart "),
        Request::Put { .. } => Some("to store "),
        Request::Explain { .. } => Some("to explain "),
        Request::Status => Some("how the mesh is doing"),
        Request::TrashList { .. } => Some("what is in its trash"),
        Request::TrashRestore { .. } => Some("to restore "),
        Request::TrashPurge { .. } => Some("to empty its trash"),
        Request::PlanRemoval { .. } => Some("what removing "),
        Request::Remove { .. } => Some("to remove "),
    }
}
