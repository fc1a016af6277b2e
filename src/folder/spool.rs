//! Spool files: photos on their way into the folder, or through it to somebody else.
//!
//! A photo that another node sends comes piece by piece, in order. Its file stays open, and its digest grows with it: so
//! when the last piece is written it is known whether this is the photo, and nothing has to be read again. Others may
//! read the file while it grows.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::disk::Disk;
use super::layout::TMP;
use super::{Folder, OpenError, StoreError, disk};
use crate::photo::{Digest, InspectError, Photo, SNIFF_BYTES, recognise};
use crate::protocol::SafeName;

/// A spool file that is being written.
#[derive(Debug)]
pub(super) struct Spool {
    pub(super) file: File,
    digest: Digest,
    /// How many bytes it has.
    length: Arc<AtomicU64>,
    /// Its first bytes, by which its format is told.
    start: Vec<u8>,
    /// Whoever reads along waits on the other ends for more.
    readers: Vec<Sender<()>>,
}

impl Spool {
    fn length(&self) -> u64 {
        self.length.load(Ordering::Acquire)
    }

    fn grow(&mut self, data: &[u8]) {
        self.digest.add(data);
        let wanted = (SNIFF_BYTES as usize).saturating_sub(self.start.len());
        self.start.extend_from_slice(&data[..wanted.min(data.len())]);
        self.length.fetch_add(data.len() as u64, Ordering::Release);
        self.readers.retain(Spool::is_read);
    }

    /// Wakes a reader; `false` if there is none any more. One word is enough for all that it has not looked at.
    fn is_read(more: &Sender<()>) -> bool {
        !more.try_send(()).is_err_and(|error| error.is_disconnected())
    }
}

/// Reads a spool file from its beginning, and waits where it has not been written yet. It ends where the file ended when
/// that was installed, discarded or begun anew.
#[derive(Debug)]
pub struct SpoolReader {
    file: File,
    position: u64,
    length: Arc<AtomicU64>,
    more: Receiver<()>,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.position >= self.length.load(Ordering::Acquire) && self.more.recv().is_ok() {}
        let left = self.length.load(Ordering::Acquire).saturating_sub(self.position);
        let read = (&mut self.file).take(left).read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

/// Removes the unfinished writes of an earlier life.
pub(super) fn sweep(disk: &Disk, tmp: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::at(tmp, error);
    for entry in fs::read_dir(tmp).map_err(failed)? {
        disk.remove(&entry.map_err(failed)?.path()).map_err(failed)?;
    }
    Ok(())
}

impl Folder {
    /// Appends bytes to a spool file. `offset` is where they begin: 0 makes the file, or empties the one of that name;
    /// any other must be its end.
    pub fn write(&mut self, spool: &str, offset: u64, data: &[u8]) -> Result<(), StoreError> {
        let path = self.spool_path(spool);
        if offset == 0 {
            self.begin(spool, &path)?;
        }
        let end = self.spools.get_mut(spool).filter(|open| open.length() == offset);
        let open = end.ok_or(StoreError::Gone)?;
        self.disk.write(&open.file, &path, data).map_err(|error| StoreError::at(&path, &error))?;
        open.grow(data);
        Ok(())
    }

    fn begin(&mut self, spool: &str, path: &Path) -> Result<(), StoreError> {
        self.spools.remove(spool);
        let file = self.disk.create(path).map_err(|error| StoreError::at(path, &error))?;
        let (digest, length) = (Digest::default(), Arc::default());
        let open = Spool { file, digest, length, start: Vec::new(), readers: Vec::new() };
        self.spools.insert(spool.to_owned(), open);
        Ok(())
    }

    /// What [`Folder::write`] has written into a spool file: its digest, length and format, and nothing of the picture.
    ///
    /// # Errors
    ///
    /// If it is no picture, or was not written here.
    pub fn written(&self, spool: &str) -> Result<Photo, InspectError> {
        let open = self.spools.get(spool).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        recognise(open.digest.id(), open.length(), &open.start)
    }

    /// The path of a spool file, for a thread that writes it itself. Spool names come from this program, such as
    /// `pull-7`; a foreign one would be made a [`SafeName`].
    pub fn spool_path(&self, spool: &str) -> PathBuf {
        self.root.join(TMP).join(SafeName::new(spool).as_str())
    }

    /// Reads along what [`Folder::write`] writes into a spool file, now and later.
    pub fn read_along(&mut self, spool: &str) -> Result<SpoolReader, StoreError> {
        let file = self.open_spool(spool)?;
        let open = self.spools.get_mut(spool).ok_or(StoreError::Gone)?;
        let (sender, more) = bounded(1);
        open.readers.retain(Spool::is_read);
        open.readers.push(sender);
        Ok(SpoolReader { file, position: 0, length: Arc::clone(&open.length), more })
    }

    /// Opens a spool file for reading.
    pub fn open_spool(&self, spool: &str) -> Result<File, StoreError> {
        let path = self.spool_path(spool);
        disk::open(&path).map_err(|error| StoreError::opening(&path, &error))
    }

    /// Closes a spool file, which stays: nothing more is written into it.
    pub fn close_spool(&mut self, spool: &str) {
        self.spools.remove(spool);
    }

    /// Removes a spool file, if it is there.
    pub fn discard(&mut self, spool: &str) {
        self.spools.remove(spool);
        // Best effort: what stays is swept at the next start.
        let _ = self.disk.remove(&self.spool_path(spool));
    }
}
