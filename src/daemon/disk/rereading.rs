//! The threads that read photos anew in the background, at the lowest priority: whatever else the computer has to do
//! goes first.

use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::super::limits::CORES_A_REREADER;
use super::super::threads;
use crate::folder::{Previews, Reading, Reread};
use crate::platform::yield_to_all;

/// The way to the threads. They end when it is gone.
pub(super) struct Rereaders {
    photos: Sender<Reread>,
    /// How many photos are being read.
    busy: usize,
    threads: usize,
}

/// Starts the threads; what they have read goes to the receiver, and what they have drawn to `previews`.
pub(super) fn start(previews: &Previews) -> io::Result<(Rereaders, Receiver<Reading>)> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let count = cores.div_ceil(CORES_A_REREADER);
    let (photos, queue) = bounded::<Reread>(count);
    let (readings, read) = bounded(count);
    for number in 0..count {
        let (queue, readings, previews) = (queue.clone(), readings.clone(), previews.clone());
        threads::spawn(&format!("reread-{number}"), move || {
            yield_to_all();
            for photo in queue {
                let since = previews.since();
                let mut reading = photo.read();
                if let Some((photo, picture)) = reading.take_picture() {
                    previews.put_new(photo, &picture, since);
                }
                // The folder thread takes nothing any more when the daemon stops.
                let _ = readings.send(reading);
            }
        })?;
    }
    let rereaders = Rereaders { photos, busy: 0, threads: count };
    Ok((rereaders, read))
}

impl Rereaders {
    /// Whether a thread has nothing to do.
    pub(super) fn is_free(&self) -> bool {
        self.busy < self.threads
    }

    /// Has a photo read. A thread must be free.
    pub(super) fn read(&mut self, photo: Reread) {
        self.busy += 1;
        // There is room: a photo for each thread at the most.
        let _ = self.photos.try_send(photo);
    }

    /// A reading has been taken.
    pub(super) fn taken(&mut self) {
        self.busy = self.busy.saturating_sub(1);
    }
}
