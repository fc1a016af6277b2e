//! The thread that takes second looks: two photos, pixel by pixel, before one makes way for the other.
//!
//! One thread, and apart from those that somebody waits for: to decode two large pictures takes a while, and nothing is
//! lost if a worse version is hidden a little later. The node has few looks open at a time, which bounds the queue.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::super::threads;
use super::jobs::{Disk, Pair};
use crate::daemon::socket::reply::Opened;
use crate::node::{DiskError, DiskEvent};
use crate::photo::{self, PhotoId, Relation};

/// The way to the thread, which ends when it is gone; with a pair whose better version is a spool file comes that file.
pub(super) type Comparer = Sender<(Pair, Option<Opened>)>;

/// Starts the thread.
pub(super) fn start(disk: &Disk, reports: &Sender<DiskEvent>) -> io::Result<Comparer> {
    let (comparer, pairs) = unbounded();
    let looker = Looker { pairs, disk: disk.clone(), reports: reports.clone() };
    threads::spawn("compare", move || looker.run())?;
    Ok(comparer)
}

struct Looker {
    pairs: Receiver<(Pair, Option<Opened>)>,
    disk: Disk,
    reports: Sender<DiskEvent>,
}

impl Looker {
    fn run(self) {
        for (pair, opened) in &self.pairs {
            let result = self.look(&pair, opened);
            let Pair { worse, better, .. } = pair;
            // Without a state thread the daemon stops, and nobody needs to know.
            let _ = self.reports.send(DiskEvent::Looked { worse, better, result });
        }
    }

    fn look(&self, pair: &Pair, opened: Option<Opened>) -> Result<Relation, DiskError> {
        let mut worse = self.open(pair.worse, None)?;
        let mut better = self.open(pair.better, opened)?;
        // The bytes are foreign, and so is much of the code that looks at them.
        let compared = AssertUnwindSafe(|| photo::second_look(&mut worse, &mut better));
        match catch_unwind(compared) {
            Ok(Ok(look)) => Ok(look.relation),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(DiskError::Other("the comparison failed".to_owned())),
        }
    }

    /// Opens a photo, of the folder unless it is opened already, and checks that its bytes are its own.
    fn open(&self, photo: PhotoId, opened: Option<Opened>) -> Result<File, DiskError> {
        let is_held = opened.is_none();
        let opened =
            opened.unwrap_or_else(|| self.disk.open(photo).recv().unwrap_or(Err(DiskError::Gone)));
        let (file, _) = opened?;
        match PhotoId::of_rest(&file) {
            Ok(found) if found == photo => Ok(file),
            Ok(_) | Err(_) if is_held => {
                self.disk.suspect(photo);
                Err(DiskError::Damaged)
            }
            Ok(_) => Err(DiskError::Damaged),
            Err(error) => Err(error.into()),
        }
    }
}
