//! The folder's threads, to be asked as the state thread asks them.

use crossbeam_channel::{Receiver, unbounded};
use tempfile::TempDir;

use super::{LOG, PATIENCE};
use crate::daemon::console::Console;
use crate::daemon::disk::Workers;
use crate::daemon::disk::jobs::{Disk, Job};
use crate::folder::{Folder, Moment, Options, Previews};
use crate::node::{DiskAction, DiskEvent};
use crate::protocol::NodeId;

/// The threads of a folder, with nothing in it.
pub(super) struct Rig {
    pub(super) dir: TempDir,
    pub(super) previews: Previews,
    pub(super) disk: Disk,
    pub(super) reports: Receiver<DiskEvent>,
    pub(super) workers: Workers,
}

impl Rig {
    pub(super) fn new() -> Rig {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { scrub_days: 0, ..Options::default() };
        let folder = Folder::open(dir.path(), &options).unwrap();
        let previews = folder.previews();
        let (sender, reports) = unbounded();
        let (disk, jobs) = Disk::new();
        let console = Console::start(NodeId(1), LOG).unwrap();
        let workers =
            Workers::start((folder, &previews), (disk.clone(), jobs), sender, console).unwrap();
        Rig { dir, previews, disk, reports, workers }
    }

    pub(super) fn act(&self, action: DiskAction) {
        self.disk.submit(Job::Do(action, Moment::now()));
    }

    /// The first report of which there is something to say.
    pub(super) fn next<T>(&self, of: impl Fn(DiskEvent) -> Option<T>) -> T {
        loop {
            if let Some(found) = of(self.reports.recv_timeout(PATIENCE).unwrap()) {
                return found;
            }
        }
    }
}
