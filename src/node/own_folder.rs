//! The state of this node's own folder: whether it has been scanned, how much room it has, and which files lie there
//! besides the photos.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::{ROOM_MARGIN, SKIP};
use super::{DiskError, Time};
use crate::photo::PhotoId;
use crate::protocol::client::FolderReport;

/// What the folder has reported.
#[derive(Debug, Default)]
pub(super) struct OwnFolder {
    /// The first scan is done: this node's own table is complete.
    scanned: bool,
    /// How many photos of its owner's were last spoken of.
    told: Option<usize>,
    /// Files that are not pictures.
    skipped: u64,
    /// Damaged files found since the start.
    damaged: u64,
    /// Photos still to be read by the present rules.
    unread: u64,
    /// Free bytes on its disk, and how many of them others' photos may take, once known.
    free: Option<u64>,
    spare: Option<u64>,
    /// When a write last failed.
    write_failed_at: Option<Time>,
    /// When room was last made by emptying the trash.
    made_room_at: Option<Time>,
    /// Photos with several files.
    several: BTreeSet<PhotoId>,
    /// For each photo with companions: the names of these files, which go where the photo goes.
    companions: BTreeMap<PhotoId, Vec<String>>,
}

impl OwnFolder {
    /// A scan is done, which passed over so many files; whether it is the first.
    pub(super) fn set_scanned(&mut self, skipped: u64) -> bool {
        self.skipped = skipped;
        !std::mem::replace(&mut self.scanned, true)
    }

    /// So many photos of its owner's are spoken of; whether that is new.
    pub(super) fn set_told(&mut self, own: usize) -> bool {
        self.told.replace(own) != Some(own)
    }

    /// Whether the folder has been scanned.
    pub(super) fn is_scanned(&self) -> bool {
        self.scanned
    }

    /// How many of its files are not pictures, or cannot be read.
    pub(super) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// A damaged file was found.
    pub(super) fn found_damage(&mut self) {
        self.damaged += 1;
    }

    /// How many damaged files were found since the start.
    pub(super) fn damaged(&self) -> u64 {
        self.damaged
    }

    /// How many photos are still to be read by the present rules.
    pub(super) fn set_unread(&mut self, photos: u64) {
        self.unread = photos;
    }

    /// How many bytes its disk has free, and how many of them others' photos may take.
    pub(super) fn set_room(&mut self, free: u64, spare: u64) {
        self.free = Some(free);
        self.spare = Some(spare.min(free.saturating_sub(ROOM_MARGIN)));
    }

    /// Notes how many files a photo has.
    pub(super) fn set_files(&mut self, photo: PhotoId, files: u32) {
        match files {
            0 | 1 => self.several.remove(&photo),
            _ => self.several.insert(photo),
        };
    }

    /// Whether a photo has several files.
    pub(super) fn has_several(&self, photo: PhotoId) -> bool {
        self.several.contains(&photo)
    }

    /// The names of a photo's companions.
    pub(super) fn companions_of(&self, photo: PhotoId) -> &[String] {
        self.companions.get(&photo).map_or(&[], Vec::as_slice)
    }

    pub(super) fn set_companions(&mut self, photo: PhotoId, files: Vec<String>) {
        if files.is_empty() {
            self.companions.remove(&photo);
        } else {
            self.companions.insert(photo, files);
        }
    }

    /// A write has failed: the folder takes nothing more for a while. Returns the text to log.
    pub(super) fn write_failed(&mut self, now: Time, error: &DiskError) -> String {
        self.write_failed_at = Some(now);
        format!("cannot write to the folder: {error}; taking no more photos for a minute")
    }

    /// Room is short; whether it is time again to make some.
    pub(super) fn makes_room(&mut self, now: Time) -> bool {
        let is_time = self.made_room_at.is_none_or(|at| now.since(at) >= SKIP);
        if is_time {
            self.made_room_at = Some(now);
        }
        is_time
    }

    /// Whether a write has failed lately.
    pub(super) fn is_failing(&self, now: Time) -> bool {
        self.write_failed_at.is_some_and(|at| now.since(at) < SKIP)
    }

    /// How many more bytes of others' photos its disk has a place for, once known.
    pub(super) fn spare(&self) -> Option<u64> {
        self.spare
    }

    /// The free bytes on its disk, if so many cannot even lie there while they are sent on.
    pub(super) fn too_full_for(&self, bytes: u64) -> Option<u64> {
        self.free.filter(|free| *free < bytes)
    }

    pub(super) fn report(&self) -> FolderReport {
        // One file can be the companion of two photos.
        let companions: BTreeSet<&String> = self.companions.values().flatten().collect();
        FolderReport { unread: self.unread, companions: companions.len() as u64 }
    }
}
