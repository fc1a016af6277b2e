//! How many photos clients may be putting, and whether there is room for all of them.

use std::path::PathBuf;
use std::sync::{Arc, Weak};

use crate::daemon::limits::UPLOADS;
use crate::node::DiskError;
use crate::node::limits::ROOM_MARGIN;

/// The permission to write the photo that a client puts. It counts, with its room, until it is dropped.
pub(in crate::daemon) struct Upload {
    /// Where to.
    pub(in crate::daemon) path: PathBuf,
    /// How many bytes are kept free for it.
    reserved: Arc<u64>,
}

impl Upload {
    pub(in crate::daemon) fn new(path: PathBuf, bytes: u64) -> Upload {
        let reserved = Arc::new(bytes);
        Upload { path, reserved }
    }
}

/// The photos that are being put.
#[derive(Default)]
pub(in crate::daemon) struct Uploads {
    running: Vec<Weak<u64>>,
}

impl Uploads {
    /// Lets one more photo be put, if that leaves room for all that are being put and for the folder's own files.
    pub(in crate::daemon) fn admit(
        &mut self,
        path: PathBuf,
        bytes: u64,
        free: u64,
    ) -> Result<Upload, DiskError> {
        self.running.retain(|upload| upload.strong_count() > 0);
        if self.running.len() >= UPLOADS {
            let text = "too many photos are being put at once: try again in a moment";
            return Err(DiskError::Other(text.to_owned()));
        }
        let reserved = self.running.iter().filter_map(Weak::upgrade);
        let promised: u64 = reserved.map(|bytes| *bytes).sum();
        if free < bytes.saturating_add(promised).saturating_add(ROOM_MARGIN) {
            return Err(DiskError::Full);
        }
        let upload = Upload::new(path, bytes);
        self.running.push(Arc::downgrade(&upload.reserved));
        Ok(upload)
    }
}
