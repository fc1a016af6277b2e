//! Notes about originals that have rotted.
//!
//! If one of our own files rots, it is set aside and cannot come back. A friend's own file stays where it is, and a
//! scan without knowledge of the damage would take its bytes for a new photo, a rival of the good copies. The index has
//! this knowledge, but may be lost. So a note of each lies in `.photomesh/damaged`, too. It stays for good: a person
//! who wants such bytes to be a photo removes the note.

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
pub(super) struct DamagedOriginal {
    /// The photo that it held.
    pub(super) photo: PhotoId,
    /// Its path, relative to the folder.
    #[serde(with = "layout::path_text")]
    pub(super) file: PathBuf,
    /// The file as it was found.
    pub(super) stamp: Stamp,
    /// The digest of its present bytes; none if the disk could not read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<PhotoId>,
}

/// All originals that have rotted.
#[derive(Debug)]
pub(super) struct DamagedOriginals {
    disk: Disk,
    root: PathBuf,
    by_file: BTreeMap<PathBuf, DamagedOriginal>,
    /// From the present bytes to the photo that they were.
    by_bytes: BTreeMap<PhotoId, PhotoId>,
}

impl DamagedOriginals {
    /// Reads the notes. Unreadable ones are left alone.
    pub(super) fn open(disk: &Disk, root: &Path) -> DamagedOriginals {
        let mut originals = DamagedOriginals {
            disk: disk.clone(),
            root: root.to_owned(),
            by_file: BTreeMap::new(),
            by_bytes: BTreeMap::new(),
        };
        let entries = fs::read_dir(root.join(DAMAGED));
        for entry in entries.into_iter().flatten().flatten() {
            let note = is_note(&entry.file_name()).then(|| disk::open(&entry.path()));
            let note = note.and_then(Result::ok).map(BufReader::new);
            if let Some(Ok(original)) = note.map(serde_json::from_reader) {
                originals.learn(original);
            }
        }
        originals
    }

    fn learn(&mut self, original: DamagedOriginal) {
        if let Some(bytes) = original.bytes {
            self.by_bytes.insert(bytes, original.photo);
        }
        self.by_file.insert(original.file.clone(), original);
    }

    /// The photo that an original was before it rotted, if known by its path and stamp, or by its present bytes at any
    /// path.
    pub(super) fn was(&self, file: &Path, stamp: Stamp, bytes: PhotoId) -> Option<PhotoId> {
        let untouched = |original: &&DamagedOriginal| stamp.is_moved(&original.stamp);
        let here = self.by_file.get(file).filter(untouched);
        let here = here.map(|original| original.photo);
        let was = self.by_bytes.get(&bytes).copied().or(here);
        was.filter(|photo| *photo != bytes)
    }

    /// Writes a note to a free path, relative to the folder; safe when it returns.
    pub(super) fn write(&mut self, note: &Path, original: DamagedOriginal) -> io::Result<()> {
        let text = serde_json::to_string_pretty(&original)? + "\n";
        let tmp = self.root.join(TMP).join("note");
        self.disk.write_whole(&self.root.join(note), &tmp, &text)?;
        self.learn(original);
        Ok(())
    }
}
