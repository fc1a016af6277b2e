//! What the folder reports, by itself or as a result.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::{LinkId, Spool};
#[cfg(doc)]
use crate::node::DiskAction;
use crate::photo::{Nonce, Photo, PhotoId, PreviewSize, Proof, Relation};
use crate::protocol::{Blob, Facts, Holding, Looks, NodeId, Tombstone};

/// What the folder reports: first its own findings, then the results of each [`DiskAction`].
#[derive(Clone, Debug, PartialEq)]
pub enum DiskEvent {
    /// How the folder holds a photo, found by a scan or after a change by hand. The best of all its files counts: an
    /// original before a replica before one in the trash.
    Held {
        /// What the bytes say.
        photo: Arc<Photo>,
        /// Its facts.
        facts: Facts,
        /// How it is held.
        holding: Holding,
        /// How many files with these bytes the friend's own folder has.
        files: u32,
    },
    /// The photo that the folder reports next was not known to it before: somebody has just put it there.
    Added {
        /// The photo.
        photo: PhotoId,
    },
    /// Remembered of the photo that the folder reports next: what this node found in an earlier life by comparing it
    /// with others.
    Recalled {
        /// The photo.
        photo: PhotoId,
        /// What was found.
        looks: Looks,
    },
    /// No file of this photo is left in the folder or its trash.
    Missing {
        /// The photo.
        photo: PhotoId,
    },
    /// A file's bytes no longer match its digest, and it counts no longer: a replica is set aside, an original stays where
    /// it is. What is left of the photo, if anything, is told by a `Held` or `Missing` that follows.
    Damaged {
        /// The photo that it held.
        photo: PhotoId,
        /// Which file, for people.
        file: String,
    },
    /// A scan has ended; after the first one the node's table is complete.
    Scanned {
        /// Files that are not pictures, and those that could not be read.
        skipped: u64,
    },
    /// The files that go where a photo goes: sidecars, and the film of a live photo. They are not photos, and are on no
    /// other disk. Reported when they change, after the photo itself and before the end of the scan.
    Companions {
        /// The photo.
        photo: PhotoId,
        /// Their names, in the folder or its trash; empty if none are left.
        files: Vec<String>,
    },
    /// Photos of the folder are still to be read by the present rules: an earlier program read them, or they were only
    /// glanced at. Each is reported as `Held` when it is read.
    Unread {
        /// How many.
        photos: u64,
    },
    /// How many bytes the folder's disk has free. Sent once before the first scan and every few seconds.
    Room {
        /// Free bytes.
        free: u64,
        /// How many of them may be taken by photos of others: its owner wants some left.
        spare: u64,
    },
    /// A photo has been in the trash for its time and may be purged.
    Expired {
        /// The photo.
        photo: PhotoId,
    },
    /// The folder can no longer be trusted: its marker is gone, or far too many files are missing. The node says
    /// goodbye and stops.
    FolderLost {
        /// What is wrong and what to do.
        reason: String,
    },

    /// [`DiskAction::Write`] is done.
    Written {
        /// The spool file.
        spool: Spool,
        /// Whether the bytes were written.
        result: Result<(), DiskError>,
    },
    /// [`DiskAction::Check`] or [`DiskAction::Inspect`] is done.
    Inspected {
        /// The spool file.
        spool: Spool,
        /// What its bytes say.
        result: Result<Arc<Photo>, DiskError>,
    },
    /// [`DiskAction::Install`] is done: the photo is safe on disk, or it is not there.
    Installed {
        /// The spool file; gone in any case.
        spool: Spool,
        /// The photo.
        photo: PhotoId,
        /// Whether it is safe on disk.
        result: Result<(), DiskError>,
    },
    /// [`DiskAction::Prove`] is done.
    Proved {
        /// The round.
        nonce: Nonce,
        /// For each prover asked for, its proof over the bytes, which were checked against the photo's digest.
        result: Result<BTreeMap<NodeId, Proof>, DiskError>,
    },
    /// [`DiskAction::Look`] is done.
    Looked {
        /// The photo of this folder.
        worse: PhotoId,
        /// What it was compared with.
        better: PhotoId,
        /// How they stand to each other by their pixels. The bytes of both were checked against their digests.
        result: Result<Relation, DiskError>,
    },
    /// [`DiskAction::FindPreview`] is done.
    PreviewFound {
        /// The photo.
        photo: PhotoId,
        /// How large its picture was wanted.
        size: PreviewSize,
        /// Who is to see it.
        viewer: Viewer,
        /// The small picture. [`DiskError::NotAPicture`] if the photo cannot be drawn; [`DiskError::Gone`] if it is not
        /// here, and its picture neither.
        result: Result<Blob, DiskError>,
    },
    /// [`DiskAction::PutAway`] is done.
    PutAway {
        /// The photo.
        photo: PhotoId,
        /// Whether the files were moved or deleted; on an error everything is as before.
        result: Result<(), DiskError>,
    },
    /// [`DiskAction::Restore`] is done.
    Returned {
        /// The photo.
        photo: PhotoId,
        /// How it is held now; on an error it is in the trash as before.
        result: Result<Holding, DiskError>,
        /// Where it lies in the folder now, for people.
        file: Option<String>,
    },

    /// [`DiskAction::FindAged`] is done.
    Aged {
        /// The client's link.
        link: LinkId,
        /// The photos.
        photos: BTreeSet<PhotoId>,
    },
    /// [`DiskAction::FindDaysLeft`] is done.
    DaysLeft {
        /// The client's link.
        link: LinkId,
        /// For each photo in the trash, the days of running until its time is over, or none if it stays until a person
        /// purges it. Photos that are not in the trash are left out.
        days: BTreeMap<PhotoId, Option<u32>>,
    },
    /// [`DiskAction::Sign`] is done.
    Signed {
        /// The photo.
        photo: PhotoId,
        /// The tombstone, safe on disk; on an error nothing was signed.
        result: Result<Tombstone, DiskError>,
    },
}

/// Who is to see a small picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Viewer {
    /// This node's owner.
    Owner,
    /// Another member, at this node.
    Member,
    /// Another node.
    Peer,
}

/// Why a request to the disk failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskError {
    /// There is no such photo or spool file here (any more).
    Gone,
    /// The bytes do not match the digest. Of a held file a [`DiskEvent::Damaged`] says so, too.
    Damaged,
    /// The content is not a picture of any kind.
    NotAPicture,
    /// No room left.
    Full,
    /// The time for it was over before it began; nothing was changed.
    TooLate,
    /// Anything else: the text for people.
    Other(String),
}

impl DiskError {
    /// For the person whose photo the folder does not take: why, and what to do.
    pub fn cannot_store(&self) -> String {
        let remedy = match self {
            DiskError::Full => "make room there or put it elsewhere",
            DiskError::Gone
            | DiskError::Damaged
            | DiskError::NotAPicture
            | DiskError::TooLate
            | DiskError::Other(_) => "try again, or put it elsewhere",
        };
        format!("this daemon's folder cannot take it: {self}; {remedy}")
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DiskError::Gone => f.write_str("the file is gone"),
            DiskError::Damaged => f.write_str("the bytes do not match the digest"),
            DiskError::NotAPicture => f.write_str("the file is not a picture"),
            DiskError::Full => f.write_str("the disk is full"),
            DiskError::TooLate => f.write_str("the time for it was over"),
            DiskError::Other(text) => f.write_str(text),
        }
    }
}
