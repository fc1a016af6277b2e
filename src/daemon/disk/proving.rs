//! The thread that reads photos through: to prove that they are here and, when nobody asks for that, to find those that
//! have rotted.
//!
//! One thread, and no more, so that this reading never takes more than its share of the disk from serving and scanning.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select, unbounded};

use super::super::threads;
use super::jobs::{Challenge, Disk, Job};
use crate::daemon::socket::reply::Opened;
use crate::folder::Recheck;
use crate::node::{DiskError, DiskEvent, Source};
use crate::photo::{self, PhotoId, Proof};
use crate::protocol::NodeId;

/// The way to the thread. It ends when this is gone.
pub(super) struct Prover {
    /// Challenges; for one of a spool file, the file.
    pub(super) challenges: Sender<(Challenge, Option<Opened>)>,
    /// A photo to be checked when there is time; there is room for one.
    pub(super) scrubs: Sender<Recheck>,
}

/// Starts the thread.
pub(super) fn start(disk: &Disk, reports: &Sender<DiskEvent>) -> io::Result<Prover> {
    let (challenges, asked) = unbounded();
    let (scrubs, scrub_queue) = bounded(1);
    let reader = Reader {
        challenges: asked,
        scrubs: scrub_queue,
        disk: disk.clone(),
        reports: reports.clone(),
    };
    threads::spawn("prove", move || reader.run())?;
    Ok(Prover { challenges, scrubs })
}

struct Reader {
    challenges: Receiver<(Challenge, Option<Opened>)>,
    scrubs: Receiver<Recheck>,
    disk: Disk,
    reports: Sender<DiskEvent>,
}

impl Reader {
    fn run(self) {
        loop {
            match self.challenges.try_recv() {
                Ok((challenge, opened)) => {
                    self.prove(challenge, opened);
                    continue;
                }
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            select! {
                recv(self.challenges) -> challenge => match challenge {
                    Ok((challenge, opened)) => self.prove(challenge, opened),
                    Err(_) => return,
                },
                recv(self.scrubs) -> recheck => match recheck {
                    Ok(recheck) => self.scrub(&recheck),
                    Err(_) => return,
                },
            }
        }
    }

    fn prove(&self, challenge: Challenge, opened: Option<Opened>) {
        let nonce = challenge.nonce;
        let opened = opened.unwrap_or_else(|| self.open(challenge.photo));
        let result = opened.and_then(|(file, _)| proofs(file, &challenge));
        if let (Source::Held(photo), Err(DiskError::Damaged | DiskError::Other(_))) =
            (challenge.source, &result)
        {
            self.disk.suspect(photo);
        }
        let _ = self.reports.send(DiskEvent::Proved { nonce, result });
    }

    fn scrub(&self, recheck: &Recheck) {
        let photo = recheck.photo();
        if recheck.is_sound() {
            self.disk.submit(Job::Scrubbed { photo });
        } else {
            self.disk.suspect(photo);
        }
    }

    fn open(&self, photo: PhotoId) -> Opened {
        self.disk.open(photo).recv().unwrap_or(Err(DiskError::Gone))
    }
}

/// The proofs over a file, which must be the photo that it should be.
fn proofs(mut file: File, challenge: &Challenge) -> Result<BTreeMap<NodeId, Proof>, DiskError> {
    let provers: Vec<u64> = challenge.provers.iter().map(|node| node.0).collect();
    let proven = photo::prove(&mut file, challenge.nonce, &provers)?;
    if proven.photo == challenge.photo {
        Ok(challenge.provers.iter().copied().zip(proven.proofs).collect())
    } else {
        Err(DiskError::Damaged)
    }
}
