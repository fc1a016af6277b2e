//! What harms a disk, and what people do with the files on it.

use std::time::Duration;

use photomesh::photo::PhotoId;
use photomesh::protocol::Holding;

use crate::agenda::What;
use crate::disk::Disk;
use crate::files::File;
use crate::world::World;

impl World {
    /// Whether a disk may be damaged now: since everything was last repaired, those in fewer houses than the copies with
    /// which every host is content.
    pub(crate) fn may_damage(&self, host: usize) -> bool {
        let content = self.hosts.iter().map(|host| host.copies as usize).min();
        let mut damaged = self.oracle.damaged.clone();
        damaged.insert(host);
        self.houses(damaged) < content.unwrap_or(0).min(self.houses(0..self.hosts.len()))
    }

    /// A disk is replaced by an empty one, over which a new node is started.
    pub(crate) fn lose_disk(&mut self, host: usize, down: Duration) -> bool {
        let may = self.may_damage(host);
        if may {
            self.replace_disk(host, down);
        }
        may
    }

    /// All disks of a person are lost at once, and replaced by empty ones.
    pub(crate) fn burn_house(&mut self, host: usize, down: Duration) -> bool {
        let may = self.may_damage(host);
        let mut burnt: Vec<usize> = (0..self.hosts.len()).collect();
        burnt.retain(|other| may && self.house(*other) == self.house(host));
        for host in burnt {
            self.replace_disk(host, down);
        }
        may
    }

    pub(crate) fn replace_disk(&mut self, host: usize, down: Duration) {
        self.end_life(host, false);
        let photos: Vec<PhotoId> = self.hosts[host].disk.files.keys().copied().collect();
        self.destroyed(host, &photos);
        self.hosts[host].lives += 1;
        let mut new = Disk::new(self.new_key(host, self.hosts[host].lives));
        new.member.clone_from(&self.hosts[host].disk.member);
        let name = self.hosts[host].name.clone();
        self.trace.name_node(new.identity, &name);
        let trouble = self.hosts[host].disk.trouble;
        let lost = self.hosts[host].disk.owner();
        self.hosts[host].disk = new;
        self.wants_nothing(host);
        self.forget_owner(lost);
        self.hosts[host].disk.trouble = trouble;
        self.hosts[host].backup = None;
        self.hosts[host].unplugged = None;
        self.hosts[host].estranged = true;
        self.agenda.add(self.now + down, What::Start(host));
    }

    /// A folder is replaced by the copy that was made of it.
    pub(crate) fn old_folder(&mut self, host: usize, down: Duration) -> bool {
        let Some(backup) = self.hosts[host].backup.clone() else {
            return false;
        };
        if !self.may_damage(host) {
            return false;
        }
        self.end_life(host, false);
        let now_there = |photo: &PhotoId| backup.stores(*photo);
        let vanishing: Vec<PhotoId> =
            self.hosts[host].disk.files.keys().filter(|photo| !now_there(photo)).copied().collect();
        self.destroyed(host, &vanishing);
        let trouble = self.hosts[host].disk.trouble;
        self.hosts[host].disk = backup;
        self.wants_nothing(host);
        self.hosts[host].estranged = true;
        self.hosts[host].disk.trouble = trouble;
        self.agenda.add(self.now + down, What::Start(host));
        true
    }

    /// A folder is gone, until somebody looks after it.
    pub(crate) fn lose_folder(&mut self, host: usize, accept: bool) -> bool {
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
        let fits = |file: &crate::files::File| file.place.is_stored() == stored && !file.rotten;
        let files = disk.files.iter().filter(|(_, file)| fits(file));
        let photos: Vec<PhotoId> = files.map(|(photo, _)| *photo).collect();
        let at = pick as usize % photos.len().max(1);
        photos.get(at).copied()
    }

    /// A bit of a file flips.
    pub(crate) fn flip_bit(&mut self, host: usize, pick: u64) -> bool {
        let Some(photo) = self.some_file(host, pick, true) else {
            return false;
        };
        self.flip_bit_in_kept(host);
        if !self.may_damage(host) {
            return false;
        }
        if let Some(file) = self.hosts[host].disk.files.get_mut(&photo) {
            file.rotten = true;
        }
        self.destroyed(host, &[photo]);
        true
    }

    /// A person deletes a file.
    pub(crate) fn delete_file(&mut self, host: usize, pick: u64) -> bool {
        let Some(photo) = self.some_file(host, pick, true) else {
            return false;
        };
        if !self.may_damage(host) {
            return false;
        }
        self.hosts[host].disk.lose(photo);
        self.destroyed(host, &[photo]);
        true
    }

    /// Another version of the picture takes a file's place, or, half of the time, whatever else there is.
    pub(crate) fn edit_some_file(&mut self, host: usize, pick: u64) -> bool {
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
        let is_worse = self.library.photo(new).rank() < self.library.photo(old).rank();
        self.hosts[host].disk.edit_file(old, new, is_worse);
        self.oracle.edits.insert((new, old));
        self.destroyed(host, &[old]);
    }

    /// A person copies a photo in.
    pub(crate) fn add_some_file(&mut self, host: usize, pick: u64) -> bool {
        let all: Vec<PhotoId> = self.library.all().map(|photo| photo.id).collect();
        let Some(photo) = all.get(pick as usize % all.len().max(1)) else {
            return false;
        };
        let photo = *photo;
        let name = format!("{}.jpg", self.library.name(photo));
        self.wants_again(host, photo);
        self.hosts[host].disk.add_file(photo, &name);
        true
    }
}
