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
pub(super) struct Uploads {
    running: Vec<Weak<u64>>,
}

impl Uploads {
    /// Lets one more photo be put, if that leaves room for all that are being put and for the folder's own files.
    pub(super) fn admit(
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

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(uploads: &mut Uploads, bytes: u64, free: u64) -> Result<Upload, DiskError> {
        uploads.admit(PathBuf::from("put"), bytes, free)
    }

    #[test]
    fn what_is_being_put_is_room_that_is_taken() {
        let mut uploads = Uploads::default();
        let free = ROOM_MARGIN + 100;
        let first = admit(&mut uploads, 60, free).expect("there is room for one");
        assert_eq!(admit(&mut uploads, 60, free).err(), Some(DiskError::Full));
        drop(first);
        assert!(admit(&mut uploads, 60, free).is_ok(), "the first is over");
    }

    #[test]
    fn some_room_always_remains_for_the_folder_itself() {
        let mut uploads = Uploads::default();
        assert_eq!(admit(&mut uploads, 60, ROOM_MARGIN + 59).err(), Some(DiskError::Full));
    }

    #[test]
    fn no_more_than_so_many_at_a_time() {
        let mut uploads = Uploads::default();
        let running: Vec<_> = (0..UPLOADS).map(|_| admit(&mut uploads, 1, u64::MAX)).collect();
        assert!(running.iter().all(Result::is_ok));
        assert!(matches!(admit(&mut uploads, 1, u64::MAX).err(), Some(DiskError::Other(_))));
    }
}
