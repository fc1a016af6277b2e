//! One line of a trace file, and who writes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::{Boot, NodeId};

/// What a line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A daemon starts; `grace` and `pin` say how long it waits.
    Start,
    /// Something happens to the node: an event that is no message.
    Event,
    /// The node wants something done: an action that sends nothing.
    Action,
    /// A frame is handed to the network.
    Send,
    /// A frame has arrived.
    Recv,
    /// What the node is about from now on; see [`State`](super::State).
    State,
    /// What the node has of a photo from now on: `original`, `replica`, `trash` or `nothing`.
    Has,
    /// What a photo, or another node, is called.
    Name,
    /// Something goes wrong, or is over: known to a simulator alone.
    Fault,
    /// Lines that found no room are missing here; `n` says how many.
    Missing,
    /// A kind of a later version.
    #[serde(other)]
    Unknown,
}

/// A line but for who writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in microseconds by the clock of the node. Only differences matter.
    pub t: u64,
    /// What it tells of.
    pub kind: Kind,
    /// Its type: the command of a message, the name of an event or action.
    pub what: String,
    /// The same in words. Photos are called by the beginnings of their ids, nodes by theirs: names are lines of their own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says: String,
    /// The link, which has this number in this life of this node alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<u64>,
    /// Of a link that begins: the connection below it, as both ends know it, by their ports. Somebody between them may have
    /// made other ports of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<String>,
    /// Of a frame: the how-manyth of its link in its direction, from 1. Since links are first in, first out, the n-th
    /// that is sent is the n-th that arrives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The node at the other end, once that has registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<NodeId>,
    /// Its life: only where it registers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<Boot>,
    /// The photos it is about, by the beginnings of their ids: the first ones if there are many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photo: Vec<String>,
    /// How many bytes of a photo it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What ties it to others: a pull (`#3`) or a round of challenges (`round cb6b`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How long a node may be away, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<u64>,
    /// How long a proof binds, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<u64>,
}

/// A line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The node that writes it.
    pub node: NodeId,
    /// What people call that.
    pub name: String,
    /// This life of it.
    pub boot: Boot,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}

/// Who writes a trace: makes lines of entries, and adds who is at the other end of their link.
#[derive(Clone, Debug)]
pub struct Author {
    node: NodeId,
    name: String,
    boot: Boot,
    peers: BTreeMap<u64, NodeId>,
}

impl Entry {
    /// An entry without any details.
    pub(super) fn new(t: u64, kind: Kind, what: impl Into<String>) -> Entry {
        Entry {
            t,
            kind,
            what: what.into(),
            says: String::new(),
            link: None,
            wire: None,
            n: None,
            peer: None,
            life: None,
            photo: Vec::new(),
            bytes: None,
            id: None,
            grace: None,
            pin: None,
        }
    }

    /// Something goes wrong, or is over.
    pub fn fault(t: u64, says: &str) -> Entry {
        Entry { says: says.to_owned(), ..Entry::new(t, Kind::Fault, "fault") }
    }

    /// So many lines are missing.
    pub fn missing(t: u64, lines: u64) -> Entry {
        Entry { n: Some(lines), ..Entry::new(t, Kind::Missing, "missing") }
    }

    /// What a photo is called, by the beginning of its id.
    pub fn called(t: u64, photo: &str, name: &str) -> Entry {
        let photo = vec![photo.to_owned()];
        Entry { photo, says: name.to_owned(), ..Entry::new(t, Kind::Name, "photo") }
    }
}

impl Author {
    /// One life of a node.
    pub fn new(node: NodeId, name: &str, boot: Boot) -> Author {
        Author { node, name: name.to_owned(), boot, peers: BTreeMap::new() }
    }

    /// The next line, to be given all entries in the order in which they were made.
    pub fn line(&mut self, mut entry: Entry) -> Line {
        if let (Some(link), Some(peer), Some(_)) = (entry.link, entry.peer, entry.life) {
            self.peers.insert(link, peer);
        }
        if let Some(link) = entry.link {
            entry.peer = entry.peer.or(self.peers.get(&link).copied());
            if entry.what == "Closed" {
                self.peers.remove(&link);
            }
        }
        Line { node: self.node, name: self.name.clone(), boot: self.boot, entry }
    }
}

impl Line {
    /// As the file has it: one line of JSON, with its end.
    pub fn to_json(&self) -> String {
        // Numbers and texts can always be written.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}
