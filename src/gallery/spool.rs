//! Whole photos on this computer's disk, so that any part of one can be sent: a daemon sends photos from their
//! beginning.
//!
//! A photo is named by the digest of its bytes, and no byte of one is sent before that is checked: when it comes, and
//! when it was here before this program began. The photos that nobody has asked for the longest are deleted first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::limits::{FETCH, FETCH_RATE, LONG_ANSWER, SPOOL};
use super::lock;
use super::pool::{Need, Pool, Trouble};
use crate::client::Failure;
use crate::photo::{Digest, PhotoId};
use crate::platform;
use crate::protocol::{Answer, Request, in_words};

/// How the names of files begin that are still being written.
const COMING: &str = "coming-";

/// The photos on the disk.
pub(super) struct Spool {
    folder: PathBuf,
    shelf: Mutex<Shelf>,
    fetched: Condvar,
}

#[derive(Default)]
struct Shelf {
    photos: BTreeMap<PhotoId, Kept>,
    /// Those that somebody is fetching.
    coming: BTreeSet<PhotoId>,
    /// Counts uses: the smaller, the longer ago.
    clock: u64,
}

struct Kept {
    bytes: u64,
    used: u64,
    /// Whether its digest was checked in this life of the program.
    checked: bool,
}

/// Why there is no photo.
#[derive(Debug)]
pub(super) enum Missing {
    /// The daemon has said so.
    Answer(Box<Answer>),
    /// The daemon was not heard.
    Trouble(Trouble),
    /// The disk, in words.
    Disk(String),
}

impl Spool {
    /// Opens the folder, or makes it. What a program that ended badly has not written to its end is deleted; what else is
    /// no photo is left alone.
    ///
    /// # Errors
    ///
    /// If it cannot be made or read.
    pub(super) fn open(folder: PathBuf) -> io::Result<Spool> {
        if !folder.is_dir() {
            fs::create_dir_all(folder.parent().unwrap_or(&folder))?;
            platform::make_private_dir(&folder)?;
        }
        let mut found: Vec<(SystemTime, PhotoId, u64)> = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (meta, name) = (entry.metadata()?, entry.file_name());
            let name = name.to_string_lossy();
            if let Ok(id) = name.parse() {
                found.push((meta.modified()?, id, meta.len()));
            } else if name.starts_with(COMING)
                && meta.modified()?.elapsed().unwrap_or_default() > FETCH
            {
                // Whoever wrote it would have ended by now.
                let _ = fs::remove_file(entry.path());
            }
        }
        found.sort();
        let mut shelf = Shelf::default();
        for (_, id, bytes) in found {
            shelf.keep(id, bytes, false);
        }
        let spool = Spool { folder, shelf: Mutex::new(shelf), fetched: Condvar::new() };
        spool.make_room(&mut lock(&spool.shelf), 0);
        Ok(spool)
    }

    /// The file of a photo that has so many bytes: from the disk, or fetched from the daemon first. Whoever asks for
    /// one that is just coming waits for it.
    pub(super) fn photo(&self, pool: &Pool, id: PhotoId, bytes: u64) -> Result<File, Missing> {
        let mut shelf = lock(&self.shelf);
        while !shelf.coming.insert(id) {
            shelf = self.fetched.wait(shelf).unwrap_or_else(PoisonError::into_inner);
        }
        let known = shelf.use_again(id);
        drop(shelf);
        let _coming = Coming { spool: self, id };
        if let Some(file) = known.and_then(|checked| self.open_kept(id, checked)) {
            return Ok(file);
        }
        self.fetch(pool, id, bytes)
    }

    /// The file of a photo that should be there, if it is, and is that photo.
    fn open_kept(&self, id: PhotoId, checked: bool) -> Option<File> {
        let mut file = File::open(self.folder.join(id.to_string())).ok()?;
        if !checked {
            if PhotoId::of_rest(&file).ok()? != id {
                return None;
            }
            file.rewind().ok()?;
            if let Some(kept) = lock(&self.shelf).photos.get_mut(&id) {
                kept.checked = true;
            }
        }
        Some(file)
    }

    fn fetch(&self, pool: &Pool, id: PhotoId, bytes: u64) -> Result<File, Missing> {
        let disk = |error: io::Error| {
            Missing::Disk(format!(
                "photos cannot be kept in {}: {}",
                self.folder.display(),
                in_words(&error)
            ))
        };
        self.make_room(&mut lock(&self.shelf), bytes);
        let mut file =
            tempfile::Builder::new().prefix(COMING).tempfile_in(&self.folder).map_err(disk)?;
        let mut digest = Digest::default();
        let mut failed = None;
        let answer = pool.on_new_link(Need::Long, |daemon| {
            let patience = LONG_ANSWER + Duration::from_secs(bytes / FETCH_RATE);
            daemon.be_patient(patience.min(FETCH));
            daemon.hear_photo(&Request::GetExact { photo: id }, bytes, |piece| {
                digest.add(piece);
                file.write_all(piece).map_err(|error| {
                    let failure = Failure::Io(in_words(&error));
                    failed = Some(error);
                    failure
                })
            })
        });
        if let Some(error) = failed {
            return Err(disk(error));
        }
        let answer = answer.map_err(Missing::Trouble)?;
        if !matches!(answer, Answer::ReceiveImage { .. }) {
            return Err(Missing::Answer(Box::new(answer)));
        }
        if digest.id() != id {
            let text = "what came is not this photo: try again";
            return Err(Missing::Trouble(Trouble::Gone(text.to_owned())));
        }
        let mut file = file.persist(self.folder.join(id.to_string())).map_err(|e| disk(e.error))?;
        file.rewind().map_err(disk)?;
        lock(&self.shelf).keep(id, bytes, true);
        Ok(file)
    }

    /// Deletes until so many bytes more fit in.
    fn make_room(&self, shelf: &mut Shelf, bytes: u64) {
        let mut sum: u64 = shelf.photos.values().map(|kept| kept.bytes).sum();
        while sum.saturating_add(bytes) > SPOOL {
            let oldest = shelf.photos.iter().min_by_key(|(_, kept)| kept.used);
            let Some((id, kept)) = oldest.map(|(id, kept)| (*id, kept.bytes)) else {
                return;
            };
            // Whoever is reading it goes on: the file is gone when it is closed.
            let _ = fs::remove_file(self.folder.join(id.to_string()));
            shelf.photos.remove(&id);
            sum -= kept;
        }
    }
}

impl Shelf {
    fn keep(&mut self, id: PhotoId, bytes: u64, checked: bool) {
        self.clock += 1;
        self.photos.insert(id, Kept { bytes, used: self.clock, checked });
    }

    /// Whether a photo that is here was checked.
    fn use_again(&mut self, id: PhotoId) -> Option<bool> {
        self.clock += 1;
        let kept = self.photos.get_mut(&id)?;
        kept.used = self.clock;
        Some(kept.checked)
    }
}

/// A photo that somebody looks after; others wait until this is dropped.
struct Coming<'a> {
    spool: &'a Spool,
    id: PhotoId,
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        lock(&self.spool.shelf).coming.remove(&self.id);
        self.spool.fetched.notify_all();
    }
}
