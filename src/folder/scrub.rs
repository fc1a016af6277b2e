//! Copies rot: reading stored files again, and setting aside those whose bytes no longer match.

use std::io;
use std::path::{Path, PathBuf};

use super::damage::DamagedOriginal;
use super::disk::{self, Stamp};
use super::entry::Content;
use super::layout::{self, DAMAGED};
use super::{Change, Folder, StoreError};
use crate::photo::PhotoId;
use crate::platform::is_media_error;
use crate::protocol::SafeName;

const DAY: u64 = 24 * 60 * 60;

/// When a photo was last given out to be read again.
#[derive(Debug, Default)]
pub(super) struct Scrub {
    /// In seconds of running.
    last: Option<u64>,
}

/// The result of reading a file again.
enum Check {
    /// It is the photo.
    Good,
    /// It does not exist.
    Gone,
    /// It is a different file by now; the next scan will look at it.
    Changed,
    /// The unchanged file has other bytes, with this digest, or bytes that the disk cannot read.
    Rotten(Stamp, Option<PhotoId>),
    /// It could not be read now; that says nothing about the file.
    Unknown(StoreError),
}

/// A photo to check: any thread can read all its files again.
#[derive(Debug)]
pub struct Recheck {
    photo: PhotoId,
    /// Full paths.
    files: Vec<PathBuf>,
}

impl Recheck {
    /// The photo.
    pub fn photo(&self) -> PhotoId {
        self.photo
    }

    /// Reads every file; returns whether there is one and all have the photo's bytes. Missing files are passed over.
    ///
    /// Then call [`Folder::scrubbed`], or [`Folder::damaged`] if it is not.
    pub fn is_sound(&self) -> bool {
        let mut sound = 0;
        for path in &self.files {
            match disk::open(path).and_then(PhotoId::of_rest) {
                Ok(digest) if digest == self.photo => sound += 1,
                Err(error) if disk::is_absence(&error) => {}
                Ok(_) | Err(_) => return false,
            }
        }
        sound > 0
    }
}

impl Folder {
    /// A reader has found that the bytes of a photo do not match its digest: reads every file of it and sets the bad
    /// ones aside. In any case, the last change says how the photo is held now.
    pub fn damaged(&mut self, photo: PhotoId) -> Vec<Change> {
        let mut changes = Vec::new();
        for path in self.index.files_of(photo) {
            // Whatever the result, it is reported below.
            let _ = self.check(photo, &path, &mut changes);
        }
        self.tell_anyway(photo, &mut changes);
        changes
    }

    /// Reads a file before something relies on it. If it is bad, it is set aside, the next tick reports it, and the
    /// error is [`StoreError::Damaged`].
    pub(super) fn require_intact(&mut self, photo: PhotoId, path: &Path) -> Result<(), StoreError> {
        let mut changes = Vec::new();
        let checked = self.check(photo, path, &mut changes);
        if !changes.is_empty() {
            self.tell_anyway(photo, &mut changes);
            self.later.append(&mut changes);
        }
        checked
    }

    fn check(
        &mut self,
        photo: PhotoId,
        path: &Path,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        match self.reread(photo, path) {
            Check::Good => Ok(()),
            Check::Gone => {
                self.index.remove_file(path);
                Err(StoreError::Damaged)
            }
            Check::Changed => {
                self.index.set_unseen(path);
                Err(StoreError::Damaged)
            }
            Check::Rotten(stamp, bytes) => {
                self.set_aside(photo, path, stamp, bytes);
                changes.push(Change::Damaged { photo, file: path.display().to_string() });
                Err(StoreError::Damaged)
            }
            Check::Unknown(error) => Err(error),
        }
    }

    fn reread(&self, photo: PhotoId, path: &Path) -> Check {
        let full = self.full(path);
        let known = self.index.file(path).map(|entry| entry.stamp);
        let read = || {
            let file = disk::open(&full)?;
            let stamp = Stamp::of(&file.metadata()?);
            Ok((stamp, PhotoId::of_rest(file)))
        };
        match read() {
            Ok((_, Ok(digest))) if digest == photo => Check::Good,
            // The name of one of our own files tells more than its stamp.
            Ok((stamp, Ok(digest))) if stamp != known && layout::may_hold(path, digest) => {
                Check::Changed
            }
            Ok((Some(stamp), Ok(digest))) => Check::Rotten(stamp, Some(digest)),
            Ok((Some(stamp), Err(error))) if is_media_error(&error) => Check::Rotten(stamp, None),
            Ok((None, _)) => Check::Changed,
            Err(error) if disk::is_absence(&error) => Check::Gone,
            Ok((_, Err(error))) | Err(error) => Check::Unknown(StoreError::at(&full, &error)),
        }
    }

    /// Moves one of our own files, if rotten, to `damaged`; an original is only flagged, since it is not ours to move.
    /// `bytes` is its present digest, if it could be read.
    pub(super) fn set_aside(
        &mut self,
        photo: PhotoId,
        path: &Path,
        stamp: Stamp,
        bytes: Option<PhotoId>,
    ) {
        if layout::is_ours(path) {
            if self.move_aside(path).is_ok() {
                return;
            }
        } else {
            // Best effort: as long as the index exists, that is enough.
            let _ = self.flag(photo, path, stamp, bytes);
        }
        self.index.set_file(path, stamp, Content::Damaged(photo));
    }

    /// Moves one of our own files, which has rotted, to `damaged`, under its name.
    pub(super) fn move_aside(&mut self, path: &Path) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default();
        let name = SafeName::new(&name.to_string_lossy());
        let aside = self.own_path(Path::new(DAMAGED), &name)?;
        self.disk.place(&self.full(path), &self.full(&aside))?;
        self.notes.remove(path);
        self.index.remove_file(path);
        Ok(())
    }

    /// Notes that an original has rotted, in case the index is lost.
    fn flag(
        &mut self,
        photo: PhotoId,
        path: &Path,
        stamp: Stamp,
        bytes: Option<PhotoId>,
    ) -> io::Result<()> {
        let name = layout::own_name(photo, &layout::label(path));
        let free = self.own_path(Path::new(DAMAGED), &name)?;
        let file = path.to_owned();
        let damaged = DamagedOriginal { photo, file, stamp, bytes };
        self.damaged_originals.write(&layout::note_path(&free), damaged)
    }

    /// A photo to read again, if one is due: the one whose last check is the oldest.
    ///
    /// Photos become due after half of `scrub_days`, and are given out evenly so that all of them fit into the other
    /// half: every photo is read within `scrub_days` of running.
    pub fn next_to_scrub(&mut self) -> Option<Recheck> {
        let half = u64::from(self.options.scrub_days) * (DAY / 2);
        let now = self.index.running();
        let count = self.index.photos().count() as u64;
        let pause = half / count.max(1);
        if half == 0 || self.scrub.last.is_some_and(|last| now - last < pause) {
            return None;
        }
        // A check in the future comes from a damaged line of the index.
        let checked = |time: u64| if time <= now { time } else { 0 };
        let photos = self.index.photos();
        let (checked, oldest) = photos.map(|(id, entry)| (checked(entry.checked), id)).min()?;
        if now - checked < half {
            return None;
        }
        self.scrub.last = Some(now);
        // Noted even before the check: a photo that cannot be read must not hold up the others.
        self.index.set_checked(oldest, false);
        let files = self.index.files_of(oldest).into_iter();
        Some(Recheck { photo: oldest, files: files.map(|path| self.full(&path)).collect() })
    }

    /// The bytes of a photo were read, and they match.
    pub fn scrubbed(&mut self, photo: PhotoId) {
        self.index.set_checked(photo, true);
    }
}
