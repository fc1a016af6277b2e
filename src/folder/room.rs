//! How much room the folder's disk has, and whether it is to be emptied.

use std::io;

use super::layout::{DRAINING, TMP};
use super::{Folder, Reserve};
use crate::platform;

/// The room on a folder's disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskRoom {
    /// What is free for an ordinary user.
    pub free: u64,
    /// How much of that others' photos may take.
    pub spare: u64,
}

impl Folder {
    /// Whether its owner wants all that is here handed over.
    pub fn is_draining(&self) -> bool {
        self.root.join(DRAINING).exists()
    }

    /// Remembers whether all that is here is to be handed over, also for the next start.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    pub fn note_draining(&mut self, draining: bool) -> io::Result<()> {
        let path = self.root.join(DRAINING);
        match draining {
            true => self.disk.write_whole(&path, &self.root.join(TMP).join("draining"), ""),
            false if path.exists() => self.disk.remove(&path),
            false => Ok(()),
        }
    }

    /// The room on the folder's disk.
    pub fn room(&self) -> io::Result<DiskRoom> {
        let free = platform::free_bytes(&self.root)?;
        let reserve = match self.options.reserve {
            Reserve::Percent(part) => platform::disk_bytes(&self.root)? / 100 * u64::from(part),
            Reserve::Bytes(bytes) => bytes,
        };
        Ok(DiskRoom { free, spare: free.saturating_sub(reserve) })
    }
}
