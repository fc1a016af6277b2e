//! No queue, table of transfers or piece of memory grows past its limit, whatever happens.

use std::collections::BTreeMap;

use photomesh::node::{DiskAction, Spool, limits};

use crate::oracle::Oracle;
use crate::world::World;

/// The most messages that may wait on one link: a daemon closes one on which 1,024 do.
const MAX_QUEUE: usize = 1_000;
/// The most disk operations that one node may have under way.
const MAX_JOBS: usize = 1_000;
/// The most photos that may be on their way to a node, or lie here to be read by clients and checked by drops.
const MAX_PULLS: usize = limits::PULLS + limits::GETS + limits::ROUNDS;

/// The most that there was at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Most {
    /// Messages that waited on one link.
    pub(crate) waiting: usize,
    /// Disk operations of one node.
    pub(crate) jobs: usize,
    /// Bytes of one photo that had come to a node and were not written yet.
    pub(crate) unwritten: u64,
}

impl Most {
    pub(crate) fn add(&mut self, other: Most) {
        self.waiting = self.waiting.max(other.waiting);
        self.jobs = self.jobs.max(other.jobs);
        self.unwritten = self.unwritten.max(other.unwritten);
    }
}

impl Oracle {
    /// This many messages wait on a link.
    pub(crate) fn queue(&mut self, length: usize) {
        self.most.waiting = self.most.waiting.max(length);
        if length > MAX_QUEUE {
            self.broken(format!("{length} messages wait on one link"));
        }
    }

    /// This many windows of photos wait on a link to be sent.
    pub(crate) fn windows(&mut self, count: usize) {
        if count > limits::SERVING {
            self.broken(format!("{count} windows are being sent on one link"));
        }
    }
}

impl World {
    /// A disk operation was added to those that a host's daemon has under way.
    pub(crate) fn watch_jobs(&mut self, host: usize) {
        let Some(daemon) = &self.hosts[host].daemon else {
            return;
        };
        let mut unwritten: BTreeMap<Spool, u64> = BTreeMap::new();
        for job in daemon.jobs.values() {
            if let DiskAction::Write { spool, data, .. } = &job.action {
                *unwritten.entry(*spool).or_default() += data.len() as u64;
            }
        }
        let jobs = daemon.jobs.len();
        let disk = &self.hosts[host].disk;
        let pulls = disk.spools.keys().filter(|spool| matches!(spool, Spool::Pull(_)));
        let pulls = pulls.filter(|spool| !disk.kept.contains(spool)).count();
        let bytes = unwritten.into_values().max().unwrap_or(0);
        let most = &mut self.oracle.most;
        most.jobs = most.jobs.max(jobs);
        most.unwritten = most.unwritten.max(bytes);
        let name = &self.hosts[host].name;
        if jobs > MAX_JOBS {
            self.broken_promise(format!("{name} has {jobs} disk operations under way"));
        } else if pulls > MAX_PULLS {
            self.broken_promise(format!("{name} has {pulls} photos on their way to it"));
        } else if bytes > limits::WINDOW {
            self.broken_promise(format!(
                "{name} has {bytes} bytes of one photo in its memory, more than it may ask for at a time"
            ));
        }
    }
}
