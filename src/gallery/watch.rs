//! How the daemon is: one thread asks it, and all browsers share what it hears.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::limits::{LISTENERS, WATCH, WATCH_ALONE, WATCH_ANSWER};
use super::{lock, say};
use crate::client::{Daemon, Failure};
use crate::protocol::NodeId;
use crate::protocol::client::{NodeReport, StatusReport};

/// What was last heard of the daemon.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// How it is; none if it does not answer.
    pub(super) status: Option<Arc<StatusReport>>,
    /// Why it does not, and since when.
    pub(super) gone: Option<(String, Instant)>,
    /// Whether it takes changes from this gallery, as it last said.
    pub(super) owner: bool,
}

impl Seen {
    /// What people call the nodes.
    pub(super) fn names(&self) -> BTreeMap<NodeId, String> {
        let nodes = self.status.iter().flat_map(|status| &status.nodes);
        nodes.map(|node| (node.id, node.name())).collect()
    }

    /// What people call a node, as far as is known.
    pub(super) fn name_of(&self, node: NodeId) -> String {
        let nodes = self.status.iter().flat_map(|status| &status.nodes);
        let found = nodes.into_iter().find(|known| known.id == node);
        found.map_or_else(|| node.to_string(), NodeReport::name)
    }
}

/// What there is to hear, and who listens.
pub(super) struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    seen: Seen,
    /// Rises with every piece of news.
    news: u64,
    listeners: usize,
    stopping: bool,
}

/// Somebody who listens, until dropped.
pub(super) struct Listener {
    watch: Arc<Watch>,
    heard: Option<u64>,
}

impl Watch {
    /// Nothing is heard yet.
    pub(super) fn new() -> Arc<Watch> {
        Arc::new(Watch { state: Mutex::default(), changed: Condvar::new() })
    }

    /// What was last heard.
    pub(super) fn seen(&self) -> Seen {
        lock(&self.state).seen.clone()
    }

    /// Tells all who listen that there is something new, here or elsewhere.
    pub(super) fn tell(&self) {
        lock(&self.state).news += 1;
        self.changed.notify_all();
    }

    /// Ends the thread, and what everybody listens to.
    pub(super) fn stop(&self) {
        lock(&self.state).stopping = true;
        self.changed.notify_all();
    }

    /// Listens; none if too many do.
    pub(super) fn listen(self: &Arc<Watch>) -> Option<Listener> {
        let mut state = lock(&self.state);
        if state.listeners >= LISTENERS {
            return None;
        }
        state.listeners += 1;
        drop(state);
        // The thread may be in its long sleep of a watcher without listeners.
        self.changed.notify_all();
        Some(Listener { watch: Arc::clone(self), heard: None })
    }

    /// Asks the daemon again and again, until it is stopped. `on_status` hears how it is, each time that it answers.
    pub(super) fn run(
        &self,
        connect: impl Fn() -> Result<Daemon, Failure>,
        on_status: impl Fn(&StatusReport),
    ) {
        let mut link = None;
        while !lock(&self.state).stopping {
            let begun = Instant::now();
            match ask(&mut link, &connect) {
                Ok((status, owner)) => {
                    on_status(&status);
                    self.heard(status, owner);
                }
                Err(failure) => {
                    link = None;
                    self.missed(&failure);
                }
            }
            self.sleep(begun);
        }
    }

    fn heard(&self, status: Box<StatusReport>, owner: bool) {
        let mut state = lock(&self.state);
        let same = state.seen.status.as_deref() == Some(&*status) && state.seen.owner == owner;
        if same {
            return;
        }
        let was_gone = state.seen.gone.is_some();
        state.seen = Seen { status: Some(Arc::from(status)), gone: None, owner };
        drop(state);
        self.tell();
        // Whoever reads it may have stopped reading: nobody else waits for that.
        if was_gone {
            say("the daemon answers again");
        }
    }

    fn missed(&self, failure: &Failure) {
        let why = failure.first_line();
        let mut state = lock(&self.state);
        let since = match &state.seen.gone {
            Some((before, _)) if *before == why => return,
            Some((_, since)) => *since,
            None => Instant::now(),
        };
        state.seen.status = None;
        state.seen.gone = Some((why.clone(), since));
        drop(state);
        self.tell();
        say(&format!("{why}; it is asked again and again"));
    }

    /// Until it is time to ask again.
    fn sleep(&self, begun: Instant) {
        let mut state = lock(&self.state);
        loop {
            let pause = if state.listeners > 0 { WATCH } else { WATCH_ALONE };
            let left = (begun + pause).saturating_duration_since(Instant::now());
            if left == Duration::ZERO || state.stopping {
                return;
            }
            state = self.wait(state, left);
        }
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, time: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Listener {
    /// Waits for news, at most so long: whether there are some, or `None` if it all ends.
    pub(super) fn wait(&mut self, time: Duration) -> Option<bool> {
        let until = Instant::now() + time;
        let mut state = lock(&self.watch.state);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if state.stopping {
                return None;
            }
            if self.heard != Some(state.news) {
                self.heard = Some(state.news);
                return Some(true);
            }
            if left == Duration::ZERO {
                return Some(false);
            }
            state = self.watch.wait(state, left);
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        lock(&self.watch.state).listeners -= 1;
    }
}

/// How the daemon is, and whether it takes changes, over a link that is kept.
fn ask(
    link: &mut Option<Daemon>,
    connect: impl Fn() -> Result<Daemon, Failure>,
) -> Result<(Box<StatusReport>, bool), Failure> {
    let daemon = match link {
        Some(daemon) => daemon,
        None => link.insert(connect()?),
    };
    daemon.be_patient(WATCH_ANSWER);
    Ok((daemon.status()?, daemon.is_owner()))
}
