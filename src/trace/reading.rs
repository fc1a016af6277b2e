//! From files to lines. Every file is hostile: what is no line of a trace is passed over and counted.

use std::collections::BTreeMap;
use std::fmt;

use super::limits::{LINE, LINES, NODES};
use super::line::{Kind, Line};
use crate::protocol::{NodeId, count, plain};

/// The lines of all files, in the order in which each node wrote its own.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub(super) lines: Vec<Line>,
    pub(super) defects: Defects,
    /// The nodes that write, in the order in which they do so first; their places.
    places: BTreeMap<NodeId, usize>,
}

/// What was not taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Defects {
    /// Lines that are no lines of a trace, and where the first one is.
    unreadable: u64,
    first: Option<String>,
    /// Lines of kinds of a later version.
    unknown: u64,
    /// Files that end within a line: their daemon was killed.
    halves: u64,
    /// Lines that their daemon had no room for.
    pub(super) missing: u64,
    /// Lines over the limit of [`LINES`], or of nodes over that of [`NODES`].
    too_many: u64,
}

/// A file that has no line of a trace in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTrace {
    file: String,
}

impl fmt::Display for NoTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = plain(&self.file);
        write!(f, "{file} is no trace: `photomesh daemon --trace FILE` writes one")
    }
}

impl Run {
    /// Takes in a file of this name.
    ///
    /// # Errors
    ///
    /// If nothing in it is a line of a trace.
    pub fn read(&mut self, file: &str, bytes: &[u8]) -> Result<(), NoTrace> {
        let before = self.lines.len();
        let mut texts = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
        while let Some((at, text)) = texts.next() {
            if text.trim_ascii().is_empty() {
                continue;
            }
            // A daemon that goes on with a file begins with an empty line: what is before that was left unfinished.
            let is_last = texts.peek().is_none_or(|(_, next)| *next == b"\n");
            match parse(text) {
                Some(line) => self.take(line),
                None if is_last && at > 0 => self.defects.halves += 1,
                None => {
                    self.defects.unreadable += 1;
                    let first = || format!("{}, line {}", plain(file), at + 1);
                    self.defects.first.get_or_insert_with(first);
                }
            }
        }
        if self.lines.len() == before {
            return Err(NoTrace { file: file.to_owned() });
        }
        Ok(())
    }

    /// Takes in a line, if there is room.
    pub fn take(&mut self, line: Line) {
        let next = self.places.len();
        let is_known = self.places.contains_key(&line.node);
        if line.entry.kind == Kind::Unknown {
            self.defects.unknown += 1;
        } else if self.lines.len() >= LINES || (!is_known && next >= NODES) {
            self.defects.too_many += 1;
        } else {
            if line.entry.kind == Kind::Missing {
                let missing = line.entry.n.unwrap_or(1);
                self.defects.missing = self.defects.missing.saturating_add(missing);
            }
            self.places.entry(line.node).or_insert(next);
            self.lines.push(line);
        }
    }

    /// The place of a node that writes.
    pub(super) fn place(&self, node: NodeId) -> Option<usize> {
        self.places.get(&node).copied()
    }

    pub(super) fn writers(&self) -> usize {
        self.places.len()
    }
}

fn parse(text: &[u8]) -> Option<Line> {
    if text.len() > LINE {
        return None;
    }
    serde_json::from_slice(text).ok()
}

impl Defects {
    /// For people.
    pub(super) fn in_words(&self) -> Vec<String> {
        let Defects { unreadable, first, unknown, halves, missing, too_many } = self;
        let first = first.iter().map(|first| format!(": the first is {first}")).collect::<String>();
        [
            (*unreadable, format!("{} no lines of a trace{first}", are(*unreadable))),
            (*unknown, format!("{} of a kind that a later version writes", are(*unknown))),
            (*halves, format!("{} cut off at the end, as when a daemon is killed", are(*halves))),
            (
                *missing,
                format!("{} missing: a daemon said more than it could write", are(*missing)),
            ),
            (*too_many, format!("{} left out: there are too many", are(*too_many))),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(_, words)| words)
        .collect()
    }
}

/// `1 line is`, `2 lines are`.
fn are(number: u64) -> String {
    format!("{} {}", count(number, "line"), if number == 1 { "is" } else { "are" })
}
