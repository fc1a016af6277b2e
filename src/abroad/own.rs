//! The own daemon: what it is asked for others, and what its group shares, in numbers.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::limits::{EAGER, LINKS, ROUND, SILENCE};
use super::{Abroad, lock, say, socket};
use crate::client::{Daemon, Failure};
use crate::protocol::between::SUPERS;
use crate::protocol::client::StatusReport;
use crate::protocol::{Address, Answer, NodeId, Request};

impl Abroad {
    /// A link to the own daemon, which answers what other groups may know and nothing else.
    ///
    /// # Errors
    ///
    /// If it cannot be reached.
    pub(super) fn daemon(&self) -> Result<Daemon, Failure> {
        let mut daemon = Daemon::connect(&self.options.daemon, Some(&self.options.member))?;
        daemon.be_quiet();
        daemon.be_patient(SILENCE);
        match daemon.shares() {
            true => Ok(daemon),
            false => Err(Failure::Unreachable(format!(
                "the daemon at {} is of an earlier version, which does not know what other groups may see: update it first",
                self.options.daemon
            ))),
        }
    }

    /// Looks again and again what the own group shares, and whom it has removed.
    pub(super) fn watch_own(&self) {
        let mut seen = None;
        let mut trouble = None;
        loop {
            match self.look(&mut seen) {
                Ok(()) => trouble = None,
                Err(failure) => {
                    let why = failure.first_line();
                    if trouble.as_ref() != Some(&why) {
                        say(&format!("{why}; it is tried again"));
                    }
                    trouble = Some(why);
                    // Nobody is told of photos that may be shared no longer.
                    let mut circle = lock(&self.circle);
                    (circle.own.here, circle.own.photos, circle.own.bytes) = (0, 0, 0);
                    drop(circle);
                    seen = None;
                    thread::sleep(EAGER);
                    continue;
                }
            }
            thread::sleep(EAGER * 2);
        }
    }

    fn look(&self, seen: &mut Option<(u64, Instant)>) -> Result<(), Failure> {
        let mut daemon = self.daemon()?;
        let status = daemon.status()?;
        let Answer::Members { removals, .. } = daemon.ask(&Request::Members)? else {
            return Err(daemon.unexpected());
        };
        // To count is to list all: when something has changed, and not more often than others ask. Only the first photos
        // that are shared are told at once.
        let is_told = lock(&self.circle).own.photos > 0;
        let is_counted = seen.is_some_and(|(revision, at)| {
            revision == status.revision || is_told && at.elapsed() < ROUND / 2
        });
        let counted = match is_counted {
            true => None,
            false => Some(count(&mut daemon)?),
        };
        let mut circle = lock(&self.circle);
        circle.own.nodes = status.nodes.len() as u32;
        circle.own.here = status.nodes.iter().filter(|node| node.alive).count() as u32;
        circle.set_own(supers(&status, |_| true), &supers(&status, |node| node != status.node));
        circle.removed = removals;
        circle.ready = true;
        if let Some((photos, bytes)) = counted {
            (circle.own.photos, circle.own.bytes) = (photos, bytes);
            *seen = Some((status.revision, Instant::now()));
        }
        Ok(())
    }
}

/// Links to the own daemon, for the questions of other groups: a few, however many ask.
#[derive(Default)]
pub(super) struct Links {
    idle: Mutex<Idle>,
    free: Condvar,
}

#[derive(Default)]
struct Idle {
    daemons: Vec<Daemon>,
    busy: usize,
}

/// The use of one of them, for one question.
pub(super) struct Borrowed<'a> {
    abroad: &'a Abroad,
    daemon: Option<Daemon>,
}

impl Abroad {
    /// Waits until one of the links is free.
    pub(super) fn borrow(&self) -> Result<Borrowed<'_>, Failure> {
        let until = Instant::now() + SILENCE;
        let mut idle = lock(&self.links.idle);
        while idle.busy >= LINKS {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Failure::Unreachable("too many questions at a time".to_owned()));
            }
            let waited = self.links.free.wait_timeout(idle, left);
            idle = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        idle.busy += 1;
        Ok(Borrowed { abroad: self, daemon: idle.daemons.pop() })
    }
}

impl Borrowed<'_> {
    /// Asks; once more over a new link if the one there was is broken.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        if let Some(daemon) = &mut self.daemon {
            daemon.be_patient(SILENCE);
            if let Ok(answer) = daemon.hear(request) {
                return Ok(answer);
            }
        }
        self.daemon = None;
        self.daemon.insert(self.abroad.daemon()?).hear(request)
    }

    /// Asks for a photo of so many bytes, which are handed to `take` as they come.
    pub(super) fn get(
        &mut self,
        request: &Request,
        bytes: u64,
        take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Answer, Failure> {
        let mut daemon = match self.daemon.take() {
            Some(daemon) => daemon,
            None => self.abroad.daemon()?,
        };
        daemon.be_patient(socket::time_for(bytes));
        let answer = daemon.hear_photo(request, bytes, take)?;
        self.daemon = Some(daemon);
        Ok(answer)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut idle = lock(&self.abroad.links.idle);
        idle.busy -= 1;
        idle.daemons.extend(self.daemon.take());
        self.abroad.links.free.notify_one();
    }
}

/// How many photos the group shares, and their bytes.
fn count(daemon: &mut Daemon) -> Result<(u64, u64), Failure> {
    let (mut photos, mut bytes) = (0, 0_u64);
    daemon.ask_pages(
        |after| Request::List { after, shared: true },
        |answer| match answer {
            Answer::Photos { photos, next } => Some((photos, next)),
            _ => None,
        },
        |page| {
            photos += page.len() as u64;
            bytes = page.iter().fold(bytes, |bytes, photo| bytes.saturating_add(photo.bytes));
            Ok(())
        },
    )?;
    Ok((photos, bytes))
}

/// Where super-peers of the own group are, of these nodes. The own one may say only on which port.
fn supers(status: &StatusReport, of: impl Fn(NodeId) -> bool) -> Vec<Address> {
    let nodes = status.nodes.iter().filter(|node| of(node.id));
    nodes.filter_map(|node| node.bridge.clone()).take(SUPERS).collect()
}
