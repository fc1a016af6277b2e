//! Whose computers they are, and what is counted by person: a plain definition, which asks nothing of the core.
//!
//! In some runs the hosts belong to the members of a group, each of whom has one or several. Who holds and proves
//! everything with several nodes, and vanishes with all of them at once, must take nothing along: he may have planned
//! it.

use std::collections::{BTreeMap, BTreeSet};

use photomesh::protocol::group::GroupFile;

use crate::flaws::Flaw;
use crate::rng::Rng;
use crate::world::World;

/// What the members are called.
const NAMES: [&str; 7] = ["ana", "ben", "carl", "dora", "eva", "finn", "gus"];

/// The group of a run, its secrets from the seed.
fn group(seed: u64) -> (GroupFile, Rng) {
    let mut rng = Rng::new(seed, 11);
    (GroupFile::new(rng.bytes(), rng.bytes()), rng)
}

impl World {
    /// The hosts belong to so many members of a group, in whatever way, each of whom has at least one.
    pub(crate) fn found_group(&mut self, members: usize, rng: &mut Rng) {
        let hosts = self.hosts.len();
        let mut persons: Vec<usize> =
            (0..hosts).map(|host| if host < members { host } else { rng.index(members) }).collect();
        rng.shuffle(&mut persons);
        let (mut group, mut secrets) = group(self.settings.seed);
        let mut files = BTreeMap::new();
        for (host, person) in persons.into_iter().enumerate() {
            self.hosts[host].person = person;
            // With one flaw each of a person's computers passes for somebody else's.
            let nodes_are_persons = self.has(Flaw::VoicesByNode);
            let name = match nodes_are_persons {
                true => format!("{}-{}", NAMES[person], self.hosts[host].name),
                false => NAMES[person].to_owned(),
            };
            self.note(host, &format!("is {name}'s"));
            let file = files.entry(name.clone()).or_insert_with(|| {
                let name = name.parse().expect("a name");
                group.invite(name, secrets.bytes(), 0).expect("room in the group")
            });
            self.hosts[host].disk.member = Some(file.clone());
        }
    }

    pub(crate) fn is_group(&self) -> bool {
        self.hosts.iter().any(|host| host.disk.member.is_some())
    }

    /// How many persons have these hosts.
    pub(crate) fn persons(&self, hosts: impl IntoIterator<Item = usize>) -> usize {
        let persons = hosts.into_iter().map(|host| self.hosts[host].person);
        persons.collect::<BTreeSet<_>>().len()
    }

    /// How many copies the persons agree on. In a group no single one decides: it is what the second one wishes, too, or
    /// two if any of them wishes two or more.
    pub(crate) fn agreed(&self) -> usize {
        let mut wishes: BTreeMap<usize, usize> = BTreeMap::new();
        for host in &self.hosts {
            let wish = wishes.entry(host.person).or_default();
            *wish = (host.copies as usize).max(*wish);
        }
        let mut wishes: Vec<usize> = wishes.into_values().collect();
        wishes.sort_unstable();
        match wishes[..] {
            [.., second, highest] if self.is_group() => second.max(highest.min(2)),
            [.., highest] => highest,
            [] => 0,
        }
    }

    /// On how many nodes each photo can be.
    pub(crate) fn wanted(&self) -> usize {
        self.agreed().min(self.hosts.len())
    }

    /// Whether a photo on these hosts is on enough nodes, of enough persons.
    pub(crate) fn is_spread(&self, hosts: &[usize]) -> bool {
        let members = self.agreed().min(self.persons(0..self.hosts.len()));
        hosts.len() >= self.wanted() && self.persons(hosts.iter().copied()) >= members
    }

    /// How many independent proofs some hosts can give another one: all those of another person's are one, and each
    /// other one of its own person's.
    pub(crate) fn voices(&self, asker: usize, hosts: impl Iterator<Item = usize>) -> usize {
        let person = |host: usize| self.hosts[host].person;
        let voice = |host: usize| {
            let own = person(host) == person(asker);
            (person(host), own.then_some(host))
        };
        let others = hosts.filter(|host| *host != asker);
        others.map(voice).collect::<BTreeSet<_>>().len()
    }

    /// What may be damaged together with a host: all of a person's hosts stand in one house. Those of a person who is
    /// alone stand in different ones, since else there is nothing that could be promised.
    pub(crate) fn house(&self, host: usize) -> usize {
        match self.persons(0..self.hosts.len()) {
            1 => host,
            _ => self.hosts[host].person,
        }
    }

    pub(crate) fn houses(&self, hosts: impl IntoIterator<Item = usize>) -> usize {
        hosts.into_iter().map(|host| self.house(host)).collect::<BTreeSet<_>>().len()
    }

    /// Whether photos on these hosts must outlive what may be damaged at a time.
    pub(crate) fn is_safe_on(&self, hosts: &[usize]) -> bool {
        let all = self.houses(0..self.hosts.len());
        self.houses(hosts.iter().copied()) >= self.agreed().min(all)
    }
}
