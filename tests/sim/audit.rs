//! The state of everything, by the disks alone: which photos are lost, which are keepers, whether all is repaired.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use photomesh::photo::{Photo, PhotoId, Relation};
use photomesh::protocol::Holding;

use crate::agenda::What;
use crate::host::Host;
use crate::verdict;
use crate::world::World;

/// How often the state of everything is looked at.
const AUDIT: Duration = Duration::from_secs(1);

/// The keeper of each photo, given which exist and which are told apart.
#[derive(Debug)]
pub(crate) struct Judged {
    existing: BTreeSet<PhotoId>,
    apart: BTreeSet<(PhotoId, PhotoId)>,
    keepers: BTreeMap<PhotoId, PhotoId>,
}

/// All that an audit depends on: for each host, its life, whether that runs and how often its disk has changed; and how
/// many photos must not be lost.
pub(crate) type Audited = (Vec<(u32, bool, u64)>, usize);

impl World {
    /// Looks at the state of everything: is anything lost, is everything repaired?
    pub(crate) fn audit(&mut self) {
        self.agenda.add(self.now + AUDIT, What::Audit);
        let host = |host: &Host| {
            let runs = host.is_up() && !host.paused;
            (host.lives, runs, host.disk.files.changes())
        };
        let hosts = self.hosts.iter().map(host).collect();
        let audited = Some((hosts, self.oracle.safe.len()));
        if self.oracle.audited == audited {
            return;
        }
        self.oracle.audited = audited;
        let all: Vec<PhotoId> = self.library.all().map(|photo| photo.id).collect();
        let mut existing = BTreeSet::new();
        for photo in &all {
            if self.exists(*photo) {
                existing.insert(*photo);
                if self.is_safe_on(&self.holders(*photo)) {
                    self.oracle.safe.insert(*photo);
                }
            }
        }
        self.oracle.born.extend(&existing);
        self.note_owners(&existing);
        self.forget_removed();
        let lost = self.oracle.safe.iter();
        let lost = lost
            .chain(self.oracle.alone.keys())
            .copied()
            .find(|photo| !self.lives_on(*photo, &existing) && !self.went_with_a_disk(*photo));
        if let Some(lost) = lost {
            let name = self.library.name(lost);
            self.broken_promise(format!("{name} is lost: no disk has it, nor a better version"));
            return;
        }
        let judged = self.judge(existing);
        let live = |host: &usize| self.hosts[*host].is_up() && !self.hosts[*host].paused;
        let repaired = judged.iter().all(|(photo, keeper)| {
            let copies = if photo == keeper {
                self.holders(*photo)
            } else if self.library.relation(*photo, *keeper) == Relation::Variant {
                self.kept_by(*photo)
            } else {
                return true;
            };
            self.is_spread(&copies.into_iter().filter(live).collect::<Vec<_>>())
        });
        if repaired && self.all_are_honest() {
            self.oracle.damaged.clear();
        }
    }

    /// Whether a photo exists, or a better version for which it was purged; or its owner has removed that one.
    fn lives_on(&self, photo: PhotoId, existing: &BTreeSet<PhotoId>) -> bool {
        let gone_rightly =
            |heir: &PhotoId| self.is_unlucky(*heir) || self.is_removed_as(photo, *heir);
        let mut heirs = self.successors(photo).into_iter();
        existing.contains(&photo)
            || heirs.any(|heir| existing.contains(&heir) || gone_rightly(&heir))
    }

    /// Whether a photo that fewer nodes had than are wanted was on a disk, it or its better version, of which a fault
    /// has destroyed it.
    fn went_with_a_disk(&self, photo: PhotoId) -> bool {
        let Some(since) = self.oracle.alone.get(&photo) else {
            return false;
        };
        let heirs = self.successors(photo);
        let mut destroyed = self.oracle.destroyed.iter();
        destroyed.any(|((_, of), at)| at >= since && heirs.contains(of))
    }

    /// A photo and all that may have taken its place: a better version that shows all of it, for which it was purged,
    /// may have given way to a still better one later, which the first need not resemble.
    pub(crate) fn successors(&self, photo: PhotoId) -> BTreeSet<PhotoId> {
        let mut heirs = BTreeSet::from([photo]);
        let mut open = vec![photo];
        while let Some(heir) = open.pop() {
            let born = self.oracle.born.iter().copied();
            let all_there = |other: PhotoId| self.library.relation(other, heir) == Relation::Same;
            for better in born.filter(|other| self.improves(*other, heir) && all_there(*other)) {
                if heirs.insert(better) {
                    open.push(better);
                }
            }
        }
        heirs
    }

    /// The hosts whose disks have a photo in any way.
    pub(crate) fn kept_by(&self, photo: PhotoId) -> Vec<usize> {
        (0..self.hosts.len()).filter(|host| self.hosts[*host].disk.has_bytes(photo)).collect()
    }

    /// The keeper of each photo that exists, those that are removed aside.
    fn judge(&mut self, mut existing: BTreeSet<PhotoId>) -> BTreeMap<PhotoId, PhotoId> {
        existing.retain(|photo| !self.is_removed(*photo));
        let apart = self.told_apart();
        if let Some(last) = &self.oracle.keepers
            && last.existing == existing
            && last.apart == apart
        {
            return last.keepers.clone();
        }
        let photos = existing.iter().map(|photo| self.library.photo(*photo));
        let alike = |a: &Photo, b: &Photo| {
            let told_apart = apart.contains(&(a.id, b.id)) || apart.contains(&(b.id, a.id));
            !told_apart && self.library.relation(a.id, b.id) != Relation::Different
        };
        let keepers = verdict::judge(photos, alike);
        self.oracle.keepers = Some(Judged { existing, apart, keepers: keepers.clone() });
        keepers
    }

    /// The photos that some disk says are distinct.
    fn told_apart(&self) -> BTreeSet<(PhotoId, PhotoId)> {
        let files = self.hosts.iter().flat_map(|host| host.disk.files.iter());
        let apart = files.flat_map(|(photo, file)| {
            let others = file.facts.distinct.iter();
            others.map(|other| (*photo, *other))
        });
        apart.collect()
    }

    /// The keeper of each photo of which some disk has a record.
    pub(crate) fn judged(&mut self) -> BTreeMap<PhotoId, PhotoId> {
        let disks = self.hosts.iter().map(|host| &host.disk);
        let existing = disks.flat_map(|disk| disk.files.keys().copied()).collect();
        self.judge(existing)
    }

    /// The keepers among all photos of which some disk has a record.
    pub(crate) fn keepers(&mut self) -> BTreeSet<PhotoId> {
        verdict::keepers(&self.judged())
    }

    /// How a host's disk has a photo.
    pub(crate) fn holding_of(&self, host: usize, photo: PhotoId) -> Option<Holding> {
        self.hosts[host].disk.files.get(&photo).map(|file| file.place)
    }

    /// Notes that a fault destroyed copies; those that nobody had promised to keep may be gone.
    pub(crate) fn destroyed(&mut self, host: usize, photos: &[PhotoId]) {
        for photo in photos {
            self.destroyed_in_trash(*photo);
            self.oracle.destroyed.insert((host, *photo), self.now);
        }
        if !photos.is_empty() {
            self.oracle.damaged.insert(host);
        }
    }
}
