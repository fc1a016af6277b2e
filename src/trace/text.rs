//! A story as text, a column for each node, for a terminal.

use super::arrows::Arrow;
use super::joining::Fate;
use super::marks::Mark;
use super::story::{Item, Story};
use super::words::{shortened, span};

/// The width of the terminal, and of the time before the columns.
const WIDTH: usize = 120;
const TIME: usize = 10;

/// A pause that is told of, in microseconds.
const PAUSE: u64 = 1_000_000;

/// Writes a story.
pub fn text(story: &Story) -> String {
    let columns = Columns { wide: ((WIDTH - TIME) / story.bars.len().max(1)).max(8) };
    let names = story.bars.iter().map(|bar| {
        let name = shortened(&bar.name, columns.wide - 1);
        format!("{name:<width$}", width = columns.wide)
    });
    let mut lines =
        vec![format!("{:TIME$}{}", "", names.collect::<String>()).trim_end().to_owned()];
    let mut items: Vec<&Item> = story.items.iter().collect();
    items.sort_by_key(|item| match item {
        Item::Arrow(arrow) => (arrow.heard, arrow.lines.1),
        Item::Mark(mark) => (mark.at, mark.line),
    });
    let mut last = items.first().map_or(0, |item| item.ends());
    let mut told = None;
    for item in items {
        let at = item.ends();
        let pause = at.saturating_sub(last);
        if pause >= PAUSE {
            lines.push(format!("{:TIME$}~ {}{}", "", span(pause), story.unseen_in(last, at)));
        }
        last = last.max(at);
        let millis = at / 1_000;
        let is_new = told.replace(millis) != Some(millis);
        let time = if is_new {
            format!("{}.{:03}", millis / 1_000, millis % 1_000)
        } else {
            String::new()
        };
        let cells = match item {
            Item::Arrow(arrow) => columns.message(story, arrow),
            Item::Mark(mark) => columns.note(story, mark),
        };
        lines.push(format!("{time:>9} {}", cells.trim_end()));
    }
    lines.extend(story.notes.iter().map(|note| format!("({note})")));
    lines.join("\n") + "\n"
}

struct Columns {
    wide: usize,
}

impl Columns {
    /// `|` where each node's line is.
    fn lines(&self, story: &Story) -> Vec<char> {
        let mut cells = vec![' '; self.wide * story.bars.len()];
        for bar in 0..story.bars.len() {
            cells[bar * self.wide] = '|';
        }
        cells
    }

    /// An arrow from one line to the other, with its text in it.
    fn message(&self, story: &Story, arrow: &Arrow) -> String {
        let mut cells = self.lines(story);
        let (left, right) =
            (arrow.from.min(arrow.to) * self.wide, arrow.from.max(arrow.to) * self.wide);
        if left == right {
            return cells.into_iter().collect();
        }
        let stroke = match arrow.fate {
            Fate::Arrived => '-',
            Fate::HalfSeen => '.',
            Fate::Lost | Fate::OnItsWay => '~',
        };
        cells[left + 1..right].fill(stroke);
        let tip = if arrow.fate == Fate::Lost {
            'x'
        } else if arrow.to > arrow.from {
            '>'
        } else {
            '<'
        };
        let at = if arrow.to > arrow.from { right - 1 } else { left + 1 };
        cells[at] = tip;
        let room = (right - left).saturating_sub(7);
        let says: Vec<char> = format!(" {} ", shortened(&arrow.says, room)).chars().collect();
        let begin = left + 3;
        for (cell, c) in cells[begin..].iter_mut().zip(says) {
            *cell = c;
        }
        cells.into_iter().collect()
    }

    /// A text beside a node's line, over those of its neighbours if it must.
    fn note(&self, story: &Story, mark: &Mark) -> String {
        let cells = self.lines(story);
        let Some(node) = mark.node else {
            return format!("*** {}", shortened(&mark.says, WIDTH - TIME - 4));
        };
        let at = node * self.wide;
        let room = (WIDTH - TIME).saturating_sub(at + 3).max(8);
        let before: String = cells[..at].iter().collect();
        let says = shortened(&mark.says, room);
        let after = at + 3 + says.chars().count();
        let rest: String = cells.iter().skip(after).collect();
        format!("{before}* {says} {rest}")
    }
}
