//! The few operations with which the folder changes the disk.
//!
//! Every change by the folder's thread goes through a [`Disk`], step by step, so that the tests can make any step fail
//! and can undo steps that were not yet synced, as a power cut does. Reading needs no such care and uses plain
//! functions. (Not among the steps: the folder itself and its lock file are made at the start, and a client's thread
//! writes the bytes of a put into its spool file.)
//!
//! A file is *safe* once its bytes and the directory that names it are synced. [`Disk::place`] and [`Disk::place_new`]
//! are the two ways to give a synced file its name; both return only when the name is safe.

use std::fs::{self, DirEntry, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::platform;
use crate::protocol::FileTime;

/// Changes files, one [`Step`] at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    #[cfg(test)]
    pub(super) faulty: Option<std::sync::Arc<super::tests::faulty_disk::FaultyDisk>>,
}

/// One operation of the file system: each can fail, and a power cut can come between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// Make a directory.
    MakeDir(&'a Path),
    /// Make an empty file, or empty an existing one.
    Create(&'a Path),
    /// Write bytes into a file.
    Write(&'a Path),
    /// Sync a file's bytes.
    Sync(&'a Path),
    /// Sync a directory's names.
    SyncDir(&'a Path),
    /// Give a file a second name, which must be free.
    Link(&'a Path, &'a Path),
    /// Give a file another name, replacing the file that had it.
    Rename(&'a Path, &'a Path),
    /// Remove a name.
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

    /// Makes a directory, safely; it may exist already.
    pub(super) fn make_dir(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
            return Ok(());
        }
        self.step(Step::MakeDir(path))?;
        fs::create_dir(path)?;
        self.sync_dir(parent(path))
    }

    /// Makes a directory that other users may not enter, safely. One that exists already is closed to them; whether it
    /// was open. Where the file system knows no rights it stays as it is.
    pub(super) fn make_private_dir(&self, path: &Path) -> io::Result<bool> {
        if let Ok(meta) = fs::symlink_metadata(path)
            && meta.is_dir()
        {
            let open = platform::is_open_to_others(&meta);
            return Ok(open && platform::close_dir_to_others(path).is_ok());
        }
        self.step(Step::MakeDir(path))?;
        platform::make_private_dir(path)?;
        self.sync_dir(parent(path))?;
        Ok(false)
    }

    /// Makes a file, or empties an existing one, that becomes a photo in the friend's folder or in one of our own. Makes
    /// the directory again if somebody has removed it.
    pub(super) fn create(&self, path: &Path) -> io::Result<File> {
        self.make_dir(parent(path))?;
        self.step(Step::Create(path))?;
        platform::no_follow(OpenOptions::new().write(true).create(true).truncate(true)).open(path)
    }

    /// The same for a file that only its owner may read.
    pub(super) fn create_private(&self, path: &Path) -> io::Result<File> {
        self.make_dir(parent(path))?;
        self.step(Step::Create(path))?;
        let mut options = OpenOptions::new();
        platform::private(options.write(true).create(true).truncate(true));
        platform::no_follow(&mut options).open(path)
    }

    /// Opens an existing file for writing at its end.
    pub(super) fn append(&self, path: &Path) -> io::Result<File> {
        platform::no_follow(OpenOptions::new().append(true)).open(path)
    }

    /// Writes all of `bytes` into an open file at its position. `path` is its name.
    pub(super) fn write(&self, mut file: &File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(Step::Write(path))?;
        file.write_all(bytes)
    }

    /// Syncs an open file's bytes. `path` is its name.
    pub(super) fn sync(&self, file: &File, path: &Path) -> io::Result<()> {
        self.step(Step::Sync(path))?;
        file.sync_all()
    }

    /// Syncs a directory's names.
    pub(super) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.step(Step::SyncDir(path))?;
        platform::sync_dir(path)
    }

    /// Moves a synced file to a name in one of our own directories, where nobody else makes files; a file that had the
    /// name is replaced. Safe when it returns; on an error the file is where it was.
    pub(super) fn place(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.place_spool(from, to)?;
        self.sync_dir(parent(from)).inspect_err(|_| drop(self.rename(to, from)))
    }

    /// The same for a file of `tmp`. That its old name is gone is not made safe: one that comes back is swept.
    pub(super) fn place_spool(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename(from, to)?;
        // Best effort: the caller is told that nothing happened. A file that stays is found by the next scan.
        self.sync_dir(parent(to)).inspect_err(|_| drop(self.rename(to, from)))
    }

    /// Moves a synced file to a name that must be free: [`io::ErrorKind::AlreadyExists`] if it is not, even if it was
    /// taken only just now. Safe when it returns; on an error the file is where it was.
    ///
    /// A rename overwrites silently; a hard link never does. So the file gets its new name as a second one, and loses
    /// the old one when the new one is safe. Without hard links (FAT), it checks before a rename.
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

    /// Removes a file's name; not yet safe: a power cut may bring it back.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(Step::Remove(path))?;
        fs::remove_file(path)
    }

    /// Writes a small file as a whole, through `tmp`: after a crash there is the old one or the new one. Only its owner
    /// may read it.
    pub(super) fn write_whole(&self, path: &Path, tmp: &Path, text: &str) -> io::Result<()> {
        let file = self.create_private(tmp)?;
        let done = self
            .write(&file, tmp, text.as_bytes())
            .and_then(|()| self.sync(&file, tmp))
            .and_then(|()| self.place_spool(tmp, path));
        if done.is_err() {
            // Best effort: the next start sweeps it.
            let _ = self.remove(tmp);
        }
        done
    }

    /// Gives a file another name in our own directories, not yet safely.
    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(Step::Rename(from, to))?;
        fs::rename(from, to)
    }
}

/// Shows without reading whether a file has changed. Times are nanoseconds since 1970.
///
/// It includes the change time: tools can set the modification time back, but not that. It leaves out the inode number:
/// on FAT and on network drives that changes with every mount, and every file would be read again.
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

    /// The time of the file, for people. None if it was set to one that was still to come.
    pub(super) fn dated(&self) -> Option<FileTime> {
        let modified = (self.modified <= self.changed).then_some(i128::from(self.modified))?;
        let modified = Timestamp::from_nanosecond(modified).ok()?;
        FileTime::of(modified, &TimeZone::system())
    }

    /// Whether a file with this stamp can be the file of `before` under another name.
    pub(super) fn is_moved(&self, before: &Stamp) -> bool {
        (self.size, self.modified) == (before.size, before.modified)
    }
}

/// The stamp of the regular file at `path`; none if there is none. An error means that it is unknown.
pub(super) fn look(path: &Path) -> io::Result<Option<Stamp>> {
    stamp_of(fs::symlink_metadata(path))
}

/// The same for what was found in a directory, without looking for the directory again.
pub(super) fn look_at(entry: &DirEntry) -> io::Result<Option<Stamp>> {
    stamp_of(entry.metadata())
}

fn stamp_of(meta: io::Result<Metadata>) -> io::Result<Option<Stamp>> {
    match meta {
        Ok(meta) => Ok(Stamp::of(&meta)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an error proves that there is no such file. Any other error does not.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Opens a regular file for reading: a link is not followed, and a pipe or device in its place is refused without
/// waiting.
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

/// Whether a hard link failed because the file system has none, and not for a reason of this one.
fn lacks_links(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}
