//! What the node wants done with the folder, action by action.

use std::sync::Arc;
use std::time::Duration;

use super::drawing::{Keep, Wanted};
use super::folder_thread::FolderThread;
use super::hashing::Arrival;
use super::jobs::{Challenge, Pair, name};
use super::syncing::Ticket;
use crate::daemon::socket::reply::Opened;
use crate::folder::{Change, Moment, Progress, StoreError, Synced};
use crate::node::limits::ROUNDS;
use crate::node::{DiskAction, DiskError, DiskEvent, LinkId, Source, Spool};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Departure, Facts, Holding, Tombstone, Wish, in_words};

impl FolderThread {
    /// Does what the node wants done.
    pub(super) fn carry_out(&mut self, action: DiskAction, asked: Moment) {
        match action {
            DiskAction::Write { spool, offset, data } => self.write(spool, offset, &data),
            DiskAction::Check { spool } => self.check(spool),
            DiskAction::Inspect { spool } => self.inspect(spool),
            DiskAction::Install { spool, photo, facts, holding } => {
                self.install(spool, &photo, &facts, holding)
            }
            DiskAction::Discard { spool } => {
                let _ = self.crew.hashers.drawn.take(spool);
                self.folder.discard(&name(spool));
            }
            DiskAction::Keep { spool } => self.folder.close_spool(&name(spool)),
            DiskAction::Prove { source, photo, nonce, provers } => {
                let opened = self.open_spooled(source);
                let challenge = Challenge { source, photo, nonce, provers };
                let _ = self.crew.prover.challenges.send((challenge, opened));
            }
            DiskAction::Look { worse, better, source } => {
                let opened = self.open_spooled(source);
                let _ = self.crew.comparer.send((Pair { worse, better }, opened));
            }
            DiskAction::FindPreview { photo, size, held, viewer } => {
                let since = self.previews.since();
                self.crew.drawers.find(Wanted { photo, size, held, viewer, since });
            }
            DiskAction::KeepPreview { photo, size, image } => {
                let since = self.previews.since();
                self.crew.drawers.keep(Keep { photo, size, image, since });
            }
            DiskAction::ForgetPreview { photo } => self.previews.forget(photo),
            DiskAction::PutAway { photo, departure, within } => {
                self.put_away(photo, departure, asked + within)
            }
            DiskAction::Restore { photo, holding, called } => {
                self.restore(photo, holding, called.as_deref());
            }
            DiskAction::Sign { photo, counter, wish } => self.sign(photo, counter, wish),
            DiskAction::FindAged { link, older_than } => self.find_aged(link, older_than),
            DiskAction::NoteDraining { draining } => self.note_draining(draining),
            DiskAction::FindSurplus { older_than } => self.find_surplus(older_than),
            DiskAction::FindDaysLeft { link, photos } => self.find_days_left(link, &photos),
            DiskAction::NoteTombstones { tombstones } => self.note_tombstones(&tombstones),
            DiskAction::Dedupe { photo } => self.dedupe(photo),
            DiskAction::NoteFacts { photo, facts } => self.folder.note_facts(photo, &facts),
            DiskAction::NoteLooks { photo, looks } => self.folder.note_looks(photo, &looks),
            DiskAction::NoteMembers { roster } => self.folder.note_members(roster),
            DiskAction::NoteNodes { nodes } => self.folder.note_nodes(&nodes),
        }
    }

    fn put_away(&mut self, photo: PhotoId, departure: Departure, deadline: Moment) {
        let result = self.folder.put_away(photo, departure, deadline).map_err(DiskError::from);
        if result.is_ok() {
            self.previews.forget(photo);
        }
        self.report(DiskEvent::PutAway { photo, result });
    }

    fn find_aged(&mut self, link: LinkId, older_than: u32) {
        let photos = self.folder.in_trash_for(older_than);
        self.report(DiskEvent::Aged { link, photos });
    }

    fn note_draining(&mut self, draining: bool) {
        if let Err(error) = self.folder.note_draining(draining) {
            let error = in_words(&error);
            self.console
                .warn("disk", format!("cannot remember what to do at the next start: {error}"));
        }
    }

    fn find_surplus(&mut self, older_than: Duration) {
        for photo in self.folder.surplus(older_than, ROUNDS) {
            self.report(DiskEvent::Expired { photo });
        }
    }

    fn find_days_left(&mut self, link: LinkId, photos: &[PhotoId]) {
        let days = |id: &PhotoId| self.folder.days_left(*id).map(|days| (*id, days));
        let days = photos.iter().filter_map(days).collect();
        self.report(DiskEvent::DaysLeft { link, days });
    }

    fn restore(&mut self, photo: PhotoId, holding: Option<Holding>, called: Option<&str>) {
        let result = self.folder.restore_called(photo, holding, called).map_err(DiskError::from);
        let file = self.folder.stored_at(photo).filter(|_| result.is_ok());
        self.report(DiskEvent::Returned { photo, result, file });
    }

    fn sign(&mut self, photo: PhotoId, counter: u64, wish: Wish) {
        let result = self.folder.sign(photo, counter, wish).map_err(DiskError::from);
        self.report(DiskEvent::Signed { photo, result });
    }

    fn install(&mut self, spool: Spool, photo: &Arc<Photo>, facts: &Facts, holding: Holding) {
        let ticket = Ticket { spool, photo: photo.id };
        match self.folder.begin_install(&name(spool), photo, facts, holding) {
            Ok(Progress::Next(unsynced)) => {
                let _ = self.crew.syncers.files.send((ticket, unsynced));
            }
            Ok(Progress::Known(changes)) => self.installed(ticket, Ok(changes)),
            Err(error) => self.installed(ticket, Err(error)),
        }
    }

    /// A new photo's bytes are safe, or could not be made so.
    pub(super) fn place(&mut self, ticket: Ticket, synced: Synced) {
        match self.folder.place(synced) {
            Ok(Progress::Next(placed)) => drop(self.crew.syncers.names.send((ticket, placed))),
            Ok(Progress::Known(changes)) => self.installed(ticket, Ok(changes)),
            Err(error) => self.installed(ticket, Err(error)),
        }
    }

    pub(super) fn installed(
        &mut self,
        Ticket { spool, photo }: Ticket,
        installed: Result<Vec<Change>, StoreError>,
    ) {
        let picture = self.crew.hashers.drawn.take(spool);
        let (result, changes) = match installed {
            Ok(changes) => {
                self.previews.forget_theirs(photo);
                self.keep_drawn(picture);
                (Ok(()), changes)
            }
            Err(error) => (Err(error.into()), Vec::new()),
        };
        self.report(DiskEvent::Installed { spool, photo, result });
        self.report_changes(changes);
    }

    /// Opens what another thread is to read. A spool file is opened now, since the next job may discard it; a photo
    /// when its turn comes, lest too many files be open.
    fn open_spooled(&self, source: Source) -> Option<Opened> {
        match source {
            Source::Spooled(_) | Source::Kept(_) => Some(self.open(source)),
            Source::Held(_) => None,
        }
    }

    fn note_tombstones(&mut self, tombstones: &[Tombstone]) {
        if let Err(error) = self.folder.note_tombstones(tombstones) {
            let error = in_words(&error);
            let line =
                format!("what owners have removed is remembered until the end only: {error}");
            self.console.warn("disk", line);
        }
    }

    fn dedupe(&mut self, photo: PhotoId) {
        match self.folder.dedupe(photo) {
            Ok(changes) => self.report_changes(changes),
            Err(error) => {
                let line = format!("{} stays twice: {}", photo.short(), in_words(&error));
                self.console.warn("disk", line);
            }
        }
    }

    fn check(&mut self, spool: Spool) {
        let result = self.folder.written(&name(spool)).map(Arc::new).map_err(DiskError::from);
        self.report(DiskEvent::Inspected { spool, result });
    }

    fn inspect(&mut self, spool: Spool) {
        match self.folder.open_spool(&name(spool)) {
            Ok(file) => {
                let _ = self.crew.hashers.arrivals.send(Arrival { spool, file });
            }
            Err(error) => self.report(DiskEvent::Inspected { spool, result: Err(error.into()) }),
        }
    }

    fn write(&mut self, spool: Spool, offset: u64, data: &[u8]) {
        let result = self.folder.write(&name(spool), offset, data).map_err(DiskError::from);
        self.report(DiskEvent::Written { spool, result });
    }
}
