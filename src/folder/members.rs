//! What the group has said about its members, noted for the next start.

use std::io::BufReader;
use std::path::Path;

use super::layout::{MARKER, TMP};
use super::{Folder, disk};
use crate::protocol::group::Roster;

impl Folder {
    /// What the group has said about its members, as last noted.
    pub fn roster(&self) -> Roster {
        self.roster.clone()
    }

    /// Remembers what the group has said about its members. Best effort: the other nodes tell it again.
    pub fn note_members(&mut self, roster: Roster) {
        if self.roster == roster {
            return;
        }
        self.roster = roster;
        if let Ok(text) = serde_json::to_string(&self.roster) {
            let path = self.root.join(MARKER).join("members");
            let tmp = self.root.join(TMP).join("members");
            let _ = self.disk.write_whole(&path, &tmp, &text);
        }
    }
}

/// What was noted last; nothing if the note cannot be read.
pub(super) fn read(root: &Path) -> Roster {
    let read = disk::open(&root.join(MARKER).join("members"));
    let roster = read.map(|file| serde_json::from_reader(BufReader::new(file)));
    roster.ok().and_then(Result::ok).unwrap_or_default()
}
