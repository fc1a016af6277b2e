//! The thread that owns the folder.

use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, never, select, tick};

use super::super::console::Console;
use super::super::limits::{HOUSEKEEPING, ROOM_ROUNDS};
use super::comparing::Comparer;
use super::drawing::Drawers;
use super::hashing::Hashers;
use super::jobs::{Job, name as name_of};
use super::proving::Prover;
use super::rereading::Rereaders;
use super::scanner::Scanner;
use super::syncing::{Results, Syncers};
use super::uploads::{Upload, Uploads};
use crate::daemon::socket::reply::{Delivery, Opened, PhotoBytes, Reply};
use crate::folder::{Change, DiskRoom, Folder, Gone, Inspection, Previews, Reading, Walk};
use crate::node::{DiskError, DiskEvent, LinkId, Source, Spool};
use crate::photo::PhotoId;
use crate::protocol::in_words;

/// Where the folder thread's work comes from.
pub(super) struct Inputs {
    /// The state thread and links.
    pub(super) jobs: Receiver<Job>,
    /// The hashing threads.
    pub(super) inspected: Receiver<Inspection>,
    /// The threads that read photos anew.
    pub(super) reread: Receiver<Reading>,
    /// Photos that are becoming safe.
    pub(super) installing: Results,
    /// The scanner.
    pub(super) walks: Receiver<Walk>,
}

/// The threads that work for the folder thread, each for as long as this lives.
pub(super) struct Crew {
    pub(super) hashers: Hashers,
    pub(super) prover: Prover,
    pub(super) comparer: Comparer,
    pub(super) rereaders: Rereaders,
    pub(super) drawers: Drawers,
    pub(super) syncers: Syncers,
    pub(super) _scanner: Scanner,
}

/// What the folder thread owns.
pub(super) struct FolderThread {
    pub(super) folder: Folder,
    pub(super) previews: Previews,
    reports: Sender<DiskEvent>,
    pub(super) console: Console,
    pub(super) crew: Crew,
    uploads: Uploads,
    /// Of this walk: files read, files found.
    progress: (u64, u64),
}

impl FolderThread {
    pub(super) fn new(
        (folder, previews): (Folder, Previews),
        reports: Sender<DiskEvent>,
        console: Console,
        crew: Crew,
    ) -> FolderThread {
        FolderThread {
            folder,
            previews,
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
            let walks = if self.progress.0 < self.progress.1 { &nothing } else { &inputs.walks };
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
                recv(inputs.installing.synced) -> synced => {
                    if let Ok((ticket, synced)) = synced {
                        self.place(ticket, synced);
                    }
                }
                recv(inputs.installing.named) -> named => {
                    if let Ok((ticket, named)) = named {
                        let finished = self.folder.finish_install(named);
                        self.installed(ticket, finished);
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

    fn take(&mut self, mut inspection: Inspection) {
        let picture = inspection.take_picture();
        let changes = self.folder.take(inspection);
        self.keep_drawn(picture);
        self.progress.0 += 1;
        self.console.progress(self.progress.0, self.progress.1);
        self.report_changes(changes);
    }

    fn perform(&mut self, job: Job) {
        match job {
            Job::Do(action, asked) => self.carry_out(action, asked),
            Job::Deliver { name, label, photo, source, to } => {
                let bytes = match source {
                    Source::Held(_) => PhotoBytes::Held(self.open(source)),
                    Source::Kept(_) => PhotoBytes::Kept(self.open(source)),
                    Source::Spooled(spool) => PhotoBytes::Spooled(
                        self.folder.read_along(&name_of(spool)).map_err(DiskError::from),
                    ),
                };
                let delivery = Delivery { name, label, photo, bytes };
                // The client's writer takes one reply to each request, or has ended.
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

    pub(super) fn open(&self, source: Source) -> Opened {
        match source {
            Source::Held(photo) => Ok(self.folder.open_photo(photo)?),
            Source::Spooled(spool) | Source::Kept(spool) => {
                let file = self.folder.open_spool(&name_of(spool))?;
                let length = file.metadata()?.len();
                Ok((file, length))
            }
        }
    }

    fn upload(&mut self, link: LinkId, bytes: u64) -> Result<Upload, DiskError> {
        let free = self.folder.room()?.free;
        let path = self.folder.spool_path(&name_of(Spool::Put(link)));
        self.uploads.admit(path, bytes, free)
    }

    fn report_room(&mut self) {
        match self.folder.room() {
            Ok(DiskRoom { free, spare }) => self.report(DiskEvent::Room { free, spare }),
            Err(error) => {
                let text = format!("cannot tell the free room: {}", in_words(&error));
                self.console.warn("disk", text);
            }
        }
    }

    pub(super) fn report_changes(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.note_pictures(&change);
            self.report(change.into());
        }
        let Gone { files, first } = self.folder.take_gone();
        if files > 0 {
            let more = if files > first.len() { ", ..." } else { "" };
            let text = format!("files of yours that are gone: {files}: {}{more}", first.join(", "));
            self.console.warn("folder", text);
        }
    }

    /// Keeps what was drawn of a photo in passing, if the folder has taken it.
    pub(super) fn keep_drawn(&self, picture: Option<(PhotoId, Vec<u8>)>) {
        if let Some((photo, picture)) = picture.filter(|(photo, _)| self.folder.holds(*photo)) {
            self.previews.put_new(photo, &picture, self.previews.since());
        }
    }

    /// What a photo looks like is forgotten when it leaves, and what others say of it when it is here itself.
    fn note_pictures(&self, change: &Change) {
        match change {
            Change::Missing { photo } => self.previews.forget(*photo),
            Change::Held { photo, .. } => self.previews.forget_theirs(photo.id),
            Change::Added { .. }
            | Change::Recalled { .. }
            | Change::Damaged { .. }
            | Change::Scanned { .. }
            | Change::Companions { .. }
            | Change::Unread { .. }
            | Change::Expired { .. }
            | Change::Lost { .. } => {}
        }
    }

    pub(super) fn report(&mut self, event: DiskEvent) {
        // Without a state thread the daemon stops, and nobody needs to know.
        let _ = self.reports.send(event);
    }
}
