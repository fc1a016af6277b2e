//! The thread that owns the folder.

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, never, select, tick};

use super::super::client::{Delivery, Reply};
use super::super::console::Console;
use super::super::limits::{HOUSEKEEPING, ROOM_ROUNDS};
use super::changes::change_event;
use super::comparing::{Comparer, Pair};
use super::hashing::{Arrival, Hashers};
use super::proving::Prover;
use super::rereading::Rereaders;
use super::scanner::Scanner;
use super::uploads::{Upload, Uploads};
use super::{Challenge, Job, Opened, ToRead, disk_error, name};
use crate::folder::{Change, Folder, Inspection, Moment, Reading, StoreError, Walk};
use crate::node::{Action, DiskError, Event, LinkId, Source, Spool};
use crate::photo::{Photo, PhotoId, Relation};
use crate::protocol::{Facts, Holding, NodeId, Tombstone, Wish};

/// Where the folder thread's work comes from.
pub(super) struct Inputs {
    /// The state thread and links.
    pub(super) jobs: Receiver<Job>,
    /// The hashing threads.
    pub(super) inspected: Receiver<Inspection>,
    /// The threads that read photos anew.
    pub(super) reread: Receiver<Reading>,
    /// The scanner.
    pub(super) walks: Receiver<Walk>,
}

/// The threads that work for the folder thread, each for as long as this lives.
pub(super) struct Crew {
    pub(super) hashers: Hashers,
    pub(super) prover: Prover,
    pub(super) comparer: Comparer,
    pub(super) rereaders: Rereaders,
    pub(super) _scanner: Scanner,
}

/// What the folder thread owns.
pub(super) struct FolderThread {
    folder: Folder,
    reports: Sender<Event>,
    console: Console,
    crew: Crew,
    uploads: Uploads,
    /// Of this walk: files read, files found.
    progress: (u64, u64),
}

impl FolderThread {
    pub(super) fn new(
        folder: Folder,
        reports: Sender<Event>,
        console: Console,
        crew: Crew,
    ) -> FolderThread {
        FolderThread {
            folder,
            reports,
            console,
            crew,
            uploads: Uploads::default(),
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
                recv(inputs.reread) -> reading => {
                    if let Ok(reading) = reading {
                        self.take_reading(reading);
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
        if self.crew.prover.scrubs.is_empty()
            && let Some(recheck) = self.folder.next_to_scrub()
        {
            // There is room, since nobody else puts anything there.
            let _ = self.crew.prover.scrubs.try_send(recheck);
        }
        self.reread();
    }

    /// Keeps the threads busy that read photos anew, as long as no scan has anything to read.
    fn reread(&mut self) {
        while self.crew.rereaders.is_free()
            && let Some(photo) = self.folder.next_to_reread()
        {
            self.crew.rereaders.read(photo);
        }
    }

    fn take_reading(&mut self, reading: Reading) {
        self.crew.rereaders.taken();
        let changes = self.folder.take_reading(reading);
        self.report_changes(changes);
        self.reread();
    }

    fn absorb(&mut self, walk: Walk) {
        let absorbed = self.folder.absorb(walk);
        self.report_changes(absorbed.changes);
        self.progress = (0, absorbed.candidates.len() as u64);
        for candidate in absorbed.candidates {
            let _ = self.crew.hashers.candidates.send(candidate);
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
            Job::Do(action, asked) => self.carry_out(action, asked),
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
            // Whoever asked may have ended; the channels have room for the one answer.
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

    /// Does what the node wants done.
    fn carry_out(&mut self, action: Action, asked: Moment) {
        match action {
            Action::Write {
                spool,
                offset,
                data,
            } => {
                let result = self.folder.write(&name(spool), offset, &data);
                let result = result.map_err(disk_error);
                self.report(Event::Written { spool, result });
            }
            Action::Inspect { spool } => self.inspect(spool),
            Action::Install {
                spool,
                photo,
                facts,
                holding,
            } => self.install(spool, &photo, &facts, holding),
            Action::Discard { spool } => self.folder.discard(&name(spool)),
            Action::Prove {
                source,
                photo,
                nonce,
                provers,
            } => self.pass_on(ToRead::Challenge(Challenge {
                source,
                photo,
                nonce,
                provers,
            })),
            Action::Look {
                worse,
                better,
                source,
            } => self.pass_on(ToRead::Pair(Pair {
                worse,
                better,
                source,
            })),
            Action::Drop { photo, within } => self.drop_surplus(photo, asked + within),
            Action::Retire {
                photo,
                keeper,
                relation,
                within,
            } => self.retire(photo, (keeper, relation), asked + within),
            Action::Purge { photo, within } => self.purge(photo, asked + within),
            Action::Remove { photo, by, within } => self.remove(photo, by, asked + within),
            Action::Restore { photo, holding } => self.restore(photo, holding),
            Action::Sign {
                photo,
                counter,
                wish,
            } => self.sign(photo, counter, wish),
            Action::FindAged { link, older_than } => self.find_aged(link, older_than),
            Action::FindDaysLeft { link, photos } => self.find_days_left(link, &photos),
            Action::NoteTombstones { tombstones } => self.note_tombstones(&tombstones),
            Action::Dedupe { photo } => self.dedupe(photo),
            Action::NoteFacts { photo, facts } => self.folder.note_facts(photo, &facts),
            Action::NoteLooks { photo, looks } => self.folder.note_looks(photo, &looks),
            Action::NoteNodes { nodes } => self.folder.note_nodes(&nodes),
            Action::Dial { .. }
            | Action::Send { .. }
            | Action::Close { .. }
            | Action::Serve { .. }
            | Action::Answer { .. }
            | Action::AnswerPhoto { .. }
            | Action::Log { .. }
            | Action::Exit { .. } => debug_assert!(false, "the state thread does this itself"),
        }
    }

    fn drop_surplus(&mut self, photo: PhotoId, deadline: Moment) {
        let result = self.folder.drop_surplus(photo, deadline);
        self.report_put_away(photo, result);
    }

    fn purge(&mut self, photo: PhotoId, deadline: Moment) {
        let result = self.folder.purge(photo, deadline);
        self.report_put_away(photo, result);
    }

    fn retire(
        &mut self,
        photo: PhotoId,
        (keeper, relation): (PhotoId, Relation),
        deadline: Moment,
    ) {
        let result = self.folder.retire(photo, keeper, relation, deadline);
        self.report_put_away(photo, result);
    }

    fn remove(&mut self, photo: PhotoId, by: NodeId, deadline: Moment) {
        let result = self.folder.remove(photo, by, deadline);
        self.report_put_away(photo, result);
    }

    fn find_aged(&mut self, link: LinkId, older_than: u32) {
        let photos = self.folder.in_trash_for(older_than);
        self.report(Event::Aged { link, photos });
    }

    fn find_days_left(&mut self, link: LinkId, photos: &[PhotoId]) {
        let days = |id: &PhotoId| self.folder.days_left(*id).map(|days| (*id, days));
        let days = photos.iter().filter_map(days).collect();
        self.report(Event::DaysLeft { link, days });
    }

    fn restore(&mut self, photo: PhotoId, holding: Option<Holding>) {
        let result = self.folder.restore(photo, holding).map_err(disk_error);
        self.report(Event::Returned { photo, result });
    }

    fn sign(&mut self, photo: PhotoId, counter: u64, wish: Wish) {
        let result = self.folder.sign(photo, counter, wish);
        let result = result.map_err(disk_error);
        self.report(Event::Signed { photo, result });
    }

    fn install(&mut self, spool: Spool, photo: &Arc<Photo>, facts: &Facts, holding: Holding) {
        let installed = self.folder.install(&name(spool), photo, facts, holding);
        let (result, changes) = match installed {
            Ok(changes) => (Ok(()), changes),
            Err(error) => (Err(disk_error(error)), Vec::new()),
        };
        self.report(Event::Installed {
            spool,
            photo: photo.id,
            result,
        });
        self.report_changes(changes);
    }

    /// Passes on what other threads read. A spool file is opened now, since the next job may discard it; a photo when its
    /// turn comes, lest too many files be open.
    fn pass_on(&mut self, reading: ToRead) {
        let opened = match reading.source() {
            source @ Source::Spooled(_) => Some(self.open(source)),
            Source::Held(_) => None,
        };
        let _ = match reading {
            ToRead::Challenge(challenge) => self
                .crew
                .prover
                .challenges
                .send((challenge, opened))
                .is_ok(),
            ToRead::Pair(pair) => self.crew.comparer.send((pair, opened)).is_ok(),
        };
    }

    fn note_tombstones(&mut self, tombstones: &[Tombstone]) {
        if let Err(error) = self.folder.note_tombstones(tombstones) {
            let line =
                format!("what owners have removed is remembered until the end only: {error}");
            self.console.line("disk", line);
        }
    }

    fn dedupe(&mut self, photo: PhotoId) {
        match self.folder.dedupe(photo) {
            Ok(changes) => self.report_changes(changes),
            Err(error) => {
                let line = format!("{} stays twice: {error}", photo.short());
                self.console.line("disk", line);
            }
        }
    }

    fn inspect(&mut self, spool: Spool) {
        match self.folder.open_spool(&name(spool)).map_err(disk_error) {
            Ok(file) => {
                let _ = self.crew.hashers.arrivals.send(Arrival { spool, file });
            }
            Err(error) => self.report(Event::Inspected {
                spool,
                result: Err(error),
            }),
        }
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

    fn upload(&mut self, link: LinkId, bytes: u64) -> Result<Upload, DiskError> {
        let free = self
            .folder
            .free_bytes()
            .map_err(|error| DiskError::Other(error.to_string()))?;
        let path = self.folder.spool_path(&name(Spool::Put(link)));
        self.uploads.admit(path, bytes, free)
    }

    fn report_room(&mut self) {
        match self.folder.free_bytes() {
            Ok(bytes) => self.report(Event::Room { bytes }),
            Err(error) => self
                .console
                .line("disk", format!("cannot tell the free room: {error}")),
        }
    }

    fn report_put_away(&mut self, photo: PhotoId, result: Result<(), StoreError>) {
        let result = result.map_err(disk_error);
        self.report(Event::PutAway { photo, result });
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
