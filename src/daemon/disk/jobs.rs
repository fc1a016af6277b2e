//! Work for the folder thread, and the handle by which every thread may give it some.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::uploads::Upload;
use crate::daemon::limits::DISK_BACKLOG;
use crate::daemon::socket::reply::{Opened, Reply};
use crate::folder::Moment;
use crate::node::{DiskAction, DiskError, LinkId, Source, Spool};
use crate::photo::{Nonce, Photo, PhotoId};
use crate::protocol::NodeId;

/// Work for the folder thread, done in the order given.
pub(in crate::daemon) enum Job {
    /// What the node wants done, and when it said so.
    Do(DiskAction, Moment),

    /// Open a photo for a client's writer, which checks and sends it. Opened here and now, so that a spool file that
    /// is discarded next can still be read.
    Deliver { name: String, label: String, photo: Arc<Photo>, source: Source, to: Sender<Reply> },
    /// Open a photo for whoever reads it.
    Open { photo: PhotoId, to: Sender<Opened> },
    /// Tell where the client on a link may write the photo that it puts, if there is room for its bytes.
    Upload { link: LinkId, bytes: u64, to: Sender<Result<Upload, DiskError>> },
    /// A photo's bytes could not be read, or were not its own: look at all its files.
    Suspect { photo: PhotoId },
    /// A photo's bytes were read and are its own.
    Scrubbed { photo: PhotoId },
    /// Do no more.
    Stop,
}

/// A photo to be read for proofs: see [`DiskAction::Prove`].
pub(super) struct Challenge {
    pub(super) source: Source,
    pub(super) photo: PhotoId,
    pub(super) nonce: Nonce,
    pub(super) provers: Vec<NodeId>,
}

/// Two photos to be compared: see [`DiskAction::Look`].
pub(super) struct Pair {
    pub(super) worse: PhotoId,
    pub(super) better: PhotoId,
}

/// A handle of the folder thread; every thread may have one.
#[derive(Clone)]
pub(in crate::daemon) struct Disk {
    jobs: Sender<Job>,
}

impl Disk {
    /// A handle, and the jobs that come of it.
    pub(in crate::daemon) fn new() -> (Disk, Receiver<Job>) {
        let (jobs, queue) = unbounded();
        (Disk { jobs }, queue)
    }

    /// Gives the folder thread something to do, without waiting.
    pub(in crate::daemon) fn submit(&self, job: Job) {
        // Without a folder thread the daemon stops, and nobody waits for a result.
        let _ = self.jobs.send(job);
    }

    /// Whether so much waits to be done that no more work should be taken on.
    pub(in crate::daemon) fn is_behind(&self) -> bool {
        self.jobs.len() >= DISK_BACKLOG
    }

    /// Asks for a photo to be opened. The answer comes on the channel, or the channel ends.
    pub(in crate::daemon) fn open(&self, photo: PhotoId) -> Receiver<Opened> {
        let (to, opened) = bounded(1);
        self.submit(Job::Open { photo, to });
        opened
    }

    /// Where the photo that a client puts may be written. Waits for the folder thread, which has by then done all that
    /// was asked before: an earlier file of this link is no longer in use.
    pub(in crate::daemon) fn upload(&self, link: LinkId, bytes: u64) -> Result<Upload, DiskError> {
        let (to, upload) = bounded(1);
        self.submit(Job::Upload { link, bytes, to });
        upload.recv().unwrap_or(Err(DiskError::Gone))
    }

    /// Tells that a photo could not be read as what it should be.
    pub(in crate::daemon) fn suspect(&self, photo: PhotoId) {
        self.submit(Job::Suspect { photo });
    }
}

/// The name of a spool file.
pub(super) fn name(spool: Spool) -> String {
    match spool {
        Spool::Pull(transfer) => format!("pull-{}", transfer.0),
        Spool::Put(link) => format!("put-{}", link.0),
    }
}
