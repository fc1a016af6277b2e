//! The photo folder on disk: its contents, and how they change without ever losing a photo.
//!
//! ```text
//! FOLDER/                             the friend's own photos, untouched in name and place   = originals
//! FOLDER/.photomesh/                  the marker: lock, identity, group, members, known nodes, index, tombstones
//! FOLDER/.photomesh/replicas/         photos kept for the mesh, <12 digits of the id>-<name>  = replicas
//! FOLDER/.photomesh/trash/            retired copies, a JSON note each                       = retired
//! FOLDER/.photomesh/trash/*.companions/   files that went to the trash with such a copy
//! FOLDER/.photomesh/trash/surplus/    exact copies on their way out, a JSON note each        = retired
//! FOLDER/.photomesh/damaged/          our own files whose bytes have rotted, and notes of such originals
//! FOLDER/.photomesh/thumbs/, views/   small pictures of photos: a cache, and nothing else
//! FOLDER/.photomesh/tmp/              writes in progress, swept at start
//! ```
//!
//! A [`Folder`] is owned by one thread and makes all changes of the folder. Its own findings come back as [`Change`]s;
//! a request comes back as a result, and is not reported a second time.
//!
//! # Promises, whatever happens
//!
//! - **The files are the truth.** The index is a cache: a lost one costs reading the photos again.
//! - **Write order.** A spool file's bytes are checked by the caller, then [`Folder::install`] syncs them, gives the
//!   file its name without overwriting, syncs the directory, notes it in the index, and only then returns. After a
//!   crash anywhere the photo is complete in its place or not there, and the next start sweeps a leftover in `tmp`.
//! - **Only [`Departure::Expired`](crate::protocol::Departure::Expired) deletes photos**, only in the trash, and only
//!   once the core allows it. (One exception: a trash copy of a photo that this folder also stores, once the stored
//!   file has been read and found good.) Everything else *moves*, with a note that says from where and why.
//! - **An absence is not a delete.** A missing file is one copy less, nothing more. Many files missing at once, or a
//!   missing marker, mean an unmounted disk or an accident: [`Change::Lost`], and [`OpenError::Missing`] at start.
//! - **Foreign names are labels.** They become paths only as a [`SafeName`](crate::protocol::SafeName).
//!
//! # Reading order
//!
//! `options` (what an owner can choose), `disk` (how a file becomes safe), `layout` (the meaning of paths) and
//! `file_path` (paths as keys), `identity` and `belonging` (which node it is, and whose), `entry` and `index` over
//! `journal` (the knowledge of every file), `looks` (results of comparisons), `scan` and `reconcile` (how files become
//! known), `missing` (what is gone), `spool`, `store` and `install` (in), `trash` (out and back), `duplicates`, `purge`
//! (for good), `tombstones`, `scrub` and `damage` (rot), `reread` (photos of an earlier program), `companions`,
//! `previews` (the cache, with `shelf`), `room` (on the disk, and whether all is to be handed over).

mod accompanied;
mod belonging;
mod boot_time;
pub mod companions;
mod damage;
mod disk;
mod duplicates;
mod entry;
mod error;
mod file_path;
mod following;
mod identity;
mod index;
mod install;
mod journal;
mod journal_line;
mod layout;
mod looks;
mod members;
mod missing;
mod nodes;
mod note;
mod options;
mod previews;
mod purge;
mod reconcile;
mod reread;
mod room;
mod scan;
mod scrub;
mod shelf;
mod spool;
mod standing;
mod store;
#[cfg(test)]
mod tests;
mod tombstones;
mod trash;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::photo::{Photo, PhotoId};
use crate::platform::file_of;
use crate::protocol::group::Roster;
use crate::protocol::{Address, Facts, Holding, Looks, NodeId};

pub use boot_time::Moment;
pub use error::{OpenError, StoreError, is_full};
pub use identity::Identity;
pub use install::{Named, Placed, Progress, Synced, Unsynced, sync_names};
pub use missing::Gone;
pub use options::{Options, Reserve};
pub use previews::{Previews, Since};
pub use reconcile::Absorbed;
pub use reread::{Reading, Reread};
pub use room::DiskRoom;
pub use scan::{Candidate, Inspection, Walk, Walker, is_walked};
pub use scrub::Recheck;
pub use spool::SpoolReader;

use damage::DamagedOriginals;
use disk::Disk;
use entry::Standing;
use index::Index;
use layout::{MARKER, OWN_DIRS, TMP};
use note::Notes;
use spool::{Spool, sweep};
use tombstones::Tombstones;

/// How often lines of the index are synced, in seconds of running. A crash costs reading some photos again.
const FLUSH_EVERY: u64 = 5;

/// Something that the folder found out by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// How the folder holds a photo now. The best of all its files counts: an original before a replica before one in
    /// the trash.
    Held {
        /// What was found in its bytes.
        photo: Arc<Photo>,
        /// Its facts.
        facts: Facts,
        /// How it is held.
        holding: Holding,
        /// How many files with these bytes the friend's own folder has.
        files: u32,
    },
    /// A scan has found an original that was not known before; its `Held` follows.
    Added {
        /// The photo.
        photo: PhotoId,
    },
    /// Remembered results of comparing a photo with others. Reported once, before its first `Held`.
    Recalled {
        /// The photo.
        photo: PhotoId,
        /// The results.
        looks: Looks,
    },
    /// No file of this photo is left, in the folder or its trash.
    Missing {
        /// The photo.
        photo: PhotoId,
    },
    /// A file's bytes no longer match its digest, and it no longer counts: one of our own files is set aside, an
    /// original stays where it is. Followed by a `Held` or `Missing` of the same photo.
    Damaged {
        /// The photo that it held.
        photo: PhotoId,
        /// Which file, relative to the folder, for people.
        file: String,
    },
    /// A walk is done, and all its candidates have been taken.
    Scanned {
        /// Files that are not pictures, and files and directories that cannot be read.
        skipped: u64,
    },
    /// The files that go where a photo goes: see [`companions`]. Reported when they change.
    Companions {
        /// The photo.
        photo: PhotoId,
        /// Their names, in the folder or its trash, at most [`companions::NAMED`]; empty if none are left.
        files: Vec<String>,
    },
    /// Photos are still to be read by the present rules: see [`Folder::next_to_reread`].
    Unread {
        /// How many.
        photos: u64,
    },
    /// A photo has been in the trash for its time and may be purged. Repeated every hour until it is.
    Expired {
        /// The photo.
        photo: PhotoId,
    },
    /// The folder can no longer be trusted: the node must leave. Nothing was changed; the reason says what is wrong and
    /// what to do.
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
    was_open: bool,
    first_start: bool,
    nodes: BTreeMap<NodeId, Address>,
    nodes_saved: bool,
    roster: Roster,
    index: Index,
    notes: Notes,
    tombstones: Tombstones,
    damaged_originals: DamagedOriginals,
    scanning: reconcile::Scanning,
    gone: Gone,
    scrub: scrub::Scrub,
    rereading: reread::Rereading,
    accompanied: accompanied::Accompanied,
    /// Files that are being written, by their names.
    spools: BTreeMap<String, Spool>,
    /// Photos that the owner wants purged, together with their companions.
    purge_asked: BTreeSet<PhotoId>,
    /// When the index is flushed next, in seconds of running.
    flush_at: u64,
    /// When each expired photo was last reported, in seconds of running.
    expired: BTreeMap<PhotoId, u64>,
    /// When the trash is next looked through, in seconds of running.
    expire_at: u64,
    /// Changes that were found during other work, for the next tick.
    later: Vec<Change>,
}

impl Folder {
    /// Opens a folder, makes it if it is missing, and locks it against other daemons until it is dropped.
    ///
    /// Sweeps the leftovers of a crash, and reads the index and the notes of the trash. No photo is reported before a
    /// walk has seen it.
    pub fn open(path: &Path, options: &Options) -> Result<Folder, OpenError> {
        Folder::open_on(Disk::default(), path, options)
    }

    fn open_on(disk: Disk, root: &Path, options: &Options) -> Result<Folder, OpenError> {
        fs::create_dir_all(root).map_err(|error| OpenError::at(root, error))?;
        let marker = root.join(MARKER);
        let was_open =
            disk.make_private_dir(&marker).map_err(|error| OpenError::at(&marker, error))?;
        for own in OWN_DIRS {
            let own = root.join(own);
            disk.make_dir(&own).map_err(|error| OpenError::at(&own, error))?;
        }
        let lock = lock(root)?;
        let meta = lock.metadata().map_err(|error| OpenError::at(root, error))?;
        sweep(&disk, &root.join(TMP))?;
        let (identity, fresh) = Identity::of_folder(&disk, root)?;
        let index = Index::open(&disk, root);
        let mut folder = Folder {
            root: root.to_owned(),
            options: options.clone(),
            _lock: lock,
            marker: file_of(&meta),
            identity,
            was_open,
            first_start: fresh && index.files().next().is_none(),
            nodes: nodes::read(root),
            nodes_saved: true,
            roster: members::read(root),
            notes: Notes::open(&disk, root),
            tombstones: Tombstones::open(&disk, root)
                .map_err(|error| OpenError::at(root, error))?,
            damaged_originals: DamagedOriginals::open(&disk, root),
            scanning: reconcile::Scanning::default(),
            gone: Gone::default(),
            scrub: scrub::Scrub::default(),
            rereading: reread::Rereading::default(),
            spools: BTreeMap::new(),
            accompanied: accompanied::Accompanied::default(),
            purge_asked: BTreeSet::new(),
            flush_at: 0,
            expired: BTreeMap::new(),
            expire_at: 0,
            later: Vec::new(),
            index,
            disk,
        };
        // If the index is lost, so is the time of running; the notes still know a lower bound.
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

    /// Whether other users of the computer could enter what the daemon keeps in this folder, until now.
    pub fn was_open_to_others(&self) -> bool {
        self.was_open
    }

    /// Remembers facts about a photo of this folder.
    pub fn note_facts(&mut self, photo: PhotoId, facts: &Facts) {
        self.index.put_facts(photo, facts);
    }

    /// Lets time pass: `running` is the time since the last call, about a second. Days of the trash are days of
    /// running, so that a friend who was away for a month finds the trash unchanged.
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

    /// Adds to `changes` how a photo is held, if that is news to the node, and forgets a photo without files.
    fn tell(&mut self, id: PhotoId, changes: &mut Vec<Change>) {
        let told = self.index.photo(id).and_then(|entry| entry.told);
        let standing = self.standing(id);
        if standing != told {
            self.tell_as(standing, id, changes);
        } else {
            self.index.forget_photo(id);
        }
    }

    /// Adds to `changes` how a photo is held, whether that is news or not.
    fn tell_anyway(&mut self, id: PhotoId, changes: &mut Vec<Change>) {
        self.tell_as(self.standing(id), id, changes);
    }

    fn tell_as(&mut self, standing: Option<Standing>, id: PhotoId, changes: &mut Vec<Change>) {
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

    /// Notes how the caller assumes a photo to be held after the result that it gets. If that is wrong, the next tick
    /// says so.
    fn assumed(&mut self, id: PhotoId, standing: Option<Standing>) {
        self.index.set_told(id, standing);
        self.tell_later(id);
    }

    /// The next tick reports how a photo is held, if that is news to the node.
    fn tell_later(&mut self, photo: PhotoId) {
        let mut later = std::mem::take(&mut self.later);
        self.tell(photo, &mut later);
        self.later = later;
    }

    /// The full path for a path relative to the folder.
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
