//! Photos that a node keeps for clients: never more than its owner allows, never a copy, and gone when nobody has them
//! any more or the folder has them itself.

use std::time::Duration;

use photomesh::node::{DiskEvent, Spool};
use photomesh::photo::PhotoId;
use photomesh::protocol::{Facts, Holding};

use crate::agenda::Life;
use crate::flaws::Flaw;
use crate::world::World;

impl World {
    /// A daemon keeps a spool file for the next client who asks.
    pub(crate) fn keep_spool(&mut self, life: Life, spool: Spool) {
        let disk = &mut self.hosts[life.host].disk;
        let Some(photo) = disk.spools.get(&spool).map(|bytes| PhotoId::of(bytes)) else {
            return;
        };
        disk.kept.insert(spool);
        self.stats.kept += 1;
        if self.has(Flaw::KeptCounts) {
            let photo = self.library.photo(photo).clone();
            let (facts, holding) = (Facts::default(), Holding::Replica);
            let held = DiskEvent::Held { photo, facts, holding, files: 1 };
            self.tell(life, Duration::ZERO, held);
        }
        let host = &self.hosts[life.host];
        let kept = host.disk.kept.iter().filter_map(|spool| host.disk.spools.get(spool));
        let bytes = kept.map(|bytes| bytes.len() as u64).sum::<u64>();
        if bytes > host.cache {
            let (name, limit) = (host.name.clone(), host.cache);
            self.broken_promise(format!("{name} keeps {bytes} bytes for clients, not {limit}"));
        }
    }

    /// A bit flips in what a daemon keeps for clients. Nobody is to see it.
    pub(crate) fn flip_bit_in_kept(&mut self, host: usize) {
        let disk = &mut self.hosts[host].disk;
        if let Some(spool) = disk.kept.first()
            && let Some(byte) = disk.spools.get_mut(spool).and_then(|bytes| bytes.last_mut())
        {
            *byte ^= 1;
        }
    }

    /// Whether all that is kept for clients is in the collection, and on other disks.
    pub(crate) fn kept_is_right(&self) -> Result<(), String> {
        for host in &self.hosts {
            for bytes in host.disk.kept.iter().filter_map(|spool| host.disk.spools.get(spool)) {
                let photo = PhotoId::of(bytes);
                let is_known = self.library.all().any(|known| known.id == photo);
                if is_known && (self.is_removed(photo) || host.disk.files.contains_key(&photo)) {
                    let photo = self.library.name(photo);
                    return Err(format!("{} still keeps {photo} for clients", host.name));
                }
            }
        }
        Ok(())
    }
}
