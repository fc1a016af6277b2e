//! Diagrams of golden scripts: none is drawn by hand, so none can be false.
//!
//! Those of the guide are in `src/guide/diagrams`, one a file; `UPDATE=1` before the test writes them anew. `make story`
//! draws any script.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use photomesh::trace::{Choice, Line, Story as Picture, mermaid};

use crate::drawing::{self, run_of};
use crate::golden::play_in;
use crate::story::Story;

/// A diagram of the guide: its name, the script that it is of, and what of that it shows.
struct Diagram {
    name: &'static str,
    script: &'static str,
    /// In milliseconds.
    from: u64,
    to: u64,
    only: &'static [&'static str],
    photos: &'static [&'static str],
}

const DIAGRAMS: [Diagram; 5] = [
    Diagram {
        name: "join",
        script: "join_through_any_node",
        from: 2_000,
        to: 4_000,
        only: &[],
        photos: &[],
    },
    Diagram {
        name: "second_copy",
        script: "a_photo_gets_a_second_copy",
        from: 0,
        to: 1_000,
        only: &[],
        photos: &[],
    },
    Diagram {
        name: "repair",
        script: "a_dead_node_is_repaired_after_grace",
        from: 5_039,
        to: 26_000,
        only: &[],
        photos: &[],
    },
    Diagram {
        name: "get_with_fail_over",
        script: "holder_dies_during_get",
        from: 5_841,
        to: 9_000,
        only: &[],
        photos: &[],
    },
    Diagram {
        name: "drop_with_proof",
        script: "surplus_copies_are_dropped_only_with_proof",
        from: 1_000,
        to: 4_000,
        only: &[],
        photos: &[],
    },
];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Plays a script.
fn play(script: &Path) -> (String, Vec<Line>) {
    let text = fs::read_to_string(script);
    let text = text.unwrap_or_else(|error| panic!("cannot read {}: {error}", script.display()));
    let mut story = Story::drawn();
    let told = play_in(&mut story, &text).expect("a script that can be played");
    (told, story.into_lines())
}

impl Diagram {
    fn choice(&self) -> Choice {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Choice {
            from: Some(Duration::from_millis(self.from)),
            to: Some(Duration::from_millis(self.to)),
            only: owned(self.only),
            photos: owned(self.photos),
            nodes: Vec::new(),
        }
    }

    fn story(&self) -> Picture {
        let (_, lines) = play(&project().join("tests/sim/scripts").join(self.script));
        Picture::of(&run_of(lines), &self.choice()).expect("something to draw")
    }

    fn path(&self) -> PathBuf {
        project().join("src/guide/diagrams").join(self.name).with_extension("mmd")
    }
}

#[test]
fn diagrams_of_the_guide_show_what_happens() {
    let update = std::env::var("UPDATE").is_ok_and(|value| value == "1");
    let mut wrong = Vec::new();
    for diagram in &DIAGRAMS {
        let drawn = format!("%% {}\n{}", diagram.script, mermaid(&diagram.story()));
        if update {
            fs::write(diagram.path(), drawn).expect("a writable diagram");
        } else if fs::read_to_string(diagram.path()).ok().as_ref() != Some(&drawn) {
            wrong.push(diagram.name);
        }
    }
    assert!(wrong.is_empty(), "no longer true (UPDATE=1 rewrites them): {wrong:?}");
}

#[test]
#[ignore = "a command: make story FILE=tests/sim/scripts/NAME [SVG=story.svg] [MERMAID=story.mmd] [TRACE=story.trace]"]
fn tell() {
    let file = std::env::var("FILE").unwrap_or_default();
    let (told, lines) = play(&project().join(file));
    println!("{told}");
    drawing::draw(Some(lines));
}
