//! What each fault does, and how it ends.

use std::time::Duration;

use photomesh::node::Event;
use photomesh::photo::PhotoId;
use photomesh::protocol::Holding;

use crate::agenda::What;
use crate::disk::{Disk, File, Trouble};
use crate::fault::Fault;
use crate::world::{World, host_address};

impl World {
    /// Lets the fault of this number of the plan happen.
    pub(crate) fn strike(&mut self, index: usize) {
        let (_, fault) = self.faults[index].clone();
        self.inject(&fault);
    }

    /// Lets a fault happen, if it can at this moment.
    pub(crate) fn inject(&mut self, fault: &Fault) {
        if self.strike_now(fault) {
            self.stats.fault(fault.kind());
            self.trace.line(self.now, "fault", &fault.to_string());
        }
    }

    fn strike_now(&mut self, fault: &Fault) -> bool {
        match *fault {
            Fault::Kill { host, down } => self.stop_for(host, down, false),
            Fault::PowerLoss { host, down } => self.stop_for(host, down, true),
            Fault::Leave { host } => self.leave(host),
            Fault::Pause { host, span } => {
                let runs = self.hosts[host].is_up() && !self.hosts[host].paused;
                if runs {
                    self.hosts[host].paused = true;
                    self.heal_after(span, fault);
                }
                runs
            }
            Fault::Partition { sides, span } => {
                self.split(sides, true);
                self.heal_after(span, fault);
                true
            }
            Fault::OneWay { from, to, span } => {
                self.net.block(from, to);
                self.heal_after(span, fault);
                true
            }
            Fault::Cut { a, b } => self.cut(a, b),
            Fault::Swizzle { host, span } => {
                self.swizzle(host, span);
                true
            }
            Fault::SlowLine { a, b, span } => {
                self.net.slow_down(a, b, true);
                self.heal_after(span, fault);
                true
            }
            Fault::SlowDisk { host, span }
            | Fault::FailingDisk { host, span }
            | Fault::FullDisk { host, span } => {
                self.set_trouble(fault, true);
                self.heal_after(span, fault);
                host < self.hosts.len()
            }
            Fault::LoseDisk { host, down } => self.lose_disk(host, down),
            Fault::Backup { host } => {
                let mut copy = self.hosts[host].disk.clone();
                copy.spools.clear();
                copy.trouble = Trouble::default();
                self.hosts[host].backup = Some(copy);
                true
            }
            Fault::OldFolder { host, down } => self.old_folder(host, down),
            Fault::FlipBit { host, pick } => self.flip_bit(host, pick),
            Fault::DeleteFile { host, pick } => self.delete_file(host, pick),
            Fault::AddFile { host, pick } => self.add_some_file(host, pick),
            Fault::EditFile { host, pick } => self.edit_some_file(host, pick),
            Fault::LoseFolder { host, accept } => self.lose_folder(host, accept),
            Fault::CutOff { host, span } => {
                self.split(1 << host, true);
                self.heal_after(span, fault);
                true
            }
            Fault::Move { host, down } => {
                let stopped = self.stop_for(host, down, false);
                if stopped {
                    let port = self.hosts[host].address.port();
                    self.hosts[host].address = host_address(host, port + 1);
                    self.hosts[host].estranged = true;
                }
                stopped
            }
        }
    }

    fn heal_after(&mut self, span: Duration, fault: &Fault) {
        self.agenda.add(self.now + span, What::Heal(fault.clone()));
    }

    /// Ends what a fault does.
    pub(crate) fn heal(&mut self, fault: &Fault) {
        match *fault {
            Fault::Pause { host, .. } => self.resume(host),
            Fault::Partition { sides, .. } => {
                self.split(sides, false);
                self.release_held();
            }
            Fault::CutOff { host, .. } => {
                self.split(1 << host, false);
                self.release_held();
            }
            Fault::OneWay { from, to, .. } => {
                self.net.unblock(from, to);
                self.release_held();
            }
            Fault::SlowLine { a, b, .. } => self.net.slow_down(a, b, false),
            Fault::SlowDisk { .. } | Fault::FailingDisk { .. } | Fault::FullDisk { .. } => {
                self.set_trouble(fault, false);
            }
            Fault::Kill { .. }
            | Fault::PowerLoss { .. }
            | Fault::Leave { .. }
            | Fault::Cut { .. }
            | Fault::Swizzle { .. }
            | Fault::LoseDisk { .. }
            | Fault::Backup { .. }
            | Fault::OldFolder { .. }
            | Fault::FlipBit { .. }
            | Fault::DeleteFile { .. }
            | Fault::AddFile { .. }
            | Fault::EditFile { .. }
            | Fault::LoseFolder { .. }
            | Fault::Move { .. } => {}
        }
        self.trace.line(self.now, "heal", &fault.to_string());
    }

    /// A daemon dies and comes back later.
    fn stop_for(&mut self, host: usize, down: Duration, silent: bool) -> bool {
        let runs = self.hosts[host].is_up();
        if runs {
            self.end_life(host, silent);
            self.hosts[host].powered = !silent;
            self.agenda.add(self.now + down, What::Start(host));
        }
        runs
    }

    fn leave(&mut self, host: usize) -> bool {
        let Some(life) = self.hosts[host].life() else {
            return false;
        };
        self.resume(host);
        // It is started again when it has stopped, see `exit`.
        self.tell(life, Duration::ZERO, Event::Shutdown);
        true
    }

    fn split(&mut self, sides: u64, silent: bool) {
        let hosts = self.hosts.len();
        let side = |host: usize| sides >> (host % 64) & 1;
        for a in 0..hosts {
            for b in 0..hosts {
                if side(a) != side(b) {
                    if silent {
                        self.net.block(a, b);
                    } else {
                        self.net.unblock(a, b);
                    }
                }
            }
        }
    }

    fn cut(&mut self, a: usize, b: usize) -> bool {
        let conns = self.net.between(a, b);
        for conn in &conns {
            if let Some(conn) = self.net.conns.get_mut(conn) {
                conn.cut = true;
            }
            for side in 0..2 {
                let after = self.rng.span(Duration::ZERO, Duration::from_secs(3));
                self.agenda.add(self.now + after, What::Broken(*conn, side));
            }
        }
        !conns.is_empty()
    }

    fn swizzle(&mut self, host: usize, span: Duration) {
        let mut others: Vec<usize> = (0..self.hosts.len()).filter(|h| *h != host).collect();
        self.rng.shuffle(&mut others);
        for other in others {
            let starts = self.rng.span(Duration::ZERO, span);
            let ends = self.rng.span(starts, span * 2);
            // Each line has two directions; both fall silent.
            for (from, to) in [(host, other), (other, host)] {
                let one_way = Fault::OneWay {
                    from,
                    to,
                    span: ends - starts,
                };
                self.faults_end = self.faults_end.max(self.now + starts);
                self.faults.push((self.now + starts, one_way));
                self.agenda
                    .add(self.now + starts, What::Fault(self.faults.len() - 1));
            }
        }
    }

    fn set_trouble(&mut self, fault: &Fault, on: bool) {
        match *fault {
            Fault::SlowDisk { host, .. } => self.hosts[host].disk.trouble.slow = on,
            Fault::FailingDisk { host, .. } => self.hosts[host].disk.trouble.failing = on,
            Fault::FullDisk { host, .. } => {
                self.hosts[host].disk.trouble.full = on;
                if let Some(life) = self.hosts[host].life() {
                    self.tell(life, Duration::ZERO, self.room(host));
                }
            }
            _ => {}
        }
    }

    /// Whether a disk may be damaged now: since everything was last repaired, at most one fewer than the copies with which
    /// every host is content.
    fn may_damage(&self, host: usize) -> bool {
        let content = self.hosts.iter().map(|host| host.copies as usize).min();
        let copies = content.unwrap_or(0).min(self.hosts.len());
        let others = self.oracle.damaged.iter().filter(|other| **other != host);
        others.count() + 1 < copies
    }

    fn lose_disk(&mut self, host: usize, down: Duration) -> bool {
        if !self.may_damage(host) {
            return false;
        }
        self.end_life(host, false);
        let photos: Vec<PhotoId> = self.hosts[host].disk.files.keys().copied().collect();
        self.destroyed(host, &photos);
        self.hosts[host].lives += 1;
        let new = Disk::new(self.new_key(host, self.hosts[host].lives));
        let name = self.hosts[host].name.clone();
        self.trace.name_node(new.identity, &name);
        let trouble = self.hosts[host].disk.trouble;
        let lost = self.hosts[host].disk.identity;
        self.hosts[host].disk = new;
        self.forget_owner(lost);
        self.hosts[host].disk.trouble = trouble;
        self.hosts[host].backup = None;
        self.hosts[host].unplugged = None;
        self.hosts[host].estranged = true;
        self.agenda.add(self.now + down, What::Start(host));
        true
    }

    fn old_folder(&mut self, host: usize, down: Duration) -> bool {
        let Some(backup) = self.hosts[host].backup.clone() else {
            return false;
        };
        if !self.may_damage(host) {
            return false;
        }
        self.end_life(host, false);
        let now_there = |photo: &PhotoId| backup.stores(*photo);
        let vanishing: Vec<PhotoId> = self.hosts[host]
            .disk
            .files
            .keys()
            .filter(|photo| !now_there(photo))
            .copied()
            .collect();
        self.destroyed(host, &vanishing);
        let trouble = self.hosts[host].disk.trouble;
        self.hosts[host].disk = backup;
        self.hosts[host].estranged = true;
        self.hosts[host].disk.trouble = trouble;
        self.agenda.add(self.now + down, What::Start(host));
        true
    }

    fn lose_folder(&mut self, host: usize, accept: bool) -> bool {
        let absent = self.hosts[host].unplugged.is_some();
        if absent || !self.hosts[host].is_up() || !self.may_damage(host) {
            return false;
        }
        let files = std::mem::take(&mut self.hosts[host].disk.files);
        let photos: Vec<PhotoId> = files.keys().copied().collect();
        self.hosts[host].disk.unnoticed.extend(&photos);
        self.destroyed(host, &photos);
        self.oracle.may_exit.insert(host);
        let mut back: Vec<(PhotoId, File)> = files.iter().map(|(p, f)| (*p, f.clone())).collect();
        if accept {
            back.truncate(photos.len() / 2);
        }
        self.hosts[host].unplugged = Some(back);
        true
    }

    /// A person has looked after a folder whose daemon has stopped because of it.
    pub(crate) fn plug_in(&mut self, host: usize) {
        let Some(back) = self.hosts[host].unplugged.take() else {
            return;
        };
        for (photo, file) in back {
            self.hosts[host].disk.files.entry(photo).or_insert(file);
        }
        self.oracle.may_exit.remove(&host);
    }

    fn some_file(&self, host: usize, pick: u64, stored: bool) -> Option<PhotoId> {
        let disk = &self.hosts[host].disk;
        let fits = |file: &crate::disk::File| file.place.is_stored() == stored && !file.rotten;
        let files = disk.files.iter().filter(|(_, file)| fits(file));
        let photos: Vec<PhotoId> = files.map(|(photo, _)| *photo).collect();
        let at = pick as usize % photos.len().max(1);
        photos.get(at).copied()
    }

    fn flip_bit(&mut self, host: usize, pick: u64) -> bool {
        let Some(photo) = self.some_file(host, pick, true) else {
            return false;
        };
        if !self.may_damage(host) {
            return false;
        }
        if let Some(file) = self.hosts[host].disk.files.get_mut(&photo) {
            file.rotten = true;
        }
        self.destroyed(host, &[photo]);
        true
    }

    fn delete_file(&mut self, host: usize, pick: u64) -> bool {
        let Some(photo) = self.some_file(host, pick, true) else {
            return false;
        };
        if !self.may_damage(host) {
            return false;
        }
        self.hosts[host].disk.files.remove(&photo);
        self.hosts[host].disk.unnoticed.insert(photo);
        self.destroyed(host, &[photo]);
        true
    }

    /// Another version of the picture takes a file's place, or, half of the time, whatever else there is.
    fn edit_some_file(&mut self, host: usize, pick: u64) -> bool {
        let disk = &self.hosts[host].disk;
        let edited = disk.files.iter().filter(|(_, file)| {
            let only_file = file.place == Holding::Original && file.files == 1;
            only_file && !file.rotten
        });
        let edited: Vec<PhotoId> = edited.map(|(photo, _)| *photo).collect();
        let Some(old) = edited.get(pick as usize % edited.len().max(1)).copied() else {
            return false;
        };
        let others = self.library.all().filter(|photo| {
            let same = photo.same_picture(self.library.photo(old));
            photo.id != old && (same || pick >> 32 & 1 == 0)
        });
        let others: Vec<PhotoId> = others.map(|photo| photo.id).collect();
        let Some(new) = others.get(pick as usize % others.len().max(1)).copied() else {
            return false;
        };
        if !self.may_damage(host) {
            return false;
        }
        self.edit(host, old, new);
        true
    }

    /// A file's bytes become those of another photo.
    pub(crate) fn edit(&mut self, host: usize, old: PhotoId, new: PhotoId) {
        self.hosts[host].disk.edit_file(old, new);
        self.oracle.edits.insert((new, old));
        self.destroyed(host, &[old]);
    }

    fn add_some_file(&mut self, host: usize, pick: u64) -> bool {
        let all: Vec<PhotoId> = self.library.all().map(|photo| photo.id).collect();
        let Some(photo) = all.get(pick as usize % all.len().max(1)) else {
            return false;
        };
        let name = format!("{}.jpg", self.library.name(*photo));
        self.hosts[host].disk.add_file(*photo, &name);
        true
    }
}
