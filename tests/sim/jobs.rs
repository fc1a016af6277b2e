//! Disk operations: how long they take, what they do, and what a crash leaves half done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use photomesh::node::{DiskAction, DiskError, DiskEvent, Source, Spool};
use photomesh::photo::{Nonce, Photo, PhotoId, Proof, Relation, prove};
use photomesh::protocol::{Departure, Facts, Holding, NodeId};

use crate::agenda::{Life, What};
use crate::flaws::Flaw;
use crate::host::Job;
use crate::rereading::glance;
use crate::world::World;

impl World {
    /// Queues a disk operation on its lane; a note is taken at once.
    pub(crate) fn submit(&mut self, life: Life, action: DiskAction) {
        let Some((lane, micros, within)) = cost(&action) else {
            self.execute(life, action, None);
            return;
        };
        let clock = self.hosts[life.host].clock(self.now);
        let mut time = Duration::from_micros(micros);
        if self.settings.jitter {
            time = time * (50 + self.rng.below(250) as u32) / 100;
        }
        if self.hosts[life.host].disk.trouble.slow {
            time *= 100;
        }
        if self.has(Flaw::LateDrops) && within.is_some() {
            time += self.settings.pin;
        }
        self.acknowledge_early(life, &action);
        if let DiskAction::PutAway { photo, departure: Departure::Expired, .. } = action {
            self.watch_purge(life, photo);
        }
        let now = self.now;
        let Some(daemon) = self.hosts[life.host].daemon.as_mut() else {
            return;
        };
        let starts = daemon.lanes[lane].max(now);
        daemon.lanes[lane] = starts + time;
        let number = daemon.number();
        let job = Job { action, deadline: within.map(|within| clock + within), starts };
        daemon.jobs.insert(number, job);
        self.watch_jobs(life.host);
        self.agenda.add(starts + time, What::Job(life, number));
    }

    /// A disk operation is done: it takes effect now, and the node hears of it.
    pub(crate) fn finish_job(&mut self, life: Life, number: u64) {
        let job =
            self.hosts[life.host].daemon.as_mut().and_then(|daemon| daemon.jobs.remove(&number));
        let Some(job) = job else { return };
        let late =
            job.deadline.is_some_and(|deadline| self.hosts[life.host].clock(self.now) > deadline);
        let late = late && !self.has(Flaw::LateDrops);
        let failing = self.hosts[life.host].disk.trouble.failing && self.rng.percent(50);
        let trouble = if late {
            Some(DiskError::TooLate)
        } else if failing {
            Some(DiskError::Other("input/output error".to_owned()))
        } else {
            None
        };
        let event = self.execute(life, job.action, trouble);
        self.go_on_streaming(life);
        let told =
            self.has(Flaw::AckOnReceipt) && matches!(event, Some(DiskEvent::Installed { .. }));
        if let Some(event) = event.filter(|_| !told) {
            self.step(life, event);
        }
    }

    /// The operation under way when a process dies may have taken effect all the same, with nobody told.
    pub(crate) fn half_done_jobs(&mut self, host: usize) {
        let now = self.now;
        let Some(daemon) = self.hosts[host].daemon.as_mut() else {
            return;
        };
        let life = daemon.life;
        let jobs = std::mem::take(&mut daemon.jobs);
        for job in jobs.into_values() {
            let changes = matches!(
                job.action,
                DiskAction::Install { .. }
                    | DiskAction::PutAway { .. }
                    | DiskAction::Restore { .. }
                    | DiskAction::Sign { .. }
            );
            if changes && job.starts <= now && self.rng.percent(50) {
                let deadline = job.deadline;
                let late = deadline.is_some_and(|end| self.hosts[host].clock(now) > end);
                self.execute(life, job.action, late.then_some(DiskError::TooLate));
            }
        }
    }

    fn execute(
        &mut self,
        life: Life,
        action: DiskAction,
        trouble: Option<DiskError>,
    ) -> Option<DiskEvent> {
        let host = life.host;
        let fine = trouble.map_or(Ok(()), Err);
        let full = self.hosts[host].disk.trouble.full;
        let has_room = if full { Err(DiskError::Full) } else { Ok(()) };
        match action {
            DiskAction::Write { spool, offset, data } => {
                let disk = &mut self.hosts[host].disk;
                let result = fine.and(has_room).and_then(|()| disk.write(spool, offset, &data));
                Some(DiskEvent::Written { spool, result })
            }
            DiskAction::Check { spool } => {
                let result = fine.and_then(|()| self.inspect(host, spool));
                let result = result.map(|found| Arc::new(glance(&found)));
                Some(DiskEvent::Inspected { spool, result })
            }
            DiskAction::Inspect { spool } => {
                let result = fine.and_then(|()| self.inspect(host, spool));
                Some(DiskEvent::Inspected { spool, result })
            }
            DiskAction::Install { spool, photo, facts, holding } => {
                let result = fine
                    .and(has_room)
                    .and_then(|()| self.install(host, spool, photo.id, &facts, holding));
                self.hosts[host].disk.remove_spool(spool);
                if result.is_ok() {
                    self.installed(life, &photo);
                }
                // As a rule the result says it all; if the folder has the photo in a better way, too, it does not.
                if result.is_ok()
                    && self.holding_of(host, photo.id) != Some(holding)
                    && let Some(held) = self.found(host, photo.id)
                {
                    self.tell(life, Duration::ZERO, held);
                }
                Some(DiskEvent::Installed { spool, photo: photo.id, result })
            }
            DiskAction::Prove { source, photo, nonce, provers } => {
                let result = fine.and_then(|()| self.prove(life, source, photo, nonce, &provers));
                Some(DiskEvent::Proved { nonce, result })
            }
            DiskAction::Look { worse, better, source } => {
                let result = fine.and_then(|()| self.compare(life, worse, better, source));
                Some(DiskEvent::Looked { worse, better, result })
            }
            DiskAction::FindPreview { photo, size, held: _, viewer } => {
                Some(self.find_preview(host, (photo, size), viewer, fine))
            }
            DiskAction::ForgetPreview { photo } => {
                self.hosts[host].disk.previews.retain(|(other, _)| *other != photo);
                None
            }
            DiskAction::KeepPreview { photo, size, image: _ } => {
                self.hosts[host].disk.previews.insert((photo, size));
                None
            }
            DiskAction::PutAway { photo, departure, within: _ } => {
                let result = fine.and_then(|()| self.put_away(life, photo, departure));
                Some(DiskEvent::PutAway { photo, result })
            }
            DiskAction::Restore { photo, holding, called: _ } => {
                let disk = &mut self.hosts[host].disk;
                let result = fine.and(has_room);
                let result = result.and_then(|()| disk.restore(photo, holding));
                Some(DiskEvent::Returned { photo, result, file: None })
            }
            DiskAction::FindAged { link, older_than } => {
                let photos = self.hosts[host].disk.in_trash_for(older_than);
                Some(DiskEvent::Aged { link, photos })
            }
            DiskAction::NoteDraining { draining } => {
                self.hosts[host].disk.draining = draining;
                None
            }
            DiskAction::FindSurplus { older_than } => {
                for photo in self.hosts[host].disk.surplus(older_than) {
                    self.tell(life, Duration::ZERO, DiskEvent::Expired { photo });
                }
                None
            }
            DiskAction::FindDaysLeft { link, photos } => {
                let (disk, trash) = (&self.hosts[host].disk, self.settings.trash);
                let days = |photo: &PhotoId| Some((*photo, disk.days_left(*photo, trash)?));
                let days = photos.iter().filter_map(days).collect();
                Some(DiskEvent::DaysLeft { link, days })
            }
            DiskAction::Sign { photo, counter, wish } => {
                let result = fine.and(has_room);
                let result = result.map(|()| self.sign(host, photo, counter, wish));
                Some(DiskEvent::Signed { photo, result })
            }
            DiskAction::Dedupe { photo } => {
                if fine.is_ok() {
                    self.hosts[host].disk.dedupe(photo);
                }
                Some(self.found(host, photo).unwrap_or(DiskEvent::Missing { photo }))
            }
            DiskAction::NoteFacts { photo, facts } => {
                if let Some(file) = self.hosts[host].disk.files.get_mut(&photo) {
                    file.facts.merge(&facts);
                }
                None
            }
            DiskAction::NoteLooks { photo, looks } => {
                if let Some(file) = self.hosts[host].disk.files.get_mut(&photo) {
                    file.note_looks(&looks);
                }
                None
            }
            DiskAction::NoteTombstones { tombstones } => {
                self.hosts[host].disk.keep_tombstones(&tombstones);
                None
            }
            DiskAction::NoteMembers { roster } => {
                self.hosts[host].disk.roster = roster;
                None
            }
            DiskAction::NoteNodes { nodes } => {
                self.hosts[host].disk.nodes = nodes;
                None
            }
            DiskAction::Keep { spool } => {
                self.keep_spool(life, spool);
                None
            }
            // In turn after the writes to it that were asked for before.
            DiskAction::Discard { spool } => {
                self.hosts[host].disk.remove_spool(spool);
                None
            }
        }
    }

    /// What a spool file is, or with one flaw, what it should be.
    fn inspect(&self, host: usize, spool: Spool) -> Result<Arc<Photo>, DiskError> {
        let bytes = self.hosts[host].disk.spools.get(&spool).ok_or(DiskError::Gone)?;
        let trusted = self.pervert_inspection(host, spool);
        Ok(trusted.unwrap_or_else(|| self.library.inspect(bytes)))
    }

    fn install(
        &mut self,
        host: usize,
        spool: Spool,
        photo: PhotoId,
        facts: &Facts,
        holding: Holding,
    ) -> Result<(), DiskError> {
        let bytes = self.hosts[host].disk.spools.get(&spool);
        let found = PhotoId::of(bytes.ok_or(DiskError::Gone)?);
        self.judge_install(host, photo, found);
        self.hosts[host].disk.install(photo, facts, holding);
        if holding == Holding::Replica {
            self.stats.kept_bytes += self.library.photo(photo).bytes;
            self.watch_capacity(host);
        }
        self.oracle.destroyed.remove(&(host, photo));
        Ok(())
    }

    fn put_away(
        &mut self,
        life: Life,
        photo: PhotoId,
        departure: Departure,
    ) -> Result<(), DiskError> {
        let host = life.host;
        let disk = &self.hosts[host].disk;
        let stored = disk.files.get(&photo).ok_or(DiskError::Gone)?.place.is_stored();
        match departure {
            Departure::Surplus if stored => self.judge_put_away(host, photo, None),
            Departure::Replaced { by, relation } if stored => {
                self.judge_put_away(host, photo, Some((by, relation)));
            }
            // The folder moves the replica that it knows, and not the file that has come since its last scan.
            Departure::Removed { .. } if self.has_come_unnoticed(host, photo) => return Ok(()),
            Departure::Removed { by } if stored && disk.may_remove(photo, by) => {
                self.judge_removal(host, photo, by);
            }
            Departure::Expired if !stored => self.judge_purge(life, photo),
            Departure::Surplus
            | Departure::Replaced { .. }
            | Departure::Removed { .. }
            | Departure::Expired => {}
        }
        let now = self.now;
        self.hosts[host].disk.put_away(photo, departure, now)
    }

    fn prove(
        &mut self,
        life: Life,
        source: Source,
        photo: PhotoId,
        nonce: Nonce,
        provers: &[NodeId],
    ) -> Result<BTreeMap<NodeId, Proof>, DiskError> {
        let disk = &self.hosts[life.host].disk;
        let bytes = disk.read(&self.library, source, 0, u64::MAX)?;
        let numbers: Vec<u64> = provers.iter().map(|prover| prover.0).collect();
        let proven = prove(&mut bytes.as_slice(), nonce, &numbers)
            .map_err(|error| DiskError::Other(error.to_string()))?;
        if proven.photo != photo {
            if let Source::Held(photo) = source {
                self.set_aside(life, photo);
            }
            return Err(DiskError::Damaged);
        }
        Ok(provers.iter().copied().zip(proven.proofs).collect())
    }

    /// A second look: at the very bytes of both.
    fn compare(
        &mut self,
        life: Life,
        worse: PhotoId,
        better: PhotoId,
        source: Source,
    ) -> Result<Relation, DiskError> {
        for (photo, source) in [(worse, Source::Held(worse)), (better, source)] {
            let disk = &self.hosts[life.host].disk;
            let bytes = disk.read(&self.library, source, 0, u64::MAX)?;
            if PhotoId::of(&bytes) != photo {
                if let Source::Held(photo) = source {
                    self.set_aside(life, photo);
                }
                return Err(DiskError::Damaged);
            }
        }
        let found = self.library.second_look(worse, better);
        Ok(self.pervert_look(found))
    }

    /// A damaged file leaves the folder, and the node is told.
    pub(crate) fn set_aside(&mut self, life: Life, photo: PhotoId) {
        self.hosts[life.host].disk.lose(photo);
        let file = format!("{}.jpg", self.library.name(photo));
        self.tell(life, Duration::ZERO, DiskEvent::Damaged { photo, file });
        let left = self.found(life.host, photo);
        let left = left.unwrap_or(DiskEvent::Missing { photo });
        self.tell(life, Duration::ZERO, left);
    }
}

/// The lane of a disk operation, how many microseconds it usually takes and how long it may take; none of what takes no
/// time.
fn cost(action: &DiskAction) -> Option<(usize, u64, Option<Duration>)> {
    let (lane, micros) = match action {
        DiskAction::Write { data, .. } => (0, 100 + data.len() as u64 / 100),
        DiskAction::Check { .. } => (0, 50),
        DiskAction::Inspect { .. } => (1, 5_000),
        DiskAction::Prove { .. } => (2, 2_000),
        DiskAction::Look { .. } => (3, 8_000),
        DiskAction::FindPreview { .. } => (4, 20_000),
        DiskAction::KeepPreview { .. } | DiskAction::ForgetPreview { .. } => (4, 1_000),
        DiskAction::Install { .. } | DiskAction::Restore { .. } | DiskAction::Sign { .. } => {
            (0, 4_000)
        }
        DiskAction::PutAway { within, .. } => return Some((0, 1_000, Some(*within))),
        DiskAction::FindAged { .. }
        | DiskAction::FindDaysLeft { .. }
        | DiskAction::FindSurplus { .. }
        | DiskAction::Dedupe { .. }
        | DiskAction::Keep { .. }
        | DiskAction::Discard { .. } => (0, 1_000),
        DiskAction::NoteFacts { .. }
        | DiskAction::NoteLooks { .. }
        | DiskAction::NoteMembers { .. }
        | DiskAction::NoteDraining { .. }
        | DiskAction::NoteNodes { .. }
        | DiskAction::NoteTombstones { .. } => return None,
    };
    Some((lane, micros, None))
}
