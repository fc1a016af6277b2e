//! A story as a Mermaid sequence diagram, for pages of text: short, and the same every time.

use super::arrows::Arrow;
use super::joining::Fate;
use super::limits::MERMAID_LINES;
use super::marks::Mark;
use super::story::{Item, Story};
use super::words::{self, shortened, span};

/// The most characters beside an arrow.
const LABEL: usize = 60;

/// A pause that is told of, in microseconds.
const PAUSE: u64 = 1_000_000;

/// Writes a story, in forty lines at most.
pub fn mermaid(story: &Story) -> String {
    let mut lines = vec!["sequenceDiagram".to_owned()];
    for (at, bar) in story.bars.iter().enumerate() {
        let id = id(story, at);
        let name = words::mermaid(&shortened(&bar.name, LABEL));
        lines.push(match id == name {
            true => format!("    participant {id}"),
            false => format!("    participant {id} as {name}"),
        });
    }
    let mut items: Vec<&Item> = story.items.iter().collect();
    // A diagram without slanted arrows has one place for a message: where it matters, which is where it arrives.
    items.sort_by_key(|item| match item {
        Item::Arrow(arrow) => (arrow.heard, arrow.lines.1),
        Item::Mark(mark) => (mark.at, mark.line),
    });
    let mut last = items.first().map_or(0, |item| item.ends());
    let mut told = Vec::new();
    for item in items {
        let pause = item.ends().saturating_sub(last);
        if pause >= PAUSE {
            let text = words::mermaid(&format!("{} later", span(pause)));
            told.push(over_all(story, &text));
        }
        last = last.max(item.ends());
        told.extend(match item {
            Item::Arrow(arrow) => message(story, arrow),
            Item::Mark(mark) => Some(note(story, mark)),
        });
    }
    let room = MERMAID_LINES.saturating_sub(lines.len() + 1);
    let over = told.len().saturating_sub(room);
    if over > 0 {
        told.truncate(room);
        told.push(over_all(story, &format!("{over} more: choose with --from, --to or --only")));
    }
    lines.extend(told);
    lines.join("\n") + "\n"
}

fn message(story: &Story, arrow: &Arrow) -> Option<String> {
    if arrow.from == arrow.to {
        return None;
    }
    let sign = match arrow.fate {
        Fate::Arrived | Fate::OnItsWay => "-)",
        Fate::HalfSeen => "--)",
        Fate::Lost => "-x",
    };
    let (from, to) = (id(story, arrow.from), id(story, arrow.to));
    let says = words::mermaid(&shortened(&arrow.says, LABEL));
    Some(format!("    {from}{sign}{to}: {says}"))
}

fn note(story: &Story, mark: &Mark) -> String {
    let says = words::mermaid(&shortened(&mark.says, LABEL));
    match mark.node {
        None => over_all(story, &says),
        Some(node) => format!("    Note over {}: {says}", id(story, node)),
    }
}

fn over_all(story: &Story, text: &str) -> String {
    let (first, last) = (id(story, 0), id(story, story.bars.len().saturating_sub(1)));
    match first == last {
        true => format!("    Note over {first}: {text}"),
        false => format!("    Note over {first},{last}: {text}"),
    }
}

/// What a node is called in the diagram: its name if that is a plain word, and no word of Mermaid's.
fn id(story: &Story, at: usize) -> String {
    let name = story.bars.get(at).map(|bar| bar.name.as_str()).unwrap_or_default();
    let is_word = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    let words =
        ["end", "note", "over", "loop", "alt", "else", "opt", "par", "and", "rect", "as", "box"];
    let is_theirs = words.contains(&name);
    if is_word && begins && !is_theirs && name.len() <= 20 {
        name.to_owned()
    } else {
        format!("node_{at}")
    }
}
