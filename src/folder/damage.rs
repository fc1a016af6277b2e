//! What is remembered of originals that have rotted.
//!
//! A rotten file of our own is set aside and cannot come back. A friend's own file stays where it is, and its bytes would
//! be a photo like any other to whoever does not know better: a rival of the good copies. The index knows better, but
//! the index may be lost. So a note of each lies in `.photomesh/damaged`, too. It stays there for good: a person who
//! wants such bytes to be a photo removes it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{self, Disk, Stamp};
use super::layout::{self, DAMAGED, TMP, is_note};
use crate::photo::PhotoId;

/// The note of an original that has rotted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Wreck {
    /// The photo that it was.
    pub(super) photo: PhotoId,
    /// Where it lies, relative to the folder.
    #[serde(with = "layout::path_text")]
    pub(super) file: PathBuf,
    /// The file as it was found.
    pub(super) stamp: Stamp,
    /// The digest of the bytes that it has now; none if the disk could not read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<PhotoId>,
}

/// All originals that have rotted.
#[derive(Debug)]
pub(super) struct Wrecks {
    disk: Disk,
    root: PathBuf,
    by_file: BTreeMap<PathBuf, Wreck>,
    /// From the bytes to the photo that they were.
    by_bytes: BTreeMap<PhotoId, PhotoId>,
}

impl Wrecks {
    /// Reads the notes. What cannot be read is left alone.
    pub(super) fn open(disk: &Disk, root: &Path) -> Wrecks {
        let mut wrecks = Wrecks {
            disk: disk.clone(),
            root: root.to_owned(),
            by_file: BTreeMap::new(),
            by_bytes: BTreeMap::new(),
        };
        let entries = fs::read_dir(root.join(DAMAGED));
        for entry in entries.into_iter().flatten().flatten() {
            let note = is_note(&entry.file_name()).then(|| disk::open(&entry.path()));
            let note = note.and_then(Result::ok).map(BufReader::new);
            if let Some(Ok(wreck)) = note.map(serde_json::from_reader) {
                wrecks.learn(wreck);
            }
        }
        wrecks
    }

    fn learn(&mut self, wreck: Wreck) {
        if let Some(bytes) = wreck.bytes {
            self.by_bytes.insert(bytes, wreck.photo);
        }
        self.by_file.insert(wreck.file.clone(), wreck);
    }

    /// The photo that an original was before it rotted, if that is known of its path and stamp or of the bytes that it
    /// has now, wherever it lies.
    pub(super) fn was(&self, file: &Path, stamp: Stamp, bytes: PhotoId) -> Option<PhotoId> {
        let untouched = |wreck: &&Wreck| stamp.is_moved(&wreck.stamp);
        let here = self.by_file.get(file).filter(untouched);
        let here = here.map(|wreck| wreck.photo);
        let was = self.by_bytes.get(&bytes).copied().or(here);
        was.filter(|photo| *photo != bytes)
    }

    /// Writes a note to a free path, relative to the folder; safe when it returns.
    pub(super) fn write(&mut self, note: &Path, wreck: Wreck) -> io::Result<()> {
        let text = serde_json::to_string_pretty(&wreck)? + "\n";
        let tmp = self.root.join(TMP).join("note");
        self.disk.write_whole(&self.root.join(note), &tmp, &text)?;
        self.learn(wreck);
        Ok(())
    }
}
