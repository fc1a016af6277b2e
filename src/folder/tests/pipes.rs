//! What is no regular file in the place of one.

use rustix::fs::{CWD, FileType, Mode};

use crate::folder::disk::{look, open};

#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe.jpg");
    rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert!(open(&pipe).is_err());
    assert_eq!(look(&pipe).unwrap(), None);
    assert!(open(dir.path()).is_err(), "nor is a directory a photo");
}
