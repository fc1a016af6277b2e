//! What the node wants done with the folder, action by action.

use std::sync::Arc;

use super::folder_thread::FolderThread;
use super::hashing::Arrival;
use super::jobs::{Challenge, Pair, ToRead, disk_error, name};
use crate::folder::Moment;
use crate::node::{Action, Event, LinkId, Source, Spool};
use crate::photo::{Photo, PhotoId, Relation};
use crate::protocol::{Facts, Holding, NodeId, Tombstone, Wish};

impl FolderThread {
    /// Does what the node wants done.
    pub(super) fn carry_out(&mut self, action: Action, asked: Moment) {
        match action {
            Action::Write { spool, offset, data } => self.write(spool, offset, &data),
            Action::Inspect { spool } => self.inspect(spool),
            Action::Install { spool, photo, facts, holding } => {
                self.install(spool, &photo, &facts, holding)
            }
            Action::Discard { spool } => self.folder.discard(&name(spool)),
            Action::Prove { source, photo, nonce, provers } => {
                self.pass_on(ToRead::Challenge(Challenge { source, photo, nonce, provers }))
            }
            Action::Look { worse, better, source } => {
                self.pass_on(ToRead::Pair(Pair { worse, better, source }))
            }
            Action::Drop { photo, within } => self.drop_surplus(photo, asked + within),
            Action::Retire { photo, keeper, relation, within } => {
                self.retire(photo, (keeper, relation), asked + within)
            }
            Action::Purge { photo, within } => self.purge(photo, asked + within),
            Action::Remove { photo, by, within } => self.remove(photo, by, asked + within),
            Action::Restore { photo, holding } => self.restore(photo, holding),
            Action::Sign { photo, counter, wish } => self.sign(photo, counter, wish),
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
        self.report(Event::Installed { spool, photo: photo.id, result });
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
            ToRead::Challenge(challenge) => {
                self.crew.prover.challenges.send((challenge, opened)).is_ok()
            }
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
            Err(error) => self.report(Event::Inspected { spool, result: Err(error) }),
        }
    }

    fn write(&mut self, spool: Spool, offset: u64, data: &[u8]) {
        let result = self.folder.write(&name(spool), offset, data);
        let result = result.map_err(disk_error);
        self.report(Event::Written { spool, result });
    }
}
