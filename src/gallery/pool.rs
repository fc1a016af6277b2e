//! The links to the daemon: a few, shared by all requests, and made anew when they break.
//!
//! A link has one request under way. Whoever needs one waits for it, for a while; pictures, for which the daemon may have
//! to ask a slow node, and whole photos, which take long, never take all.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use super::limits::{ANSWER, LINK_WAIT, LINKS, LONG_LINKS, PICTURE_ANSWER, PICTURE_LINKS};
use super::lock;
use crate::client::{Daemon, Failure};
use crate::protocol::{Address, Answer, MemberFile, Request};

/// How long a link is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// For an answer that the daemon has.
    Short,
    /// For a small picture, which it may have to fetch.
    Picture,
    /// For a whole photo, up or down.
    Long,
}

/// Why the daemon was not asked, or has not answered.
#[derive(Clone, Debug)]
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
    /// How many of these for pictures.
    pictures: usize,
    /// How many of these for long.
    long: usize,
}

impl Links {
    /// How many are at work for this, and how many may be.
    fn share(&mut self, need: Need) -> Option<(&mut usize, usize)> {
        match need {
            Need::Short => None,
            Need::Picture => Some((&mut self.pictures, PICTURE_LINKS)),
            Need::Long => Some((&mut self.long, LONG_LINKS)),
        }
    }

    fn full(&mut self, need: Need) -> bool {
        self.busy >= LINKS || self.share(need).is_some_and(|(busy, most)| *busy >= most)
    }
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

    /// Whom they lead to.
    pub(super) fn address(&self) -> &Address {
        &self.address
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
    /// closes those that are not used for a while, or was started anew. What it has not answered in its time is not asked
    /// again: it would take as long once more.
    pub(super) fn ask(&self, request: &Request) -> Result<Answer, Trouble> {
        let (need, patience) = match matches!(request, Request::GetPreview { .. }) {
            true => (Need::Picture, PICTURE_ANSWER),
            false => (Need::Short, ANSWER),
        };
        let turn = self.turn(need)?;
        // Bound first: in the condition, the lock would be held as long as the link is used.
        let used = lock(&self.links).idle.pop();
        if let Some(mut daemon) = used {
            daemon.be_patient(patience);
            let asked = Instant::now();
            match daemon.hear(request) {
                Ok(answer) => {
                    self.put_back(daemon, &answer);
                    return Ok(answer);
                }
                // The link is of no more use: its answer may still come. It says nothing of the others.
                Err(failure) if asked.elapsed() >= patience => return Err(gone(failure)),
                // It broke, and the others are as old.
                Err(_) => lock(&self.links).idle.clear(),
            }
        }
        let mut daemon = self.connect().map_err(gone)?;
        daemon.be_patient(patience);
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
        while links.full(need) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return Err(Trouble::Busy);
            }
            let woken = self.returned.wait_timeout(links, left);
            (links, _) = woken.unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        links.busy += 1;
        if let Some((busy, _)) = links.share(need) {
            *busy += 1;
        }
        Ok(Turn { pool: self, need })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut links = lock(&self.pool.links);
        links.busy -= 1;
        if let Some((busy, _)) = links.share(self.need) {
            *busy -= 1;
        }
        drop(links);
        // All: the next one may need a link for what has no share left.
        self.pool.returned.notify_all();
    }
}

fn gone(failure: Failure) -> Trouble {
    Trouble::Gone(failure.first_line())
}
