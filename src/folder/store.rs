//! Where a photo finds its place in the folder, and how it is read.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::layout::{self, OWN_DIRS, REPLICAS, holding_at};
use super::{Folder, StoreError, disk};
use crate::photo::PhotoId;
use crate::protocol::{Holding, SafeName};

impl Folder {
    /// Whether the folder has a photo in a file that counts as much as `holding`, is unchanged since it was made safe,
    /// and has the right bytes: a good spool file is not given up for less.
    pub(super) fn has_intact(&mut self, id: PhotoId, holding: Holding) -> bool {
        let mut files = self.index.stored_files_of(id);
        files.retain(|path| holding_at(path) >= holding);
        files.iter().any(|path| {
            self.require_unchanged(path).is_ok() && self.require_intact(id, path).is_ok()
        })
    }

    /// Moves a synced file into the friend's folder, to a free name; returns the path relative to the folder.
    ///
    /// Takes a free name only if `admits` agrees; that can also prepare for the move.
    pub(super) fn place_original(
        &mut self,
        from: &Path,
        dir: &Path,
        name: &SafeName,
        mut admits: impl FnMut(&mut Folder, &Path) -> io::Result<bool>,
    ) -> io::Result<PathBuf> {
        let mut taken = BTreeSet::new();
        for entry in fs::read_dir(self.full(dir))? {
            taken.insert(SafeName::folded(&entry?.file_name().to_string_lossy()));
        }
        loop {
            let is_free = |name: &SafeName| !taken.contains(&SafeName::folded(name.as_str()));
            let path = layout::free_path(dir, name, is_free).ok_or(io::ErrorKind::AlreadyExists)?;
            let placed = match admits(self, &path)? {
                true => self.disk.place_new(from, &self.full(&path)),
                false => Err(io::ErrorKind::AlreadyExists.into()),
            };
            match placed {
                Ok(()) => return Ok(path),
                // The friend was faster, or the file system treats two different names as the same.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let name = path.file_name().unwrap_or(OsStr::new(""));
                    taken.insert(SafeName::folded(&name.to_string_lossy()));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Moves a file to the replicas, safely; returns the path relative to the folder.
    pub(super) fn place_replica(
        &self,
        from: &Path,
        id: PhotoId,
        name: &str,
    ) -> io::Result<PathBuf> {
        let path = self.own_path(Path::new(REPLICAS), &layout::own_name(id, name))?;
        self.disk.place(from, &self.full(&path))?;
        Ok(path)
    }

    /// Makes one of our own directories again if somebody has removed it. Never the marker: without it, this may be
    /// another disk.
    fn make_own(&self, dir: &Path) -> io::Result<()> {
        let mut above = OWN_DIRS.iter().filter(|own| dir.starts_with(own));
        above.try_for_each(|own| self.disk.make_dir(&self.root.join(own)))
    }

    /// A path in one of our own directories, where nobody else makes files, that is free for a file and for its note.
    pub(super) fn own_path(&self, dir: &Path, name: &SafeName) -> io::Result<PathBuf> {
        self.make_own(dir)?;
        let no_file = |path: &Path| {
            fs::symlink_metadata(self.full(path)).is_err_and(|error| disk::is_absence(&error))
        };
        let is_free = |name: &SafeName| {
            let path = dir.join(name.as_str());
            let known = self.index.file(&path).is_some();
            let beside = [layout::note_path(&path), layout::companions_dir(&path)];
            !known && no_file(&path) && beside.iter().all(|path| no_file(path))
        };
        let path = layout::free_path(dir, name, is_free);
        path.ok_or(io::ErrorKind::AlreadyExists.into())
    }

    /// Opens the best file of a photo that can be opened: stored, or else in the trash. Its length is in bytes.
    ///
    /// The reader checks the digest of the bytes, and calls [`Folder::damaged`] if it is wrong.
    pub fn open_photo(&self, photo: PhotoId) -> Result<(File, u64), StoreError> {
        let mut result = Err(StoreError::Gone);
        let entry = self.index.photo(photo).ok_or(StoreError::Gone)?;
        for path in self.index.files_of(photo) {
            let path = self.full(&path);
            match disk::open(&path).and_then(|file| Ok((file.metadata()?.len(), file))) {
                Ok((bytes, file)) if bytes == entry.photo.bytes => return Ok((file, bytes)),
                Ok(_) => {}
                Err(error) if disk::is_absence(&error) => {}
                Err(error) => result = Err(StoreError::at(&path, &error)),
            }
        }
        result
    }
}
