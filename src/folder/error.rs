//! Errors of a folder, with texts that say what to do.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use super::disk;
use crate::protocol::MemberName;

/// Why a request to the folder failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// There is no such photo or spool file here (any more).
    Gone,
    /// The bytes do not match the digest; the bad file is set aside, and [`Change`](super::Change)s report it.
    Damaged,
    /// No room left on the disk.
    Full,
    /// The time for it was over before it began; nothing was changed.
    TooLate,
    /// Anything else: the text for people.
    Io(String),
}

impl StoreError {
    /// The meaning of a system error met while working on `path`. "Not found" does not mean that the photo is gone: the
    /// directory to which it was to move may be missing.
    pub(super) fn at(path: &Path, error: &io::Error) -> StoreError {
        if is_full(error) {
            StoreError::Full
        } else {
            StoreError::Io(format!("{}: {error}", path.display()))
        }
    }

    /// The meaning of a system error met while opening the requested file itself.
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

/// Why a folder cannot be used. Its text says what to do about it.
#[derive(Debug)]
pub enum OpenError {
    /// Another daemon uses it.
    InUse(PathBuf),
    /// It, or its `.photomesh`, cannot be written.
    ReadOnly(PathBuf),
    /// The disk is so full that not even the daemon's own notes can be written.
    Full(PathBuf),
    /// The file with the node's key pair does not hold one.
    Identity(PathBuf),
    /// Other users of the computer can read the node's key pair.
    Exposed(PathBuf),
    /// It is the folder of a member of a group, and was opened as another one's.
    Belongs {
        /// The folder.
        folder: PathBuf,
        /// The group, in short.
        group: String,
        /// The member.
        member: MemberName,
        /// The serial of the member's file.
        serial: u64,
    },
    /// Too many known photos are missing.
    Missing {
        /// The folder.
        folder: PathBuf,
        /// Only the friend's own photos are counted.
        own: bool,
        /// How many photos are missing.
        missing: usize,
        /// How many were known.
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
            OpenError::Exposed(path) => write!(
                f,
                "others can read this node's key, {0}: `chmod 600 {0}`, and if they may have read it, remove it to join as \
                 a new node; a disk that knows no rights, such as a USB stick, must be mounted for you alone",
                path.display()
            ),
            OpenError::Belongs { folder, group, member, serial } => write!(
                f,
                "{} is a folder of {member}'s, of the group {group}: start with --member and {member}'s file, serial {serial} or \
                 a later one (`photomesh group show FILE` tells); to make it somebody else's on purpose, start once with \
                 --change-group",
                folder.display()
            ),
            OpenError::Missing { folder, own, missing, known } => write!(
                f,
                "{missing} of the {known} photos{} known in {} are not there any more; if its disk is not mounted, \
                 mount it; if they were removed on purpose, start once with --accept-missing",
                if *own { " of your own" } else { "" },
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
