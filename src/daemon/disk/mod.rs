//! All work on the folder, away from the state thread.
//!
//! ```text
//!                                         ┌─▶ hash-N      new files, photos that arrive
//!   state thread ──┐                      ├─▶ sync-N      photos that are to be safe, and then names
//!                  │                      ├─▶ reread-N    photos whose pictures nobody here has read
//!   links ─────────┼── jobs ──▶ folder ───┼─▶ prove       challenges, and the scrub
//!   scan ── walks ─┘            │  ▲      ├─▶ draw-N      small pictures
//!                               │  │      └─▶ compare     second looks
//!                               │  └──────────┤
//!   state thread ◀── reports ───┴─────────────┘
//! ```
//!
//! | thread | does | works for |
//! |---|---|---|
//! | `folder` | everything that changes the folder, in order; owns the [`Folder`] | all |
//! | `hash-0` ... | digests and decodes, one for each core | scans, arriving photos |
//! | `sync-0` ..., `names` | wait until bytes, and names, are safe | arriving photos |
//! | `reread-0` ... | decodes photos that were not read by this program, at the lowest priority | itself |
//! | `cached`, `draw-0` ... | finds small pictures, and draws them | people |
//! | `sweep` | looks through the small pictures once, at the lowest priority | itself |
//! | `prove` | reads photos through: proofs, and the scrub when there are none | challenges |
//! | `compare` | compares pixels, two photos at a time | second looks |
//! | `scan` | walks through the folder, looks at names and times only | itself |
//!
//! # What it promises
//!
//! One thread changes the folder, in the order in which it is asked. The others only read, or have the disk sync what
//! is there. (A scan does that with what it finds, for a friend may have copied it just now.) A new photo is the one
//! thing that is begun in its turn and done later, for the disk takes its time to say that it is safe; the node waits
//! for that word before it does anything else with it. A photo that goes to the trash while somebody reads
//! it is read to its end all the same, for an open file does not depend on its name.
//!
//! Somebody who waits goes first: a photo that arrives is hashed before the files of a scan, and a challenge is
//! answered before the scrub goes on. To prove and to compare there is one thread each, so that a disk has time for the
//! rest.
//!
//! What is read to prove or to compare is checked against the photo's digest before anything follows from it. If a file
//! of the folder has other bytes, the folder is told, and looks at all files of that photo.
//!
//! # Queues
//!
//! The state thread must never wait for the disk, and no job may be lost. So the queue of jobs has no bound of its own;
//! instead, while [`DISK_BACKLOG`](super::limits::DISK_BACKLOG) jobs wait, the state thread takes no events from links,
//! and so nothing that could cause more work. What comes on top is what the node does by itself in the meantime, a
//! bounded amount per tick. The queues behind the folder thread hold what these jobs and one walk of the scanner are
//! about, so they are bounded by the same; results go back over a bounded queue, on which these threads may wait,
//! because the state thread does not wait for them.
//!
//! # Its state, and who changes it
//!
//! The folder thread owns the [`Folder`], the room that is promised to photos which clients put, and how far the
//! present walk has come. The others own nothing. Everybody else has a [`Disk`], which is the sending end of the queue.
//!
//! # In reading order
//!
//! `jobs`: what can be asked, and the handle by which it is. `folder_thread`: the loop, with `actions`, which has an
//! arm for each thing that the node wants done, and `conversions`, the folder's words as the node hears them.
//! `uploads`: room for photos that clients put. Then one file for each thread: `hashing`, `syncing`, `rereading`,
//! `drawing`, `proving`, `comparing`, `scanner`.
//!
//! # What is left out
//!
//! A job cannot be taken back, and none but the installing of a photo is overtaken by another: whoever gives one may
//! rely on all that was given before.

mod actions;
mod comparing;
mod conversions;
mod drawing;
mod folder_thread;
mod hashing;
pub(in crate::daemon) mod jobs;
mod proving;
mod rereading;
pub(in crate::daemon) mod scanner;
mod syncing;
pub(in crate::daemon) mod uploads;

use std::io;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};

use super::console::Console;
use super::limits::{LAST_JOBS, LAST_JOBS_STEP};
use super::threads;
use crate::folder::{Folder, Previews};
use crate::node::DiskEvent;
use jobs::{Disk, Job};

/// The threads, as the daemon holds them.
pub(super) struct Workers {
    disk: Disk,
    folder: JoinHandle<()>,
}

impl Workers {
    /// Starts all threads on a folder and its small pictures. Their results go to `reports`, beginning with how much room
    /// there is.
    pub(super) fn start(
        (folder, previews): (Folder, &Previews),
        (disk, queue): (Disk, Receiver<Job>),
        reports: Sender<DiskEvent>,
        console: Console,
    ) -> io::Result<Workers> {
        let (hashers, inspected) = hashing::start(&reports)?;
        let prover = proving::start(&disk, &reports)?;
        let comparer = comparing::start(&disk, &reports)?;
        let (scanner, walks) = scanner::start(folder.walker())?;
        let (rereaders, reread) = rereading::start(previews)?;
        let drawers = drawing::start(&disk, &reports, previews)?;
        let (syncers, installing) = syncing::start()?;
        let inputs = folder_thread::Inputs { jobs: queue, inspected, reread, installing, walks };
        let crew = folder_thread::Crew {
            hashers,
            prover,
            comparer,
            rereaders,
            drawers,
            syncers,
            _scanner: scanner,
        };
        let thread =
            folder_thread::FolderThread::new((folder, previews.clone()), reports, console, crew);
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
