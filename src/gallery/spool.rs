//! Whole photos on this computer's disk, so that any part of one can be sent: a daemon sends photos from their
//! beginning.
//!
//! A photo is named by the digest of its bytes, and no byte of one is sent before that is checked: when it comes, and
//! when it was here before this program began. The photos that nobody has asked for the longest are deleted first.
//!
//! One request fetches a photo, and others for the same one wait for it, for a while. If it does not come, it does not
//! come for any of them: each asking anew would have them wait one after the other for a daemon that is stuck.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry, File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tempfile::NamedTempFile;

use super::limits::{COMING_WAIT, COMING_WAITERS, FETCH, FETCH_RATE, LONG_ANSWER, SPOOL};
use super::lock;
use super::pool::{Need, Pool, Trouble, Whose};
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
    /// Those that somebody looks after.
    coming: BTreeMap<PhotoId, Coming>,
    /// How many wait for one of these.
    waiting: usize,
    /// Counts uses: the smaller, the longer ago.
    clock: u64,
}

struct Kept {
    bytes: u64,
    used: u64,
    /// Whether its digest was checked in this life of the program.
    checked: bool,
}

/// A photo that somebody looks after.
#[derive(Default)]
struct Coming {
    /// The room on the disk that it will take.
    bytes: u64,
    /// Why it has not come, for those who wait for it.
    failed: Arc<OnceLock<Missing>>,
}

/// Why there is no photo.
#[derive(Clone, Debug)]
pub(super) enum Missing {
    /// The daemon has said so.
    Answer(Box<Answer>),
    /// The daemon was not heard.
    Trouble(Trouble),
    /// Somebody else fetches it, and it has not come for a while, or too many wait already.
    Coming,
    /// The disk, in words.
    Disk(String),
}

impl Spool {
    /// Opens the folder, or makes it. What a program that has ended has not written to its end is deleted; what else is no
    /// photo is left alone.
    ///
    /// # Errors
    ///
    /// If it cannot be made or read.
    pub(super) fn open(folder: PathBuf) -> io::Result<Spool> {
        make_folder(&folder)?;
        let mut found: Vec<(SystemTime, PhotoId, u64)> = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (meta, name) = (entry.metadata()?, entry.file_name());
            let name = name.to_string_lossy();
            if let Ok(id) = name.parse() {
                found.push((meta.modified()?, id, meta.len()));
            } else if name.starts_with(COMING) && is_left_over(&entry, &meta) {
                // If it cannot be deleted, it is in nobody's way but the disk's.
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

    /// The file of a photo that has so many bytes: from the disk, or fetched from the daemon first, or from another group.
    /// Whoever asks for one that is just coming waits for it.
    pub(super) fn photo(
        &self,
        pool: &Pool,
        whose: Whose<'_>,
        id: PhotoId,
        bytes: u64,
    ) -> Result<File, Missing> {
        let turn = self.turn(id)?;
        let known = lock(&self.shelf).use_again(id);
        if let Some(file) = known.and_then(|checked| self.open_kept(id, checked)) {
            return Ok(file);
        }
        self.fetch((pool, whose), id, bytes).inspect_err(|missing| {
            // Nobody else sets it.
            let _ = turn.failed.set(missing.clone());
        })
    }

    /// Waits until nobody else looks after this photo.
    fn turn(&self, id: PhotoId) -> Result<Turn<'_>, Missing> {
        let deadline = Instant::now() + COMING_WAIT;
        let mut shelf = lock(&self.shelf);
        while let Some(coming) = shelf.coming.get(&id) {
            let failed = Arc::clone(&coming.failed);
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || shelf.waiting >= COMING_WAITERS {
                return Err(Missing::Coming);
            }
            shelf.waiting += 1;
            let woken = self.fetched.wait_timeout(shelf, left);
            (shelf, _) = woken.unwrap_or_else(PoisonError::into_inner);
            shelf.waiting -= 1;
            if let Some(missing) = failed.get() {
                return Err(missing.clone());
            }
        }
        let coming = Coming::default();
        let failed = Arc::clone(&coming.failed);
        shelf.coming.insert(id, coming);
        Ok(Turn { spool: self, id, failed })
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

    fn fetch(
        &self,
        (pool, whose): (&Pool, Whose<'_>),
        id: PhotoId,
        bytes: u64,
    ) -> Result<File, Missing> {
        let disk = |error: io::Error| {
            Missing::Disk(format!(
                "photos cannot be kept in {}: {}",
                self.folder.display(),
                in_words(&error)
            ))
        };
        self.reserve(id, bytes);
        let mut file = self.new_file().map_err(disk)?;
        let mut digest = Digest::default();
        let mut failed = None;
        let answer = pool.on_new_link(whose, Need::Long, |daemon| {
            let deadline = Instant::now() + FETCH;
            // Each piece is late after the deadline, and no silence may be longer than that before the first byte.
            let patience = LONG_ANSWER + Duration::from_secs(bytes / FETCH_RATE);
            daemon.be_patient(patience.min(FETCH));
            daemon.hear_photo(&Request::GetExact { photo: id, shared: false }, bytes, |piece| {
                if Instant::now() >= deadline {
                    return Err(late());
                }
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
        // What was said of its size may be wrong; what is on the disk is not.
        let bytes = file.metadata().map_err(disk)?.len();
        lock(&self.shelf).keep(id, bytes, true);
        Ok(file)
    }

    /// A file for a photo that is coming. If somebody has deleted the folder, as anybody may do with a cache, it is made
    /// again.
    fn new_file(&self) -> io::Result<NamedTempFile> {
        let make = || tempfile::Builder::new().prefix(COMING).tempfile_in(&self.folder);
        let file = match make() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // The photos were in it.
                lock(&self.shelf).photos.clear();
                make_folder(&self.folder)?;
                make()?
            }
            made => made?,
        };
        // It tells a gallery that starts now that somebody writes; where there are no locks, the file's age does.
        let _ = file.as_file().try_lock();
        Ok(file)
    }

    /// Makes room for a photo that is coming, and keeps it from others that are.
    fn reserve(&self, id: PhotoId, bytes: u64) {
        let mut shelf = lock(&self.shelf);
        self.make_room(&mut shelf, bytes);
        if let Some(coming) = shelf.coming.get_mut(&id) {
            coming.bytes = bytes;
        }
    }

    /// Deletes until so many bytes more fit in, besides those that are coming.
    fn make_room(&self, shelf: &mut Shelf, bytes: u64) {
        let kept = shelf.photos.values().map(|kept| kept.bytes);
        let coming = shelf.coming.values().map(|coming| coming.bytes);
        let mut sum: u64 = kept.chain(coming).sum();
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

/// The right to look after a photo, given back when dropped; others wait until then.
struct Turn<'a> {
    spool: &'a Spool,
    id: PhotoId,
    failed: Arc<OnceLock<Missing>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(&self.spool.shelf).coming.remove(&self.id);
        self.spool.fetched.notify_all();
    }
}

/// Makes the folder for the user alone, if it is not there.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder.parent().unwrap_or(folder))?;
    match platform::make_private_dir(folder) {
        // Another thread was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made,
    }
}

/// Whether nobody writes this file any more: a lock ends with the process that holds it.
fn is_left_over(entry: &DirEntry, meta: &Metadata) -> bool {
    if !meta.is_file() {
        return false;
    }
    match File::open(entry.path()).map(|file| file.try_lock()) {
        Ok(Ok(())) => true,
        Ok(Err(TryLockError::WouldBlock)) => false,
        // There are no locks here. Whoever wrote it would have ended after this time.
        Ok(Err(TryLockError::Error(_))) | Err(_) => {
            let age = meta.modified().ok().and_then(|modified| modified.elapsed().ok());
            age.is_some_and(|age| age > 2 * FETCH)
        }
    }
}

fn late() -> Failure {
    let minutes = FETCH.as_secs() / 60;
    Failure::Unreachable(format!("the photo has not come within {minutes} minutes: try again"))
}
