//! What can go wrong with a folder, in words that say what to do.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use super::disk;

/// Why the folder did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// There is no such photo or spool file here (any more).
    Gone,
    /// The bytes do not match the digest; the bad file is set aside, which [`Change`](super::Change)s tell.
    Damaged,
    /// No room left on the disk.
    Full,
    /// The time for it was over before it was done; nothing was changed.
    TooLate,
    /// Anything else, in words.
    Io(String),
}

impl StoreError {
    /// What an error of the operating system means, met while working on `path`. Something that is not found is not
    /// taken for an absence of the photo: it may be the directory that it was to move to.
    pub(super) fn at(path: &Path, error: &io::Error) -> StoreError {
        if is_full(error) {
            StoreError::Full
        } else {
            StoreError::Io(format!("{}: {error}", path.display()))
        }
    }

    /// What an error means that was met while opening the very file that was asked for.
    pub(super) fn opening(path: &Path, error: &io::Error) -> StoreError {
        if disk::is_absence(error) { StoreError::Gone } else { StoreError::at(path, error) }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Gone => f.write_str("the file is gone"),
            StoreError::Damaged => f.write_str("the bytes do not match the digest"),
            StoreError::Full => f.write_str("the disk is full"),
            StoreError::TooLate => f.write_str("the time for it was over"),
            StoreError::Io(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for StoreError {}

/// Why a folder cannot be used. Displayed, it says what to do about it.
#[derive(Debug)]
pub enum OpenError {
    /// Another daemon has it.
    InUse(PathBuf),
    /// It, or its `.photomesh`, cannot be written.
    ReadOnly(PathBuf),
    /// The disk is full, so that not even the daemon's own notes can be written.
    Full(PathBuf),
    /// The file with the node's key pair does not hold one.
    Identity(PathBuf),
    /// Too many photos that were here are not here any more.
    Missing {
        /// The folder.
        folder: PathBuf,
        /// How many photos are missing.
        missing: usize,
        /// How many there were.
        known: usize,
    },
    /// Anything else.
    Io(PathBuf, io::Error),
}

impl OpenError {
    pub(super) fn at(path: &Path, error: io::Error) -> OpenError {
        let path = path.to_owned();
        let read_only = matches!(
            error.kind(),
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
        );
        if read_only {
            OpenError::ReadOnly(path)
        } else if is_full(&error) {
            OpenError::Full(path)
        } else {
            OpenError::Io(path, error)
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::InUse(folder) => write!(
                f,
                "{} is in use by another photomesh daemon; stop that one first, or give this one another folder",
                folder.display()
            ),
            OpenError::ReadOnly(path) => write!(
                f,
                "{} cannot be written; a daemon needs a folder that its user may write to",
                path.display()
            ),
            OpenError::Full(path) => {
                write!(f, "no room left to write {}; make some room on this disk", path.display())
            }
            OpenError::Identity(path) => write!(
                f,
                "{} does not hold this node's key (64 hex digits); restore it from a backup, or remove it to join \
                 as a new node",
                path.display()
            ),
            OpenError::Missing { folder, missing, known } => write!(
                f,
                "{missing} of the {known} photos known in {} are not there any more; if its disk is not mounted, \
                 mount it; if they were removed on purpose, start once with --accept-missing",
                folder.display()
            ),
            OpenError::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for OpenError {}

/// Whether an error says that there is no room left.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
