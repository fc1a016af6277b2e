//! People who remove photos, and what must be true of it, by the disks alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use photomesh::node::LinkId;
use photomesh::photo::PhotoId;
use photomesh::protocol::{
    Answer, Holding, MemberFile, MemberName, Message, NodeId, Request, Tombstone, Wish,
};

use crate::agenda::Life;
use crate::flaws::Flaw;
use crate::world::World;

/// What is remembered of removals.
#[derive(Debug, Default)]
pub(crate) struct Removed {
    /// Whoever has told a node that a photo is his own: the node's life, the photo, and who.
    heard: BTreeSet<(Life, PhotoId, MemberName)>,
    /// Whoever has had a photo as his own, as far as anybody can know.
    owners: BTreeMap<PhotoId, BTreeSet<MemberName>>,
    /// When an owner's own removal last moved a photo on a host to the trash.
    pub(crate) by_owners: BTreeMap<(usize, PhotoId), Duration>,
    /// Removed photos that a disk is deleting: to take the removal back comes too late for those copies.
    deleting: BTreeSet<(Life, PhotoId)>,
    /// Removed photos of which a fault has destroyed a copy: nobody makes new ones of what is in the trash.
    unlucky: BTreeSet<PhotoId>,
    /// Photos that their owner has removed, and copied in again later: on which host. They are wanted.
    wanted: BTreeSet<(usize, PhotoId)>,
    /// For the flaw of that name: the first word that was heard of each owner on each photo.
    first_words: BTreeMap<(PhotoId, MemberName), Tombstone>,
}

impl World {
    /// A folder's owner says something about a photo, and it is safe on his disk.
    pub(crate) fn sign(
        &mut self,
        host: usize,
        photo: PhotoId,
        counter: u64,
        wish: Wish,
    ) -> Tombstone {
        let disk = &mut self.hosts[host].disk;
        let tombstone = match &disk.member {
            Some(MemberFile { certificate, key, .. }) => {
                Tombstone::sign_as_member((certificate, key), photo, counter, wish)
            }
            None => Tombstone::sign(&disk.key, photo, counter, wish),
        };
        disk.keep_tombstones(std::slice::from_ref(&tombstone));
        match wish {
            Wish::Removed => {
                self.stats.removals += 1;
                self.wants_no_more(host, photo);
            }
            Wish::Lifted => self.stats.lifts += 1,
        }
        tombstone
    }

    /// Whose a node is.
    fn owner_of(&self, node: NodeId) -> MemberName {
        let host = self.hosts.iter().find(|host| host.disk.identity == node);
        host.map_or_else(|| MemberName::of_node(node), |host| host.disk.owner())
    }

    /// An owner's latest word on a photo, on whatever disk.
    fn word(&self, photo: PhotoId, owner: MemberName) -> Option<Wish> {
        let disks = self.hosts.iter().map(|host| &host.disk.tombstones);
        let words = disks.filter_map(|words| words.get(&(photo, owner)));
        let latest = words.reduce(|a, b| if b.is_later_than(a) { b } else { a });
        latest.map(Tombstone::wish)
    }

    /// A person copies in a file: if a word that its node knows has removed that photo, it concerns this file no more.
    pub(crate) fn wants_again(&mut self, host: usize, photo: PhotoId) {
        let disk = &self.hosts[host].disk;
        let owner = disk.owner();
        let heard = disk.tombstones.get(&(photo, owner)).map(Tombstone::wish);
        let is_news = self.holding_of(host, photo) != Some(Holding::Original);
        if is_news && heard == Some(Wish::Removed) && self.is_removed_by(photo, owner) {
            self.oracle.removed.wanted.insert((host, photo));
        }
    }

    /// The owner of a host's files removes a photo, at that host.
    pub(crate) fn wants_no_more(&mut self, host: usize, photo: PhotoId) {
        let person = self.hosts[host].person;
        let wanted = &mut self.oracle.removed.wanted;
        wanted.retain(|(other, of)| *of != photo || self.hosts[*other].person != person);
    }

    /// What a host's folder has is another one.
    pub(crate) fn wants_nothing(&mut self, host: usize) {
        self.oracle.removed.wanted.retain(|(other, _)| *other != host);
    }

    /// Whether each owner's word has come to all of his computers: no original is left that he has removed.
    pub(crate) fn words_are_followed(&self) -> Result<(), String> {
        for host in &self.hosts {
            let owner = host.disk.owner();
            let stays = host.disk.files.iter().find(|(photo, file)| {
                file.place == Holding::Original && self.is_removed_by(**photo, owner)
            });
            if let Some((photo, _)) = stays {
                let photo = self.library.name(*photo);
                return Err(format!(
                    "{} still has its own {photo}, which {owner} has removed",
                    host.name
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn is_removed_by(&self, photo: PhotoId, owner: MemberName) -> bool {
        self.word(photo, owner) == Some(Wish::Removed)
    }

    /// The owners that have removed a photo.
    fn removers(&self, photo: PhotoId) -> BTreeSet<MemberName> {
        let words = self.hosts.iter().flat_map(|host| host.disk.tombstones.keys());
        let of_photo = words.filter(|(of, _)| *of == photo);
        let mut removers: BTreeSet<MemberName> = of_photo.map(|(_, owner)| *owner).collect();
        removers.retain(|owner| self.is_removed_by(photo, *owner));
        removers
    }

    /// Whether a photo is removed, by its plain definition: everyone has removed it who has had it as their own, as some
    /// disk says or anybody can know; and some disk says so of somebody, unless no disk has it any more.
    pub(crate) fn is_removed(&self, photo: PhotoId) -> bool {
        let mut copies = 0;
        let mut owners = BTreeSet::new();
        for host in &self.hosts {
            let Some(file) = host.disk.files.get(&photo) else {
                continue;
            };
            if file.place == Holding::Original {
                return false;
            }
            copies += 1;
            owners.extend(&file.facts.owners);
            owners.extend(file.place.is_own().then(|| host.disk.owner()));
        }
        let removers = self.removers(photo);
        let is_owned = copies == 0 || !owners.is_empty();
        let known = self.oracle.removed.owners.get(&photo);
        owners.extend(known.into_iter().flatten().filter(|_| copies > 0));
        !removers.is_empty() && owners.is_subset(&removers) && is_owned
    }

    /// Notes who tells whom that a photo is his own.
    pub(crate) fn hear_owners(&mut self, life: Life, link: LinkId, message: &Message) {
        let Message::ImageInfo { records, .. } = message else {
            return;
        };
        let Some(owner) = self.far_node(life, link).map(|node| self.owner_of(node)) else {
            return;
        };
        for record in records.iter().filter(|record| record.holding.is_own()) {
            let heard = (life, record.photo.id, owner);
            self.oracle.removed.heard.insert(heard);
        }
    }

    /// Whether a person has copied in a photo that was removed before, and no scan has seen the file yet.
    pub(crate) fn has_come_unnoticed(&self, host: usize, photo: PhotoId) -> bool {
        let is_wanted = self.oracle.removed.wanted.contains(&(host, photo));
        is_wanted && self.hosts[host].disk.unnoticed.contains(&photo)
    }

    /// A copy goes to the trash because its owner has removed the photo: he must have said so, or do it himself.
    pub(crate) fn judge_removal(&mut self, host: usize, photo: PhotoId, by: MemberName) {
        // What a traitor has said of their own photos holds, at their own computers.
        if self.has_lied(host) {
            return;
        }
        let disk = &self.hosts[host].disk;
        let original = disk.files.get(&photo).map(|file| file.place) == Some(Holding::Original);
        let own_act = by == disk.owner();
        // No promise to others keeps an owner from moving their own file to the trash.
        if own_act {
            self.oracle.removed.by_owners.insert((host, photo), self.now);
        } else {
            self.watch_promises(host, photo, None);
        }
        let wanted = self.oracle.removed.wanted.contains(&(host, photo));
        let (name, label) = (self.hosts[host].name.clone(), self.library.name(photo));
        if original && !own_act {
            self.broken_promise(format!("{name} gives up its own {label}, on another's word"));
        } else if original && wanted {
            self.broken_promise(format!(
                "{name} gives up {label}, which came after it was removed"
            ));
        } else if !own_act && self.word(photo, by).is_none() {
            self.broken_promise(format!("{name} puts {label} away, which {by} has not removed"));
        }
    }

    /// A node has decided to empty its trash of a photo.
    pub(crate) fn watch_purge(&mut self, life: Life, photo: PhotoId) {
        if self.may_delete_removed(life, photo) {
            self.oracle.removed.deleting.insert((life, photo));
        }
    }

    /// Whether a photo was rightly taken for removed when its deletion began, or is so now.
    pub(crate) fn was_removed(&mut self, life: Life, photo: PhotoId) -> bool {
        let began = self.oracle.removed.deleting.remove(&(life, photo));
        began || self.may_delete_removed(life, photo)
    }

    /// Whether a photo may be deleted because it is removed: somebody must have, as far as this host knows, and everyone
    /// who is on its record as an owner, or is here and has told this life that it is his own. On the other side of a
    /// partition it may be somebody's own by now.
    pub(crate) fn may_delete_removed(&self, life: Life, photo: PhotoId) -> bool {
        let disk = &self.hosts[life.host].disk;
        let known = &disk.tombstones;
        let removed = |owner: MemberName| {
            let word = known.get(&(photo, owner));
            word.is_some_and(|word| word.wish() == Wish::Removed)
        };
        let facts = disk.files.get(&photo).map(|file| &file.facts);
        let on_record: BTreeSet<_> = facts.iter().flat_map(|facts| &facts.owners).collect();
        if on_record.is_empty() || on_record.into_iter().any(|owner| !removed(*owner)) {
            return false;
        }
        // Who has been away for longer than his grace is forgotten, but for what is on record.
        let links = self.open_links(life);
        let nodes = links.iter().filter_map(|link| self.far_node(life, *link));
        let here: BTreeSet<MemberName> = nodes.map(|node| self.owner_of(node)).collect();
        let heard = self.oracle.removed.heard.iter();
        let heard = heard.filter(|(of, what, _)| (*of, *what) == (life, photo));
        let mut heard = heard.filter(|(_, _, owner)| here.contains(owner));
        let all_have = heard.all(|(_, _, owner)| removed(*owner));
        let mut words = known.keys().filter(|(of, _)| *of == photo);
        all_have && words.any(|(_, owner)| removed(*owner))
    }

    /// Notes that a fault has destroyed a copy.
    pub(crate) fn destroyed_in_trash(&mut self, photo: PhotoId) {
        if self.is_removed(photo) {
            self.oracle.removed.unlucky.insert(photo);
        }
    }

    /// Whether a photo may not exist any more, because it was removed and a disk broke.
    pub(crate) fn is_unlucky(&self, photo: PhotoId) -> bool {
        self.oracle.removed.unlucky.contains(&photo)
    }

    /// Notes whose photos are whose. When a photo exists no more, nobody knows any longer who had it.
    pub(crate) fn note_owners(&mut self, existing: &BTreeSet<PhotoId>) {
        let removed = &mut self.oracle.removed;
        removed.heard.retain(|(_, photo, _)| existing.contains(photo));
        for host in &self.hosts {
            for (photo, file) in host.disk.files.iter() {
                if file.place.is_own() {
                    let owners = removed.owners.entry(*photo).or_default();
                    owners.insert(host.disk.owner());
                }
            }
        }
    }

    /// A folder is lost for good. Of photos that it had as its own before anybody else heard of that, nobody can know
    /// that they were, unless they are its owner's own on another computer, too.
    pub(crate) fn forget_owner(&mut self, owner: MemberName) {
        let mut all = std::mem::take(&mut self.oracle.removed.owners);
        for (photo, owners) in &mut all {
            let heirs = self.successors(*photo);
            let says = |heir: &PhotoId| {
                self.hosts.iter().any(|host| {
                    let own = host.disk.owner() == owner;
                    let file = host.disk.files.get(heir);
                    file.is_some_and(|file| {
                        file.facts.owners.contains(&owner) || own && file.place.is_own()
                    })
                })
            };
            if owners.contains(&owner) && !heirs.iter().any(says) {
                owners.remove(&owner);
            }
        }
        self.oracle.removed.owners = all;
    }

    /// Whether everyone who had a photo has removed a better version of it, for which his own was purged before.
    pub(crate) fn is_removed_as(&self, photo: PhotoId, better: PhotoId) -> bool {
        let owners = self.oracle.removed.owners.get(&photo);
        owners.is_some_and(|owners| owners.is_subset(&self.removers(better)))
    }

    /// Whether a photo lives on in versions alone that are removed.
    fn is_removed_with_all(&self, photo: PhotoId) -> bool {
        let mut heirs = self.successors(photo);
        heirs.retain(|heir| self.exists(*heir));
        !heirs.is_empty() && heirs.iter().all(|heir| self.is_removed_as(photo, *heir))
    }

    /// Of photos that are removed nobody has promised anything: not even if it is taken back when most copies are
    /// deleted.
    pub(crate) fn forget_removed(&mut self) {
        let is_removed = |photo: PhotoId| {
            self.is_removed(photo) || !self.exists(photo) && self.is_removed_with_all(photo)
        };
        let safe = self.oracle.safe.iter().copied();
        self.oracle.safe = safe.filter(|photo| !is_removed(*photo)).collect();
        let mut alone = std::mem::take(&mut self.oracle.alone);
        alone.retain(|photo, _| !self.is_removed(*photo));
        self.oracle.alone = alone;
        // One that counts again, and has all its copies, may not be lost again.
        let mut unlucky = std::mem::take(&mut self.oracle.removed.unlucky);
        unlucky.retain(|photo| self.is_removed(*photo) || !self.is_safe_on(&self.holders(*photo)));
        self.oracle.removed.unlucky = unlucky;
    }

    /// Something that a person does with what is on a host's disk: removes a photo, or takes one out of the trash. Most
    /// are his own; the others must be refused.
    pub(crate) fn some_removal(&mut self, host: usize, pick: u64) -> Option<Request> {
        let disk = &self.hosts[host].disk;
        let restores = pick.is_multiple_of(3);
        // To restore a worse version of something is to say that it is another picture, which is another story.
        let is_best = |photo: &PhotoId| {
            let mut all = self.library.all();
            !all.any(|other| self.improves(other.id, *photo))
        };
        let fits = |photo: &PhotoId, place: Holding| match restores {
            true => {
                let removed = self.is_removed_by(*photo, disk.owner()) || self.is_removed(*photo);
                !place.is_stored() && removed && is_best(photo)
            }
            false => place.is_stored(),
        };
        let fitting = disk.files.iter();
        let fitting = fitting.filter(|(photo, file)| fits(photo, file.place));
        let own_first = fitting.clone().filter(|(_, file)| file.place.is_own());
        let any = pick.is_multiple_of(5);
        let photos: Vec<PhotoId> = match any {
            true => fitting.map(|(photo, _)| *photo).collect(),
            false => own_first.map(|(photo, _)| *photo).collect(),
        };
        let photo = *photos.get((pick / 15) as usize % photos.len().max(1))?;
        let image_name = photo.to_string();
        Some(match (restores, pick % 4) {
            (true, _) => Request::TrashRestore { image_name },
            (false, 0) => Request::PlanRemoval { image_name },
            (false, _) => Request::Remove { photos: vec![photo] },
        })
    }

    /// What a client was told about a removal must be true.
    pub(crate) fn judge_removed(&mut self, host: usize, request: &Request, answer: &Answer) {
        let Answer::Removed { photos } = answer else {
            return;
        };
        let asked = match request {
            Request::Remove { photos } => photos.clone(),
            _ => Vec::new(),
        };
        let owner = self.hosts[host].disk.owner();
        let said = |photo: &PhotoId| self.word(*photo, owner).is_some();
        if asked.is_empty() || *photos != asked || !photos.iter().all(said) {
            let name = self.hosts[host].name.clone();
            self.broken_promise(format!("{name} answers {request:?} by {answer:?}"));
        }
    }

    /// What a flaw makes of a message about removals.
    pub(crate) fn pervert_removals(
        &mut self,
        life: Life,
        link: LinkId,
        message: Message,
    ) -> Message {
        let Message::ImageInfo { mut records, gone, mut tombstones, complete } = message else {
            return message;
        };
        if self.has(Flaw::EarlierWordsWin) {
            let first_words = &mut self.oracle.removed.first_words;
            for word in &mut tombstones {
                let key = (word.photo(), word.owner());
                word.clone_from(first_words.entry(key).or_insert_with(|| word.clone()));
            }
        }
        let teller = self.far_node(life, link).map(|node| self.owner_of(node));
        let deaf = self.has(Flaw::RemovalBeatsOwners);
        for record in records.iter_mut().filter(|_| deaf) {
            let removers = self.removers(record.photo.id);
            if removers.iter().any(|remover| Some(*remover) != teller) && record.holding.is_own() {
                record.holding = match record.holding.is_stored() {
                    true => Holding::Replica,
                    false => Holding::Retired,
                };
            }
        }
        Message::ImageInfo { records, gone, tombstones, complete }
    }
}
