//! The thread that walks through the folder again and again, so that photos which a friend adds, changes or takes away
//! are seen.
//!
//! **Walking is the truth, and what the system tells is a hint.** Where it tells of changes, a walk is left out as long as
//! there was none: a folder of a hundred thousand files that nobody touches costs nothing. What it does not tell of (the
//! other end of a network disk, directories beyond its limit) is found by a walk a minute later; where it tells nothing at
//! all, there is a walk after every pause.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::super::limits::{WALK_PAUSE, WALK_REST, WALK_SHARE};
use super::super::threads;
use crate::folder::{Walk, Walker, is_walked};

/// Holds the scanner at work; it ends when this is gone.
pub(super) type Scanner = Sender<Infallible>;

/// Starts the thread; it waits until a walk is taken before it begins the next.
pub(super) fn start(walker: Walker) -> io::Result<(Scanner, Receiver<Walk>)> {
    let (scanner, stop) = bounded(0);
    let (found, walks) = bounded(0);
    threads::spawn("scan", move || run(walker, &found, &stop))?;
    Ok((scanner, walks))
}

fn run(mut walker: Walker, found: &Sender<Walk>, stop: &Receiver<Infallible>) {
    let mut hints: Option<Hints> = None;
    let mut first = true;
    loop {
        let start = Instant::now();
        if let Some(hints) = &hints {
            hints.forget();
        }
        let walk = walker.walk();
        let pause = WALK_PAUSE.max(start.elapsed() * WALK_SHARE);
        if found.send(walk).is_err() {
            return;
        }
        // Nobody waits for that before the first photos are found.
        if std::mem::take(&mut first) {
            hints = Hints::of(walker.root());
        }
        let latest = Instant::now() + WALK_REST;
        loop {
            match stop.recv_timeout(pause) {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let quiet = hints.as_ref().is_some_and(|hints| !hints.tell_of_changes());
            if !quiet || !walker.is_at_rest() || Instant::now() >= latest {
                break;
            }
        }
    }
}

/// What the system tells of changes in a folder.
struct Hints {
    changed: Arc<AtomicBool>,
    /// It tells as long as this is here.
    _watcher: RecommendedWatcher,
}

impl Hints {
    /// Has the system tell; none if it does not, or not of so many directories. Links are not followed, as in a walk. What
    /// changes while this is prepared counts as told.
    fn of(root: &Path) -> Option<Hints> {
        // It names files by their whole paths, wherever the daemon was started.
        let root = root.canonicalize().ok()?;
        let changed = Arc::new(AtomicBool::new(true));
        let (told, below) = (Arc::clone(&changed), root.clone());
        let tell = move |event: notify::Result<Event>| {
            // What went wrong may have been a change.
            if event.map_or(true, |event| is_change(&event, &below)) {
                told.store(true, Ordering::Relaxed);
            }
        };
        let config = notify::Config::default().with_follow_symlinks(false);
        let mut watcher = RecommendedWatcher::new(tell, config).ok()?;
        watcher.watch(&root, RecursiveMode::Recursive).ok()?;
        Some(Hints { changed, _watcher: watcher })
    }

    fn tell_of_changes(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// What comes from here on is new.
    fn forget(&self) {
        self.changed.store(false, Ordering::Relaxed);
    }
}

/// Whether a walk may find something new after this. That somebody reads is no change, nor is what the daemon writes for
/// itself; an event of nothing in particular says that others were lost.
pub(in crate::daemon) fn is_change(event: &Event, root: &Path) -> bool {
    let matters = |path: &Path| path.strip_prefix(root).map_or(true, is_walked);
    !event.kind.is_access()
        && (event.paths.is_empty() || event.paths.iter().any(|path| matters(path)))
}
