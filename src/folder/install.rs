//! How a photo gets from its spool file into the folder, so that it is safe before anybody relies on it.
//!
//! ```text
//!   begin ─▶ Unsynced ── sync ──▶ Synced ─▶ place ─▶ Placed ── sync_names ──▶ Named ─▶ finish
//!   folder's thread      any      folder's thread    any, many at a time      folder's thread
//! ```
//!
//! A disk takes milliseconds to say that something is safe, and no longer for several files at once. So only the steps
//! that change the folder are the folder's own. [`Unsynced::sync`] is done on a few threads side by side, and
//! [`sync_names`] syncs a directory once for all photos that were placed in it meanwhile.
//!
//! Between the steps the folder does other things. It knows the photo when all is done: if a scan finds the file
//! before, it is taken for any other file, and synced as such.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::{self, Disk, Stamp, parent};
use super::entry::{Content, Standing};
use super::layout::{self, REPLICAS};
use super::{Change, Folder, StoreError};
use crate::photo::Photo;
use crate::protocol::{Facts, Holding, SafeName};

/// What is to be installed.
#[derive(Debug)]
struct Wanted {
    spool: String,
    photo: Arc<Photo>,
    facts: Facts,
    holding: Holding,
}

/// What a step has come to.
#[derive(Debug)]
pub enum Progress<T> {
    /// The next step is to be done.
    Next(T),
    /// The folder has the photo at least as well. That is all; what is told of it may be nothing.
    Known(Vec<Change>),
}

/// A spool file that is to be synced.
#[derive(Debug)]
pub struct Unsynced {
    wanted: Wanted,
    file: File,
    path: PathBuf,
    disk: Disk,
}

/// A spool file whose bytes are safe, or could not be made so.
#[derive(Debug)]
pub struct Synced {
    wanted: Wanted,
    result: io::Result<()>,
}

/// A photo that has its name in the folder, which is not safe yet.
#[derive(Debug)]
pub struct Placed {
    wanted: Wanted,
    /// Relative to the folder, and as a whole.
    path: PathBuf,
    full: PathBuf,
    /// The file as it was placed: what happens to it later is found by the next scan.
    stamp: Stamp,
    disk: Disk,
}

/// A photo whose name in the folder is safe, or could not be made so.
#[derive(Debug)]
pub struct Named {
    placed: Placed,
    result: io::Result<()>,
}

impl Unsynced {
    /// Syncs the bytes. May take long.
    pub fn sync(self) -> Synced {
        let result = self.disk.sync(&self.file, &self.path);
        Synced { wanted: self.wanted, result }
    }
}

/// Syncs the directories in which photos were placed, each once. The results come in the same order. May take long.
pub fn sync_names(placed: Vec<Placed>) -> Vec<Named> {
    let mut synced: BTreeMap<PathBuf, io::Result<()>> = BTreeMap::new();
    let named = placed.into_iter().map(|placed| {
        let dir = parent(&placed.full);
        let result = synced.entry(dir.to_owned()).or_insert_with(|| placed.disk.sync_dir(dir));
        let result = result.as_ref().copied().map_err(copy_of);
        Named { placed, result }
    });
    named.collect()
}

/// One error, for each of those whom it concerns.
fn copy_of(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

impl Folder {
    /// Makes a spool file one of the folder's photos, by all steps one after the other.
    ///
    /// The caller has checked the spool file: its bytes are not checked against `photo` again. An original is named
    /// by its facts, never over another file; a replica goes to the replicas. If the folder already has the photo at
    /// least as well, nothing is installed; the changes say so, or are empty. The spool file is gone in any case.
    pub fn install(
        &mut self,
        spool: &str,
        photo: &Arc<Photo>,
        facts: &Facts,
        holding: Holding,
    ) -> Result<Vec<Change>, StoreError> {
        let unsynced = match self.begin_install(spool, photo, facts, holding)? {
            Progress::Known(changes) => return Ok(changes),
            Progress::Next(unsynced) => unsynced,
        };
        let placed = match self.place(unsynced.sync())? {
            Progress::Known(changes) => return Ok(changes),
            Progress::Next(placed) => placed,
        };
        let mut named = sync_names(vec![placed]).into_iter();
        named.next().map_or(Ok(Vec::new()), |named| self.finish_install(named))
    }

    /// Begins to make a spool file one of the folder's photos: see [`Folder::install`].
    pub fn begin_install(
        &mut self,
        spool: &str,
        photo: &Arc<Photo>,
        facts: &Facts,
        holding: Holding,
    ) -> Result<Progress<Unsynced>, StoreError> {
        let path = self.spool_path(spool);
        // Nothing more is written into it. What a client has put is not open here yet.
        let open = self.spools.remove(spool).map(|open| open.file);
        let file = match open.map_or_else(|| disk::open(&path), Ok) {
            Ok(file) => file,
            Err(error) => {
                self.discard(spool);
                return Err(StoreError::opening(&path, &error));
            }
        };
        let (spool, photo, facts) = (spool.to_owned(), Arc::clone(photo), facts.clone());
        let wanted = Wanted { spool, photo, facts, holding };
        if let Some(changes) = self.knows(&wanted) {
            return Ok(Progress::Known(changes));
        }
        Ok(Progress::Next(Unsynced { wanted, file, path, disk: self.disk.clone() }))
    }

    /// If the folder has a photo at least as well as it is to be installed, its spool file goes.
    fn knows(&mut self, wanted: &Wanted) -> Option<Vec<Change>> {
        let id = wanted.photo.id;
        self.has_intact(id, wanted.holding).then(|| {
            self.index.put_facts(id, &wanted.facts);
            let mut changes = Vec::new();
            self.tell_anyway(id, &mut changes);
            self.discard(&wanted.spool);
            changes
        })
    }

    /// Gives a synced spool file its name in the folder.
    pub fn place(&mut self, synced: Synced) -> Result<Progress<Placed>, StoreError> {
        let Synced { wanted, result } = synced;
        // The same photo may have come in another way meanwhile.
        if let Some(changes) = self.knows(&wanted) {
            return Ok(Progress::Known(changes));
        }
        let spool = self.spool_path(&wanted.spool);
        let placed = result.and_then(|()| {
            let path = self.place_as(&spool, &wanted)?;
            let full = self.full(&path);
            let stamp = disk::look(&full)?.ok_or(io::ErrorKind::NotFound)?;
            Ok((path, full, stamp))
        });
        match placed {
            Ok((path, full, stamp)) => {
                let disk = self.disk.clone();
                Ok(Progress::Next(Placed { wanted, path, full, stamp, disk }))
            }
            Err(error) => {
                self.discard(&wanted.spool);
                Err(StoreError::opening(&spool, &error))
            }
        }
    }

    /// An original's name is safe at once, which is how it is kept from overwriting another one. The path is relative to
    /// the folder.
    fn place_as(&mut self, spool: &Path, wanted: &Wanted) -> io::Result<PathBuf> {
        let name = wanted.facts.names.first().map_or("photo", String::as_str);
        match wanted.holding {
            Holding::Original => {
                let (top, name) = (Path::new(""), SafeName::new(name));
                self.place_original(spool, top, &name, |_, _| Ok(true))
            }
            Holding::Replica | Holding::Retired | Holding::RetiredOriginal => {
                let name = layout::own_name(wanted.photo.id, name);
                let path = self.own_path(Path::new(REPLICAS), &name)?;
                self.disk.rename(spool, &self.full(&path))?;
                Ok(path)
            }
        }
    }

    /// Takes a photo whose name is safe into the index. The caller takes it for granted that the folder now holds it as
    /// wanted; if it does not, or in a better way, the changes say so.
    pub fn finish_install(&mut self, named: Named) -> Result<Vec<Change>, StoreError> {
        let Named { placed: Placed { wanted, path, full, stamp, .. }, result } = named;
        let (photo, holding) = (&wanted.photo, wanted.holding);
        let spool = self.spool_path(&wanted.spool);
        if let Err(error) = result {
            // Best effort: nothing has happened. A file that stays is found by the next scan, or was found by one, or is
            // somebody's edit by now.
            let is_ours = disk::look(&full).is_ok_and(|now| now == Some(stamp));
            if is_ours && self.index.file(&path).is_none() {
                let undone = self.disk.rename(&full, &spool);
                drop(undone.and_then(|()| self.disk.remove(&spool)));
            }
            return Err(StoreError::at(&full, &error));
        }
        self.index.put_photo(photo, &wanted.facts);
        self.index.set_file(&path, stamp, Content::Photo(photo.id));
        self.supersede(photo.id);
        let mut changes = Vec::new();
        // Usually the result tells all; if the folder holds the photo in a better way, the changes say so.
        let assumed = Some(Standing::of_one(holding));
        if self.standing(photo.id) == assumed {
            self.index.set_told(photo.id, assumed);
        } else {
            self.tell_anyway(photo.id, &mut changes);
        }
        Ok(changes)
    }
}
