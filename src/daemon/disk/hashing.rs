//! The threads that digest and decode: one for each core, because this is what the first scan of a folder takes long
//! for.

use std::fs::File;
use std::sync::Arc;
use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select, unbounded};

use super::super::threads;
use crate::folder::{Candidate, Inspection, Previews};
use crate::node::{DiskError, DiskEvent, Spool};
use crate::photo;

/// A spool file to be inspected.
pub(super) struct Arrival {
    pub(super) spool: Spool,
    pub(super) file: File,
}

/// The way to the hashing threads. They end when it is gone.
pub(super) struct Hashers {
    /// Photos that somebody waits for: these go first.
    pub(super) arrivals: Sender<Arrival>,
    /// Files that a walk has found.
    pub(super) candidates: Sender<Candidate>,
}

/// Starts the threads; what they find out about arrivals goes to `reports`, about candidates to the receiver, and what
/// they have drawn to `previews`.
pub(super) fn start(
    reports: &Sender<DiskEvent>,
    previews: &Previews,
) -> io::Result<(Hashers, Receiver<Inspection>)> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (arrivals, arrival_queue) = unbounded();
    let (candidates, candidate_queue) = unbounded();
    let (inspections, inspected) = bounded(cores);
    for number in 0..cores {
        let hasher = Hasher {
            arrivals: arrival_queue.clone(),
            candidates: candidate_queue.clone(),
            reports: reports.clone(),
            previews: previews.clone(),
            inspections: inspections.clone(),
        };
        threads::spawn(&format!("hash-{number}"), move || hasher.run())?;
    }
    let hashers = Hashers { arrivals, candidates };
    Ok((hashers, inspected))
}

struct Hasher {
    arrivals: Receiver<Arrival>,
    candidates: Receiver<Candidate>,
    reports: Sender<DiskEvent>,
    previews: Previews,
    inspections: Sender<Inspection>,
}

impl Hasher {
    fn run(self) {
        loop {
            match self.arrivals.try_recv() {
                Ok(arrival) => {
                    self.inspect(arrival);
                    continue;
                }
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            select! {
                recv(self.arrivals) -> arrival => match arrival {
                    Ok(arrival) => self.inspect(arrival),
                    Err(_) => return,
                },
                recv(self.candidates) -> candidate => match candidate {
                    Ok(candidate) => self.look_through(candidate),
                    Err(_) => return,
                },
            }
        }
    }

    fn look_through(&self, candidate: Candidate) {
        let since = self.previews.since();
        let mut inspection = candidate.inspect();
        if let Some((photo, picture)) = inspection.take_picture() {
            self.previews.put_new(photo, &picture, since);
        }
        // The folder thread takes nothing any more when the daemon stops.
        let _ = self.inspections.send(inspection);
    }

    fn inspect(&self, Arrival { spool, mut file }: Arrival) {
        let since = self.previews.since();
        let found = match spool {
            // Something is to be decided by what is found.
            Spool::Pull(_) => photo::inspect(&mut file),
            // A person waits.
            Spool::Put(_) => photo::inspect_or_glance(&mut file).map(|inspected| {
                if let Some(picture) = &inspected.picture {
                    self.previews.put_new(inspected.photo.id, picture, since);
                }
                inspected.photo
            }),
        };
        let result = found.map(Arc::new).map_err(DiskError::from);
        let _ = self.reports.send(DiskEvent::Inspected { spool, result });
    }
}
