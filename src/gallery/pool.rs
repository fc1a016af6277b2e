//! The links to the daemon: a few, shared by all requests, and made anew when they break.
//!
//! A link has one request under way. Whoever needs one waits for it, for a while; whole photos, which take long, never
//! take all.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use super::limits::{ANSWER, LINK_WAIT, LINKS, LONG_LINKS};
use super::lock;
use crate::client::{Daemon, Failure};
use crate::protocol::{Address, Answer, MemberFile, Request};

/// How long a link is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// For an answer.
    Short,
    /// For a whole photo, up or down.
    Long,
}

/// Why the daemon was not asked, or has not answered.
#[derive(Debug)]
pub(super) enum Trouble {
    /// All links were busy for too long.
    Busy,
    /// It cannot be reached, or has broken off, in words.
    Gone(String),
}

/// All links.
pub(super) struct Pool {
    address: Address,
    member: Option<MemberFile>,
    links: Mutex<Links>,
    returned: Condvar,
}

#[derive(Default)]
struct Links {
    /// Those that wait for a request.
    idle: Vec<Daemon>,
    /// How many are at work.
    busy: usize,
    /// How many of these for long.
    long: usize,
}

/// The right to use a link, given back when dropped.
struct Turn<'a> {
    pool: &'a Pool,
    need: Need,
}

impl Pool {
    /// Links to this daemon, in the name of this member; none is made yet.
    pub(super) fn new(address: Address, member: Option<MemberFile>) -> Pool {
        Pool { address, member, links: Mutex::default(), returned: Condvar::new() }
    }

    /// A link of its own, which is not counted.
    ///
    /// # Errors
    ///
    /// If the daemon cannot be reached.
    pub(super) fn connect(&self) -> Result<Daemon, Failure> {
        let mut daemon = Daemon::connect(&self.address, self.member.as_ref())?;
        daemon.be_quiet();
        daemon.be_patient(ANSWER);
        Ok(daemon)
    }

    /// Asks something that changes nothing, so that it may be asked again if a link turns out to be broken: the daemon
    /// closes those that are not used for a while, or was started anew.
    pub(super) fn ask(&self, request: &Request) -> Result<Answer, Trouble> {
        let turn = self.turn(Need::Short)?;
        // Bound first: in the condition, the lock would be held as long as the link is used.
        let used = lock(&self.links).idle.pop();
        if let Some(mut daemon) = used {
            if let Ok(answer) = daemon.hear(request) {
                self.put_back(daemon, &answer);
                return Ok(answer);
            }
            // The others are as old.
            lock(&self.links).idle.clear();
        }
        let mut daemon = self.connect().map_err(gone)?;
        let answer = daemon.hear(request).map_err(gone)?;
        self.put_back(daemon, &answer);
        drop(turn);
        Ok(answer)
    }

    /// Does something with a link that is new, so that nothing is said twice; it is closed in the end.
    pub(super) fn on_new_link<T>(
        &self,
        need: Need,
        job: impl FnOnce(&mut Daemon) -> Result<T, Failure>,
    ) -> Result<T, Trouble> {
        let turn = self.turn(need)?;
        let done = self.connect().and_then(|mut daemon| job(&mut daemon)).map_err(gone);
        drop(turn);
        done
    }

    /// After an error the daemon closes the link.
    fn put_back(&self, daemon: Daemon, answer: &Answer) {
        if !matches!(answer, Answer::Error { .. }) {
            lock(&self.links).idle.push(daemon);
        }
    }

    /// Waits for a link.
    fn turn(&self, need: Need) -> Result<Turn<'_>, Trouble> {
        let deadline = Instant::now() + LINK_WAIT;
        let mut links = lock(&self.links);
        let full =
            |links: &Links| links.busy >= LINKS || need == Need::Long && links.long >= LONG_LINKS;
        while full(&links) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return Err(Trouble::Busy);
            }
            let woken = self.returned.wait_timeout(links, left);
            (links, _) = woken.unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        links.busy += 1;
        links.long += usize::from(need == Need::Long);
        Ok(Turn { pool: self, need })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut links = lock(&self.pool.links);
        links.busy -= 1;
        links.long -= usize::from(self.need == Need::Long);
        drop(links);
        // All: the next one may need a link for longer than there is one for.
        self.pool.returned.notify_all();
    }
}

/// The first line says what is wrong; the others say what a person at the terminal can do.
fn gone(failure: Failure) -> Trouble {
    let text = failure.to_string();
    Trouble::Gone(text.lines().next().unwrap_or_default().to_owned())
}
