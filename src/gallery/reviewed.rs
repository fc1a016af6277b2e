//! What somebody has looked at and found to be the same picture: pairs of a photo and a worse version of it.
//!
//! It is a tick for people, in a file beside the login links: it purges nothing, and nobody else is told.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::NamedTempFile;

use super::limits::REVIEWED;
use super::lock;
use crate::photo::PhotoId;
use crate::platform;

/// A keeper, and a version that is put away for it.
pub(super) type Pair = (PhotoId, PhotoId);

/// All pairs that somebody has reviewed.
pub(super) struct Reviewed {
    path: PathBuf,
    pairs: Mutex<BTreeSet<Pair>>,
}

impl Reviewed {
    /// Reads the pairs in this file, if there is one; lines that are none are passed over.
    ///
    /// # Errors
    ///
    /// If the file is there and cannot be read.
    pub(super) fn open(path: &Path) -> io::Result<Reviewed> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let pairs = text.lines().filter_map(pair).take(REVIEWED).collect();
        Ok(Reviewed { path: path.to_owned(), pairs: Mutex::new(pairs) })
    }

    /// Whether somebody has looked at this pair.
    pub(super) fn has(&self, pair: Pair) -> bool {
        lock(&self.pairs).contains(&pair)
    }

    /// Notes that these were looked at, or that they were not after all. The file is there as a whole or as it was.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or has too many pairs; then nothing has changed.
    pub(super) fn note(&self, pairs: &[Pair], undo: bool) -> io::Result<()> {
        let mut kept = lock(&self.pairs);
        let mut changed = kept.clone();
        for pair in pairs {
            match undo {
                true => changed.remove(pair),
                false => changed.insert(*pair),
            };
        }
        if changed.len() > REVIEWED {
            return Err(io::Error::other("there are more pairs than anybody looks at"));
        }
        let text: String =
            changed.iter().map(|(keeper, version)| format!("{keeper} {version}\n")).collect();
        platform::write_private(&self.path, text.as_bytes(), NamedTempFile::persist)?;
        *kept = changed;
        Ok(())
    }
}

fn pair(line: &str) -> Option<Pair> {
    let (keeper, version) = line.split_once(' ')?;
    Some((keeper.parse().ok()?, version.parse().ok()?))
}
