//! The threads that wait for the disk until a new photo is safe on it: several files at a time, and a directory once for
//! all that were placed in it meanwhile.
//!
//! ```text
//!   folder ─ bytes to sync ─▶ sync-0 ... sync-3 ─▶ folder gives names ─ names to sync ─▶ names ─▶ folder
//! ```

use std::io;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::super::threads;
use crate::folder::{Named, Placed, Synced, Unsynced, sync_names};
use crate::node::Spool;
use crate::photo::PhotoId;

/// So many files are synced at a time: a disk, and its file system, make several safe in the time of one.
const FILES: usize = 4;

/// What is being installed.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    pub(super) spool: Spool,
    pub(super) photo: PhotoId,
}

/// The ways to the threads. They end when these are gone.
pub(super) struct Syncers {
    pub(super) files: Sender<(Ticket, Unsynced)>,
    pub(super) names: Sender<(Ticket, Placed)>,
}

/// Where the results come.
pub(super) struct Results {
    pub(super) synced: Receiver<(Ticket, Synced)>,
    pub(super) named: Receiver<(Ticket, Named)>,
}

/// Starts the threads. Their queues hold no more than the photos that are being pulled and put.
pub(super) fn start() -> io::Result<(Syncers, Results)> {
    let (files, unsynced) = unbounded::<(Ticket, Unsynced)>();
    let (to_folder, synced) = unbounded();
    for number in 0..FILES {
        let (unsynced, to_folder) = (unsynced.clone(), to_folder.clone());
        threads::spawn(&format!("sync-{number}"), move || {
            for (ticket, file) in unsynced {
                // The folder thread takes nothing any more when the daemon stops.
                let _ = to_folder.send((ticket, file.sync()));
            }
        })?;
    }
    let (names, unsynced) = unbounded::<(Ticket, Placed)>();
    let (to_folder, named) = unbounded();
    threads::spawn("names", move || {
        while let Ok(first) = unsynced.recv() {
            let all = std::iter::once(first).chain(unsynced.try_iter());
            let (tickets, placed): (Vec<Ticket>, Vec<Placed>) = all.unzip();
            for named in tickets.into_iter().zip(sync_names(placed)) {
                let _ = to_folder.send(named);
            }
        }
    })?;
    Ok((Syncers { files, names }, Results { synced, named }))
}
