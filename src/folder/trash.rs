//! Out of the collection and back: moves to the trash and returns from it.
//!
//! A copy goes to the trash in two steps: its note is written, safely; then the file is moved beside it, safely. A
//! crash in between leaves the photo where it was, and a note without a copy, which the next start sweeps.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::boot_time::Moment;
use super::companions::Name;
use super::entry::Standing;
use super::file_path::FilePath;
use super::layout::{self, holding_at};
use super::note::{Better, Note, Why};
use super::{Folder, StoreError, disk};
use crate::photo::PhotoId;
use crate::protocol::{Departure, Holding, SafeName};

impl Folder {
    /// Moves every file of a photo to the trash, or deletes it from there for good. Checks the deadline just before
    /// each file. On an error everything is as before, except for copies in the trash that are deleted already.
    ///
    /// Some go only under a condition: a surplus copy if it has no companions, a removed original if this folder's
    /// owner removed it, and an expired photo if it is only in the trash.
    pub fn put_away(
        &mut self,
        photo: PhotoId,
        departure: Departure,
        deadline: Moment,
    ) -> Result<(), StoreError> {
        let why = match departure {
            Departure::Surplus => {
                self.require_no_companions(photo)?;
                Why::Surplus
            }
            Departure::Replaced { by, relation } => Why::Retired(Better::of(by, relation)),
            Departure::Removed { by } => {
                // The owner may have copied it into the folder, and the node may not know yet.
                let standing = self.index.standing(photo).map(|standing| standing.holding);
                if by != self.owner() && standing == Some(Holding::Original) {
                    return Err(StoreError::Io("it is this folder's own".to_owned()));
                }
                Why::Removed { removed_by: Some(by) }
            }
            Departure::Expired => return self.purge(photo, deadline),
        };
        let told = self.index.photo(photo).and_then(|entry| entry.told);
        let mut moved: Vec<(FilePath, PathBuf)> = Vec::new();
        for path in self.index.stored_files_of(photo) {
            match self.put_file_away(photo, &path, why, Some(deadline)) {
                Ok(copy) => moved.push((path, copy)),
                // Already gone, as wanted.
                Err(StoreError::Gone) => {
                    self.index.remove_file(&path);
                }
                Err(error) => {
                    for (path, copy) in moved {
                        // Best effort. A file that stays in the trash is reported there.
                        let _ = self.put_back(&copy, &path);
                    }
                    self.tell_later(photo);
                    return Err(error);
                }
            }
        }
        if moved.is_empty() {
            self.assumed(photo, None);
            return Err(StoreError::Gone);
        }
        self.assumed(photo, told.map(|told| Standing::of_one(told.holding.retired())));
        Ok(())
    }

    /// Refuses a photo that has companions: there is no other copy of them.
    fn require_no_companions(&self, photo: PhotoId) -> Result<(), StoreError> {
        for path in self.index.stored_files_of(photo) {
            let companions = self.companions_of(&path);
            if !companions.map_err(|error| StoreError::at(&path, &error))?.is_empty() {
                return Err(StoreError::Io("files belong to it that are nowhere else".to_owned()));
            }
        }
        Ok(())
    }

    /// Moves one file of a photo to the trash, for this reason and not after the deadline; returns its new path.
    pub(super) fn put_file_away(
        &mut self,
        photo: PhotoId,
        path: &Path,
        why: Why,
        deadline: Option<Moment>,
    ) -> Result<PathBuf, StoreError> {
        let from = self.full(path);
        let failed = |error: io::Error| StoreError::at(&from, &error);
        self.require_unchanged(path)?;
        let name = layout::own_name(photo, &layout::label(path));
        let dir = Path::new(why.dir(holding_at(path)));
        let copy = self.own_path(dir, &name).map_err(failed)?;
        let facts = self.index.photo(photo).map(|entry| &entry.facts);
        let facts = facts.cloned().unwrap_or_default();
        let companions = self.companions_going(path).map_err(failed)?;
        let mut note = Note::new(photo, why, path, &facts, self.index.running());
        note.companions = companions.iter().map(|name| Name(name.into())).collect();
        note.pooled =
            self.options.pools && why == Why::Surplus && note.holding == Holding::Original;
        self.notes.write(&copy, note).map_err(failed)?;
        // Writing the note took time: the file may have changed, or the deadline may be over.
        let still = match deadline {
            Some(deadline) if deadline.is_past() => Err(StoreError::TooLate),
            _ => self.require_unchanged(path),
        };
        let moved = still.and_then(|()| self.move_own(path, &copy).map_err(failed));
        if moved.is_err() {
            self.notes.remove(&copy);
        }
        moved?;
        self.companions_follow(&companions, (path, path), &copy);
        Ok(copy)
    }

    /// Refuses a file that has changed since it was last read: it may be the friend's latest work, and no longer this
    /// photo.
    pub(super) fn require_unchanged(&self, path: &Path) -> Result<(), StoreError> {
        let full = self.full(path);
        let known = self.index.file(path).map(|entry| entry.stamp);
        match disk::look(&full) {
            Ok(None) => Err(StoreError::Gone),
            Ok(stamp) if stamp == known => Ok(()),
            Ok(_) => {
                let text = format!("{} has changed and must be read again", full.display());
                Err(StoreError::Io(text))
            }
            Err(error) => Err(StoreError::at(&full, &error)),
        }
    }

    /// Moves a file to a path in one of our own directories, and back if it was written to at the same moment.
    fn move_own(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.place(&self.full(from), &self.full(to))?;
        if self.note_move(from, to) {
            return Ok(());
        }
        self.disk.place_new(&self.full(to), &self.full(from))?;
        Err(io::Error::other("was changed just now"))
    }

    /// Notes a move in the index; returns whether the file is still the known one. If not, it is left to the next scan.
    fn note_move(&mut self, from: &Path, to: &Path) -> bool {
        let before = self.index.file(from).map(|entry| entry.stamp);
        let now = disk::look(&self.full(to)).ok().flatten();
        match (before, now) {
            (Some(before), Some(now)) if now.is_moved(&before) => {
                self.index.move_file(from, to, now);
                true
            }
            _ => {
                self.index.remove_file(from);
                false
            }
        }
    }

    /// Moves a copy from the trash back to the place that it has just left.
    fn put_back(&mut self, copy: &Path, path: &Path) -> io::Result<()> {
        let companions = self.companions_of(copy)?;
        self.disk.place_new(&self.full(copy), &self.full(path))?;
        self.note_move(copy, path);
        self.companions_follow(&companions, (copy, path), path);
        self.forget_note(copy);
        Ok(())
    }

    /// Moves a photo from the trash back to where it was: an original to its old path, or to a free name if that is
    /// taken; a replica to the replicas. With `holding` it comes back as that, whatever it was. Returns how it is held
    /// now. A photo that is also stored stays as it is.
    ///
    /// Its bytes are read and checked before. On an error it is in the trash as before.
    pub fn restore(
        &mut self,
        photo: PhotoId,
        holding: Option<Holding>,
    ) -> Result<Holding, StoreError> {
        self.restore_called(photo, holding, None)
    }

    /// The same for a person who has asked by a name: of several copies the one whose file was called so comes back. Of
    /// others the latest does, but rather one that went by itself than one that was a file too many.
    pub fn restore_called(
        &mut self,
        photo: PhotoId,
        holding: Option<Holding>,
        name: Option<&str>,
    ) -> Result<Holding, StoreError> {
        let result = self.restore_best(photo, holding, name);
        match &result {
            Ok(holding) => self.assumed(photo, Some(Standing::of_one(*holding))),
            Err(_) => self.tell_later(photo),
        }
        result
    }

    fn restore_best(
        &mut self,
        photo: PhotoId,
        holding: Option<Holding>,
        name: Option<&str>,
    ) -> Result<Holding, StoreError> {
        self.forget_absent(photo);
        let mut files = self.index.files_of(photo);
        // A stored file that was changed just now is another photo, as the next scan will find.
        let is_stored =
            |path: &&FilePath| holding_at(path).is_stored() && self.require_unchanged(path).is_ok();
        if let Some(path) = files.iter().find(is_stored) {
            return Ok(holding_at(path));
        }
        files.retain(|path| !holding_at(path).is_stored());
        let mut copies: Vec<(Note, FilePath)> =
            files.into_iter().map(|copy| (self.note_of(&copy, photo), copy)).collect();
        copies.sort_by_key(|(note, _)| {
            let is_called = name.is_some_and(|name| layout::label(&note.original_path) == name);
            let is_spare = matches!(note.why, Why::Duplicate(_));
            std::cmp::Reverse((note.holding, is_called, !is_spare, note.running))
        });
        let mut result = Err(StoreError::Gone);
        for (note, copy) in copies {
            let holding = holding.unwrap_or(note.holding);
            result = self.restore_copy(photo, &note.original_path, &copy, holding);
            if result != Err(StoreError::Damaged) {
                break;
            }
        }
        result
    }

    fn restore_copy(
        &mut self,
        photo: PhotoId,
        old: &Path,
        copy: &Path,
        holding: Holding,
    ) -> Result<Holding, StoreError> {
        let from = self.full(copy);
        let failed = |error: io::Error| StoreError::at(&from, &error);
        self.require_intact(photo, copy)?;
        let companions = self.companions_of(copy).map_err(failed)?;
        let back = if holding.is_own() {
            self.place_back(copy, old, &companions)
        } else {
            self.place_replica(&from, photo, &layout::label(old))
        };
        let back = back.map_err(failed)?;
        self.note_move(copy, &back);
        self.companions_follow(&companions, (copy, old), &back);
        self.forget_note(copy);
        if back == old {
            self.reclaim_companions(old);
        }
        Ok(holding_at(&back))
    }

    /// Moves a copy to its old path in the friend's folder, or to a name there that is free for its companions, too.
    fn place_back(
        &mut self,
        copy: &Path,
        old: &Path,
        companions: &[OsString],
    ) -> io::Result<PathBuf> {
        let from = self.full(copy);
        // Anybody can have written the note.
        let trusted = layout::is_inside(old) && !layout::is_ours(old);
        let dir = disk::parent(old);
        let trusted = trusted && self.make_way(dir)?;
        if trusted && self.has_room(old, old, companions) {
            match self.disk.place_new(&from, &self.full(old)) {
                Ok(()) => return Ok(old.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        let dir = if trusted { dir } else { Path::new("") };
        let name = SafeName::new(&layout::label(old));
        self.place_original(&from, dir, &name, |folder, path| {
            folder.may_return((copy, old), path, companions)
        })
    }

    /// Makes the missing directories down to `dir`; returns whether all are real directories, not links that may lead
    /// anywhere.
    fn make_way(&self, dir: &Path) -> io::Result<bool> {
        let mut path = self.root.clone();
        for part in dir.components() {
            path.push(part);
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.disk.make_dir(&path)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Writes a note for every copy of a photo in the trash without one. Best effort: the next start tries again.
    pub(super) fn note_trash_of(&mut self, photo: PhotoId) {
        for copy in self.index.files_held(photo, Holding::Retired) {
            let noted = self.notes.get(&copy).is_some_and(|note| note.photo == photo);
            // A copy known only from the index may be gone, and a note without its copy is useless.
            let seen = self.index.file(&copy).is_some_and(|entry| entry.seen);
            if seen && !noted {
                let note = self.note_of(&copy, photo);
                let _ = self.notes.write(&copy, note);
            }
        }
    }

    /// The note of a copy, or one made from what is known.
    fn note_of(&self, copy: &Path, photo: PhotoId) -> Note {
        let note = self.notes.get(copy).filter(|note| note.photo == photo);
        note.cloned().unwrap_or_else(|| {
            let facts = self.index.photo(photo).map(|entry| entry.facts.clone());
            let facts = facts.unwrap_or_default();
            let mut note = Note::new(photo, Why::Unknown, copy, &facts, self.index.running());
            let companions = self.companions_of(copy).unwrap_or_default();
            note.companions = companions.iter().map(|name| Name(name.into())).collect();
            note
        })
    }
}
