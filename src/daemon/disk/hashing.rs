//! The threads that digest and decode: one for each core, because this is what the first scan of a folder takes long
//! for.
//!
//! What they draw of a photo in passing is kept only when the folder has the photo: it goes along with what is found out
//! about a file, and of what a client puts it waits in [`Drawn`].

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select, unbounded};

use super::super::threads;
use crate::folder::{Candidate, Inspection};
use crate::node::{DiskError, DiskEvent, Spool};
use crate::photo::{self, PhotoId};

/// How many photos are being put of which a picture waits. Of further ones it is drawn again when somebody looks.
const DRAWN: usize = 64;

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
    /// What arrivals look like.
    pub(super) drawn: Drawn,
}

/// A photo and its picture for a grid.
type Picture = (PhotoId, Vec<u8>);

/// Pictures for grids of what is not installed yet.
#[derive(Clone, Default)]
pub(super) struct Drawn {
    pictures: Arc<Mutex<BTreeMap<Spool, Picture>>>,
}

impl Drawn {
    fn add(&self, spool: Spool, photo: PhotoId, picture: Vec<u8>) {
        let mut pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        // The first ones are of the first links. Who hung up while their photo was read has left one here.
        if pictures.len() >= DRAWN {
            pictures.pop_first();
        }
        pictures.insert(spool, (photo, picture));
    }

    /// What was drawn of a spool file; none the second time.
    pub(super) fn take(&self, spool: Spool) -> Option<Picture> {
        self.pictures.lock().unwrap_or_else(PoisonError::into_inner).remove(&spool)
    }
}

/// Starts the threads; what they find out about arrivals goes to `reports`, and about candidates to the receiver.
pub(super) fn start(reports: &Sender<DiskEvent>) -> io::Result<(Hashers, Receiver<Inspection>)> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (arrivals, arrival_queue) = unbounded();
    let (candidates, candidate_queue) = unbounded();
    let (inspections, inspected) = bounded(cores);
    let drawn = Drawn::default();
    for number in 0..cores {
        let hasher = Hasher {
            arrivals: arrival_queue.clone(),
            candidates: candidate_queue.clone(),
            reports: reports.clone(),
            drawn: drawn.clone(),
            inspections: inspections.clone(),
        };
        threads::spawn(&format!("hash-{number}"), move || hasher.run())?;
    }
    let hashers = Hashers { arrivals, candidates, drawn };
    Ok((hashers, inspected))
}

struct Hasher {
    arrivals: Receiver<Arrival>,
    candidates: Receiver<Candidate>,
    reports: Sender<DiskEvent>,
    drawn: Drawn,
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
        // The folder thread takes nothing any more when the daemon stops.
        let _ = self.inspections.send(candidate.inspect());
    }

    fn inspect(&self, Arrival { spool, mut file }: Arrival) {
        let found = match spool {
            // Something is to be decided by what is found.
            Spool::Pull(_) => photo::inspect(&mut file),
            // A person waits.
            Spool::Put(_) => photo::inspect_or_glance(&mut file).map(|inspected| {
                if let Some(picture) = inspected.picture {
                    self.drawn.add(spool, inspected.photo.id, picture);
                }
                inspected.photo
            }),
        };
        let result = found.map(Arc::new).map_err(DiskError::from);
        let _ = self.reports.send(DiskEvent::Inspected { spool, result });
    }
}
