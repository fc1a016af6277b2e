//! What repeats itself in the log: a few lines are written, the rest is counted.
//!
//! Anybody at the other end of a link can cause a line a thousand times a second: by unknown commands, by coming and
//! going, by saying today the opposite of yesterday. Two lines are *alike* if they begin alike, numbers aside: those of
//! one node and about one thing do. So one who fills the log hides nobody else's lines, unless they make up beginnings;
//! their number is limited, too.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::node::Level;

/// How long lines are counted before the counts are written.
pub(super) const COUNTED: Duration = Duration::from_secs(60);

/// How many lines that are alike are written meanwhile: a node that restarts is seen to go and to come.
pub(super) const WRITTEN: u64 = 5;

/// How many kinds of lines are told apart meanwhile. What is of no kind counts as one of its own, and is not written.
pub(super) const KINDS: usize = 256;

/// How much of a line shows of what kind it is, in characters: a node's id and a few words.
const BEGINNING: usize = 40;

/// The lines of the last minute, by how much they matter, topic and kind.
#[derive(Default)]
pub(super) struct Repeats {
    began: Option<Instant>,
    lines: BTreeMap<(Level, &'static str, String), u64>,
}

impl Repeats {
    /// Counts a line; whether it is to be written.
    pub(super) fn admits(
        &mut self,
        now: Instant,
        (level, topic): (Level, &'static str),
        text: &str,
    ) -> bool {
        self.began.get_or_insert(now);
        let mut kind = (level, topic, beginning(text));
        let known = self.lines.contains_key(&kind);
        let has_room = known || self.lines.len() < KINDS;
        if !has_room {
            kind.2.clear();
        }
        let count = self.lines.entry(kind).or_default();
        *count += 1;
        has_room && *count <= WRITTEN
    }

    /// When the counts are to be written; never if there is nothing to count.
    pub(super) fn due(&self) -> Option<Instant> {
        self.began.map(|began| began + COUNTED)
    }

    /// How often what was not written has happened, in a line for each kind. All is counted anew from here on.
    pub(super) fn take(&mut self) -> Vec<(Level, &'static str, String)> {
        self.began = None;
        let lines = std::mem::take(&mut self.lines).into_iter();
        let told = lines.filter_map(|((level, topic, kind), count)| {
            let text = match kind.as_str() {
                "" => format!("{count} other lines were not written"),
                _ if count <= WRITTEN => return None,
                _ => format!("{} more lines like: {kind} ...", count - WRITTEN),
            };
            Some((level, topic, text))
        });
        told.collect()
    }
}

/// The words with which a line begins. Numbers are left out: each link has another one.
fn beginning(text: &str) -> String {
    let words = text.split(' ').filter(|word| word.contains(char::is_alphabetic));
    words.flat_map(|word| word.chars().chain([' '])).take(BEGINNING).collect()
}
