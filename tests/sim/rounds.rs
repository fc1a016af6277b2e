//! What comes round again and again in a daemon: ticks, walks over the folder, the reading of old photos.

use std::time::Duration;

use photomesh::node::{DiskEvent, Event, LinkEvent, limits};

use crate::agenda::{Life, What};
use crate::world::World;

/// How often a folder is walked again, and told its free room.
pub(crate) const SCAN: Duration = Duration::from_secs(3);
/// How often a photo is read and compared with its digest.
pub(crate) const SCRUB: Duration = Duration::from_secs(2);
/// How often time passes in a slow life for a node that has nothing to do but to say that it is there: as rarely as on a
/// loaded machine, for it is most of what such a life consists of.
const IDLE_TICK: Duration = Duration::from_secs(1);

impl World {
    /// Time passes for a daemon.
    pub(crate) fn tick(&mut self, life: Life) {
        for link in self.trickling(life.host) {
            self.step(life, LinkEvent::Heard { link });
        }
        self.step(life, Event::Tick);
        let idle = self.hosts[life.host].daemon.as_ref();
        let idle = idle.is_some_and(|daemon| daemon.acted + limits::SETTLE * 2 < self.now);
        let tick = match self.settings.pace {
            1 => limits::TICK,
            _ if idle => IDLE_TICK,
            _ => limits::TICK,
        };
        // A tick lasts as long as the host's own clock says.
        let micros = tick.as_micros() as u64 * 1_000_000 / self.hosts[life.host].rate;
        self.agenda.add(self.now + Duration::from_micros(micros), What::Tick(life));
    }

    /// A walk over the folder: what people changed, the free room, and what has been in the trash for long enough.
    pub(crate) fn scan(&mut self, life: Life) {
        let host = life.host;
        if self.hosts[host].unplugged.is_some() {
            let reason = "the marker of the folder is gone".to_owned();
            self.step(life, DiskEvent::FolderLost { reason });
            return;
        }
        let trash = self.settings.trash;
        let disk = &mut self.hosts[host].disk;
        disk.running += SCAN * self.settings.pace;
        disk.sync_facts();
        let changed = disk.unnoticed.clone();
        let expired = disk.expired(trash);
        for photo in changed {
            self.look(life, photo);
        }
        let skipped = self.hosts[host].disk.unnoticed.len() as u64;
        self.tell(life, Duration::ZERO, DiskEvent::Scanned { skipped });
        self.tell(life, Duration::ZERO, self.room(host));
        for photo in expired {
            if !self.delete_by_time(life, photo) {
                self.tell(life, Duration::ZERO, DiskEvent::Expired { photo });
            }
        }
        let pace = self.settings.pace;
        self.agenda.add(self.now + SCAN * pace, What::Scan(life));
    }

    /// Reads one photo of the folder, each in its turn, and sets it aside if it is damaged.
    pub(crate) fn scrub(&mut self, life: Life) {
        let rotten = self.hosts[life.host]
            .disk
            .files
            .iter()
            .find_map(|(photo, file)| file.rotten.then_some(*photo));
        // Only a damaged photo makes a difference; how long it takes until its turn comes is chance.
        if let Some(photo) = rotten
            && self.rng.percent(10)
        {
            self.set_aside(life, photo);
        }
        let pace = self.settings.pace;
        self.agenda.add(self.now + SCRUB * pace, What::Scrub(life));
    }
}
