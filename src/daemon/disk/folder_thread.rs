//! The thread that owns the folder.

use std::path::PathBuf;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, never, select, tick};

use super::super::client::{Delivery, Reply};
use super::super::console::Console;
use super::super::limits::{HOUSEKEEPING, ROOM_ROUNDS};
use super::hashing::{Arrival, Hashers};
use super::proving::Prover;
use super::scanner::Scanner;
use super::{Job, Opened, Removal, disk_error};
use crate::folder::{Change, Folder, Inspection, StoreError, Walk};
use crate::node::{DiskError, Event, LinkId, Source, Spool};
use crate::photo::PhotoId;

/// Where the folder thread's work comes from.
pub(super) struct Inputs {
    /// The state thread and links.
    pub(super) jobs: Receiver<Job>,
    /// The hashing threads.
    pub(super) inspected: Receiver<Inspection>,
    /// The scanner.
    pub(super) walks: Receiver<Walk>,
}

/// What the folder thread owns.
pub(super) struct FolderThread {
    folder: Folder,
    reports: Sender<Event>,
    console: Console,
    hashers: Hashers,
    prover: Prover,
    /// Held until the end: the scanner goes on as long as this lives.
    _scanner: Scanner,
    /// Of this walk: files read, files found.
    progress: (u64, u64),
}

impl FolderThread {
    pub(super) fn new(
        folder: Folder,
        reports: Sender<Event>,
        console: Console,
        hashers: Hashers,
        prover: Prover,
        scanner: Scanner,
    ) -> FolderThread {
        FolderThread {
            folder,
            reports,
            console,
            hashers,
            prover,
            _scanner: scanner,
            progress: (0, 0),
        }
    }

    /// Runs until told to stop.
    pub(super) fn run(mut self, inputs: &Inputs) {
        self.report_room();
        let rounds = tick(HOUSEKEEPING);
        let mut round = 0;
        let mut last = Instant::now();
        let nothing = never();
        loop {
            // One walk at a time: the folder hears the end of one before the beginning of the next.
            let walks = if self.progress.0 < self.progress.1 {
                &nothing
            } else {
                &inputs.walks
            };
            select! {
                recv(inputs.jobs) -> job => match job {
                    Ok(Job::Stop) | Err(_) => break,
                    Ok(job) => self.perform(job),
                },
                recv(inputs.inspected) -> inspection => {
                    if let Ok(inspection) = inspection {
                        self.take(inspection);
                    }
                }
                recv(walks) -> walk => {
                    if let Ok(walk) = walk {
                        self.absorb(walk);
                    }
                }
                recv(rounds) -> _ => {
                    round += 1;
                    self.keep_house(&mut last, round);
                }
            }
        }
        // The time since the last round counts, and what was noted is written.
        self.folder.tick(last.elapsed());
    }

    fn keep_house(&mut self, last: &mut Instant, round: u32) {
        let running = last.elapsed();
        *last = Instant::now();
        let changes = self.folder.tick(running);
        self.report_changes(changes);
        if round.is_multiple_of(ROOM_ROUNDS) {
            self.report_room();
        }
        if self.prover.scrubs.is_empty()
            && let Some(photo) = self.folder.next_to_scrub()
        {
            // There is room, since nobody else puts anything there.
            let _ = self.prover.scrubs.try_send(photo);
        }
    }

    fn absorb(&mut self, walk: Walk) {
        let absorbed = self.folder.absorb(walk);
        self.report_changes(absorbed.changes);
        self.progress = (0, absorbed.candidates.len() as u64);
        for candidate in absorbed.candidates {
            let _ = self.hashers.candidates.send(candidate);
        }
    }

    fn take(&mut self, inspection: Inspection) {
        let changes = self.folder.take(inspection);
        self.progress.0 += 1;
        self.console.progress(self.progress.0, self.progress.1);
        self.report_changes(changes);
    }

    fn perform(&mut self, job: Job) {
        match job {
            Job::Write {
                spool,
                offset,
                data,
            } => {
                let result = self.folder.write(&name(spool), offset, &data);
                let result = result.map_err(disk_error);
                self.report(Event::Written { spool, result });
            }
            Job::Inspect { spool } => self.inspect(spool),
            Job::Install {
                spool,
                photo,
                facts,
                holding,
            } => {
                let result = self.folder.install(&name(spool), &photo, &facts, holding);
                self.report_with(result, |result| Event::Installed {
                    spool,
                    photo: photo.id,
                    result,
                });
            }
            Job::Discard { spool } => self.folder.discard(&name(spool)),
            Job::Prove(challenge) => {
                // A spool file is opened now: the next job may discard it. A photo is opened when its turn comes, lest
                // too many files be open.
                let opened = match challenge.source {
                    Source::Spooled(_) => Some(self.open(challenge.source)),
                    Source::Held(_) => None,
                };
                let _ = self.prover.challenges.send((challenge, opened));
            }
            Job::Remove {
                photo,
                removal,
                deadline,
            } => {
                let result = self.remove(photo, &removal, deadline);
                self.report(Event::PutAway { photo, result });
            }
            Job::Restore { photo } => {
                let result = self.folder.restore(photo).map_err(disk_error);
                self.report(Event::Returned { photo, result });
            }
            Job::Dedupe { photo } => match self.folder.dedupe(photo) {
                Ok(changes) => self.report_changes(changes),
                Err(error) => {
                    let line = format!("{} stays twice: {}", photo.short(), disk_error(error));
                    self.console.line("disk", line);
                }
            },
            Job::NoteFacts { photo, facts } => self.folder.note_facts(photo, &facts),
            Job::NoteNodes { nodes } => self.folder.note_nodes(&nodes),
            Job::Deliver {
                name,
                label,
                photo,
                source,
                to,
            } => {
                let delivery = Delivery {
                    name,
                    label,
                    photo,
                    held: matches!(source, Source::Held(_)),
                    opened: self.open(source),
                };
                // The client's thread takes one reply to each request, or has ended.
                let _ = to.try_send(Reply::Photo(delivery));
            }
            Job::Open { photo, to } => drop(to.send(self.open(Source::Held(photo)))),
            Job::Upload { link, bytes, to } => drop(to.send(self.upload(link, bytes))),
            Job::Suspect { photo } => {
                let changes = self.folder.damaged(photo);
                self.report_changes(changes);
            }
            Job::Scrubbed { photo } => self.folder.scrubbed(photo),
            Job::Stop => {}
        }
    }

    fn inspect(&mut self, spool: Spool) {
        match self.folder.open_spool(&name(spool)).map_err(disk_error) {
            Ok(file) => {
                let _ = self.hashers.arrivals.send(Arrival { spool, file });
            }
            Err(error) => self.report(Event::Inspected {
                spool,
                result: Err(error),
            }),
        }
    }

    fn remove(
        &mut self,
        photo: PhotoId,
        removal: &Removal,
        deadline: Instant,
    ) -> Result<(), DiskError> {
        match removal {
            Removal::Surplus => self.folder.drop_surplus(photo, deadline),
            Removal::Worse { keeper } => self.folder.retire(photo, *keeper, deadline),
            Removal::Purge => self.folder.purge(photo, deadline),
        }
        .map_err(disk_error)
    }

    fn open(&self, source: Source) -> Opened {
        match source {
            Source::Held(photo) => self.folder.open_photo(photo).map_err(disk_error),
            Source::Spooled(spool) => {
                let file = self.folder.open_spool(&name(spool)).map_err(disk_error)?;
                let length = file
                    .metadata()
                    .map_err(|error| DiskError::Other(error.to_string()))?
                    .len();
                Ok((file, length))
            }
        }
    }

    fn upload(&self, link: LinkId, bytes: u64) -> Result<PathBuf, DiskError> {
        let free = self
            .folder
            .free_bytes()
            .map_err(|error| DiskError::Other(error.to_string()))?;
        if free < bytes {
            return Err(DiskError::Full);
        }
        Ok(self.folder.spool_path(&name(Spool::Put(link))))
    }

    fn report_room(&mut self) {
        match self.folder.free_bytes() {
            Ok(bytes) => self.report(Event::Room { bytes }),
            Err(error) => self
                .console
                .line("disk", format!("cannot tell the free room: {error}")),
        }
    }

    fn report_with(
        &mut self,
        result: Result<Vec<Change>, StoreError>,
        event: impl FnOnce(Result<(), DiskError>) -> Event,
    ) {
        match result {
            Ok(changes) => {
                self.report(event(Ok(())));
                self.report_changes(changes);
            }
            Err(error) => self.report(event(Err(disk_error(error)))),
        }
    }

    fn report_changes(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.report(change_event(change));
        }
    }

    fn report(&mut self, event: Event) {
        // Without a state thread the daemon stops, and nobody needs to know.
        let _ = self.reports.send(event);
    }
}

/// The folder's changes in the node's words.
fn change_event(change: Change) -> Event {
    match change {
        Change::Held {
            photo,
            facts,
            holding,
            files,
        } => Event::Held {
            photo,
            facts,
            holding,
            files,
        },
        Change::Missing { photo } => Event::Missing { photo },
        Change::Damaged { photo, file } => Event::Damaged { photo, file },
        Change::Scanned { skipped } => Event::Scanned { skipped },
        Change::Expired { photo } => Event::Expired { photo },
        Change::Lost { reason } => Event::FolderLost { reason },
    }
}

/// The name of a spool file.
fn name(spool: Spool) -> String {
    match spool {
        Spool::Pull(transfer) => format!("pull-{}", transfer.0),
        Spool::Put(link) => format!("put-{}", link.0),
    }
}
