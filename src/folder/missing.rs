//! Photos that the folder had and has no more: a few were removed by their owner, very many are an accident.
//!
//! A disk that is not mounted looks like a folder from which all was deleted. So a folder that lacks far too much is not
//! believed, neither at the start nor later: the daemon stops and asks, and no other node hears that anything is gone.
//! The friend's own photos are looked at by themselves, too: beside all that is kept for others they may be few.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::disk::Stamp;
use super::file_path::FilePath;
use super::layout::holding_at;
use super::{Folder, OpenError};
use crate::photo::PhotoId;
use crate::protocol::Holding;

/// This many photos can vanish at once without suspicion: a friend tidies up.
const MAY_VANISH: usize = 20;

/// Beyond [`MAY_VANISH`], one in this many can.
const MAY_VANISH_SHARE: usize = 5;

/// That nothing is left is suspicious from this many photos on.
const MAY_BE_ALL: usize = 5;

/// So many names of what is gone are remembered.
const NAMED: usize = 5;

/// Photos of one kind that the folder lacks.
struct Lack {
    /// Only the friend's own count.
    own: bool,
    missing: BTreeSet<PhotoId>,
    /// How many were known.
    known: usize,
}

impl Lack {
    fn is_suspicious(&self) -> bool {
        is_suspicious(self.missing.len(), self.known)
    }
}

/// Whether this many missing photos are an accident rather than a wish.
fn is_suspicious(missing: usize, known: usize) -> bool {
    let is_all = missing == known && missing >= MAY_BE_ALL;
    is_all || missing > MAY_VANISH.max(known / MAY_VANISH_SHARE)
}

/// The friend's own files that a scan has missed.
#[derive(Debug, Default)]
pub struct Gone {
    /// How many.
    pub files: usize,
    /// The first of them, relative to the folder.
    pub first: Vec<String>,
}

impl Folder {
    /// Of all that counts as copies, and of the friend's own photos, those whose files are all absent.
    fn lacks(&self, absent: &BTreeSet<FilePath>) -> [Lack; 2] {
        [false, true].map(|own| {
            let is_of_kind = |holding: Holding| match own {
                true => holding == Holding::Original,
                false => holding.is_stored(),
            };
            let mut lack = Lack { own, missing: BTreeSet::new(), known: 0 };
            for (id, entry) in self.index.photos() {
                let files = entry.files.iter();
                let mut files = files.filter(|path| is_of_kind(holding_at(path))).peekable();
                if files.peek().is_some() {
                    lack.known += 1;
                    if files.all(|path| absent.contains(path)) {
                        lack.missing.insert(id);
                    }
                }
            }
            lack
        })
    }

    /// Whether an absent file may be one of the unknown ones that are not at rest, counted by their size: the next scan
    /// will tell.
    pub(super) fn may_have_moved(&self, path: &Path, restless: &mut BTreeMap<u64, usize>) -> bool {
        let size = self.index.file(path).map(|entry| entry.stamp.size);
        match size.and_then(|size| restless.get_mut(&size)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// The error, if a scan has missed so many files, and so many photos were spoiled besides, that it is an accident.
    pub(super) fn accident(
        &self,
        absent: &BTreeSet<FilePath>,
        spoiled: &BTreeSet<PhotoId>,
    ) -> Option<OpenError> {
        if absent.is_empty() && spoiled.is_empty() {
            return None;
        }
        let mut lacks = self.lacks(absent);
        for lack in &mut lacks {
            lack.missing.extend(spoiled);
            lack.known += spoiled.len();
        }
        let lack = lacks.iter().find(|lack| lack.is_suspicious())?;
        Some(self.too_many(lack, lack.missing.len()))
    }

    fn too_many(&self, Lack { own, known, .. }: &Lack, missing: usize) -> OpenError {
        OpenError::Missing { folder: self.root.clone(), own: *own, missing, known: *known }
    }

    /// Refuses a folder that lacks far too many of its photos, or accepts that they are gone.
    pub(super) fn check_missing(&mut self) -> Result<(), OpenError> {
        let known = self.index.files().map(|(path, _)| path);
        let absent: BTreeSet<FilePath> =
            known.filter(|path| self.is_absent(path)).cloned().collect();
        if self.options.accept_missing {
            for path in &absent {
                self.index.remove_file(path);
            }
            return Ok(());
        }
        for lack in self.lacks(&absent) {
            // The walk for what was moved is made only if it matters.
            if lack.is_suspicious() {
                let missing = lack.missing.len() - self.count_moved(&lack.missing);
                if is_suspicious(missing, lack.known) {
                    return Err(self.too_many(&lack, missing));
                }
            }
        }
        Ok(())
    }

    /// How many missing photos seem to have been moved: a file under another name has the same size and time.
    fn count_moved(&self, missing: &BTreeSet<PhotoId>) -> usize {
        let key = |stamp: &Stamp| (stamp.size, stamp.modified);
        let walk = self.walker().walk();
        let mut new: BTreeMap<(u64, i64), usize> = BTreeMap::new();
        for (path, seen) in &walk.files {
            if self.index.file(path).is_none() {
                *new.entry(key(&seen.stamp)).or_default() += 1;
            }
        }
        let moved = |id: &&PhotoId| {
            let files = self.index.stored_files_of(**id);
            let mut stamps = files.iter().filter_map(|path| self.index.file(path));
            stamps.any(|entry| match new.get_mut(&key(&entry.stamp)) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    true
                }
                _ => false,
            })
        };
        missing.iter().filter(moved).count()
    }

    /// Remembers which of the friend's own files a scan has missed, and has not found under another name.
    pub(super) fn note_gone(&mut self, absent: &BTreeMap<FilePath, PhotoId>) {
        let is_own = |path: &Path| holding_at(path) == Holding::Original;
        for (path, photo) in absent.iter().filter(|(path, _)| is_own(path)) {
            if self.index.files_held(*photo, Holding::Original).is_empty() {
                self.gone.files += 1;
                if self.gone.first.len() < NAMED {
                    self.gone.first.push(path.display().to_string());
                }
            }
        }
    }

    /// The friend's own files that scans have missed since the last call.
    pub fn take_gone(&mut self) -> Gone {
        std::mem::take(&mut self.gone)
    }
}
