//! What photos and nodes are called, put into words that have only their ids.

use std::collections::{BTreeMap, BTreeSet};

use super::line::{Kind, Line};
use crate::protocol::{NodeId, plain};

/// The most characters of a name.
const NAME: usize = 40;

/// The names that a trace tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// By the first eight digits of the photo's id, and by the sixteen of the node's.
    called: BTreeMap<String, String>,
}

impl Names {
    /// The names in a trace. Two photos of one name are told apart by their ids; a node's own word on its name goes before
    /// that of others.
    pub(super) fn of(lines: &[Line]) -> Names {
        let mut called: BTreeMap<String, String> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.entry.kind == Kind::Name) {
            let ids = line.entry.photo.iter().cloned();
            for id in ids.chain(line.entry.peer.map(|node| node.to_string())) {
                called.entry(id).or_insert_with(|| shortened(&line.entry.says));
            }
        }
        for line in lines {
            called.insert(line.node.to_string(), shortened(&line.name));
        }
        let mut seen = BTreeSet::new();
        let twice: BTreeSet<String> =
            called.values().filter(|name| !seen.insert(*name)).cloned().collect();
        for (id, name) in &mut called {
            if twice.contains(name) {
                *name = format!("{name} ({})", id.chars().take(4).collect::<String>());
            }
        }
        Names { called }
    }

    pub(super) fn node(&self, node: NodeId) -> String {
        self.id(&node.to_string())
    }

    pub(super) fn id(&self, id: &str) -> String {
        self.called.get(id).cloned().unwrap_or_else(|| plain(id))
    }

    /// Whether a photo is meant by what a person says: its name, or the beginning of its id.
    pub(super) fn is_meant(&self, id: &str, said: &str) -> bool {
        let begin: String = said.chars().take(8).collect();
        (begin.len() >= 4 && id.starts_with(&begin))
            || self.called.get(id).is_some_and(|name| name == said)
    }

    /// Words with names in place of ids; whatever would draw on a terminal is shown as an escape.
    pub(super) fn put_into(&self, words: &str) -> String {
        let mut text = String::with_capacity(words.len());
        let mut rest = words;
        while let Some(begin) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
            let (before, word) = rest.split_at(begin);
            let end = word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len());
            text.push_str(before);
            match self.called.get(known(&word[..end])) {
                Some(name) => {
                    let bare = text.strip_suffix("node ").unwrap_or(&text).len();
                    text.truncate(bare);
                    text.push_str(name);
                }
                None => text.push_str(&word[..end]),
            }
            rest = &word[end..];
        }
        text.push_str(rest);
        plain(&text)
    }
}

/// By which part of it a word is known: a photo's whole id by its beginning.
fn known(word: &str) -> &str {
    if word.len() == 64 { &word[..8] } else { word }
}

fn shortened(name: &str) -> String {
    plain(&name.chars().take(NAME).collect::<String>())
}
