//! The photo folder on disk: what is in it, and how it changes without ever losing a photo.
//!
//! ```text
//! FOLDER/                             the friend's own photos, untouched in name and place   = originals
//! FOLDER/.photomesh/                  the marker: lock, identity, known nodes, index, tombstones
//! FOLDER/.photomesh/replicas/         photos kept for the mesh, <12 digits of the id>-<name>  = replicas
//! FOLDER/.photomesh/trash/            retired copies, a JSON note each                       = retired
//! FOLDER/.photomesh/trash/*.companions/   files that have gone there with such a copy
//! FOLDER/.photomesh/trash/surplus/    exact copies on their way out, a JSON note each        = retired
//! FOLDER/.photomesh/damaged/          files of our own that are not what they were, notes of such originals
//! FOLDER/.photomesh/tmp/              writes in progress, swept at start
//! ```
//!
//! A [`Folder`] is owned by one thread and does everything that changes the folder. What it finds out by itself comes
//! back as [`Change`]s; what it was asked to do comes back as a result, and is not told a second time.
//!
//! # What holds, whatever happens
//!
//! - **The files are the truth.** The index is a cache: a lost one costs reading the photos again.
//! - **Write order.** A spool file's bytes are checked by the caller, then [`Folder::install`] syncs them, gives the
//!   file its name without overwriting, syncs the directory, notes it in the index, and only then returns. A crash
//!   anywhere leaves the photo whole in its place or not there, and a leftover in `tmp` that the next start sweeps.
//! - **Nothing is deleted but for [`Departure::Expired`](crate::protocol::Departure::Expired)**, which only ever touches
//!   the trash, and of the trash only what other nodes have been proven to hold. (One exception: a trash copy of a photo that this folder also stores, once
//!   the stored file has been read and found good.) Everything else *moves*, with a note that says from where and why.
//! - **An absence is not a delete.** A file that is gone is one copy less, no more. Many files gone at once, or the
//!   marker gone, are taken for an unmounted disk or an accident: [`Change::Lost`], and [`OpenError::Missing`] at start.
//! - **Foreign names are labels.** [`SafeName`](crate::protocol::SafeName) is their only way to a path.
//!
//! # Reading order
//!
//! `disk` (what makes a file safe), `layout` (what a path says), `entry` and `index` over `journal` (what is known of every
//! file), `looks` (what comparing found), `scan` and `reconcile` (how it gets known), `store` (in), `trash` (out and back),
//! `duplicates`, `purge` (for good), `tombstones`, `scrub` and `damage` (rot), `reread` (photos of an earlier program),
//! `companions`.

mod accompanied;
mod boot_time;
pub mod companions;
mod damage;
mod disk;
mod duplicates;
mod entry;
mod error;
mod following;
mod identity;
mod index;
mod journal;
mod journal_line;
mod layout;
mod looks;
mod nodes;
mod note;
mod purge;
mod reconcile;
mod reread;
mod scan;
mod scrub;
mod standing;
mod store;
#[cfg(test)]
mod tests;
mod tombstones;
mod trash;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::photo::{Photo, PhotoId};
use crate::platform::{self, file_of};
use crate::protocol::{Address, Facts, Holding, Looks, NodeId};

pub use boot_time::Moment;
pub use error::{OpenError, StoreError, is_full};
pub use identity::Identity;
pub use reconcile::Absorbed;
pub use reread::{Reading, Reread};
pub use scan::{Candidate, Inspection, Walk, Walker};
pub use scrub::Recheck;

use damage::Wrecks;
use disk::Disk;
use entry::Standing;
use index::Index;
use layout::{MARKER, OWN_DIRS, TMP};
use note::Notes;
use tombstones::Tombstones;

/// How often lines of the index are brought to the disk, in seconds of running. A crash costs reading some photos again.
const FLUSH_EVERY: u64 = 5;

/// What the owner of a folder wants of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Photos that are missing at the start were removed on purpose (`--accept-missing`).
    pub accept_missing: bool,
    /// How many days of running a photo stays in the trash (`--trash-days`).
    pub trash_days: u32,
    /// Within how many days of running every photo is read again (`--scrub-days`); 0 is never.
    pub scrub_days: u32,
}

/// A change of what the folder holds that it found out by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// How the folder holds a photo now. The best of all its files counts: an original before a replica before one in
    /// the trash.
    Held {
        /// What the bytes say.
        photo: Arc<Photo>,
        /// What is known about it beyond its bytes.
        facts: Facts,
        /// How it is held.
        holding: Holding,
        /// How many files with these very bytes the friend's own folder has.
        files: u32,
    },
    /// What was found by comparing a photo with others, as far as it is remembered. Told once, before its first `Held`.
    Recalled {
        /// The photo.
        photo: PhotoId,
        /// What was found.
        looks: Looks,
    },
    /// No file of this photo is left, in the folder or its trash.
    Missing {
        /// The photo.
        photo: PhotoId,
    },
    /// A file's bytes no longer match its digest, and it does not count any more: a file of our own is set aside, an
    /// original stays where it is. Followed by a `Held` or `Missing` of the same photo.
    Damaged {
        /// The photo that it was.
        photo: PhotoId,
        /// Which file, relative to the folder, for people.
        file: String,
    },
    /// A walk is done, and all its candidates have been taken.
    Scanned {
        /// Files that are no pictures, and files and directories that cannot be read.
        skipped: u64,
    },
    /// The files that go where a photo goes: see [`companions`]. Told when they change.
    Companions {
        /// The photo.
        photo: PhotoId,
        /// Their names, in the folder or its trash, at most [`companions::NAMED`]; none if there are none any more.
        files: Vec<String>,
    },
    /// So many photos are still to be read by the present rules: see [`Folder::next_to_reread`].
    Unread {
        /// How many.
        photos: u64,
    },
    /// A photo has been in the trash for its time and may be purged. Repeated every hour until it is.
    Expired {
        /// The photo.
        photo: PhotoId,
    },
    /// The folder can no longer be trusted: the node must leave. Nothing was changed for it; the reason says what is
    /// wrong and what to do.
    Lost {
        /// Why, for people.
        reason: String,
    },
}

/// The photo folder of one node. See the [module's page](self).
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    options: Options,
    disk: Disk,
    /// Held for as long as the folder is open.
    _lock: File,
    /// Device and inode of the lock file.
    marker: (u64, u64),
    identity: Identity,
    first_start: bool,
    nodes: BTreeMap<NodeId, Address>,
    nodes_saved: bool,
    index: Index,
    notes: Notes,
    tombstones: Tombstones,
    wrecks: Wrecks,
    scanning: reconcile::Scanning,
    scrub: scrub::Scrub,
    rereading: reread::Rereading,
    accompanied: accompanied::Accompanied,
    /// What the owner has asked to be purged, companions and all.
    purge_asked: BTreeSet<PhotoId>,
    /// When the index is flushed next, in seconds of running.
    flush_at: u64,
    /// When each expired photo was told of, in seconds of running.
    expired: BTreeMap<PhotoId, u64>,
    /// When the trash is looked through next, in seconds of running.
    expire_at: u64,
    /// Changes that were found on the way to something else, for the next tick.
    later: Vec<Change>,
}

impl Folder {
    /// Opens a folder, making it if need be, and locks it against other daemons until it is dropped.
    ///
    /// Leftovers of a crash are swept, the index and the notes of the trash are read. No photo is told of before a walk
    /// has seen it.
    pub fn open(path: &Path, options: &Options) -> Result<Folder, OpenError> {
        Folder::open_on(Disk::default(), path, options)
    }

    fn open_on(disk: Disk, root: &Path, options: &Options) -> Result<Folder, OpenError> {
        fs::create_dir_all(root).map_err(|error| OpenError::at(root, error))?;
        for own in std::iter::once(MARKER).chain(OWN_DIRS) {
            let own = root.join(own);
            disk.make_dir(&own).map_err(|error| OpenError::at(&own, error))?;
        }
        let lock = lock(root)?;
        let meta = lock.metadata().map_err(|error| OpenError::at(root, error))?;
        sweep(&disk, &root.join(TMP))?;
        let (identity, fresh) = identify(&disk, root)?;
        let index = Index::open(&disk, root);
        let mut folder = Folder {
            root: root.to_owned(),
            options: options.clone(),
            _lock: lock,
            marker: file_of(&meta),
            identity,
            first_start: fresh && index.files().next().is_none(),
            nodes: nodes::read(root),
            nodes_saved: true,
            notes: Notes::open(&disk, root),
            tombstones: Tombstones::open(&disk, root)
                .map_err(|error| OpenError::at(root, error))?,
            wrecks: Wrecks::open(&disk, root),
            scanning: reconcile::Scanning::default(),
            scrub: scrub::Scrub::default(),
            rereading: reread::Rereading::default(),
            accompanied: accompanied::Accompanied::default(),
            purge_asked: BTreeSet::new(),
            flush_at: 0,
            expired: BTreeMap::new(),
            expire_at: 0,
            later: Vec::new(),
            index,
            disk,
        };
        // With the index, the count of days may be lost; the notes remember what it was at the least.
        folder.index.has_run(folder.notes.running());
        folder.check_missing()?;
        Ok(folder)
    }

    /// This node's identity.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether this folder was never a node's folder before.
    pub fn is_first_start(&self) -> bool {
        self.first_start
    }

    /// How many bytes the folder's disk has free for an ordinary user.
    pub fn free_bytes(&self) -> io::Result<u64> {
        platform::free_bytes(&self.root)
    }

    /// Remembers facts about a photo of this folder.
    pub fn note_facts(&mut self, photo: PhotoId, facts: &Facts) {
        self.index.put_facts(photo, facts);
    }

    /// Lets time pass: `running` since the last call, which should be about a second ago. Days of the trash are days
    /// of running, so that a friend who was away for a month finds the trash as it was.
    pub fn tick(&mut self, running: Duration) -> Vec<Change> {
        self.index.run(running);
        let now = self.index.running();
        if now >= self.flush_at {
            self.flush_at = now.saturating_add(FLUSH_EVERY);
            self.index.flush();
            self.save_nodes();
        }
        let mut changes = std::mem::take(&mut self.later);
        self.expire(&mut changes);
        self.tell_unread(&mut changes);
        self.tell_moved_companions(&mut changes);
        changes
    }

    /// Adds to `changes` how a photo is held, if the node knows it otherwise, and forgets a photo without files.
    fn tell(&mut self, id: PhotoId, changes: &mut Vec<Change>) {
        let told = self.index.photo(id).and_then(|entry| entry.told);
        if self.standing(id) != told {
            self.tell_anyway(id, changes);
        } else {
            self.index.forget_photo(id);
        }
    }

    /// Adds to `changes` how a photo is held, be it news or not.
    fn tell_anyway(&mut self, id: PhotoId, changes: &mut Vec<Change>) {
        let standing = self.standing(id);
        self.recall(id, standing, changes);
        changes.push(match (standing, self.index.photo(id)) {
            (Some(standing), Some(entry)) => Change::Held {
                photo: Arc::clone(&entry.photo),
                facts: entry.facts.clone(),
                holding: standing.holding,
                files: standing.files,
            },
            _ => Change::Missing { photo: id },
        });
        self.index.set_told(id, standing);
        self.index.forget_photo(id);
    }

    /// From the result of what it asked for, the caller takes a photo for held like this. The next tick tells it if it
    /// is not.
    fn assumed(&mut self, id: PhotoId, standing: Option<Standing>) {
        self.index.set_told(id, standing);
        self.tell_later(id);
    }

    /// The next tick tells how a photo is held, if the node knows it otherwise.
    fn tell_later(&mut self, photo: PhotoId) {
        let mut later = std::mem::take(&mut self.later);
        self.tell(photo, &mut later);
        self.later = later;
    }

    /// How the folder holds a photo: as its files' places say, and of what is in the trash, its notes.
    fn standing(&self, id: PhotoId) -> Option<Standing> {
        let mut standing = self.index.standing(id)?;
        let was_own = |copy: &PathBuf| {
            let seen = self.index.file(copy).is_some_and(|entry| entry.seen);
            let note = self.notes.get(copy).filter(|note| note.photo == id);
            seen && note.is_some_and(|note| note.holding.is_own())
        };
        if standing.holding == Holding::Retired && self.index.files_of(id).iter().any(was_own) {
            standing.holding = Holding::RetiredOriginal;
        }
        Some(standing)
    }

    /// A path relative to the folder, in full.
    fn full(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }
}

/// Takes the lock that makes this process the only daemon of a folder.
fn lock(root: &Path) -> Result<File, OpenError> {
    let path = root.join(MARKER).join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| OpenError::at(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(root.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::at(&path, error)),
    }
}

/// Removes what an earlier life has left half done.
fn sweep(disk: &Disk, tmp: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::at(tmp, error);
    for entry in fs::read_dir(tmp).map_err(failed)? {
        disk.remove(&entry.map_err(failed)?.path()).map_err(failed)?;
    }
    Ok(())
}

/// The folder's identity, and whether it was made just now.
fn identify(disk: &Disk, root: &Path) -> Result<(Identity, bool), OpenError> {
    let path = root.join(MARKER).join("identity");
    match Identity::load(&path) {
        Ok(Some(identity)) => Ok((identity, false)),
        Ok(None) => Identity::create(disk, &path, &root.join(TMP))
            .map(|identity| (identity, true))
            .map_err(|error| OpenError::at(&path, error)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(OpenError::Identity(path)),
        Err(error) => Err(OpenError::at(&path, error)),
    }
}
