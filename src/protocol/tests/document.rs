//! The protocol's document: its examples are true, none is missing, and its diagrams tell of what there is.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::answers::answer as any_answer;
use super::round_trips::{about_copies, about_tables, request as any_request};
use crate::protocol::between::Between;
use crate::protocol::codec::{
    FrameWriter, decode, write_answer, write_image, write_message, write_request,
};
use crate::protocol::{Answer, Message, Request};

const DOCUMENT: &str = include_str!("../PROTOCOL.md");

/// The most lines of a diagram, the first one included: one is to be seen at a glance.
const DIAGRAM: usize = 14;

/// Which variant a value is; all of them stand in the list behind it, since the match has no rest.
macro_rules! variants {
    ($name:ident, $all:ident, $of:ident: $($variant:ident)+) => {
        fn $name(value: &$of) -> &'static str {
            match value {
                $($of::$variant { .. } => stringify!($variant),)+
            }
        }

        const $all: &[&str] = &[$(stringify!($variant)),+];
    };
}

variants!(message, MESSAGES, Message:
    Register ConnectionUpdate RequestInfo ImageInfo KeepThis KeepAnswer Relieve Space AskForImage Cancel Chunk NoImage
    AskForPreview Preview NoPreview Challenge Proof Release Heartbeat Leave Error Unknown);
variants!(request, REQUESTS, Request:
    RegisterClient GetImageList GetImageRequest GetExact GetPreview Put Chunk List Explain Similar Duplicates Distinct
    Status Members Tell Forget Drain Groups Abroad TrashList TrashRestore TrashPurge PlanRemoval Remove);
variants!(answer, ANSWERS, Answer:
    Registered ListImage ReceiveImage Preview NotFound Stored Have Refused Photos Explained Status Members Groups Told
    Draining Forgotten Trash Duplicates Similar Distinct Restored Purged Removal Removed Error);
variants!(between, BETWEEN, Between: Link Summary List Explain Get Preview);

/// A part of the document that tells of one command.
struct Command {
    /// The title of the chapter that it is in.
    chapter: String,
    name: String,
    /// Everything about it.
    text: String,
    examples: Vec<String>,
}

/// All blocks of code in this language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let after = text.split(&fence).skip(1);
    after.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The fields of a command that the text about it does not name, and those within them that the document does not.
fn unexplained(value: &Value, text: &str) -> Vec<String> {
    let outer = value.as_object().unwrap();
    let names = |field: &str| text.contains(&format!("`{field}`"));
    let unnamed = outer.keys().filter(|field| *field != "command" && !names(field)).cloned();
    let mut inner = Vec::new();
    outer.values().for_each(|value| fields_within(value, &mut inner));
    let is_id = |field: &str| field.len() == 16 && field.bytes().all(|b| b.is_ascii_hexdigit());
    let shown = |field: &str| {
        [format!("`{field}`"), format!("\"{field}\"")].iter().any(|name| DOCUMENT.contains(name))
    };
    unnamed.chain(inner.into_iter().filter(|field| !is_id(field) && !shown(field))).collect()
}

fn fields_within(value: &Value, fields: &mut Vec<String>) {
    let within: Vec<&Value> = match value {
        Value::Object(object) => {
            fields.extend(object.keys().cloned());
            object.values().collect()
        }
        Value::Array(list) => list.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    within.into_iter().for_each(|value| fields_within(value, fields));
}

fn commands() -> Vec<Command> {
    let chapters = DOCUMENT.split("\n## ").skip(1);
    let of_chapter = |chapter: &str| {
        let title = chapter.lines().next().unwrap().to_owned();
        let parts = chapter.split("\n### `").skip(1);
        let commands = parts.map(move |text| Command {
            chapter: title.clone(),
            name: text.split('`').next().unwrap().to_owned(),
            text: text.to_owned(),
            examples: blocks(text, "json"),
        });
        commands.collect::<Vec<_>>()
    };
    chapters.flat_map(of_chapter).collect()
}

/// What is printed of a value that was parsed.
fn printed(write: impl FnOnce(&mut Vec<u8>) -> io::Result<usize>) -> Value {
    let mut wire = Vec::new();
    write(&mut wire).unwrap();
    serde_json::from_slice(&wire[4..]).unwrap()
}

fn print_between(wire: &mut Vec<u8>, question: &Between) -> io::Result<usize> {
    let mut writer = FrameWriter::new(wire, None);
    writer.between(question)?;
    writer.flush()?;
    Ok(writer.get_mut().len())
}

fn print_answer(wire: &mut Vec<u8>, answer: &Answer) -> io::Result<usize> {
    if let Answer::ReceiveImage { image, .. } = answer {
        write_image(wire, answer, image.len() as u64, &mut &**image)
    } else {
        write_answer(wire, answer)
    }
}

fn parsed<T: serde::de::DeserializeOwned + Debug>(example: &str) -> T {
    decode(example.as_bytes()).unwrap_or_else(|error| panic!("{error}: {example}"))
}

/// Parses an example of a chapter; which variant it is, and what is printed of it.
fn there_and_back(chapter: &str, example: &str) -> (&'static str, Option<Value>) {
    match chapter {
        "Messages" => {
            let said: Message = parsed(example);
            // What nobody says cannot be printed.
            let is_said = said != Message::Unknown;
            let back = is_said.then(|| printed(|wire| write_message(wire, &said)));
            (message(&said), back)
        }
        "Requests" => {
            let asked: Request = parsed(example);
            (request(&asked), Some(printed(|wire| write_request(wire, &asked))))
        }
        "Answers" => {
            let given: Answer = parsed(example);
            (answer(&given), Some(printed(|wire| print_answer(wire, &given))))
        }
        "Between groups" => {
            let asked: Between = parsed(example);
            (between(&asked), Some(printed(|wire| print_between(wire, &asked))))
        }
        other => panic!("commands in the chapter {other:?}"),
    }
}

#[test]
fn every_example_is_read_and_printed_as_it_stands() {
    for Command { chapter, name, text, examples } in commands() {
        assert!(!examples.is_empty(), "{chapter}: {name} has no example");
        for example in examples {
            let (variant, back) = there_and_back(&chapter, &example);
            let Some(back) = back else {
                assert_eq!((name.as_str(), variant), ("Unknown", "Unknown"), "{example}");
                continue;
            };
            let value: Value = serde_json::from_str(&example).unwrap();
            assert_eq!(back, value, "{chapter}: {name}");
            assert_eq!(value["command"], name.as_str(), "{chapter}");
            assert_eq!(unexplained(&value, &text), [""; 0], "{name}: what are these?");
        }
    }
    assert!(commands().len() > 70, "the document is read wrong");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_field_is_explained(
        said in prop_oneof![about_tables(), about_copies()],
        asked in any_request(),
        given in any_answer(),
    ) {
        let values = [
            ("Messages", printed(|wire| write_message(wire, &said))),
            ("Requests", printed(|wire| write_request(wire, &asked))),
            ("Answers", printed(|wire| print_answer(wire, &given))),
        ];
        for (chapter, value) in values {
            let is_it = |of: &&Command| of.chapter == chapter && value["command"] == of.name.as_str();
            let commands = commands();
            let command = commands.iter().find(is_it).unwrap();
            prop_assert_eq!(unexplained(&value, &command.text), [""; 0], "{}", value);
        }
    }
}

#[test]
fn everything_that_can_be_said_has_an_example() {
    let all = [
        ("Messages", MESSAGES),
        ("Requests", REQUESTS),
        ("Answers", ANSWERS),
        ("Between groups", BETWEEN),
    ];
    for (chapter, variants) in all {
        let of_chapter = commands().into_iter().filter(|command| command.chapter == chapter);
        let examples = of_chapter.flat_map(|command| command.examples);
        let shown: BTreeSet<&str> =
            examples.map(|example| there_and_back(chapter, &example).0).collect();
        let missing: Vec<&&str> =
            variants.iter().filter(|variant| !shown.contains(**variant)).collect();
        assert!(missing.is_empty(), "{chapter}: no example of {missing:?}");
    }
}

#[test]
fn diagrams_tell_of_what_can_be_said() {
    let names: BTreeSet<String> = commands().into_iter().map(|command| command.name).collect();
    let diagrams = blocks(DOCUMENT, "mermaid");
    assert!(diagrams.len() >= 9, "{} diagrams", diagrams.len());
    for diagram in diagrams {
        let lines = diagram.lines().count();
        assert!((4..=DIAGRAM).contains(&lines), "{lines} lines:\n{diagram}");
        for line in diagram.lines().skip(1).filter(|line| !line.contains("Note over")) {
            let (arrow, label) = line.split_once(": ").unwrap();
            assert!(arrow.contains("->>") || arrow.contains("-x"), "{line}");
            let name = label.split([' ', ',']).next().unwrap();
            assert!(names.contains(name), "nobody says {name}: {line}");
        }
    }
}

#[test]
fn the_stories_are_played() {
    let stories = DOCUMENT.split("\n## Stories").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: Vec<&str> =
        stories.split("(`").skip(1).map(|text| text.split('`').next().unwrap()).collect();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/scripts");
    let played = named.iter().filter(|name| scripts.join(name).is_file()).count();
    // What super-peers do is for real daemons to show.
    assert_eq!((played, named.len()), (8, 9), "{named:?}");
}

#[test]
fn the_frame_that_is_shown_is_one() {
    let mut wire = Vec::new();
    write_request(&mut wire, &Request::GetImageList).unwrap();
    let length: Vec<String> = wire[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = format!("{}  {}\n", length.join(" "), String::from_utf8_lossy(&wire[4..]));
    assert!(DOCUMENT.contains(&shown), "{shown}");
}
