//! What of a run is to be seen.

use std::time::Duration;

/// What of a run is to be seen; all that is news, without any choice.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Nothing before this time from the beginning of the run.
    pub from: Option<Duration>,
    /// Nothing after it.
    pub to: Option<Duration>,
    /// Only what is about these photos, by their names or the beginnings of their ids.
    pub photos: Vec<String>,
    /// Only what is of these types: commands of messages, names of events and actions.
    pub only: Vec<String>,
    /// Only what these nodes do, say or hear, by their names or ids.
    pub nodes: Vec<String>,
}

/// Messages that say nothing new, or only how large disks are.
const QUIET: [&str; 2] = ["heartbeat", "space"];

/// Events and actions that are told if nobody chooses: what people see of a node, and what becomes of photos.
const NEWS: [&str; 16] = [
    "start",
    "killed",
    "fault",
    "Held",
    "Missing",
    "Damaged",
    "FolderLost",
    "Installed",
    "Returned",
    "Closed",
    "Looked",
    "Asked",
    "Answer",
    "AnswerPhoto",
    "Shutdown",
    "Exit",
];

impl Choice {
    /// Whether a message of this command is shown.
    pub(super) fn shows_message(&self, command: &str) -> bool {
        match self.only.is_empty() {
            true => !QUIET.contains(&command),
            false => self.is_chosen(command),
        }
    }

    /// Whether an event or action of this type is shown.
    pub(super) fn shows_mark(&self, what: &str, is_action: bool, says: &str) -> bool {
        match self.only.is_empty() {
            // What is put away is told when it is wanted, or when it failed.
            true => {
                NEWS.contains(&what)
                    || (what == "PutAway" && is_action)
                    || says.starts_with("cannot store")
                    || (what == "PutAway" && says.starts_with("cannot"))
            }
            false => self.is_chosen(what),
        }
    }

    /// Whether waiting is shown.
    pub(super) fn shows_waits(&self) -> bool {
        self.only.is_empty() || self.is_chosen("wait")
    }

    fn is_chosen(&self, what: &str) -> bool {
        self.only.iter().any(|only| only.eq_ignore_ascii_case(what))
    }

    /// The first and the last moment, in microseconds.
    pub(super) fn window(&self) -> (u64, u64) {
        let micros = |span: Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        (self.from.map_or(0, micros), self.to.map_or(u64::MAX, micros))
    }
}
