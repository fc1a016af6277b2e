//! Companions follow their photo: to the trash, back, and for good.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::companions::{
    ENDINGS, FILMS, Name, accompanies, given_name, has_ending, own_dir, path_of, renamed,
};
use super::entry::Content;
use super::file_path::FilePath;
use super::layout;
use super::note::Note;
use super::{Folder, disk};
use crate::photo::PhotoId;
use crate::platform::file_of;

impl Folder {
    /// The names of the companions of a photo's file, as they are on the disk now.
    pub(super) fn companions_of(&self, file: &Path) -> io::Result<Vec<OsString>> {
        let ours = layout::is_ours(file);
        let photo = file.file_name().unwrap_or_default();
        let mut names = self.names_beside(file)?;
        names.retain(|name| {
            let path = path_of(name, file);
            let apart = ours || (accompanies(name, photo) && !self.is_photo(&path));
            apart && disk::look(&self.full(&path)).is_ok_and(|stamp| stamp.is_some())
        });
        Ok(names)
    }

    /// The companions that go with the photo in `file`: those that belong to no other photo beside it.
    pub(super) fn companions_going(&self, file: &Path) -> io::Result<Vec<OsString>> {
        let mut names = self.companions_of(file)?;
        if !names.is_empty() && !layout::is_ours(file) {
            let beside = self.names_beside(file)?;
            names.retain(|name| !self.is_kept(name, file, &beside));
        }
        Ok(names)
    }

    /// Whether a companion also belongs to another photo in the same folder; in doubt it does.
    fn is_kept(&self, name: &OsStr, file: &Path, beside: &[OsString]) -> bool {
        beside.iter().any(|other| {
            let path = file.with_file_name(other);
            let unknown = self.index.file(&path).is_none()
                && !has_ending(other, &ENDINGS)
                && !has_ending(other, &FILMS);
            path != file && accompanies(name, other) && (unknown || self.is_photo(&path))
        })
    }

    fn is_photo(&self, path: &Path) -> bool {
        self.index.file(path).is_some_and(|entry| entry.content != Content::Other)
    }

    /// All names in the directory where the companions of a file lie.
    fn names_beside(&self, file: &Path) -> io::Result<Vec<OsString>> {
        let dir = match layout::is_ours(file) {
            true => own_dir(file),
            false => disk::parent(file).to_owned(),
        };
        let entries = match fs::read_dir(self.full(&dir)) {
            Ok(entries) => entries,
            Err(error) if disk::is_absence(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let names = entries.map(|entry| Ok(entry?.file_name()));
        let mut names: Vec<OsString> = names.collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    }

    /// Whether a photo can have this name in the friend's folder, and its companions the matching names.
    pub(super) fn has_room(&self, file: &Path, old: &Path, names: &[OsString]) -> bool {
        let new = file.file_name().unwrap_or_default();
        names.iter().all(|name| {
            let path = self.full(&path_of(&renamed(name, &given_name(old), new), file));
            fs::symlink_metadata(path).is_err_and(|error| disk::is_absence(&error))
        })
    }

    /// Whether the photo of a copy in the trash can return to `path` with its companions. If they need new names, the
    /// note says so from now on: so they find their photo even after a crash.
    pub(super) fn may_return(
        &mut self,
        (copy, old): (&Path, &Path),
        path: &Path,
        companions: &[OsString],
    ) -> io::Result<bool> {
        if !self.has_room(path, old, companions) {
            return Ok(false);
        }
        if let (false, Some(note)) = (companions.is_empty(), self.notes.get(copy).cloned()) {
            let returned_to = Some(Name(path.to_owned()));
            self.notes.write(copy, Note { returned_to, ..note })?;
        }
        Ok(true)
    }

    /// Moves companions after their photo, which has moved from one file to another. Best effort: those that stay
    /// behind are moved at the end of the next scan.
    pub(super) fn companions_follow(
        &mut self,
        names: &[OsString],
        (from, old): (&Path, &Path),
        to: &Path,
    ) {
        if names.is_empty() {
            return;
        }
        self.accompanied.stale = true;
        let new = given_name(to);
        for name in names {
            let source = path_of(name, from);
            // Each of our own files has its own number, and its own directory for companions.
            let target = match layout::is_ours(to) {
                true => path_of(name, to),
                false => path_of(&renamed(name, &given_name(old), &new), to),
            };
            if self.move_companion(&source, &target).is_ok() {
                self.index.remove_file(&source);
                if let Ok(Some(stamp)) = disk::look(&self.full(&target)) {
                    self.index.set_file(&target, stamp, Content::Other);
                }
            }
        }
        self.forget_own_dir(from);
    }

    fn move_companion(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (source, target) = (self.full(from), self.full(to));
        if !layout::is_ours(to) {
            return match self.disk.place_new(&source, &target) {
                // A crash has left the file with both names.
                Err(_) if is_same_file(&source, &target) => self.disk.remove(&source),
                placed => placed,
            };
        }
        self.disk.make_dir(disk::parent(&target))?;
        if fs::symlink_metadata(&target).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.disk.place(&source, &target)
    }

    /// Removes the companions' directory of one of our own files, if it is empty.
    fn forget_own_dir(&self, file: &Path) {
        if layout::is_ours(file) {
            // Best effort: an empty directory does no harm.
            let _ = fs::remove_dir(self.full(&own_dir(file)));
        }
    }

    /// Deletes the companions of a copy in the trash.
    pub(super) fn delete_companions(&mut self, copy: &Path) -> io::Result<()> {
        for name in self.companions_of(copy)? {
            let path = path_of(&name, copy);
            self.disk.remove(&self.full(&path))?;
            self.index.remove_file(&path);
            self.accompanied.stale = true;
        }
        self.forget_own_dir(copy);
        Ok(())
    }

    /// A photo is back at its old place: its companions that went with another photo of the same stem come back, too.
    pub(super) fn reclaim_companions(&mut self, file: &Path) {
        let photo = file.file_name().unwrap_or_default();
        let here = |note: &Note| disk::parent(&note.original_path) == disk::parent(file);
        let notes = self.notes.iter().filter(|(_, note)| here(note));
        let others: Vec<(FilePath, Note)> = notes
            .filter(|(_, note)| {
                note.companions.iter().any(|name| accompanies(name.0.as_os_str(), photo))
            })
            .map(|(copy, note)| (copy.clone(), note.clone()))
            .collect();
        for (copy, note) in others {
            let mut names = self.companions_of(&copy).unwrap_or_default();
            names.retain(|name| accompanies(name, photo));
            self.companions_follow(&names, (&copy, file), file);
            self.note_what_is_left(&copy, note);
        }
    }

    /// Companions have left a copy for another file: its note lists the remaining ones, or goes if the copy has gone.
    fn note_what_is_left(&mut self, copy: &Path, mut note: Note) {
        if !self.is_here(copy, note.photo) {
            return self.forget_note(copy);
        }
        let left = self.companions_of(copy).unwrap_or_default();
        note.companions.retain(|name| left.iter().any(|left| *left == *name.0));
        // Best effort: a note that lists too much keeps its copy longer.
        let _ = self.notes.write(copy, note);
    }

    /// Moves companions to their photos if they did not follow, because of a crash or an error.
    pub(super) fn reunite(&mut self) {
        let listed = |note: &Note| !note.companions.is_empty();
        let notes = self.notes.iter().filter(|(_, note)| listed(note));
        let notes: Vec<(FilePath, Note)> =
            notes.map(|(copy, note)| (copy.clone(), note.clone())).collect();
        for (copy, note) in notes {
            if let Some(place) = self.place_of(&note) {
                let names = self.companions_of(&copy).unwrap_or_default();
                self.companions_follow(&names, (&copy, &note.original_path), &place);
                self.note_what_is_left(&copy, note);
            } else if self.is_here(&copy, note.photo) {
                self.fetch_left_behind(&copy, &note);
            }
        }
    }

    /// The file in the friend's folder to which the photo of a note has come back, if it is there.
    fn place_of(&self, note: &Note) -> Option<PathBuf> {
        let returned_to = note.returned_to.as_ref().map(|name| &name.0);
        let places = [returned_to, Some(&note.original_path)];
        let mut places = places.into_iter().flatten();
        let place = places.find(|place| self.is_here(place, note.photo));
        place.cloned()
    }

    fn is_here(&self, path: &Path, photo: PhotoId) -> bool {
        let entry = self.index.file(path);
        entry.is_some_and(|entry| entry.seen && entry.content == Content::Photo(photo))
    }

    /// Moves companions to the trash that did not go there with the photo of this note, if unchanged since.
    fn fetch_left_behind(&mut self, copy: &Path, note: &Note) {
        let old = &note.original_path;
        if !layout::is_inside(old) || layout::is_ours(old) {
            return;
        }
        let photo = old.file_name().unwrap_or_default();
        let beside = || self.names_beside(old).unwrap_or_default();
        let left = note.companions.iter().map(|name| name.0.as_os_str());
        let left: Vec<OsString> = left
            .filter(|name| {
                accompanies(name, photo) && self.index.file(&path_of(name, copy)).is_none()
            })
            .filter(|name| {
                let stamp = disk::look(&self.full(&path_of(name, old))).ok().flatten();
                let seconds = |nanos: i64| u64::try_from(nanos / 1_000_000_000).unwrap_or(0);
                stamp.is_some_and(|stamp| seconds(stamp.modified) <= note.when)
                    && !self.is_photo(&path_of(name, old))
                    && !self.is_kept(name, old, &beside())
            })
            .map(OsStr::to_owned)
            .collect();
        self.companions_follow(&left, (old, old), copy);
    }

    /// Removes the note of a copy that is gone, unless companions still lie there.
    pub(super) fn forget_note(&mut self, copy: &Path) {
        if !self.companions_of(copy).is_ok_and(|left| !left.is_empty()) {
            self.notes.remove(copy);
        }
    }
}

/// Whether two names are of one file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let file = |path| fs::symlink_metadata(path).map(|meta| file_of(&meta));
    matches!((file(one), file(other)), (Ok(one), Ok(other)) if one == other)
}
