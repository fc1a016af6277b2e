//! From a walk to changes: comparing the folder with the index.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::disk::{self, Stamp};
use super::entry::Content;
use super::file_path::FilePath;
use super::layout::{self, holding_at};
use super::scan::{Candidate, Finding, Inspection, Walk, Walker};
use super::{Change, Folder, companions};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Few, Holding};

/// The result of [`Folder::absorb`].
#[derive(Debug)]
pub struct Absorbed {
    /// Changes known at once. They end with [`Change::Scanned`] if there is nothing to inspect.
    pub changes: Vec<Change>,
    /// Files to inspect; every [`Inspection`] goes to [`Folder::take`].
    pub candidates: Vec<Candidate>,
}

/// A walk whose candidates are being inspected.
#[derive(Debug, Default)]
pub(super) struct Scanning {
    /// Candidates that were given out and have not come back.
    pending: BTreeSet<FilePath>,
    /// Known files that the walk did not find.
    unseen: Vec<FilePath>,
    /// How many unknown files of each size the walk has found that are not at rest: files that were moved may be among
    /// them.
    restless: BTreeMap<u64, usize>,
    /// Photos with a changed file, and whether that became another photo. How they are held is known only when all
    /// candidates are taken: the bytes may have moved to another name.
    changed: BTreeMap<PhotoId, bool>,
    /// Files and directories that could not be read.
    unreadable: u64,
    /// A scan has ended.
    is_known: bool,
}

impl Scanning {
    /// Whether a scan has ended, and no candidate is out.
    pub(super) fn is_idle(&self) -> bool {
        self.is_known && self.pending.is_empty()
    }
}

impl Folder {
    /// A walker through this folder, for a separate thread.
    pub fn walker(&self) -> Walker {
        Walker::new(&self.root, self.marker)
    }

    /// Compares a walk with what is known.
    ///
    /// Files unchanged since they were last read are known at once. New and changed ones are given out as candidates,
    /// if they are at rest. Missing files are decided when all candidates have come back.
    pub fn absorb(&mut self, walk: Walk) -> Absorbed {
        let mut changes = Vec::new();
        let mut candidates = Vec::new();
        if !walk.marked {
            changes.push(Change::Lost { reason: self.marker_lost() });
            return Absorbed { changes, candidates };
        }
        self.scanning.restless.clear();
        let mut met = BTreeSet::new();
        for (path, seen) in &walk.files {
            match self.index.file(path) {
                Some(entry) if entry.stamp == seen.stamp => {
                    if !entry.seen {
                        if let Content::Photo(id) = entry.content {
                            met.insert(id);
                        }
                        self.index.set_seen(path);
                    }
                }
                None if !seen.rests => {
                    *self.scanning.restless.entry(seen.stamp.size).or_default() += 1;
                }
                _ if !seen.rests || self.scanning.pending.contains(path) => {}
                // Whatever is in them, these are not photos.
                None if layout::accompanied_by(path).is_some()
                    || companions::is_thumbnail(path, |path| {
                        walk.files.contains_key(path.as_os_str())
                    }) =>
                {
                    self.index.set_file(path, seen.stamp, Content::Other);
                }
                _ => {
                    self.scanning.pending.insert(path.clone());
                    candidates.push(Candidate {
                        disk: self.disk.clone(),
                        root: self.root.clone(),
                        path: path.clone(),
                        stamp: seen.stamp,
                    });
                }
            }
        }
        for id in met {
            self.settle(id);
            self.tell(id, &mut changes);
        }
        let unseen = self.index.files().map(|(path, _)| path);
        let unseen = unseen.filter(|path| !walk.files.contains_key(*path));
        self.scanning.unseen = unseen.cloned().collect();
        self.scanning.unreadable = walk.unreadable;
        if self.scanning.pending.is_empty() {
            self.finish_scan(&mut changes);
        }
        Absorbed { changes, candidates }
    }

    /// Takes in the result of a candidate. With the last one the scan is complete.
    pub fn take(&mut self, inspection: Inspection) -> Vec<Change> {
        let mut changes = Vec::new();
        if !self.scanning.pending.remove(&inspection.path) {
            return changes;
        }
        let Inspection { path, stamp, finding } = inspection;
        // Between the inspection and now, the folder may have moved the file or the friend may have changed it.
        let still = disk::look(&self.full(&path)).is_ok_and(|now| now == Some(stamp));
        match finding {
            Finding::Photo(found) if still => self.found(&path, stamp, found.photo, &mut changes),
            Finding::Other if still => {
                if let Some(before) = self.photo_at(&path) {
                    self.scanning.changed.entry(before).or_insert(false);
                }
                self.index.set_file(&path, stamp, Content::Other);
            }
            Finding::Rotten if still => self.found_rotten(&path, stamp, &mut changes),
            Finding::Unreadable => self.scanning.unreadable += 1,
            Finding::Photo(_) | Finding::Other | Finding::Rotten | Finding::Restless => {}
        }
        if self.scanning.pending.is_empty() {
            self.finish_scan(&mut changes);
        }
        changes
    }

    /// A file is a photo, and was not known as this one.
    fn found(&mut self, path: &Path, stamp: Stamp, photo: Photo, changes: &mut Vec<Change>) {
        let id = photo.id;
        let original = holding_at(path) == Holding::Original;
        if original && let Some(was) = self.damaged_originals.was(path, stamp, id) {
            return self.found_damaged_original(path, stamp, was, changes);
        }
        let before = self.photo_at(path).filter(|before| *before != id);
        if original && self.index.photo(id).is_none() {
            changes.push(Change::Added { photo: id });
        }
        let named = self.index.photo(id).is_some_and(|entry| !entry.facts.names.is_empty());
        let mut facts = self.notes.facts(path, id);
        // The names of our own files were made safe, and say less than the known facts.
        if original || (!named && facts.names.is_empty()) {
            facts.merge(&Facts::named(layout::label(path)));
        }
        if original {
            facts.date(stamp.dated());
        }
        if let Some(before) = before {
            self.scanning.changed.insert(before, true);
            if original {
                facts.merge(&self.told_apart_by_edit(&photo, before));
            }
        }
        let news = self.index.put_photo(&Arc::new(photo), &facts);
        self.index.set_file(path, stamp, Content::Photo(id));
        self.forget_absent(id);
        self.settle(id);
        if news {
            self.tell_anyway(id, changes);
        } else {
            self.tell(id, changes);
        }
    }

    /// What a file that was edited in place is told apart from. What its owner has made of it must not yield to the
    /// bytes that they have changed: if these are the better version by rank, it is another picture from then on, and
    /// both are shown. It stays so when it is edited again. A better one takes the other's place like any better
    /// version.
    fn told_apart_by_edit(&self, photo: &Photo, before: PhotoId) -> Facts {
        let was = self.index.photo(before);
        let is_worse = was.is_none_or(|was| {
            was.photo.account != photo.account || photo.rank() < was.photo.rank()
        });
        let inherited = was.map(|was| was.facts.distinct.clone()).unwrap_or_default();
        let mut distinct: Few<PhotoId> = is_worse.then_some(before).into_iter().collect();
        distinct.extend(inherited.into_iter().filter(|other| *other != photo.id));
        Facts { distinct, ..Facts::default() }
    }

    /// An original has the bytes of a rotten one, as noted at another time or place.
    fn found_damaged_original(
        &mut self,
        path: &Path,
        stamp: Stamp,
        was: PhotoId,
        changes: &mut Vec<Change>,
    ) {
        if let Some(before) = self.photo_at(path) {
            self.scanning.changed.entry(before).or_insert(false);
        }
        let content = Content::Damaged(was);
        let known = self.index.file(path).map(|entry| entry.content) == Some(content);
        self.index.set_file(path, stamp, content);
        if !known {
            self.tell_damage(was, path, changes);
        }
    }

    /// One of our own files is not the photo that its name says, whatever its stamp and the index say.
    fn found_rotten(&mut self, path: &Path, stamp: Stamp, changes: &mut Vec<Change>) {
        if let Some(photo) = self.photo_at(path) {
            self.set_aside(photo, path, stamp, None);
            self.tell_damage(photo, path, changes);
        } else {
            // Nobody knows any more which photo it was, so nobody counts on it.
            self.scanning.unreadable += 1;
            // Best effort: the next walk tries again.
            let _ = self.move_aside(path);
        }
    }

    fn tell_damage(&mut self, photo: PhotoId, path: &Path, changes: &mut Vec<Change>) {
        let file = path.display().to_string();
        changes.push(Change::Damaged { photo, file });
        self.tell_anyway(photo, changes);
    }

    /// The photo that a file was when last read.
    fn photo_at(&self, path: &Path) -> Option<PhotoId> {
        match self.index.file(path)?.content {
            Content::Photo(id) => Some(id),
            Content::Damaged(_) | Content::Other => None,
        }
    }

    /// Forgets files of a photo that are gone: what looks like a second file is often a moved one.
    pub(super) fn forget_absent(&mut self, id: PhotoId) {
        for path in self.index.files_of(id) {
            if self.is_absent(&path) {
                self.index.remove_file(&path);
            }
        }
    }

    /// Puts the files of a photo in order: a photo in the friend's own folder needs no replica, and each copy in the
    /// trash needs a note.
    fn settle(&mut self, id: PhotoId) {
        self.supersede(id);
        self.note_trash_of(id);
    }

    /// Whether this file certainly does not exist.
    pub(super) fn is_absent(&self, path: &Path) -> bool {
        disk::look(&self.full(path)).is_ok_and(|stamp| stamp.is_none())
    }

    /// All candidates are taken: decides which photos are missing.
    fn finish_scan(&mut self, changes: &mut Vec<Change>) {
        let unseen = std::mem::take(&mut self.scanning.unseen).into_iter();
        let mut restless = std::mem::take(&mut self.scanning.restless);
        let absent: BTreeSet<FilePath> = unseen
            .filter(|path| self.is_absent(path) && !self.may_have_moved(path, &mut restless))
            .collect();
        let changed = std::mem::take(&mut self.scanning.changed);
        let spoiled = changed.iter().filter(|(id, became_photo)| {
            !**became_photo && self.index.stored_files_of(**id).is_empty()
        });
        let spoiled = spoiled.map(|(id, _)| *id).collect();
        if let Some(accident) = self.accident(&absent, &spoiled) {
            changes.push(Change::Lost { reason: accident.to_string() });
            return;
        }
        let mut touched: BTreeSet<PhotoId> = changed.into_keys().collect();
        let mut gone = BTreeMap::new();
        for path in absent {
            if let Some(Content::Photo(id)) = self.index.remove_file(&path) {
                touched.insert(id);
                gone.insert(path, id);
            }
        }
        self.note_gone(&gone);
        for id in touched {
            self.tell(id, changes);
        }
        self.reunite();
        let companions = self.tell_companions(changes);
        let other = |content| content == Content::Other;
        let others = self.index.files().filter(|(_, entry)| other(entry.content));
        self.scanning.is_known = true;
        changes.push(Change::Scanned {
            skipped: (others.count() - companions) as u64 + self.scanning.unreadable,
        });
    }

    fn marker_lost(&self) -> String {
        format!(
            "{} is not the folder it was: its {} is gone or different; if its disk is not mounted, mount it and \
             start again",
            self.root.display(),
            layout::MARKER
        )
    }
}
