//! Pictures of runs, for whoever asks for them: `SVG=run.svg`, `MERMAID=run.mmd`, and `TRACE=run.trace` for
//! `photomesh trace`.

use std::env;
use std::fs;
use std::time::Duration;

use photomesh::trace::{Choice, Line, Run, Story, mermaid, svg};

/// How much of the end of a long run is drawn: where a promise breaks, that is what led to it.
const END: Duration = Duration::from_secs(20);

/// With more lines a run is a long one.
const LONG: usize = 3_000;

/// The file of this name in the environment, if there is one.
fn wanted(name: &str) -> Option<String> {
    env::var(name).ok().filter(|path| !path.is_empty())
}

/// Whether anybody wants to see a picture.
pub(crate) fn is_wanted() -> bool {
    ["SVG", "MERMAID", "TRACE"].into_iter().any(|name| wanted(name).is_some())
}

/// Draws a run into the files that the environment names.
pub(crate) fn draw(lines: Option<Vec<Line>>) {
    let Some(lines) = lines else {
        return;
    };
    let write = |name: &str, text: &dyn Fn() -> String| {
        if let Some(path) = wanted(name) {
            fs::write(&path, text()).unwrap_or_else(|error| panic!("cannot write {path}: {error}"));
            println!("written: {path}");
        }
    };
    write("TRACE", &|| lines.iter().map(Line::to_json).collect());
    let last = lines.iter().map(|line| Duration::from_micros(line.entry.t)).max();
    let from = last.filter(|_| lines.len() > LONG).map(|last| last.saturating_sub(END));
    let story = Story::of(&run_of(lines), &Choice { from, ..Choice::default() });
    match story {
        Ok(story) => {
            write("SVG", &|| svg(&story));
            write("MERMAID", &|| mermaid(&story));
        }
        Err(why) => println!("nothing is drawn: {why}"),
    }
}

/// Lines as if they had been read from a file.
pub(crate) fn run_of(lines: Vec<Line>) -> Run {
    let mut run = Run::default();
    lines.into_iter().for_each(|line| run.take(line));
    run
}
