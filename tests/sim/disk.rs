//! A simulated photo folder: what is on it, what a crash takes away, and how it can go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use photomesh::node::{DiskError, Source, Spool};
use photomesh::photo::{PhotoId, PreviewSize, Relation};
use photomesh::protocol::group::Roster;
use photomesh::protocol::{
    Address, Departure, Facts, Holding, MemberFile, MemberName, NodeId, Tombstone,
};

use crate::files::{File, Files};
use crate::library::Library;

/// How long a rename that was not synced may be undone by a crash.
const UNSYNCED: Duration = Duration::from_secs(1);

/// What is wrong with a disk at the moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trouble {
    /// Every second operation fails.
    pub(crate) failing: bool,
    /// No room for another byte.
    pub(crate) full: bool,
    /// Operations take a hundred times as long.
    pub(crate) slow: bool,
}

/// A folder with its `.photomesh`.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    /// The key that the folder's owner signs with.
    pub(crate) key: SigningKey,
    /// The node that the folder is.
    pub(crate) identity: NodeId,
    /// The member whose folder it is; without a group it is its node's own.
    pub(crate) member: Option<MemberFile>,
    /// What the group has said about its members.
    pub(crate) roster: Roster,
    /// What owners have said about photos that they have removed.
    pub(crate) tombstones: BTreeMap<(PhotoId, MemberName), Tombstone>,
    /// Whether it has never been a node before.
    pub(crate) fresh: bool,
    /// Whether all that is here is to be handed over.
    pub(crate) draining: bool,
    pub(crate) files: Files,
    pub(crate) spools: BTreeMap<Spool, Vec<u8>>,
    /// Those of them that are kept for the next who asks.
    pub(crate) kept: BTreeSet<Spool>,
    /// The remembered nodes.
    pub(crate) nodes: BTreeMap<NodeId, Address>,
    /// Photos that people changed behind the node's back since the last scan.
    pub(crate) unnoticed: BTreeSet<PhotoId>,
    /// Those of them that were originals until then.
    pub(crate) own_until_seen: BTreeSet<PhotoId>,
    /// How long its node has run in all its lives.
    pub(crate) running: Duration,
    pub(crate) trouble: Trouble,
    /// Photos that the folder has known in this life or an earlier one.
    pub(crate) known: BTreeSet<PhotoId>,
    /// Photos of which only the digest is known, and that are still to be read.
    pub(crate) unread: BTreeSet<PhotoId>,
    /// Small pictures that other nodes have sent.
    pub(crate) previews: BTreeSet<(PhotoId, PreviewSize)>,
    unsynced: Vec<(Duration, PhotoId, File)>,
}

/// The id of the node whose folder has this key.
pub(crate) fn identity_of(key: &SigningKey) -> NodeId {
    NodeId::of_key(&key.verifying_key().to_montgomery().to_bytes())
}

impl Disk {
    /// An empty folder.
    pub(crate) fn new(key: SigningKey) -> Disk {
        Disk {
            identity: identity_of(&key),
            member: None,
            roster: Roster::default(),
            key,
            tombstones: BTreeMap::new(),
            fresh: true,
            draining: false,
            files: Files::default(),
            spools: BTreeMap::new(),
            kept: BTreeSet::new(),
            nodes: BTreeMap::new(),
            unnoticed: BTreeSet::new(),
            own_until_seen: BTreeSet::new(),
            running: Duration::ZERO,
            trouble: Trouble::default(),
            known: BTreeSet::new(),
            unread: BTreeSet::new(),
            previews: BTreeSet::new(),
            unsynced: Vec::new(),
        }
    }

    /// Whether it has a photo as a copy that counts, with every bit right.
    pub(crate) fn stores(&self, photo: PhotoId) -> bool {
        self.files.get(&photo).is_some_and(|file| file.place.is_stored() && !file.rotten)
    }

    /// Whether a photo's bytes are there at all, be it in the trash.
    pub(crate) fn has_bytes(&self, photo: PhotoId) -> bool {
        self.files.get(&photo).is_some_and(File::has_bytes)
    }

    /// Adds a file to the friend's own folder, as a person does.
    pub(crate) fn add_file(&mut self, photo: PhotoId, name: &str) {
        let facts = Facts::named(name);
        self.put(photo, Holding::Original, &facts);
        if let Some(file) = self.files.get_mut(&photo) {
            file.facts_synced.merge(&facts);
        }
        self.unnoticed.insert(photo);
    }

    /// A person's editor writes other bytes into a file.
    pub(crate) fn edit_file(&mut self, old: PhotoId, new: PhotoId, is_worse: bool) {
        let Some(before) = self.files.get(&old) else {
            return;
        };
        let name = before.facts.names.first().cloned().unwrap_or_default();
        let mut distinct = before.facts.distinct.clone();
        distinct.remove(&new);
        distinct.extend(is_worse.then_some(old));
        self.lose(old);
        self.add_file(new, &name);
        if let Some(file) = self.files.get_mut(&new) {
            // After a crash, the index and the file show it again.
            file.facts.distinct.extend(distinct.iter().copied());
            file.facts_synced.distinct.extend(distinct);
        }
    }

    /// What was the best copy is gone, and its duplicates are: what the trash has besides is what is left.
    pub(crate) fn lose(&mut self, photo: PhotoId) {
        self.unnoticed.insert(photo);
        let Some(file) = self.files.get_mut(&photo) else {
            return;
        };
        if file.place == Holding::Original {
            self.own_until_seen.insert(photo);
        }
        if !file.unearth() {
            self.files.remove(&photo);
        }
    }

    /// Makes a photo one of the folder's, unless it is already, in a file that counts as much.
    pub(crate) fn install(&mut self, photo: PhotoId, facts: &Facts, holding: Holding) {
        let as_good = |file: &&mut File| !file.rotten && file.place >= holding;
        match self.files.get_mut(&photo).filter(as_good) {
            Some(file) => drop(file.facts.merge(facts)),
            None => self.put(photo, holding, facts),
        }
    }

    /// Adds a good copy. One that is damaged is found out by that.
    fn put(&mut self, photo: PhotoId, holding: Holding, facts: &Facts) {
        if self.files.get(&photo).is_some_and(|file| file.rotten) {
            self.lose(photo);
        }
        let file = self.files.entry(photo);
        let file = file.and_modify(|file| file.add(holding));
        let file = file.or_insert_with(|| File::new(holding, facts));
        file.facts.merge(facts);
    }

    /// Lets a photo go, to the trash or out of it.
    pub(crate) fn put_away(
        &mut self,
        photo: PhotoId,
        departure: Departure,
        now: Duration,
    ) -> Result<(), DiskError> {
        match departure {
            Departure::Removed { by } if !self.may_remove(photo, by) => {
                Err(DiskError::Other("its own by now".to_owned()))
            }
            Departure::Surplus | Departure::Removed { .. } => self.retire(photo, now, None),
            Departure::Replaced { by, relation } => self.retire(photo, now, Some((by, relation))),
            Departure::Expired => self.purge(photo),
        }
    }

    /// Moves a photo to the trash. The rename is not synced: a crash soon after may undo it.
    fn retire(
        &mut self,
        photo: PhotoId,
        now: Duration,
        better: Option<(PhotoId, Relation)>,
    ) -> Result<(), DiskError> {
        let running = self.running;
        let file = self.files.get_mut(&photo).ok_or(DiskError::Gone)?;
        let expected = file.place.retired();
        if !file.place.is_stored() {
            // There is nothing to move; that it is in the trash is told again.
            self.unnoticed.insert(photo);
            return Err(DiskError::Gone);
        }
        self.unsynced.push((now, photo, file.clone()));
        self.unsynced.retain(|(at, _, _)| *at + UNSYNCED >= now);
        file.put_away(running, better);
        if file.place != expected {
            self.unnoticed.insert(photo);
        }
        Ok(())
    }

    /// Whose folder it is.
    pub(crate) fn owner(&self) -> MemberName {
        let member = self.member.as_ref().map(|member| member.certificate.name());
        member.unwrap_or_else(|| MemberName::of_node(self.identity))
    }

    /// Whether an owner may have a photo put away here as removed: a friend's own only he himself.
    pub(crate) fn may_remove(&self, photo: PhotoId, by: MemberName) -> bool {
        let file = self.files.get(&photo);
        by == self.owner() || file.is_none_or(|file| file.place != Holding::Original)
    }

    /// Leaves one of several files of the friend's own with the same bytes.
    pub(crate) fn dedupe(&mut self, photo: PhotoId) {
        if let Some(file) = self.files.get_mut(&photo) {
            file.dedupe();
        }
    }

    /// Moves a photo back from the trash.
    pub(crate) fn restore(
        &mut self,
        photo: PhotoId,
        holding: Option<Holding>,
    ) -> Result<Holding, DiskError> {
        let file = self.files.get_mut(&photo).ok_or(DiskError::Gone)?;
        if !file.place.is_stored() {
            let was = if file.place.is_own() { Holding::Original } else { Holding::Replica };
            file.place = holding.unwrap_or(was);
            file.note = None;
            file.files = u32::from(file.place == Holding::Original);
        }
        Ok(file.place)
    }

    /// Keeps what owners have said, safely.
    pub(crate) fn keep_tombstones(&mut self, tombstones: &[Tombstone]) {
        for tombstone in tombstones {
            let key = (tombstone.photo(), tombstone.owner());
            let known = self.tombstones.get(&key);
            if known.is_none_or(|known| tombstone.is_later_than(known)) {
                self.tombstones.insert(key, tombstone.clone());
            }
        }
    }

    /// Deletes a photo that is in the trash.
    fn purge(&mut self, photo: PhotoId) -> Result<(), DiskError> {
        match self.files.get(&photo) {
            Some(file) if !file.place.is_stored() => {
                self.files.remove(&photo);
                Ok(())
            }
            Some(_) => Err(DiskError::Other("it is not in the trash".to_owned())),
            None => Err(DiskError::Gone),
        }
    }

    /// The bytes of a window, with a flipped bit if there is one.
    pub(crate) fn read(
        &self,
        library: &Library,
        source: Source,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, DiskError> {
        match source {
            Source::Held(photo) => {
                let file = self.files.get(&photo).ok_or(DiskError::Gone)?;
                let mut bytes = library.window(photo, offset, length);
                let flipped = library.photo(photo).bytes / 2;
                if file.rotten && (offset..offset + bytes.len() as u64).contains(&flipped) {
                    bytes[(flipped - offset) as usize] ^= 1;
                }
                Ok(bytes)
            }
            Source::Spooled(spool) | Source::Kept(spool) => {
                let bytes = self.spools.get(&spool).ok_or(DiskError::Gone)?;
                let end = bytes.len().min(offset.saturating_add(length) as usize);
                let start = end.min(offset as usize);
                Ok(bytes[start..end].to_vec())
            }
        }
    }

    /// A spool file goes, and nothing is kept in it.
    pub(crate) fn remove_spool(&mut self, spool: Spool) {
        self.spools.remove(&spool);
        self.kept.remove(&spool);
    }

    /// Writes into a spool file, which the write at offset 0 makes.
    pub(crate) fn write(
        &mut self,
        spool: Spool,
        offset: u64,
        data: &[u8],
    ) -> Result<(), DiskError> {
        if offset == 0 {
            self.spools.insert(spool, Vec::new());
        }
        let bytes = self.spools.get_mut(&spool).ok_or(DiskError::Gone)?;
        let start = offset as usize;
        bytes.resize(bytes.len().max(start + data.len()), 0);
        bytes[start..start + data.len()].copy_from_slice(data);
        Ok(())
    }

    /// What a crash does: unfinished files are swept, facts that were not synced are gone, and each rename of the last
    /// moment may be undone (`undo` decides).
    pub(crate) fn crash(&mut self, now: Duration, mut undo: impl FnMut() -> bool) {
        self.spools.clear();
        self.kept.clear();
        for (at, photo, before) in std::mem::take(&mut self.unsynced) {
            let still_there = self.files.get(&photo).is_some_and(|file| !file.rotten);
            if at + UNSYNCED >= now && still_there && undo() {
                self.files.insert(photo, before);
            }
        }
        for file in self.files.values_mut() {
            file.facts = file.facts_synced.clone();
            file.looks = file.looks_synced.clone();
        }
    }

    /// Writes out what the index has of the facts.
    pub(crate) fn sync_facts(&mut self) {
        let stale =
            |file: &File| file.facts_synced != file.facts || file.looks_synced != file.looks;
        if self.files.values().any(stale) {
            for file in self.files.values_mut() {
                file.facts_synced = file.facts.clone();
                file.looks_synced = file.looks.clone();
            }
        }
    }

    /// The photos that have been in the trash for this long. Those still there are named again after a while.
    pub(crate) fn expired(&mut self, after: Duration) -> Vec<PhotoId> {
        let running = self.running;
        let over = |file: &File| {
            let late = file.trashed + after <= running;
            !file.place.is_stored() && late && file.is_perishable()
        };
        let files = self.files.iter().filter(|(_, file)| over(file));
        let expired: Vec<PhotoId> = files.map(|(photo, _)| *photo).collect();
        for file in self.files.values_mut() {
            if file.place.is_stored() && file.trashed + after <= running {
                file.empty_trash();
            }
        }
        for photo in &expired {
            if let Some(file) = self.files.get_mut(photo) {
                file.trashed += Duration::from_secs(60);
            }
        }
        expired
    }

    /// Photos that are only in the trash, not for a better version, and have been there for so long.
    pub(crate) fn surplus(&self, older_than: Duration) -> Vec<PhotoId> {
        let is_old =
            |file: &File| file.is_spare_replica() && file.trashed + older_than <= self.running;
        self.files.iter().filter(|(_, file)| is_old(file)).map(|(photo, _)| *photo).collect()
    }

    /// The photos that have been in the trash for so many days.
    pub(crate) fn in_trash_for(&self, days: u32) -> BTreeSet<PhotoId> {
        let after = Duration::from_secs(24 * 60 * 60) * days;
        let over = |file: &File| !file.place.is_stored() && file.trashed + after <= self.running;
        let files = self.files.iter().filter(|(_, file)| over(file));
        files.map(|(photo, _)| *photo).collect()
    }

    /// After how many days of running a photo has been in the trash for so long.
    pub(crate) fn days_left(&self, photo: PhotoId, trash: Duration) -> Option<Option<u32>> {
        let file = self.files.get(&photo)?;
        let left = (file.trashed + trash).saturating_sub(self.running);
        let days = left.as_secs().div_ceil(24 * 60 * 60);
        (!file.place.is_stored()).then_some(u32::try_from(days).ok())
    }

    /// Bytes on the disk.
    pub(crate) fn used(&self, library: &Library) -> u64 {
        self.files.keys().map(|photo| library.photo(*photo).bytes).sum()
    }
}
