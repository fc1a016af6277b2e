//! The threads that find small pictures of photos, in the cache or by drawing them.
//!
//! One thread looks into the cache, which is never behind a photo that takes long to decode. Of the others, who draw,
//! each draws for this node's owner, and only one of them for other members and their nodes as well, when the owner does
//! not wait: so two giants that somebody else wants to see do not keep the owner from looking. They yield a little to the
//! rest of the computer, but not more: a person waits.
//!
//! Only the owner is shown what other nodes have drawn, and only for the owner a picture for a whole screen is kept: of
//! those there is room for some hundreds, which others could fill in a minute.
//!
//! A further one looks through the whole cache at a start, at the lowest priority.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, TryRecvError, never, select, unbounded};

use super::super::limits::CORES_A_DRAWER;
use super::super::threads;
use super::jobs::Disk;
use crate::folder::{Previews, Since};
use crate::node::{DiskError, DiskEvent, Viewer};
use crate::photo::{self, PhotoId, PreviewSize};
use crate::platform::{yield_a_little, yield_to_all};
use crate::protocol::Blob;

/// How many photos are remembered that cannot be drawn. To find that out again takes a reading of each.
const UNDRAWABLE: usize = 10_000;

/// A small picture that is to be found, in the cache or, of a photo of this folder, by drawing it.
pub(super) struct Wanted {
    pub(super) photo: PhotoId,
    pub(super) size: PreviewSize,
    pub(super) held: bool,
    pub(super) viewer: Viewer,
    pub(super) since: Since,
}

/// A small picture that has come from another node, and is to be kept.
pub(super) struct Keep {
    pub(super) photo: PhotoId,
    pub(super) size: PreviewSize,
    pub(super) image: Blob,
    pub(super) since: Since,
}

enum Sketching {
    Find(Wanted),
    Keep(Keep),
}

/// The way to the threads, which end when it is gone. The node has few draws open at a time for the owner, for other
/// members and for each person's nodes, which bounds the queues.
pub(super) struct Drawers {
    cache: Sender<Sketching>,
}

impl Drawers {
    /// Has a picture found.
    pub(super) fn find(&self, wanted: Wanted) {
        let _ = self.cache.send(Sketching::Find(wanted));
    }

    /// Has a picture kept.
    pub(super) fn keep(&self, keep: Keep) {
        let _ = self.cache.send(Sketching::Keep(keep));
    }
}

/// Starts the threads.
pub(super) fn start(
    disk: &Disk,
    reports: &Sender<DiskEvent>,
    previews: &Previews,
) -> io::Result<Drawers> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (cache, sketching) = unbounded();
    let (here, here_queue) = unbounded();
    let (others, others_queue) = unbounded();
    let drawer = Drawer {
        disk: disk.clone(),
        reports: reports.clone(),
        previews: previews.clone(),
        undrawable: Arc::default(),
    };
    // Never one alone: it may be drawing for another node.
    for number in 0..cores.div_ceil(CORES_A_DRAWER).max(2) {
        let (drawer, here) = (drawer.clone(), here_queue.clone());
        let others = if number == 0 { others_queue.clone() } else { never() };
        threads::spawn(&format!("draw-{number}"), move || {
            yield_a_little();
            drawer.run(&here, &others);
        })?;
    }
    let finder = drawer.clone();
    threads::spawn("cached", move || {
        yield_a_little();
        finder.look_up(&sketching, &here, &others);
    })?;
    threads::spawn("sweep", move || {
        yield_to_all();
        drawer.previews.sweep();
    })?;
    Ok(Drawers { cache })
}

#[derive(Clone)]
struct Drawer {
    disk: Disk,
    reports: Sender<DiskEvent>,
    previews: Previews,
    /// Photos of this folder that were read and cannot be drawn.
    undrawable: Arc<Mutex<BTreeSet<PhotoId>>>,
}

impl Drawer {
    /// Finds what is in the cache, and passes on what is to be drawn.
    fn look_up(
        &self,
        sketching: &Receiver<Sketching>,
        here: &Sender<Wanted>,
        others: &Sender<Wanted>,
    ) {
        for sketching in sketching {
            match sketching {
                Sketching::Find(wanted) => match self.known(&wanted) {
                    Some(result) => self.report(&wanted, result),
                    None if wanted.viewer == Viewer::Owner => drop(here.send(wanted)),
                    None => drop(others.send(wanted)),
                },
                Sketching::Keep(Keep { photo, size, image, since }) => {
                    self.previews.put_theirs(photo, size, &image, since);
                }
            }
        }
    }

    /// Draws what is wanted, first what the owner wants.
    fn run(&self, here: &Receiver<Wanted>, others: &Receiver<Wanted>) {
        loop {
            match here.try_recv() {
                Ok(wanted) => {
                    self.draw(&wanted);
                    continue;
                }
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            let wanted = select! {
                recv(here) -> wanted => wanted,
                recv(others) -> wanted => wanted,
            };
            match wanted {
                Ok(wanted) => self.draw(&wanted),
                Err(_) => return,
            }
        }
    }

    fn draw(&self, wanted: &Wanted) {
        // It may have been drawn for somebody else meanwhile.
        let result = self.known(wanted).unwrap_or_else(|| self.drawn(wanted));
        self.report(wanted, result);
    }

    fn report(&self, wanted: &Wanted, result: Result<Vec<u8>, DiskError>) {
        let Wanted { photo, size, viewer, .. } = *wanted;
        let result = result.map(Blob::from);
        // Without a state thread the daemon stops, and nobody needs to know.
        let _ = self.reports.send(DiskEvent::PreviewFound { photo, size, viewer, result });
    }

    /// What can be said without reading the photo.
    fn known(&self, wanted: &Wanted) -> Option<Result<Vec<u8>, DiskError>> {
        let Wanted { photo, size, held, .. } = *wanted;
        if !held {
            return Some(self.previews.get_any(photo, size).ok_or(DiskError::Gone));
        }
        let undrawable = self.undrawable.lock().unwrap_or_else(PoisonError::into_inner);
        if undrawable.contains(&photo) {
            return Some(Err(DiskError::NotAPicture));
        }
        drop(undrawable);
        self.previews.get(photo, size).map(Ok)
    }

    fn drawn(&self, wanted: &Wanted) -> Result<Vec<u8>, DiskError> {
        let Wanted { photo, size, viewer, since, .. } = *wanted;
        let (mut file, _) = self.disk.open(photo).recv().unwrap_or(Err(DiskError::Gone))?;
        let (found, picture) = photo::preview(&mut file, size)?;
        if found != photo {
            self.disk.suspect(photo);
            return Err(DiskError::Damaged);
        }
        let Some(picture) = picture else {
            let mut undrawable = self.undrawable.lock().unwrap_or_else(PoisonError::into_inner);
            if undrawable.len() >= UNDRAWABLE {
                undrawable.clear();
            }
            undrawable.insert(photo);
            return Err(DiskError::NotAPicture);
        };
        // What others look at on a whole screen takes no room from what the owner looks at.
        if size == PreviewSize::Grid || viewer == Viewer::Owner {
            self.previews.put(photo, size, &picture, since);
        }
        Ok(picture)
    }
}
