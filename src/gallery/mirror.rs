//! The collection as it was last listed, and as it was a few listings ago.
//!
//! A snapshot never changes. One thread makes a new one, whole, when the daemon says that its list would be another one;
//! whoever has the old one goes on with it, and a browser may ask for its pages as long as it is kept.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::limits::{LISTING_SHARE, REVISIONS};
use super::snapshot::{Shot, Snapshot};
use super::watch::Watch;
use super::{lock, say};
use crate::client::{Daemon, Failure};
use crate::protocol::{Answer, Request};

/// After a listing that failed: the daemon may have been away for a moment.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The longest rest after a listing, however long that took: people wait for what is new.
const LISTING_REST_MAX: Duration = Duration::from_secs(15);

/// The snapshots, newest last, and what is wanted.
pub(super) struct Mirror {
    /// In the name of every snapshot: this life of the program.
    life: String,
    kept: Mutex<Kept>,
    wanted: Mutex<Wanted>,
    woken: Condvar,
}

/// The last snapshots.
struct Kept {
    present: Arc<Snapshot>,
    before: VecDeque<Arc<Snapshot>>,
    /// How many have been made.
    made: u64,
}

#[derive(Default)]
struct Wanted {
    /// What the daemon has said that its list is now.
    revision: Option<u64>,
    /// What it was when it was listed.
    listed: Option<u64>,
}

impl Mirror {
    /// An empty collection, in a life of this name.
    pub(super) fn new(life: String) -> Mirror {
        let present = Arc::new(Snapshot::new(format!("{life}-0"), Vec::new()));
        Mirror {
            life,
            kept: Mutex::new(Kept { present, before: VecDeque::new(), made: 0 }),
            wanted: Mutex::default(),
            woken: Condvar::new(),
        }
    }

    /// The present snapshot.
    pub(super) fn present(&self) -> Arc<Snapshot> {
        Arc::clone(&lock(&self.kept).present)
    }

    /// The snapshot of this name, if it is still kept.
    pub(super) fn of(&self, rev: &str) -> Option<Arc<Snapshot>> {
        let kept = lock(&self.kept);
        let mut all = kept.before.iter().chain([&kept.present]);
        all.find(|kept| kept.rev == rev).cloned()
    }

    /// The daemon says that its list is this one now.
    pub(super) fn want(&self, revision: u64) {
        lock(&self.wanted).revision = Some(revision);
        self.woken.notify_all();
    }

    /// Lists the collection whenever that is wanted, and tells all who listen.
    pub(super) fn run(&self, connect: impl Fn() -> Result<Daemon, Failure>, watch: &Watch) {
        let mut said = String::new();
        loop {
            let revision = self.next();
            let begun = Instant::now();
            match connect().and_then(|mut daemon| list(&mut daemon, &self.present())) {
                Ok(shots) => {
                    lock(&self.wanted).listed = Some(revision);
                    if self.replace(shots) {
                        watch.tell();
                    }
                    said.clear();
                    thread::sleep((begun.elapsed() * LISTING_SHARE).min(LISTING_REST_MAX));
                }
                Err(failure) => {
                    let why = failure.to_string();
                    // Once is enough, and of a daemon that is gone the watch tells.
                    if why != said && watch.seen().gone.is_none() {
                        say(&format!("cannot list the collection: {why}"));
                    }
                    said = why;
                    thread::sleep(AFTER_FAILURE);
                }
            }
        }
    }

    /// Waits until the list is another one than was listed.
    fn next(&self) -> u64 {
        let mut wanted = lock(&self.wanted);
        loop {
            match wanted.revision {
                Some(revision) if wanted.listed != Some(revision) => return revision,
                _ => {}
            }
            wanted = self.woken.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes a snapshot of these photos the present one, unless it would be the same. The first one always is another:
    /// before it, nothing was known.
    pub(super) fn replace(&self, shots: Vec<Arc<Shot>>) -> bool {
        let (before, made) = {
            let kept = lock(&self.kept);
            (Arc::clone(&kept.present), kept.made)
        };
        let known =
            |shot: &Arc<Shot>| before.find(shot.id).is_some_and(|old| Arc::ptr_eq(old, shot));
        if made > 0 && shots.len() == before.shots.len() && shots.iter().all(known) {
            return false;
        }
        let snapshot = Arc::new(Snapshot::new(format!("{}-{}", self.life, made + 1), shots));
        let mut kept = lock(&self.kept);
        kept.made += 1;
        let replaced = mem::replace(&mut kept.present, snapshot);
        kept.before.push_back(replaced);
        while kept.before.len() >= REVISIONS {
            kept.before.pop_front();
        }
        true
    }
}

/// The whole collection, a page after the other: what the daemon tells is never in memory as a whole.
fn list(daemon: &mut Daemon, before: &Snapshot) -> Result<Vec<Arc<Shot>>, Failure> {
    let mut shots = Vec::new();
    let page_of = |answer| {
        if let Answer::Photos { photos, next } = answer { Some((photos, next)) } else { None }
    };
    daemon.ask_pages(
        |after| Request::List { after, shared: false },
        page_of,
        |photos| {
            shots.extend(photos.into_iter().map(|photo| before.share(Shot::of(photo))));
            Ok(())
        },
    )?;
    Ok(shots)
}
