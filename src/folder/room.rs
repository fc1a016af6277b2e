//! How much room the folder's disk has.

use std::io;

use super::Folder;
use crate::platform;

/// How much of the disk is to stay free of others' photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// So many hundredths of the disk.
    Percent(u8),
    /// So many bytes.
    Bytes(u64),
}

/// The room on a folder's disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskRoom {
    /// What is free for an ordinary user.
    pub free: u64,
    /// How much of that others' photos may take.
    pub spare: u64,
}

impl Folder {
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
