//! Small pictures of photos, kept so that they need not be made again: a cache.
//!
//! ```text
//! FOLDER/.photomesh/thumbs/3f/<id>.jpg           for grids, of the photos of this folder
//! FOLDER/.photomesh/thumbs/3f/<id>.theirs.jpg    the same of other photos, as another node has made it
//! FOLDER/.photomesh/views/3f/...                 for a whole screen: those that were looked at last
//! ```
//!
//! Nothing hangs on it. Each picture can be made again from its photo, or asked for again; whoever likes may delete all
//! of them at any time. So they are neither synced nor noted in the index, and no walk sees them. What cannot be read or
//! written is as if it were not there, and they never take the last room of a disk.
//!
//! What another node has made is that node's claim: it is kept apart, shown to this folder's owner only, and goes when
//! the photo itself is here. When a photo leaves, what it looks like goes too, at the next start if it could not at once:
//! so what this program has made is of photos that are here.
//!
//! Pictures of this folder's own photos stay: they take less than a hundredth of the room of their photos. Those of other
//! nodes' photos, and all for screens, are bounded, and what was not used for longest goes first. The order is known in
//! memory only; at a start the age of the files stands for it.
//!
//! Like all of the folder's own files they are for its user alone: the photo itself may be closed to others.
//!
//! Only real directories are entered, and only files of these very names are deleted: a friend may have put a link in
//! place of a directory, to a larger disk or by accident, and then nothing is kept.
//!
//! Any thread may use it: those that decode put pictures there, and clients' threads take them. What is forgotten while
//! somebody draws it must not come back, so whoever draws says since when: see [`Since`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::layout::{MARKER, TMP};
use super::shelf::Shelf;
use super::{Folder, disk};
use crate::photo::{PhotoId, PreviewSize};
use crate::platform;

/// What grid pictures of photos that are not in this folder may take, in bytes: some thirty thousand of them.
const MAX_THUMBS: u64 = 1 << 30;

/// What pictures for screens may take, in bytes: some five hundred.
const MAX_VIEWS: u64 = 256 << 20;

/// The room that is left free on the disk, in bytes: twice what the node leaves, so that no photo waits for a picture.
const KEEP_FREE: u64 = 64 << 20;

/// How many photos are remembered that were forgotten. More than go while one is drawn.
const FORGOTTEN: usize = 10_000;

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
    /// When that was, in nanoseconds since 1970.
    opened: i64,
    thumbs: Mutex<Shelf<Key>>,
    views: Mutex<Shelf<Key>>,
    forgotten: Mutex<Forgotten>,
    /// The number of the next file that is written.
    next: AtomicU64,
}

/// Who has made a small picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Maker {
    /// This program, of a photo that was here.
    Us,
    /// Another node, by its own word.
    Others,
}

/// A picture, among those of one size.
type Key = (PhotoId, Maker);

/// When somebody has begun to make a small picture, counted in photos that were forgotten.
#[derive(Clone, Copy, Debug)]
pub struct Since(u64);

/// The photos that were forgotten last.
#[derive(Debug, Default)]
struct Forgotten {
    count: u64,
    /// Whatever was begun before this may be of a forgotten photo.
    known_from: u64,
    last: BTreeMap<PhotoId, u64>,
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
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Previews {
            shared: Arc::new(Shared {
                root: root.to_owned(),
                held: Mutex::new(held),
                opened: i64::try_from(since_1970.as_nanos()).unwrap_or(i64::MAX),
                thumbs: Mutex::new(Shelf::new(MAX_THUMBS)),
                views: Mutex::new(Shelf::new(MAX_VIEWS)),
                forgotten: Mutex::new(Forgotten::default()),
                next: AtomicU64::new(0),
            }),
        }
    }

    /// To be asked before a picture is made that is to be kept.
    pub fn since(&self) -> Since {
        Since(lock(&self.shared.forgotten).count)
    }

    /// The picture of a photo that was made here, if there is one.
    pub fn get(&self, photo: PhotoId, size: PreviewSize) -> Option<Vec<u8>> {
        self.read((photo, Maker::Us), size)
    }

    /// The same or, if there is none, the one that another node has made.
    pub fn get_any(&self, photo: PhotoId, size: PreviewSize) -> Option<Vec<u8>> {
        self.get(photo, size).or_else(|| self.read((photo, Maker::Others), size))
    }

    /// Keeps a picture of a photo of this folder, if there is room for it. It replaces that of another node.
    pub fn put(&self, photo: PhotoId, size: PreviewSize, bytes: &[u8], since: Since) {
        if self.keep((photo, Maker::Us), size, bytes, since) {
            self.remove((photo, Maker::Others), size);
        }
    }

    /// The same for the grid picture, unless there is one.
    pub fn put_new(&self, photo: PhotoId, bytes: &[u8], since: Since) {
        let path = self.path((photo, Maker::Us), PreviewSize::Grid);
        if fs::symlink_metadata(path).is_err() {
            self.put(photo, PreviewSize::Grid, bytes, since);
        }
    }

    /// Keeps a picture as another node has made it, if there is room and none that was made here.
    pub fn put_theirs(&self, photo: PhotoId, size: PreviewSize, bytes: &[u8], since: Since) {
        if fs::symlink_metadata(self.path((photo, Maker::Us), size)).is_err() {
            self.keep((photo, Maker::Others), size, bytes, since);
        }
    }

    /// Forgets what a photo looks like, whoever has drawn it. What is being drawn is not kept either.
    pub fn forget(&self, photo: PhotoId) {
        // In this order: who writes a picture looks afterwards whether it was forgotten.
        lock(&self.shared.forgotten).add(photo);
        for size in PreviewSize::ALL {
            self.remove((photo, Maker::Us), size);
            self.remove((photo, Maker::Others), size);
        }
    }

    /// A photo is here now: what others have made of it is not needed any more.
    pub fn forget_theirs(&self, photo: PhotoId) {
        let key = (photo, Maker::Others);
        for size in PreviewSize::ALL {
            // This is asked of every photo at a start, and most have none.
            let is_there = self.shelf(size).has(key);
            if is_there {
                self.remove(key, size);
            }
        }
    }

    /// Looks through all pictures, once at a start: what lies in a wrong place goes, what this program has made of photos
    /// that were not here any more when the folder was opened, and of those that are bounded the oldest that are too many.
    /// Takes a while if there are many.
    pub fn sweep(&self) {
        let held = std::mem::take(&mut *lock(&self.shared.held));
        for size in PreviewSize::ALL {
            let mut found = Vec::new();
            for dir in entries(&self.dir(size)).into_iter().filter(|dir| is_named_by_hex(dir)) {
                let files = entries(&dir).into_iter();
                found.extend(files.filter_map(|path| self.sweep_file(&path, size, &held)));
            }
            found.sort_unstable();
            for (_, length, key) in found {
                self.count(key, size, length);
            }
        }
    }

    /// Deletes a picture that is not to be there; else, if those like it are bounded, when it was made and its length.
    fn sweep_file(
        &self,
        path: &Path,
        size: PreviewSize,
        held: &BTreeSet<PhotoId>,
    ) -> Option<(i64, u64, Key)> {
        let key = key_of(path)?;
        let is_held = held.contains(&key.0);
        if self.path(key, size) != path || (is_held && key.1 == Maker::Others) {
            let _ = fs::remove_file(path);
            return None;
        }
        if is_held && !is_bounded(key, size) {
            return None;
        }
        let (age, length) = age_and_length(path)?;
        if !is_held && key.1 == Maker::Us && age < self.shared.opened {
            let _ = fs::remove_file(path);
            return None;
        }
        is_bounded(key, size).then_some((age, length, key))
    }

    fn dir(&self, size: PreviewSize) -> PathBuf {
        let name = match size {
            PreviewSize::Grid => "thumbs",
            PreviewSize::View => "views",
        };
        self.shared.root.join(MARKER).join(name)
    }

    /// Where a picture lies, in one of 256 directories.
    fn path(&self, (photo, maker): Key, size: PreviewSize) -> PathBuf {
        let id = photo.to_string();
        let ending = match maker {
            Maker::Us => "",
            Maker::Others => THEIRS,
        };
        self.dir(size).join(&id[..2]).join(format!("{id}{ending}.jpg"))
    }

    /// The same, if the way there leads through no link.
    fn real_path(&self, key: Key, size: PreviewSize) -> Option<PathBuf> {
        let path = self.path(key, size);
        let dirs = path.ancestors().skip(1).take(2);
        dirs.into_iter().all(is_dir).then_some(path)
    }

    fn shelf(&self, size: PreviewSize) -> MutexGuard<'_, Shelf<Key>> {
        match size {
            PreviewSize::Grid => lock(&self.shared.thumbs),
            PreviewSize::View => lock(&self.shared.views),
        }
    }

    fn read(&self, key: Key, size: PreviewSize) -> Option<Vec<u8>> {
        let bytes = read(&self.real_path(key, size)?, size).ok()?;
        if !size.fits(&bytes) {
            self.remove(key, size);
            return None;
        }
        self.shelf(size).touch(key);
        Some(bytes)
    }

    /// Keeps a picture; whether it is there then.
    fn keep(&self, key: Key, size: PreviewSize, bytes: &[u8], since: Since) -> bool {
        let root = &self.shared.root;
        let has_room = platform::free_bytes(root).is_ok_and(|free| free > KEEP_FREE);
        if !has_room || !size.fits(bytes) || self.write(&self.path(key, size), bytes).is_err() {
            return false;
        }
        if is_bounded(key, size) {
            self.count(key, size, bytes.len() as u64);
        } else {
            self.shelf(size).forget(key);
        }
        let is_forgotten = lock(&self.shared.forgotten).has(key.0, since);
        if is_forgotten {
            self.remove(key, size);
        }
        !is_forgotten
    }

    /// Counts a picture, and deletes those that are too many then.
    fn count(&self, key: Key, size: PreviewSize, length: u64) {
        let gone = self.shelf(size).add(key, length);
        gone.into_iter().for_each(|other| self.remove(other, size));
    }

    /// Writes a file whole or not at all, as readers see it. Not synced: after a crash it may be empty, which shows when
    /// it is read.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let tmp = self.shared.root.join(TMP).join(format!("preview-{number}"));
        let dir = path.parent().unwrap_or(path);
        // The marker itself is never made here: without it, this may be another disk.
        let make = |dir: &Path| platform::make_private_dir(dir).or_else(|error| found(error, dir));
        dir.parent().map_or(Ok(()), make)?;
        make(dir)?;
        let written = write(&tmp, bytes).and_then(|()| fs::rename(&tmp, path));
        if written.is_err() {
            let _ = fs::remove_file(&tmp);
        }
        written
    }

    fn remove(&self, key: Key, size: PreviewSize) {
        self.shelf(size).forget(key);
        if let Some(path) = self.real_path(key, size) {
            let _ = fs::remove_file(path);
        }
    }
}

impl Forgotten {
    fn add(&mut self, photo: PhotoId) {
        self.count += 1;
        if self.last.len() >= FORGOTTEN {
            self.last.clear();
            self.known_from = self.count;
        }
        self.last.insert(photo, self.count);
    }

    /// Whether a photo was forgotten since then, as far as that is known.
    fn has(&self, photo: PhotoId, Since(since): Since) -> bool {
        since < self.known_from || self.last.get(&photo).is_some_and(|at| *at > since)
    }
}

/// How the name of a picture that another node has made ends, before `.jpg`.
const THEIRS: &str = ".theirs";

/// Whether pictures like this one go when there are too many of them.
fn is_bounded((_, maker): Key, size: PreviewSize) -> bool {
    size == PreviewSize::View || maker == Maker::Others
}

/// Whose picture a file is by its name; none if this program gives no such name.
fn key_of(path: &Path) -> Option<Key> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".jpg")?;
    let (id, maker) = match stem.strip_suffix(THEIRS) {
        Some(id) => (id, Maker::Others),
        None => (stem, Maker::Us),
    };
    let photo: PhotoId = id.parse().ok()?;
    (photo.to_string() == id).then_some((photo, maker))
}

/// Whether a directory's name is one of the 256.
fn is_named_by_hex(dir: &Path) -> bool {
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.len() == 2 && name.bytes().all(is_hex)
}

/// What lies in a directory; nothing if it cannot be read, or is a link to one.
fn entries(dir: &Path) -> Vec<PathBuf> {
    if !is_dir(dir) {
        return Vec::new();
    }
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn is_dir(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// A file, but no more of it than a picture has, and a byte.
fn read(path: &Path, size: PreviewSize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    disk::open(path)?.take(size.max_bytes() as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a new file that only its owner may read, from its first byte on.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    platform::private(options.write(true).create_new(true)).open(path)?.write_all(bytes)
}

fn age_and_length(path: &Path) -> Option<(i64, u64)> {
    let meta = fs::symlink_metadata(path).ok()?;
    meta.is_file().then(|| (platform::times(&meta).0, meta.len()))
}

/// A directory that is there already is as good as a new one; a link to one is not.
fn found(error: io::Error, dir: &Path) -> io::Result<()> {
    if is_dir(dir) { Ok(()) } else { Err(error) }
}

/// A panic elsewhere cannot leave more than a wrong order behind, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
