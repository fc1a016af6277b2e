//! The few ways in which the folder touches the disk.
//!
//! What the folder's thread changes goes through a [`Disk`], step by step, so that the tests can make any one step fail
//! and can take back what was not yet synced, as a power cut does. Reading needs no such care and is plain functions.
//! (Not among the steps: the folder itself and its lock file are made at the start, and a client's thread writes the
//! bytes of a put into its spool file.)
//!
//! A file is *safe* once its bytes are synced and the directory that names it is, too. [`Disk::place`] and
//! [`Disk::place_new`] are the two ways to give a synced file its name; both are done only when the name is safe.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::platform;

/// Changes files, one [`Step`] at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    #[cfg(test)]
    pub(super) faulty: Option<std::sync::Arc<super::tests::faulty_disk::FaultyDisk>>,
}

/// One operation of the file system: what can fail, and what a power cut can fall between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// Make a directory.
    MakeDir(&'a Path),
    /// Make an empty file, or empty one that is there.
    Create(&'a Path),
    /// Write bytes into a file.
    Write(&'a Path),
    /// Bring a file's bytes to the disk.
    Sync(&'a Path),
    /// Bring a directory's names to the disk.
    SyncDir(&'a Path),
    /// Give a file a second name, which must be free.
    Link(&'a Path, &'a Path),
    /// Give a file another name, in place of what had it.
    Rename(&'a Path, &'a Path),
    /// Take a name away.
    Remove(&'a Path),
}

impl Disk {
    /// Every step passes here just before it is done.
    fn step(&self, step: Step<'_>) -> io::Result<()> {
        #[cfg(test)]
        if let Some(faulty) = &self.faulty {
            return faulty.step(step);
        }
        let _ = step;
        Ok(())
    }

    /// Makes a directory, safely; one that is there already is fine.
    pub(super) fn make_dir(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
            return Ok(());
        }
        self.step(Step::MakeDir(path))?;
        fs::create_dir(path)?;
        self.sync_dir(parent(path))
    }

    /// Makes a file that must not exist, readable by its owner alone if `private`.
    pub(super) fn create_new(&self, path: &Path, private: bool) -> io::Result<File> {
        self.step(Step::Create(path))?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        if private {
            platform::private(&mut options);
        }
        options.open(path)
    }

    /// Makes a file, or empties the one that is there. The directory is made anew if somebody has removed it.
    pub(super) fn create(&self, path: &Path) -> io::Result<File> {
        self.make_dir(parent(path))?;
        self.step(Step::Create(path))?;
        platform::no_follow(OpenOptions::new().write(true).create(true).truncate(true)).open(path)
    }

    /// Opens a file that is there for writing at its end.
    pub(super) fn append(&self, path: &Path) -> io::Result<File> {
        platform::no_follow(OpenOptions::new().append(true)).open(path)
    }

    /// Writes all of `bytes` into an open file where it stands. `path` is its name.
    pub(super) fn write(&self, mut file: &File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(Step::Write(path))?;
        file.write_all(bytes)
    }

    /// Writes all of `bytes` into a file that is there, from `offset` on.
    pub(super) fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = platform::no_follow(OpenOptions::new().write(true)).open(path)?;
        self.step(Step::Write(path))?;
        platform::write_all_at(&file, bytes, offset)
    }

    /// Brings an open file's bytes to the disk. `path` is its name.
    pub(super) fn sync(&self, file: &File, path: &Path) -> io::Result<()> {
        self.step(Step::Sync(path))?;
        file.sync_all()
    }

    /// Brings a directory's names to the disk.
    pub(super) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.step(Step::SyncDir(path))?;
        platform::sync_dir(path)
    }

    /// Moves a synced file to a name in a directory of our own, where nobody else makes files; what had the name is
    /// replaced. Safe when it returns; on an error the file is where it was.
    pub(super) fn place(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename(from, to)?;
        let synced = self.sync_dir(parent(to)).and_then(|()| self.sync_dir(parent(from)));
        if synced.is_err() {
            // Best effort: the caller is told that nothing happened. A file that stays is found by the next scan.
            let _ = self.rename(to, from);
        }
        synced
    }

    /// Moves a synced file to a name that must be free: [`io::ErrorKind::AlreadyExists`] if it is not, whoever took it
    /// and however lately. Safe when it returns; on an error the file is where it was.
    ///
    /// A rename overwrites without a word; a hard link never does. So the file gets its new name as a second one, and
    /// loses the old one when the new one is safe. On file systems without hard links (FAT), a look must do.
    pub(super) fn place_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        let linked = self.step(Step::Link(from, to));
        match linked.and_then(|()| fs::hard_link(from, to)) {
            Ok(()) => {
                let done = self.sync_dir(parent(to)).and_then(|()| self.remove(from));
                if done.is_err() {
                    let _ = self.remove(to);
                }
                done
            }
            Err(error) if lacks_links(&error) => match fs::symlink_metadata(to) {
                Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.place(from, to),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Takes a file's name away; not yet safe, a power cut may bring it back.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(Step::Remove(path))?;
        fs::remove_file(path)
    }

    /// Writes a small file as a whole, by way of `tmp`: after a crash there is the old one or the new one.
    pub(super) fn write_whole(&self, path: &Path, tmp: &Path, text: &str) -> io::Result<()> {
        let file = self.create(tmp)?;
        self.finish(&file, path, tmp, text)
    }

    /// The same for a file that its owner alone may read.
    pub(super) fn write_private(&self, path: &Path, tmp: &Path, text: &str) -> io::Result<()> {
        let file = self.create_new(tmp, true)?;
        self.finish(&file, path, tmp, text)
    }

    fn finish(&self, file: &File, path: &Path, tmp: &Path, text: &str) -> io::Result<()> {
        let done = self
            .write(file, tmp, text.as_bytes())
            .and_then(|()| self.sync(file, tmp))
            .and_then(|()| self.place(tmp, path));
        if done.is_err() {
            // Best effort: what stays is swept at the next start.
            let _ = self.remove(tmp);
        }
        done
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(Step::Rename(from, to))?;
        fs::rename(from, to)
    }
}

/// What tells that a file is unchanged without reading it. Times are nanoseconds since 1970.
///
/// The change time belongs to it: tools can set the modification time back, but not that. The inode number does not:
/// on FAT and on network drives it changes with every mount, and everything would be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) size: u64,
    pub(super) modified: i64,
    pub(super) changed: i64,
}

impl Stamp {
    /// The stamp of a regular file; none for anything else.
    pub(super) fn of(meta: &Metadata) -> Option<Stamp> {
        let (modified, changed) = platform::times(meta);
        meta.is_file().then_some(Stamp { size: meta.len(), modified, changed })
    }

    /// Whether a file of this stamp can be one of `before` that was only given another name.
    pub(super) fn is_moved(&self, before: &Stamp) -> bool {
        (self.size, self.modified) == (before.size, before.modified)
    }
}

/// The stamp of the regular file at `path`; none if there is none. An error means that nobody knows.
pub(super) fn look(path: &Path) -> io::Result<Option<Stamp>> {
    match fs::symlink_metadata(path) {
        Ok(meta) => Ok(Stamp::of(&meta)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an error says for sure that there is no such file. Any other error is no proof of an absence.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Opens a regular file for reading: a link is not followed, and a pipe or device in its place is refused, not waited
/// for.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let file = platform::no_follow_no_wait(OpenOptions::new().read(true)).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// The directory that names `path`.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Whether a hard link failed for want of hard links, and not for a reason of this one.
fn lacks_links(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}
