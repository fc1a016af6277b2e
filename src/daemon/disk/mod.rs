//! All work on the folder, away from the state thread.
//!
//! | thread | does | works for |
//! |---|---|---|
//! | `folder` | everything that changes the folder, in order; owns the [`Folder`] | all |
//! | `hash-0` ... | digests and decodes, one for each core | scans, arriving photos |
//! | `reread-0` ... | decodes photos of an earlier program anew, at the lowest priority | itself |
//! | `prove` | reads photos through: proofs, and the scrub when there are none | challenges |
//! | `compare` | compares pixels, two photos at a time | second looks |
//! | `scan` | walks through the folder, looks at names and times only | itself |
//!
//! # Queues
//!
//! The state thread must never wait for the disk, and no job may be lost. So the queue of jobs has no bound of its
//! own; instead, while [`DISK_BACKLOG`] jobs wait, the state thread takes no events from links, and so nothing that
//! could cause more work. What comes on top is what the node does by itself in the meantime, a bounded amount per tick.
//! The queues behind the folder thread hold what these jobs and one walk of the scanner are about, so they are bounded
//! by the same; results go back over a bounded queue, on which these threads may wait, because the state thread does
//! not wait for them.

mod actions;
mod changes;
mod comparing;
mod folder_thread;
mod hashing;
mod proving;
mod rereading;
mod scanner;
mod uploads;

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

pub(super) use uploads::Upload;

use super::client::Reply;
use super::console::Console;
use super::limits::{DISK_BACKLOG, LAST_JOBS, LAST_JOBS_STEP};
use super::threads;
use crate::folder::{Folder, Moment, StoreError};
use crate::node::{Action, DiskError, Event, LinkId, Source, Spool};
use crate::photo::{Nonce, Photo, PhotoId};
use crate::protocol::NodeId;

/// A file to read from its beginning and its length in bytes, or why there is none.
pub(super) type Opened = Result<(File, u64), DiskError>;

/// Work for the folder thread, done in the order given.
pub(super) enum Job {
    /// What the node wants done, and when it said so.
    Do(Action, Moment),

    /// Open a photo for a client's thread, which checks and sends it. Opened here and now, so that a spool file that
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

/// A photo to be read for proofs: see [`Action::Prove`].
struct Challenge {
    source: Source,
    photo: PhotoId,
    nonce: Nonce,
    provers: Vec<NodeId>,
}

/// What other threads read for the node.
enum ToRead {
    Challenge(Challenge),
    Pair(comparing::Pair),
}

impl ToRead {
    /// Which file of it may be a spool file.
    fn source(&self) -> Source {
        match self {
            ToRead::Challenge(challenge) => challenge.source,
            ToRead::Pair(pair) => pair.source,
        }
    }
}

/// A handle of the folder thread; every thread may have one.
#[derive(Clone)]
pub(super) struct Disk {
    jobs: Sender<Job>,
}

/// The threads, as the daemon holds them.
pub(super) struct Workers {
    disk: Disk,
    folder: JoinHandle<()>,
}

impl Disk {
    /// A handle, and the jobs that come of it.
    pub(super) fn new() -> (Disk, Receiver<Job>) {
        let (jobs, queue) = unbounded();
        (Disk { jobs }, queue)
    }

    /// Gives the folder thread something to do, without waiting.
    pub(super) fn submit(&self, job: Job) {
        // Without a folder thread the daemon stops, and nobody waits for a result.
        let _ = self.jobs.send(job);
    }

    /// Whether so much waits to be done that no more work should be taken on.
    pub(super) fn is_behind(&self) -> bool {
        self.jobs.len() >= DISK_BACKLOG
    }

    /// Asks for a photo to be opened. The answer comes on the channel, or the channel ends.
    pub(super) fn open(&self, photo: PhotoId) -> Receiver<Opened> {
        let (to, opened) = bounded(1);
        self.submit(Job::Open { photo, to });
        opened
    }

    /// Where the photo that a client puts may be written. Waits for the folder thread, which has by then done all that
    /// was asked before: an earlier file of this link is no longer in use.
    pub(super) fn upload(&self, link: LinkId, bytes: u64) -> Result<Upload, DiskError> {
        let (to, upload) = bounded(1);
        self.submit(Job::Upload { link, bytes, to });
        upload.recv().unwrap_or(Err(DiskError::Gone))
    }

    /// Tells that a photo could not be read as what it should be.
    pub(super) fn suspect(&self, photo: PhotoId) {
        self.submit(Job::Suspect { photo });
    }
}

impl Workers {
    /// Starts all threads on a folder. Their results go to `reports`, beginning with how much room there is.
    pub(super) fn start(
        folder: Folder,
        (disk, queue): (Disk, Receiver<Job>),
        reports: Sender<Event>,
        console: Console,
    ) -> io::Result<Workers> {
        let (hashers, inspected) = hashing::start(&reports)?;
        let prover = proving::start(&disk, &reports)?;
        let comparer = comparing::start(&disk, &reports)?;
        let (scanner, walks) = scanner::start(folder.walker())?;
        let (rereaders, reread) = rereading::start()?;
        let inputs = folder_thread::Inputs { jobs: queue, inspected, reread, walks };
        let crew = folder_thread::Crew { hashers, prover, comparer, rereaders, _scanner: scanner };
        let thread = folder_thread::FolderThread::new(folder, reports, console, crew);
        let folder = threads::spawn("folder", move || thread.run(&inputs))?;
        Ok(Workers { disk, folder })
    }

    /// Lets the folder thread do all jobs given so far, for bounded time. The other threads own nothing: the end of the
    /// process is theirs, in the midst of whatever they read.
    pub(super) fn stop(self) {
        self.disk.submit(Job::Stop);
        let deadline = Instant::now() + LAST_JOBS;
        while !self.folder.is_finished() && Instant::now() < deadline {
            thread::sleep(LAST_JOBS_STEP);
        }
    }
}

/// The folder's errors in the node's words.
fn disk_error(error: StoreError) -> DiskError {
    match error {
        StoreError::Gone => DiskError::Gone,
        StoreError::Damaged => DiskError::Damaged,
        StoreError::Full => DiskError::Full,
        StoreError::TooLate => DiskError::TooLate,
        StoreError::Io(text) => DiskError::Other(text),
    }
}

/// The name of a spool file.
fn name(spool: Spool) -> String {
    match spool {
        Spool::Pull(transfer) => format!("pull-{}", transfer.0),
        Spool::Put(link) => format!("put-{}", link.0),
    }
}
