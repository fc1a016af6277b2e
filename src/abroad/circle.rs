//! What is known of the circle: which groups there are, what they share, and where their super-peers are.
//!
//! A group proves itself on each link; an address proves nothing. So addresses that others have told are tried, a few at a
//! time, and count when a group has answered there.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::limits::{DOUBT, DOUBTED, EAGER, FORGET, HEARSAY, PACE, ROUND, TOLD};
use crate::protocol::between::{GROUPS, GroupName, GroupReport, SUPERS};
use crate::protocol::group::MEMBERS;
use crate::protocol::{Address, GroupId, Revocation, is_private};

/// The circle, as one super-peer knows it.
#[derive(Debug)]
pub(super) struct Circle {
    /// The own group.
    pub(super) own: GroupReport,
    /// Whom the own group has removed.
    pub(super) removed: Vec<Revocation>,
    /// Whether that is known: before, nobody is let in.
    pub(super) ready: bool,
    groups: BTreeMap<[u8; 32], Other>,
    /// Addresses that were given by hand, and those that others have told, and when each was tried last.
    given: BTreeMap<Address, Option<Instant>>,
    told: BTreeMap<Address, Option<Instant>>,
    /// Told ones that did not answer, and when they were tried.
    doubted: BTreeMap<Address, Instant>,
    /// The other super-peers of the own group, which may know of groups that this one does not, and when each was asked
    /// last.
    siblings: BTreeMap<Address, Option<Instant>>,
    /// Addresses at which the own group has answered.
    ours: BTreeSet<Address>,
    /// Up to which of the others was told last.
    told_last: usize,
}

/// Another group.
#[derive(Debug)]
struct Other {
    report: GroupReport,
    /// Its super-peers, and when each has answered last, or else was tried.
    supers: BTreeMap<Address, Super>,
    /// Whom it has removed: they do not speak for it, even if they are asked first.
    removed: Vec<Revocation>,
    answered: Instant,
    /// How long after that it is asked again: soon at first, for it may have just started.
    rest: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Super {
    tried: Instant,
    /// How often it has failed since it has answered.
    failed: u32,
}

/// Where a name of a group leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    Own,
    One(GroupId),
    Several(Vec<String>),
    Nobody,
}

impl Circle {
    pub(super) fn new(own: GroupReport, given: &[Address]) -> Circle {
        let given = given.iter().map(|address| (address.clone(), None)).collect();
        Circle {
            own,
            removed: Vec::new(),
            ready: false,
            groups: BTreeMap::new(),
            given,
            told: BTreeMap::new(),
            doubted: BTreeMap::new(),
            siblings: BTreeMap::new(),
            ours: BTreeSet::new(),
            told_last: 0,
        }
    }

    /// Where the super-peers of the own group are, and which of them are others than this one.
    pub(super) fn set_own(&mut self, supers: Vec<Address>, siblings: &[Address]) {
        self.own.supers = supers;
        self.siblings.retain(|address, _| siblings.contains(address));
        for address in siblings {
            self.siblings.entry(address.clone()).or_default();
        }
    }

    /// Somebody says that others of the circle are at these addresses. Nobody is sent by that to where the teller could not
    /// go: to this computer, or to others in the house. And what has not answered is not tried again for an hour.
    pub(super) fn heard_of(&mut self, addresses: &[Address], teller: IpAddr) {
        let from = Address::new(&teller.to_string(), 0);
        let known: BTreeSet<&Address> =
            self.groups.values().flat_map(|other| other.supers.keys()).collect();
        for address in addresses {
            // Who listens everywhere, and does not know where others reach that, is where they come from.
            let address = match address.is_unspecified() {
                true => &Address::new(from.host(), address.port()),
                false => address,
            };
            let is_news = !known.contains(address)
                && !self.given.contains_key(address)
                && !self.ours.contains(address)
                && !self.own.supers.contains(address)
                && !self.doubted.contains_key(address);
            let is_here_too = is_private(teller) || !address.ip().is_some_and(is_private);
            let may_be = is_here_too && address.is_possible_from(&from);
            if is_news && may_be && self.told.len() < HEARSAY {
                self.told.entry(address.clone()).or_insert(None);
            }
        }
    }

    /// Which addresses to try now: those without an answer soon again, one super-peer of each group now and then.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Address> {
        self.groups.retain(|_, other| now.duration_since(other.answered) < FORGET);
        let mut due = Vec::new();
        for other in self.groups.values_mut() {
            let is_quiet = now.duration_since(other.answered) >= other.rest;
            let next = other.supers.iter_mut().min_by_key(|(_, one)| (one.failed, one.tried));
            if let Some((address, one)) = next
                && is_quiet
                && now.duration_since(one.tried) >= EAGER
            {
                one.tried = now;
                due.push(address.clone());
            }
        }
        let known: BTreeSet<&Address> =
            self.groups.values().flat_map(|o| o.supers.keys()).collect();
        for (address, tried) in self.given.iter_mut().chain(&mut self.told) {
            let is_due = tried.is_none_or(|tried| now.duration_since(tried) >= ROUND)
                || self.groups.is_empty() && tried.is_none_or(|t| now.duration_since(t) >= EAGER);
            if is_due && !known.contains(address) && !self.ours.contains(address) {
                *tried = Some(now);
                due.push(address.clone());
            }
        }
        for (address, asked) in &mut self.siblings {
            if asked.is_none_or(|asked| now.duration_since(asked) >= ROUND) {
                *asked = Some(now);
                due.push(address.clone());
            }
        }
        due
    }

    /// How often each group is asked: in a large circle more seldom, so that this takes little of the line however many
    /// there are.
    fn round(&self) -> Duration {
        ROUND.max(PACE * self.groups.len() as u32)
    }

    /// Another group has answered at an address.
    pub(super) fn answered(
        &mut self,
        at: &Address,
        (group, name): (GroupId, GroupName),
        removed: &[Revocation],
        now: Instant,
    ) {
        self.told.remove(at);
        if group == self.own.id {
            if self.ours.len() < DOUBTED {
                self.ours.insert(at.clone());
            }
            return;
        }
        let round = self.round();
        let is_known = self.groups.contains_key(group.as_bytes());
        if !is_known && self.groups.len() >= GROUPS {
            return;
        }
        let other = self.groups.entry(*group.as_bytes()).or_insert_with(|| Other {
            report: GroupReport::unheard(group, name.clone()),
            supers: BTreeMap::new(),
            removed: Vec::new(),
            answered: now,
            rest: EAGER,
        });
        other.report.name = name;
        other.answered = now;
        other.rest = (other.rest * 2).min(round);
        for removal in removed {
            // What a group has said it does not unsay, even if a super-peer of its has not heard of it yet.
            let is_full = other.removed.len() >= MEMBERS;
            let known = other.removed.iter_mut().find(|known| known.name() == removal.name());
            match known {
                Some(known) if known.serial() < removal.serial() => *known = removal.clone(),
                None if removal.group() == group && !is_full => other.removed.push(removal.clone()),
                Some(_) | None => {}
            }
        }
        if other.supers.len() >= SUPERS && !other.supers.contains_key(at) {
            let worst = other.supers.iter().max_by_key(|(_, one)| one.failed);
            if let Some(worst) = worst.filter(|(_, one)| one.failed > 0).map(|(at, _)| at.clone()) {
                other.supers.remove(&worst);
            }
        }
        if other.supers.len() < SUPERS || other.supers.contains_key(at) {
            other.supers.insert(at.clone(), Super { tried: now, failed: 0 });
        }
    }

    /// It has told what it shares, and whom it knows.
    pub(super) fn summed_up(&mut self, group: GroupId, groups: &[GroupReport], teller: IpAddr) {
        let Some((theirs, others)) = groups.split_first() else {
            return;
        };
        if let Some(other) = self.groups.get_mut(group.as_bytes()) {
            let (name, lost_secs) = (other.report.name.clone(), None);
            other.report = GroupReport { id: group, name, lost_secs, ..theirs.clone() };
        }
        let told = theirs.supers.iter().chain(others.iter().flat_map(|other| &other.supers));
        let told: Vec<Address> = told.take(2 * HEARSAY).cloned().collect();
        self.heard_of(&told, teller);
    }

    /// Nobody answers at an address, or not as a super-peer of the circle does.
    pub(super) fn failed(&mut self, at: &Address, now: Instant) {
        // What was only told is tried once.
        if self.told.remove(at).is_some() {
            self.doubted.retain(|_, since| now.duration_since(*since) < DOUBT);
            if self.doubted.len() < DOUBTED {
                self.doubted.insert(at.clone(), now);
            }
        }
        for other in self.groups.values_mut() {
            if let Some(one) = other.supers.get_mut(at) {
                *one = Super { tried: now, failed: one.failed.saturating_add(1) };
            }
        }
    }

    /// Where a group is asked, the best first.
    pub(super) fn supers_of(&self, group: GroupId) -> Vec<Address> {
        let Some(other) = self.groups.get(group.as_bytes()) else {
            return Vec::new();
        };
        let mut supers: Vec<(&Address, &Super)> = other.supers.iter().collect();
        supers.sort_by_key(|(_, one)| one.failed);
        supers.into_iter().map(|(address, _)| address.clone()).collect()
    }

    /// Whom a group has removed, as far as it has told.
    pub(super) fn removed_by(&self, group: GroupId) -> Vec<Revocation> {
        let other = self.groups.get(group.as_bytes());
        other.map(|other| other.removed.clone()).unwrap_or_default()
    }

    /// What another group is told: the own one, and a few of the others, each time others.
    pub(super) fn some(&mut self, asking: GroupId, now: Instant) -> Vec<GroupReport> {
        let mut others = self.all(now);
        let own = others.remove(0);
        others.retain(|group| group.id != asking);
        if others.len() > TOLD {
            self.told_last = (self.told_last + TOLD) % others.len();
            others.rotate_left(self.told_last);
            others.truncate(TOLD);
        }
        others.insert(0, own);
        others
    }

    /// The own group, and the others by name.
    pub(super) fn all(&self, now: Instant) -> Vec<GroupReport> {
        let report = |other: &Other| {
            let quiet = now.duration_since(other.answered);
            let supers = other.supers.keys().cloned().collect();
            let have_failed = other.supers.values().all(|one| one.failed > 0);
            let is_lost = have_failed || quiet > self.round() * 2;
            let lost_secs = is_lost.then_some(quiet.as_secs());
            GroupReport { supers, lost_secs, ..other.report.clone() }
        };
        let mut others: Vec<GroupReport> =
            self.groups.values().map(report).take(GROUPS - 1).collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        others.insert(0, self.own.clone());
        others
    }

    /// What a name means: `porto`, or `porto~1f3a` if there are two of that name.
    pub(super) fn find(&self, name: &str) -> Named {
        // Another group that calls itself like the own one is found by its digits only.
        if name == self.own.name.as_str() {
            return Named::Own;
        }
        let (name, digits) = name.split_once('~').unwrap_or((name, ""));
        let ids = self.groups.values().map(|other| &other.report);
        let alike = ids
            .filter(|report| report.name.as_str() == name && report.id.short().starts_with(digits));
        let alike: Vec<&GroupReport> = alike.collect();
        match alike[..] {
            [] => Named::Nobody,
            [one] => Named::One(one.id),
            _ => Named::Several(
                alike.iter().map(|one| format!("{name}~{}", &one.id.short()[..8])).collect(),
            ),
        }
    }
}
