//! The photos of a simulated disk, and how often they may have changed.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use photomesh::photo::PhotoId;

use crate::disk::File;

/// The photos of a disk. Whoever asks for them to change them is counted, so that an oracle which looks at all disks
/// every second need not look again where nothing happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    files: BTreeMap<PhotoId, File>,
    changes: u64,
}

impl Files {
    /// How often they may have changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }
}

impl Deref for Files {
    type Target = BTreeMap<PhotoId, File>;

    fn deref(&self) -> &BTreeMap<PhotoId, File> {
        &self.files
    }
}

impl DerefMut for Files {
    fn deref_mut(&mut self) -> &mut BTreeMap<PhotoId, File> {
        self.changes += 1;
        &mut self.files
    }
}
