//! How large disks are, and whether they are equally full.

use std::collections::BTreeSet;

use photomesh::balance::{self, Disk, Move, Placed};
use photomesh::node::DiskEvent;
use photomesh::photo::PhotoId;
use photomesh::protocol::{Holding, NodeId};

use crate::world::World;

impl World {
    /// What a host's folder tells of its disk.
    pub(crate) fn room(&self, host: usize) -> DiskEvent {
        let disk = &self.hosts[host].disk;
        let free = if disk.trouble.full {
            0
        } else {
            let capacity = self.hosts[host].capacity;
            capacity.saturating_sub(disk.used(&self.library))
        };
        DiskEvent::Room { free, spare: free }
    }

    /// Whether a copy may move to another disk: a replica, or its owner's own that they let move and have not taken back.
    pub(crate) fn lets_move(&self, host: usize, photo: PhotoId) -> bool {
        let host = &self.hosts[host];
        let file = host.disk.files.get(&photo);
        file.is_some_and(|file| {
            file.place == Holding::Replica
                || file.place == Holding::Original && host.pools && !file.facts.kept
        })
    }

    /// By what the nodes have told of their disks, nothing is left to move: the plan is empty.
    pub(crate) fn is_balanced(&self, keepers: &BTreeSet<PhotoId>) -> Result<(), String> {
        let bytes = |photo: &PhotoId| self.library.photo(*photo).bytes;
        let place = |photo: &PhotoId| {
            let holders = self.holders(*photo);
            let moves = |host: &&usize| self.lets_move(**host, *photo);
            let movable = holders.iter().filter(moves).map(|host| host_id(*host)).collect();
            let holders = holders.iter().map(|host| host_id(*host)).collect();
            Placed { photo: *photo, bytes: bytes(photo), holders, movable }
        };
        let placed: Vec<Placed> = keepers.iter().map(place).collect();
        let disk = |host: usize| {
            let stored = || keepers.iter().filter(|photo| self.hosts[host].disk.stores(**photo));
            let own = |photo: &&PhotoId| !self.lets_move(host, **photo);
            let told = self.hosts[host].told.ok_or("it has told nothing of its disk")?;
            Ok(Disk {
                node: host_id(host),
                capacity: told.capacity,
                room: told.room,
                load: stored().map(bytes).sum(),
                fixed: stored().filter(own).map(bytes).sum(),
            })
        };
        let disks = (0..self.hosts.len()).map(disk).collect::<Result<Vec<Disk>, String>>()?;
        let all = keepers.iter().map(bytes).sum();
        let moves = balance::plan(&disks, &placed, all, |placed, from, to| {
            self.could_move(placed.photo, from.0 as usize, to.0 as usize)
        });
        match moves.first() {
            None => Ok(()),
            Some(Move { photo, from, to, .. }) => Err(format!(
                "not balanced: {} could move from {} to {}",
                self.library.name(*photo),
                self.hosts[from.0 as usize].name,
                self.hosts[to.0 as usize].name
            )),
        }
    }

    /// Whether a replica would be of use elsewhere: there it is on no fewer persons' nodes, and where it was it could
    /// go. A photo that is on more nodes than wanted, since its owner has it several times, stays where it is: if it
    /// moved, another of its copies might go than the one that was to.
    fn could_move(&self, photo: PhotoId, from: usize, to: usize) -> bool {
        let holders = self.holders(photo);
        if holders.len() > self.agreed() {
            return false;
        }
        let stay = holders.iter().copied().filter(|host| *host != from);
        let moved: Vec<usize> = stay.chain([to]).collect();
        self.persons(moved.iter().copied()) >= self.persons(holders) && self.can_prove(from, &moved)
    }

    /// No node takes more photos of others than its owner lets lie on its disk.
    pub(crate) fn watch_capacity(&mut self, host: usize) {
        let disk = &self.hosts[host].disk;
        let files = disk.files.iter().filter(|(_, file)| !file.place.is_own());
        let bytes: u64 = files.map(|(photo, _)| self.library.photo(*photo).bytes).sum();
        if let Some(allowed) = self.hosts[host].allowed.filter(|allowed| bytes > *allowed) {
            let name = self.hosts[host].name.clone();
            self.broken_promise(format!(
                "{name} keeps {bytes} bytes of others' photos, and may keep {allowed}"
            ));
        }
    }

    /// Whether a host's node has let in that of another one.
    fn is_linked(&self, host: usize, other: usize) -> bool {
        let Some(daemon) = self.hosts[host].daemon.as_ref() else {
            return false;
        };
        let open = self.open_links(daemon.life);
        let mut let_in = open.into_iter().filter(|link| daemon.node.has_let_in(*link));
        let_in.any(|link| self.far_host(daemon.life, link) == Some(other))
    }

    /// Who says that all is handed over has nothing that is not on enough of those that stay, by their own word: of a bit
    /// that has flipped on somebody's disk nobody knows until that is read again.
    pub(crate) fn watch_drained(&mut self, host: usize) {
        // What has just come into its folder it does not know yet; and what is removed by all that it knows needs no copies.
        let (disk, life) = (&self.hosts[host].disk, self.hosts[host].life());
        let known = |photo: &PhotoId| {
            let removed = life.is_some_and(|life| self.may_delete_removed(life, *photo));
            disk.stores(*photo) && !disk.unnoticed.contains(photo) && !removed
        };
        let mine: Vec<PhotoId> = self.library.all().map(|photo| photo.id).filter(known).collect();
        let keepers = self.keepers();
        let others = || (0..self.hosts.len()).filter(|other| *other != host);
        let staying = others().filter(|other| self.is_linked(host, *other));
        let staying = staying.filter(|other| !self.hosts[*other].disk.draining).count();
        let wanted = self.hosts.iter().map(|host| host.copies as usize).min().unwrap_or(1);
        let enough = wanted.min(staying).max(1);
        let seems_to_have = |other: usize, photo: &PhotoId| {
            let file = self.hosts[other].disk.files.get(photo);
            file.is_some_and(|file| file.place.is_stored() && file.rotten)
        };
        let has = |other: usize, photo| self.counts(other, photo) || seems_to_have(other, &photo);
        let short = mine
            .into_iter()
            .filter(|photo| keepers.contains(photo))
            .find(|photo| others().filter(|other| has(*other, *photo)).count() < enough);
        self.stats.drained += 1;
        if let Some(photo) = short {
            let (name, photo) = (self.hosts[host].name.clone(), self.library.name(photo));
            self.broken_promise(format!(
                "{name} leaves for good, and fewer than {enough} others have {photo}"
            ));
        }
    }
}

/// A host in a plan: the numbers of hosts are shorter than the ids of their nodes.
fn host_id(host: usize) -> NodeId {
    NodeId(host as u64)
}
