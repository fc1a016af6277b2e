//! Looking through the folder: finding all files, and reading those that are new or changed.
//!
//! Three steps on three kinds of threads, so that none holds up another: a [`Walker`] reads only directories and
//! stamps; [`Folder::absorb`](super::Folder::absorb) compares the [`Walk`] with the index; a [`Candidate`] reads and
//! decodes one file, on as many threads as there are cores.
//!
//! The friend's folder is full of surprises, and none may stop a walk or lead it astray:
//!
//! - Only regular files count. Links are not followed, pipes and devices not opened.
//! - Hidden files and directories are passed over: other programs keep their half-written files and caches there.
//! - A directory with its own marker belongs to another daemon.
//! - Unreadable files and directories are counted and passed over. They are not absent: their content is unknown.
//! - A file still being written is left until it rests: until two walks find it unchanged, or it was not touched for
//!   some seconds.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, DirEntry, File, Metadata};
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::disk::{self, Disk, Stamp};
use super::file_path::FilePath;
use super::layout::{self, MARKER, REPLICAS, SURPLUS, TRASH, is_note};
use crate::photo::{self, InspectError, Inspected, PhotoId};
use crate::platform::file_of;

/// A file that was not touched for this long rests: longer than a copying program pauses between two writes.
const REST: Duration = Duration::from_secs(3);

/// Walks through a folder, again and again, and remembers which files were not yet at rest.
#[derive(Debug)]
pub struct Walker {
    root: PathBuf,
    /// Device and inode of the lock file: the marker that must still be there.
    marker: (u64, u64),
    /// Files that were touched shortly before the last walk, as it found them.
    restless: BTreeMap<FilePath, Stamp>,
}

/// The result of one walk through the folder.
#[derive(Debug)]
pub struct Walk {
    /// Every regular file, by its path relative to the folder.
    pub(super) files: BTreeMap<FilePath, Seen>,
    /// Directories and files that could not be looked at.
    pub(super) unreadable: u64,
    /// Whether the marker was still there, before and after.
    pub(super) marked: bool,
}

/// A file as a walk found it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) stamp: Stamp,
    /// Whether nobody seems to be writing it.
    pub(super) rests: bool,
}

impl Walker {
    pub(super) fn new(root: &Path, marker: (u64, u64)) -> Walker {
        Walker { root: root.to_owned(), marker, restless: BTreeMap::new() }
    }

    /// Walks through the whole folder. Reads directories and metadata only, and never fails: see [`Walk`].
    pub fn walk(&mut self) -> Walk {
        let marked = self.is_marked();
        let mut pass = Pass {
            root: &self.root,
            before: &self.restless,
            now: SystemTime::now(),
            visited: BTreeSet::new(),
            restless: BTreeMap::new(),
            walk: Walk { files: BTreeMap::new(), unreadable: 0, marked: true },
        };
        for own in [REPLICAS, TRASH, SURPLUS] {
            let mut companions = Vec::new();
            pass.directory(Path::new(own), &mut companions);
            for dir in companions {
                pass.directory(&dir, &mut Vec::new());
            }
        }
        let mut open = vec![PathBuf::new()];
        while let Some(dir) = open.pop() {
            pass.directory(&dir, &mut open);
        }
        let Pass { restless, mut walk, .. } = pass;
        self.restless = restless;
        walk.marked = marked && self.is_marked();
        walk
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is no need to walk again, as far as this can tell: no file was being written at the last walk, and the
    /// marker is still there.
    pub fn is_at_rest(&self) -> bool {
        self.restless.is_empty() && self.is_marked()
    }

    /// Whether the marker is still the one of the start: another disk may be mounted here by now.
    fn is_marked(&self) -> bool {
        fs::symlink_metadata(self.root.join(MARKER).join("lock"))
            .is_ok_and(|meta| file_of(&meta) == self.marker)
    }
}

/// Whether a walk looks at this path, relative to the folder: not at what the daemon keeps there for itself.
pub fn is_walked(path: &Path) -> bool {
    !layout::is_ours(path) || layout::is_in(path, REPLICAS) || layout::is_in(path, TRASH)
}

/// One walk in progress.
struct Pass<'a> {
    root: &'a Path,
    before: &'a BTreeMap<FilePath, Stamp>,
    now: SystemTime,
    /// Devices and inodes of the directories that were entered: a directory mounted into itself is entered once.
    visited: BTreeSet<(u64, u64)>,
    restless: BTreeMap<FilePath, Stamp>,
    walk: Walk,
}

impl Pass<'_> {
    /// Looks at everything in one directory, and adds the directories in it to `open`.
    fn directory(&mut self, dir: &Path, open: &mut Vec<PathBuf>) {
        let path = self.root.join(dir);
        let entries = fs::symlink_metadata(&path).and_then(|meta| {
            let new = meta.is_dir() && self.visited.insert(file_of(&meta));
            new.then(|| fs::read_dir(&path)).transpose()
        });
        match entries {
            Ok(Some(entries)) => {
                for entry in entries {
                    if entry.and_then(|entry| self.entry(dir, &entry, open)).is_err() {
                        self.walk.unreadable += 1;
                    }
                }
            }
            Ok(None) => {}
            Err(_) => self.walk.unreadable += 1,
        }
    }

    fn entry(&mut self, dir: &Path, entry: &DirEntry, open: &mut Vec<PathBuf>) -> io::Result<()> {
        let name = entry.file_name();
        let ours = layout::is_ours(dir);
        let noted = layout::is_in(dir, TRASH) && !layout::is_for_companions(dir);
        if is_hidden(&name) || (noted && is_note(&name)) {
            return Ok(());
        }
        let kind = entry.file_type()?;
        let path = dir.join(&name);
        if kind.is_dir() {
            let wanted = match ours {
                true => layout::is_for_companions(&path),
                false => !self.root.join(&path).join(MARKER).is_dir(),
            };
            if wanted {
                open.push(path);
            }
        } else if kind.is_file()
            && let Some(stamp) = disk::look_at(entry)?
        {
            // Our own files get their names only when complete.
            let path = FilePath::from(path);
            let rests = ours || self.rests(&path, stamp);
            self.walk.files.insert(path, Seen { stamp, rests });
        }
        Ok(())
    }

    /// Whether nobody seems to be writing a file, as far as this walk and the last one can tell.
    fn rests(&mut self, path: &FilePath, stamp: Stamp) -> bool {
        let modified = u64::try_from(stamp.modified).unwrap_or(0);
        let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(modified);
        // A file from the future, written with a wrong clock, has no age: only two walks can tell.
        if self.now.duration_since(modified).is_ok_and(|age| age >= REST) {
            return true;
        }
        self.restless.insert(path.clone(), stamp);
        self.before.get(path) == Some(&stamp)
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// A file whose content must be read, because it is new or has changed.
#[derive(Debug)]
pub struct Candidate {
    pub(super) disk: Disk,
    pub(super) root: PathBuf,
    pub(super) path: FilePath,
    /// The stamp that the walk found.
    pub(super) stamp: Stamp,
}

/// The result of inspecting a [`Candidate`].
#[derive(Debug)]
pub struct Inspection {
    pub(super) path: FilePath,
    pub(super) stamp: Stamp,
    pub(super) finding: Finding,
}

impl Inspection {
    /// The photo that was found and its picture for a grid, if it was drawn in passing; none the second time.
    pub fn take_picture(&mut self) -> Option<(PhotoId, Vec<u8>)> {
        match &mut self.finding {
            Finding::Photo(found) => Some((found.photo.id, found.picture.take()?)),
            Finding::Other | Finding::Rotten | Finding::Restless | Finding::Unreadable => None,
        }
    }
}

/// The content found in a file.
#[derive(Debug)]
pub(super) enum Finding {
    Photo(Box<Inspected>),
    /// Not a photo.
    Other,
    /// One of our own files, but not the photo of its name.
    Rotten,
    /// It changed while it was read, or went away: the next walk will see.
    Restless,
    /// It could not be read.
    Unreadable,
}

impl Candidate {
    /// The file's path relative to the folder, for people.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's length in bytes, as the walk found it.
    pub fn bytes(&self) -> u64 {
        self.stamp.size
    }

    /// Reads and decodes the file. May take long, and never fails: the [`Inspection`] has the result.
    pub fn inspect(self) -> Inspection {
        let finding = match self.read() {
            Ok(finding) => finding,
            Err(error) if disk::is_absence(&error) => Finding::Restless,
            Err(_) => Finding::Unreadable,
        };
        let Candidate { path, stamp, .. } = self;
        Inspection { path, stamp, finding }
    }

    fn read(&self) -> io::Result<Finding> {
        let path = self.root.join(&*self.path);
        let mut file = disk::open(&path)?;
        let unchanged = |meta: Metadata| Stamp::of(&meta) == Some(self.stamp);
        if !unchanged(file.metadata()?) {
            return Ok(Finding::Restless);
        }
        let finding = self.judge(&mut file)?;
        if matches!(finding, Finding::Photo(_)) {
            self.make_safe(&file, &path)?;
        }
        if !unchanged(file.metadata()?) {
            return Ok(Finding::Restless);
        }
        Ok(finding)
    }

    /// Other nodes will count on this copy: its bytes and its name must outlast a power cut. The program that wrote it
    /// may not have synced, and the directories above it may be as new as the file.
    fn make_safe(&self, file: &File, path: &Path) -> io::Result<()> {
        self.disk.sync(file, path)?;
        let dirs = self.path.ancestors().skip(1);
        dirs.map(|dir| self.root.join(dir)).try_for_each(|dir| self.disk.sync_dir(&dir))
    }

    fn judge(&self, file: &mut File) -> io::Result<Finding> {
        let (bytes, finding) = match photo::inspect_or_glance(file) {
            Ok(inspected) => (inspected.photo.id, Finding::Photo(Box::new(inspected))),
            Err(InspectError::Io(error)) => return Err(error),
            Err(InspectError::NotAPicture | InspectError::TooLarge) => {
                if layout::id_digits(&self.path).is_none() {
                    return Ok(Finding::Other);
                }
                file.rewind()?;
                (PhotoId::of_rest(file)?, Finding::Other)
            }
        };
        if layout::may_hold(&self.path, bytes) { Ok(finding) } else { Ok(Finding::Rotten) }
    }
}
