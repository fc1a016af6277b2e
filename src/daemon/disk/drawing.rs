//! The threads that find small pictures of photos, in the cache or by drawing them, at the lowest priority: people who
//! look through photos should not keep the mesh from its work.
//!
//! At a start one of them looks through the cache.

use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::super::limits::CORES_A_DRAWER;
use super::super::threads;
use super::jobs::Disk;
use crate::folder::{Previews, Since};
use crate::node::{DiskError, DiskEvent};
use crate::photo::{self, PhotoId, PreviewSize};
use crate::platform::yield_to_all;
use crate::protocol::Blob;

/// Something about a small picture. The node has few open at a time, which bounds the queue.
pub(super) enum Sketching {
    /// Find it, in the cache or, of a photo of this folder, by drawing it.
    Find { photo: PhotoId, size: PreviewSize, held: bool, since: Since },
    /// Keep one that has come from another node.
    Keep { photo: PhotoId, size: PreviewSize, image: Blob, since: Since },
}

/// The way to the threads, which end when it is gone.
pub(super) type Drawers = Sender<Sketching>;

/// Starts the threads.
pub(super) fn start(
    disk: &Disk,
    reports: &Sender<DiskEvent>,
    previews: &Previews,
) -> io::Result<Drawers> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (drawers, wanted) = unbounded();
    // Never one alone: what is in the cache need not wait for a large photo to be decoded.
    for number in 0..cores.div_ceil(CORES_A_DRAWER).max(2) {
        let (disk, reports, previews) = (disk.clone(), reports.clone(), previews.clone());
        let drawer = Drawer { wanted: wanted.clone(), disk, reports, previews };
        threads::spawn(&format!("draw-{number}"), move || {
            yield_to_all();
            if number == 0 {
                drawer.previews.sweep();
            }
            drawer.run();
        })?;
    }
    Ok(drawers)
}

struct Drawer {
    wanted: Receiver<Sketching>,
    disk: Disk,
    reports: Sender<DiskEvent>,
    previews: Previews,
}

impl Drawer {
    fn run(self) {
        for wanted in &self.wanted {
            match wanted {
                Sketching::Find { photo, size, held, since } => {
                    let result = self.find(photo, size, held, since).map(Blob::from);
                    // Without a state thread the daemon stops, and nobody needs to know.
                    let _ = self.reports.send(DiskEvent::PreviewFound { photo, size, result });
                }
                Sketching::Keep { photo, size, image, since } => {
                    self.previews.put_theirs(photo, size, &image, since);
                }
            }
        }
    }

    fn find(
        &self,
        photo: PhotoId,
        size: PreviewSize,
        held: bool,
        since: Since,
    ) -> Result<Vec<u8>, DiskError> {
        if !held {
            return self.previews.get_any(photo, size).ok_or(DiskError::Gone);
        }
        if let Some(bytes) = self.previews.get(photo, size) {
            return Ok(bytes);
        }
        let (mut file, _) = self.disk.open(photo).recv().unwrap_or(Err(DiskError::Gone))?;
        let (found, picture) = photo::preview(&mut file, size)?;
        if found != photo {
            self.disk.suspect(photo);
            return Err(DiskError::Damaged);
        }
        let picture = picture.ok_or(DiskError::NotAPicture)?;
        self.previews.put(photo, size, &picture, since);
        Ok(picture)
    }
}
