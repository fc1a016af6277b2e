//! Photos that came from other nodes: their digest is known at once, and what they show when the folder has had the time
//! to read them.

use std::time::Duration;

use photomesh::node::DiskEvent;
use photomesh::photo::{Photo, PhotoId};

use crate::agenda::{Life, What};
use crate::world::World;

impl World {
    /// What the folder says about a photo.
    pub(crate) fn found(&self, host: usize, photo: PhotoId) -> Option<DiskEvent> {
        let disk = &self.hosts[host].disk;
        let file = disk.files.get(&photo)?;
        let read = self.library.photo(photo);
        let photo = match disk.unread.contains(&photo) {
            true => glance(read).into(),
            false => read.clone(),
        };
        let (facts, holding, files) = (file.facts.clone(), file.place, file.files);
        Some(DiskEvent::Held { photo, facts, holding, files })
    }

    /// A scan comes to a photo: if the folder has never known it, it says so first.
    pub(crate) fn tell_if_added(&mut self, life: Life, photo: PhotoId) {
        let disk = &mut self.hosts[life.host].disk;
        if disk.files.contains_key(&photo) && disk.known.insert(photo) {
            self.step(life, DiskEvent::Added { photo });
        }
    }

    /// A photo is in the folder of which only this much is known: if it has not been read, it will be.
    pub(crate) fn installed(&mut self, life: Life, photo: &Photo) {
        self.hosts[life.host].disk.known.insert(photo.id);
        if photo.account == 0 {
            self.hosts[life.host].disk.unread.insert(photo.id);
            self.read_later(life, Duration::ZERO, photo.id);
        } else {
            self.hosts[life.host].disk.unread.remove(&photo.id);
        }
    }

    /// A new life reads what an earlier one has not come to, after its first scan.
    pub(crate) fn read_all_later(&mut self, life: Life, after: Duration) {
        for photo in self.hosts[life.host].disk.unread.clone() {
            self.read_later(life, after, photo);
        }
    }

    fn read_later(&mut self, life: Life, after: Duration, photo: PhotoId) {
        let wait = match (self.settings.jitter, self.rng.percent(90)) {
            (false, _) => Duration::from_secs(1),
            (true, true) => self.rng.span(Duration::from_millis(20), Duration::from_secs(5)),
            // Whatever else the computer has to do goes first.
            (true, false) => self.rng.span(Duration::from_secs(5), Duration::from_secs(180)),
        };
        self.agenda.add(self.now + after + wait, What::Reread(life, photo));
    }

    /// The folder has read a photo.
    pub(crate) fn reread(&mut self, life: Life, photo: PhotoId) {
        if !self.hosts[life.host].disk.unread.remove(&photo) {
            return;
        }
        if let Some(held) = self.found(life.host, photo) {
            self.step(life, held);
        }
    }
}

/// What is known of a photo before anybody has looked at its picture.
pub(crate) fn glance(photo: &Photo) -> Photo {
    Photo { account: 0, format: photo.format, ..Photo::opaque(photo.id, photo.bytes) }
}
