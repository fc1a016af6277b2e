//! The links to the daemon: a few, shared by all requests, and made anew when they break.
//!
//! A link has one request under way. Whoever needs one waits for it, for a while; pictures, for which the daemon may have
//! to ask a slow node, and whole photos, which take long, never take all.
//!
//! Other groups are asked by a pool of their own, whose links lead to a super-peer.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use super::limits::{
    ABROAD_LINKS, ABROAD_LONG_LINKS, ABROAD_PICTURE_LINKS, ANSWER, LINK_WAIT, LINKS, LONG_LINKS,
    PICTURE_ANSWER, PICTURE_LINKS,
};
use super::lock;
use crate::client::{self, Daemon, Failure};
use crate::protocol::between::GroupReport;
use crate::protocol::{Address, Answer, MemberFile, Request};

/// Whose photos are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose<'a> {
    /// The daemon's own group's.
    Own,
    /// What another group shows, which is called so.
    Group(&'a str),
}

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
    most: Most,
    links: Mutex<Links>,
    returned: Condvar,
}

/// How many links may be at work.
struct Most {
    all: usize,
    pictures: usize,
    long: usize,
}

#[derive(Default)]
struct Links {
    /// Those that wait for a request, and the group that they lead to; it has no name if it is the own.
    idle: Vec<(String, Daemon)>,
    /// How many are at work.
    busy: usize,
    /// How many of these for pictures.
    pictures: usize,
    /// How many of these for long.
    long: usize,
}

impl Links {
    /// How many are at work for this, and how many may be.
    fn share(&mut self, need: Need, most: &Most) -> Option<(&mut usize, usize)> {
        match need {
            Need::Short => None,
            Need::Picture => Some((&mut self.pictures, most.pictures)),
            Need::Long => Some((&mut self.long, most.long)),
        }
    }

    fn full(&mut self, need: Need, most: &Most) -> bool {
        self.busy >= most.all || self.share(need, most).is_some_and(|(busy, most)| *busy >= most)
    }

    /// One that leads there, if one waits; the last one, which was used the latest.
    fn take(&mut self, name: &str) -> Option<Daemon> {
        let place = self.idle.iter().rposition(|(own, _)| own == name)?;
        Some(self.idle.remove(place).1)
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
        let most = Most { all: LINKS, pictures: PICTURE_LINKS, long: LONG_LINKS };
        Pool { address, member, most, links: Mutex::default(), returned: Condvar::new() }
    }

    /// Fewer links, for what other groups show: through the super-peers of this daemon's group.
    pub(super) fn abroad(address: Address, member: Option<MemberFile>) -> Pool {
        let most =
            Most { all: ABROAD_LINKS, pictures: ABROAD_PICTURE_LINKS, long: ABROAD_LONG_LINKS };
        Pool { most, ..Pool::new(address, member) }
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

    fn connect_to(&self, whose: Whose<'_>) -> Result<Daemon, Failure> {
        let Whose::Group(name) = whose else {
            return self.connect();
        };
        let mut link = client::elsewhere(self.connect()?, self.member.as_ref(), name)?;
        link.be_quiet();
        Ok(link)
    }

    /// The other groups, and what each is called here; none if nobody of the own one who is here runs a super-peer.
    pub(super) fn groups(&self) -> Result<Vec<(String, GroupReport)>, Trouble> {
        let turn = self.turn(Need::Short)?;
        let groups = self.connect().and_then(|mut daemon| {
            let mut nodes = daemon.status()?.nodes.into_iter();
            if !nodes.any(|node| node.alive && node.bridge.is_some()) {
                return Ok(Vec::new());
            }
            let mut link = client::super_peer(daemon, self.member.as_ref())?;
            link.be_quiet();
            link.be_patient(ANSWER);
            client::other_groups(&mut link)
        });
        drop(turn);
        groups.map_err(gone)
    }

    /// The same as [`Pool::ask_of`], of the own group.
    pub(super) fn ask(&self, request: &Request) -> Result<Answer, Trouble> {
        self.ask_of(Whose::Own, request)
    }

    /// Asks something that changes nothing, so that it may be asked again if a link turns out to be broken: the daemon
    /// closes those that are not used for a while, or was started anew. What it has not answered in its time is not asked
    /// again: it would take as long once more.
    pub(super) fn ask_of(&self, whose: Whose<'_>, request: &Request) -> Result<Answer, Trouble> {
        let (need, mut patience) = match matches!(request, Request::GetPreview { .. }) {
            true => (Need::Picture, PICTURE_ANSWER),
            false => (Need::Short, ANSWER),
        };
        let mut name = "";
        if let Whose::Group(group) = whose {
            // The super-peer may have to try several of the other group's.
            (name, patience) = (group, PICTURE_ANSWER);
        }
        let turn = self.turn(need)?;
        // Bound first: in the condition, the lock would be held as long as the link is used.
        let used = lock(&self.links).take(name);
        if let Some(mut daemon) = used {
            daemon.be_patient(patience);
            let asked = Instant::now();
            match daemon.hear(request) {
                Ok(answer) => {
                    self.put_back(name, daemon, &answer);
                    return Ok(answer);
                }
                // The link is of no more use: its answer may still come. It says nothing of the others.
                Err(failure) if asked.elapsed() >= patience => return Err(gone(failure)),
                // It broke, and the others are as old.
                Err(_) => lock(&self.links).idle.clear(),
            }
        }
        let mut daemon = self.connect_to(whose).map_err(gone)?;
        daemon.be_patient(patience);
        let answer = daemon.hear(request).map_err(gone)?;
        self.put_back(name, daemon, &answer);
        drop(turn);
        Ok(answer)
    }

    /// Does something with a link that is new, so that nothing is said twice; it is closed in the end.
    pub(super) fn on_new_link<T>(
        &self,
        whose: Whose<'_>,
        need: Need,
        job: impl FnOnce(&mut Daemon) -> Result<T, Failure>,
    ) -> Result<T, Trouble> {
        let turn = self.turn(need)?;
        let done = self.connect_to(whose).and_then(|mut daemon| job(&mut daemon)).map_err(gone);
        drop(turn);
        done
    }

    /// After an error the daemon closes the link. The one that was not used for the longest makes room for another one.
    fn put_back(&self, name: &str, daemon: Daemon, answer: &Answer) {
        if matches!(answer, Answer::Error { .. }) {
            return;
        }
        let idle = &mut lock(&self.links).idle;
        if idle.len() >= self.most.all {
            idle.remove(0);
        }
        idle.push((name.to_owned(), daemon));
    }

    /// Waits for a link.
    fn turn(&self, need: Need) -> Result<Turn<'_>, Trouble> {
        let deadline = Instant::now() + LINK_WAIT;
        let mut links = lock(&self.links);
        while links.full(need, &self.most) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return Err(Trouble::Busy);
            }
            let woken = self.returned.wait_timeout(links, left);
            (links, _) = woken.unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        links.busy += 1;
        if let Some((busy, _)) = links.share(need, &self.most) {
            *busy += 1;
        }
        Ok(Turn { pool: self, need })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut links = lock(&self.pool.links);
        links.busy -= 1;
        if let Some((busy, _)) = links.share(self.need, &self.pool.most) {
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
