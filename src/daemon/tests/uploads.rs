//! How many photos may be put at a time.

use std::path::PathBuf;

use crate::daemon::disk::uploads::{Upload, Uploads};
use crate::daemon::limits::UPLOADS;
use crate::node::DiskError;
use crate::node::limits::ROOM_MARGIN;

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
