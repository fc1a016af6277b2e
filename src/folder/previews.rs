//! Small pictures of photos, kept so that they need not be made again: a cache.
//!
//! ```text
//! FOLDER/.photomesh/thumbs/3f/<id>.jpg     for grids: of the photos of this folder, and some of others
//! FOLDER/.photomesh/views/3f/<id>.jpg      for a whole screen: those that were looked at last
//! ```
//!
//! Nothing hangs on it. Each picture can be made again from its photo, or asked for again; whoever likes may delete all
//! of them at any time. So they are neither synced nor noted in the index, and no walk sees them. What cannot be read or
//! written is as if it were not there, and they never take the last room of a disk.
//!
//! Pictures of this folder's own photos stay: they take less than a hundredth of the room of their photos. Those of other
//! nodes' photos, and all for screens, are bounded, and what was not used for longest goes first. The order is known in
//! memory only; at a start the age of the files stands for it.
//!
//! Any thread may use it: those that decode put pictures there, and clients' threads take them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::layout::{MARKER, TMP};
use super::{Folder, disk};
use crate::photo::{PhotoId, PreviewSize};
use crate::platform;

/// What grid pictures of photos that are not in this folder may take, in bytes: some thirty thousand of them.
const MAX_THUMBS: u64 = 1 << 30;

/// What pictures for screens may take, in bytes: some five hundred.
const MAX_VIEWS: u64 = 256 << 20;

/// The room that is left free on the disk, in bytes: twice what the node leaves, so that no photo waits for a picture.
const KEEP_FREE: u64 = 64 << 20;

/// The small pictures of a folder. A clone is a handle of the same.
#[derive(Clone, Debug)]
pub struct Previews {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    /// The photos of the folder as it was opened, until their pictures were told from others.
    held: Mutex<BTreeSet<PhotoId>>,
    thumbs: Mutex<Shelf>,
    views: Mutex<Shelf>,
    /// The number of the next file that is written.
    next: AtomicU64,
}

/// The pictures of one size that are bounded, in the order in which they were used.
#[derive(Debug)]
pub(super) struct Shelf {
    most: u64,
    bytes: u64,
    /// By photo: when it was used last, and its length in bytes.
    used: BTreeMap<PhotoId, (u64, u64)>,
    order: BTreeMap<u64, PhotoId>,
    clock: u64,
}

impl Folder {
    /// The folder's small pictures.
    pub fn previews(&self) -> Previews {
        let held = self.index.photos().map(|(photo, _)| photo);
        Previews::new(&self.root, held.collect())
    }
}

impl Previews {
    /// The small pictures of the folder at this path, in which these photos are. Of one that is no folder of a daemon,
    /// there are none.
    pub fn new(root: &Path, held: BTreeSet<PhotoId>) -> Previews {
        Previews {
            shared: Arc::new(Shared {
                root: root.to_owned(),
                held: Mutex::new(held),
                thumbs: Mutex::new(Shelf::new(MAX_THUMBS)),
                views: Mutex::new(Shelf::new(MAX_VIEWS)),
                next: AtomicU64::new(0),
            }),
        }
    }

    /// The picture of a photo, if there is one.
    pub fn get(&self, photo: PhotoId, size: PreviewSize) -> Option<Vec<u8>> {
        let path = self.path(photo, size);
        let bytes = read(&path, size).ok()?;
        if !size.fits(&bytes) {
            self.remove(photo, size);
            return None;
        }
        self.shelf(size).touch(photo);
        Some(bytes)
    }

    /// Keeps a picture, if there is room for it; `held` if its photo is one of this folder.
    pub fn put(&self, photo: PhotoId, size: PreviewSize, bytes: &[u8], held: bool) {
        let root = &self.shared.root;
        let has_room = platform::free_bytes(root).is_ok_and(|free| free > KEEP_FREE);
        let path = self.path(photo, size);
        if !has_room || !size.fits(bytes) || self.write(&path, bytes).is_err() {
            return;
        }
        if size == PreviewSize::Grid && held {
            return self.shelf(size).forget(photo);
        }
        let gone = self.shelf(size).add(photo, bytes.len() as u64);
        for other in gone {
            let _ = fs::remove_file(self.path(other, size));
        }
    }

    /// The same for the grid picture of a photo of this folder, unless there is one.
    pub fn put_new(&self, photo: PhotoId, bytes: &[u8]) {
        if fs::symlink_metadata(self.path(photo, PreviewSize::Grid)).is_err() {
            self.put(photo, PreviewSize::Grid, bytes, true);
        }
    }

    /// Forgets what a photo looks like.
    pub fn forget(&self, photo: PhotoId) {
        PreviewSize::ALL.into_iter().for_each(|size| self.remove(photo, size));
    }

    /// Looks through all pictures, once at a start: whatever is no picture goes, and of those that are bounded the oldest
    /// that are too many. Takes a while if there are many.
    pub fn sweep(&self) {
        let held = std::mem::take(&mut *lock(&self.shared.held));
        for size in PreviewSize::ALL {
            let mut found = Vec::new();
            for dir in entries(&self.dir(size)) {
                for path in entries(&dir) {
                    match self.photo_of(&path, size) {
                        Some(photo) if size == PreviewSize::Grid && held.contains(&photo) => {}
                        Some(photo) => found.extend(age_and_length(&path).map(|of| (of, photo))),
                        // It is nothing that this program would make.
                        None => drop(fs::remove_file(&path)),
                    }
                }
            }
            found.sort_unstable();
            for ((_, length), photo) in found {
                for other in self.shelf(size).add(photo, length) {
                    let _ = fs::remove_file(self.path(other, size));
                }
            }
        }
    }

    fn dir(&self, size: PreviewSize) -> PathBuf {
        let name = match size {
            PreviewSize::Grid => "thumbs",
            PreviewSize::View => "views",
        };
        self.shared.root.join(MARKER).join(name)
    }

    /// Where a picture lies, in one of 256 directories.
    fn path(&self, photo: PhotoId, size: PreviewSize) -> PathBuf {
        let id = photo.to_string();
        self.dir(size).join(&id[..2]).join(format!("{id}.jpg"))
    }

    /// The photo whose picture lies here, if this is where it would lie.
    fn photo_of(&self, path: &Path, size: PreviewSize) -> Option<PhotoId> {
        let photo = path.file_stem()?.to_str()?.parse().ok()?;
        (self.path(photo, size) == path).then_some(photo)
    }

    fn shelf(&self, size: PreviewSize) -> MutexGuard<'_, Shelf> {
        match size {
            PreviewSize::Grid => lock(&self.shared.thumbs),
            PreviewSize::View => lock(&self.shared.views),
        }
    }

    /// Writes a file whole or not at all, as readers see it. Not synced: after a crash it may be empty, which shows when
    /// it is read.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let tmp = self.shared.root.join(TMP).join(format!("preview-{number}"));
        let dir = path.parent().unwrap_or(path);
        // The marker itself is never made here: without it, this may be another disk.
        let make = |dir: &Path| fs::create_dir(dir).or_else(|error| found(error, dir));
        dir.parent().map_or(Ok(()), make)?;
        make(dir)?;
        let written = fs::write(&tmp, bytes).and_then(|()| fs::rename(&tmp, path));
        if written.is_err() {
            let _ = fs::remove_file(&tmp);
        }
        written
    }

    fn remove(&self, photo: PhotoId, size: PreviewSize) {
        self.shelf(size).forget(photo);
        let _ = fs::remove_file(self.path(photo, size));
    }
}

impl Shelf {
    pub(super) fn new(most: u64) -> Shelf {
        Shelf { most, bytes: 0, used: BTreeMap::new(), order: BTreeMap::new(), clock: 0 }
    }

    /// A picture was used, if it is here.
    pub(super) fn touch(&mut self, photo: PhotoId) {
        if let Some((at, length)) = self.used.get(&photo).copied() {
            self.order.remove(&at);
            self.place(photo, length);
        }
    }

    fn place(&mut self, photo: PhotoId, length: u64) {
        self.clock += 1;
        self.used.insert(photo, (self.clock, length));
        self.order.insert(self.clock, photo);
    }

    /// Adds a picture; those that make room for it.
    pub(super) fn add(&mut self, photo: PhotoId, length: u64) -> Vec<PhotoId> {
        self.forget(photo);
        self.place(photo, length);
        self.bytes += length;
        let mut gone = Vec::new();
        while self.bytes > self.most
            && let Some((_, oldest)) = self.order.first_key_value()
        {
            let oldest = *oldest;
            self.forget(oldest);
            gone.push(oldest);
        }
        gone
    }

    /// No longer counts a picture.
    pub(super) fn forget(&mut self, photo: PhotoId) {
        if let Some((at, length)) = self.used.remove(&photo) {
            self.order.remove(&at);
            self.bytes -= length;
        }
    }
}

/// A file, but no more of it than a picture has, and a byte.
fn read(path: &Path, size: PreviewSize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    disk::open(path)?.take(size.max_bytes() as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What lies in a directory; nothing if it cannot be read.
fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn age_and_length(path: &Path) -> Option<(i64, u64)> {
    let meta = fs::symlink_metadata(path).ok()?;
    meta.is_file().then(|| (platform::times(&meta).0, meta.len()))
}

/// A directory that is there already is as good as a new one.
fn found(error: io::Error, dir: &Path) -> io::Result<()> {
    let is_there = fs::symlink_metadata(dir).is_ok_and(|meta| meta.is_dir());
    if is_there { Ok(()) } else { Err(error) }
}

/// A panic elsewhere cannot leave more than a wrong order behind, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
