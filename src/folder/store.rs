//! How a photo gets from its spool file into the folder, and how it is read.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::{Content, Standing};
use super::layout::{self, OWN_DIRS, REPLICAS, holding_at};
use super::{Change, Folder, StoreError, disk};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Holding, SafeName};

impl Folder {
    /// Makes a spool file one of the folder's photos; the photo is safe on the disk when it returns. The spool file is
    /// gone in any case.
    ///
    /// The caller has checked the spool file: its bytes are not checked against `photo` again. An original is named
    /// by its facts, never over another file; a replica goes to the replicas. If the folder already has the photo at
    /// least as well, nothing is installed; the changes say so, or are empty.
    pub fn install(
        &mut self,
        spool: &str,
        photo: &Arc<Photo>,
        facts: &Facts,
        holding: Holding,
    ) -> Result<Vec<Change>, StoreError> {
        self.spools.remove(spool);
        let installed = self.install_file(&self.spool_path(spool), photo, facts, holding);
        if !matches!(&installed, Ok(changes) if changes.is_empty()) {
            self.discard(spool);
        }
        installed
    }

    fn install_file(
        &mut self,
        spool: &Path,
        photo: &Arc<Photo>,
        facts: &Facts,
        holding: Holding,
    ) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::new();
        let failed = |error: io::Error| StoreError::at(spool, &error);
        let file = disk::open(spool).map_err(|error| StoreError::opening(spool, &error))?;
        if self.has_intact(photo.id, holding) {
            self.index.put_facts(photo.id, facts);
            self.tell_anyway(photo.id, &mut changes);
            return Ok(changes);
        }
        self.disk.sync(&file, spool).map_err(failed)?;
        let name = facts.names.first().map_or("photo", String::as_str);
        let path = match holding {
            Holding::Original => {
                let (top, name) = (Path::new(""), SafeName::new(name));
                self.place_original(spool, top, &name, |_, _| Ok(true))
            }
            Holding::Replica | Holding::Retired | Holding::RetiredOriginal => {
                self.place_replica(spool, photo.id, name)
            }
        };
        let path = path.map_err(failed)?;
        let stamp = disk::look(&self.full(&path)).map_err(failed)?;
        self.index.put_photo(photo, facts);
        self.index.set_file(&path, stamp.ok_or(StoreError::Gone)?, Content::Photo(photo.id));
        self.supersede(photo.id);
        // Usually the result tells all; if the folder holds the photo in a better way, the next tick says so.
        let assumed = Some(Standing::of_one(holding));
        if self.standing(photo.id) == assumed {
            self.index.set_told(photo.id, assumed);
        } else {
            self.tell_anyway(photo.id, &mut changes);
        }
        Ok(changes)
    }

    /// Whether the folder has a photo in a file that counts as much as `holding`, is unchanged since it was made safe,
    /// and has the right bytes: a good spool file is not given up for less.
    fn has_intact(&mut self, id: PhotoId, holding: Holding) -> bool {
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

    /// Moves a synced file to the replicas; returns the path relative to the folder.
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
