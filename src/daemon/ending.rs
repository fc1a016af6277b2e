//! The end of a daemon: its threads, one after the other.

use std::sync::Weak;
use std::thread;
use std::time::{Duration, Instant};

use super::disk::Workers;
use super::door::listener::Listener;
use super::limits::{CLOSE, LINGER};
use super::socket::link::Link;
use super::state::State;
use crate::node::CloseReason;

/// Ends all threads, in the order in which they depend on each other.
pub(super) fn stop(state: State, listener: Listener, workers: Workers) {
    // What waits for other daemons goes out first: it is the goodbye.
    let mut links = state.farewell();
    links.extend(listener.stop());
    for link in links.iter().filter_map(Weak::upgrade) {
        link.stop_reading();
    }
    wait(&links, CLOSE);
    for link in links.iter().filter_map(Weak::upgrade) {
        link.end(CloseReason::Shutdown);
    }
    wait(&links, LINGER);
    workers.stop();
}

/// Waits, for a while, until the threads of all links have ended.
fn wait(links: &[Weak<Link>], patience: Duration) {
    const POLL: Duration = Duration::from_millis(5);
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline && links.iter().any(|link| link.strong_count() > 0) {
        thread::sleep(POLL);
    }
}
