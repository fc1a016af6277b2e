//! Every order of events in which two to four nodes, one person a traitor or none, give up copies of a photo: searched.
//!
//! Each node is a [`Custody`] with a round, a disk and wires; all that is not told here (who is asked, and when
//! anything is begun, answered, given up or late) happens in every way. The photo is on as many disks as the search has
//! nodes, and may never be on fewer than `copies`. Time stands still, so what rests on time is said as what it comes
//! to: a promise is over only when the round that relies on it is, and a node that has crashed is fit again only when
//! every round is over that it may have promised something to.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::Time;
use super::super::custody::{AboutToGo, Custody, GiveWay, Obstacle, Standing};
use crate::photo::{Nonce, PhotoId};
use crate::protocol::NodeId;

pub(super) const PHOTO: PhotoId = PhotoId([7; 32]);

pub(super) fn node(at: usize) -> NodeId {
    NodeId(at as u64 + 1)
}

pub(super) fn nonce(of: usize, round: u8) -> Nonce {
    Nonce([of as u8 * 16 + round; 32])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Stored,
    Trash,
    Deleted,
}

#[derive(Clone, Debug, Hash)]
enum Word {
    Challenge(Nonce),
    Proof(Nonce),
    Refusal(Nonce),
    Release(Nonce),
    /// The link is closed: what comes after it was said in another life.
    Closed,
}

/// A round of challenges, with a bit for each node.
#[derive(Clone, Debug, Hash)]
struct Round {
    nonce: Nonce,
    proven: u8,
    refused: u8,
    acting: bool,
    /// Nodes that have crashed since they were asked.
    forgotten: u8,
}

#[derive(Clone, Debug, Hash)]
struct Machine {
    custody: Custody,
    place: Place,
    round: Option<Round>,
    rounds_left: u8,
    /// Proofs that are being computed: for whom, and for which round.
    computing: VecDeque<(usize, Nonce)>,
    /// It has started anew and may have promised what it does not remember.
    started: bool,
    /// The disk is at a round that the node has given up, which cannot happen.
    stray: bool,
}

/// The conditions that are in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nets {
    /// Who is giving up its copy proves it to nobody lower, and gives way to who is higher.
    pub(super) refusal: bool,
    /// When the disk is at it, it is too late to give way.
    pub(super) too_late: bool,
    /// What was promised to another node stays.
    pub(super) pins: bool,
    /// A promise outlasts the round that relies on it.
    pub(super) long_pins: bool,
    /// Who has just started gives up nothing.
    pub(super) wait_after_start: bool,
    /// As many others must prove it as there are to be copies; else one fewer.
    pub(super) all_proofs: bool,
    /// Another person counts once, however many of their nodes prove.
    pub(super) by_person: bool,
}

pub(super) const ALL: Nets = Nets {
    refusal: true,
    too_late: true,
    pins: true,
    long_pins: true,
    wait_after_start: true,
    all_proofs: true,
    by_person: true,
};

pub(super) const NO_PINS: Nets =
    Nets { pins: false, long_pins: false, wait_after_start: false, ..ALL };

#[derive(Clone, Debug, Hash)]
struct World {
    machines: Vec<Machine>,
    wires: Vec<VecDeque<Word>>,
    crashes_left: u8,
}

struct Search<'a> {
    nodes: usize,
    copies: usize,
    nets: Nets,
    /// The person whose node each is, and the one of them whose nodes prove everything and have nothing.
    people: &'a [u8],
    traitor: Option<u8>,
}

impl Search<'_> {
    /// The fewest copies on disk in any state that some order of events leads to, and how many states there are.
    fn run(&self, rounds: &[u8], crashes: u8) -> (usize, usize) {
        let machine = |(at, rounds_left): (usize, &u8)| Machine {
            custody: Custody::default(),
            place: if self.is_traitor(at) { Place::Deleted } else { Place::Stored },
            round: None,
            rounds_left: *rounds_left,
            computing: VecDeque::new(),
            started: false,
            stray: false,
        };
        let start = World {
            machines: rounds.iter().enumerate().map(machine).collect(),
            wires: vec![VecDeque::new(); self.nodes * self.nodes],
            crashes_left: crashes,
        };
        let mut seen = HashSet::new();
        let mut open = vec![start];
        let mut fewest = self.nodes;
        while let Some(world) = open.pop() {
            if !seen.insert(fingerprint(&world)) {
                continue;
            }
            let stored =
                world.machines.iter().filter(|machine| machine.place == Place::Stored).count();
            fewest = fewest.min(stored);
            if fewest < self.copies - usize::from(self.traitor.is_some()) {
                break;
            }
            self.steps(&world, &mut open);
        }
        (fewest, seen.len())
    }

    /// All that can happen next.
    fn steps(&self, world: &World, open: &mut Vec<World>) {
        let mut then = |change: &dyn Fn(&mut World)| {
            let mut next = world.clone();
            change(&mut next);
            open.push(next);
        };
        for at in 0..self.nodes {
            let machine = &world.machines[at];
            if self.may_begin(at, machine) {
                then(&|world| self.begin(world, at));
            }
            for from in 0..self.nodes {
                if !world.wires[from * self.nodes + at].is_empty() {
                    then(&|world| self.deliver(world, from, at));
                }
            }
            if !machine.computing.is_empty() {
                then(&|world| self.computed(world, at));
            }
            match &machine.round {
                Some(round) if round.acting => {
                    then(&|world| self.put_away(world, at));
                    // The disk was late, or could not.
                    then(&|world| self.end(world, at));
                }
                Some(_) => then(&|world| self.end(world, at)),
                None if machine.stray => then(&|world| world.machines[at].stray_acts()),
                None => {}
            }
            for asker in 0..self.nodes {
                for number in 0..2 {
                    let nonce = nonce(asker, number);
                    let round = world.machines[asker].round.as_ref();
                    let over = round.is_none_or(|round| round.nonce != nonce);
                    let pinned = machine.custody.is_pinned(PHOTO);
                    if pinned && (over || !self.nets.long_pins) {
                        then(&|world| {
                            world.machines[at].custody.release(PHOTO, nonce, node(asker));
                        });
                    }
                }
            }
            let rounds = world.machines.iter().filter_map(|machine| machine.round.as_ref());
            let may_rely = rounds.into_iter().any(|round| round.forgotten >> at & 1 == 1);
            if machine.started && !may_rely {
                then(&|world| world.machines[at].started = false);
            }
            if world.crashes_left > 0 {
                then(&|world| self.crash(world, at));
            }
        }
    }

    fn is_traitor(&self, at: usize) -> bool {
        self.traitor == Some(self.people[at])
    }

    /// How many voices these other nodes have for the one at `at`.
    fn voices(&self, at: usize, nodes: u8) -> usize {
        let alone = |node: usize| !self.nets.by_person || self.people[node] == self.people[at];
        let voice = |node| if alone(node) { 8 + node } else { usize::from(self.people[node]) };
        let spoken = (0..self.nodes).filter(|node| nodes >> node & 1 == 1);
        spoken.fold(0_u32, |voices, node| voices | 1 << voice(node)).count_ones() as usize
    }

    fn others(&self, at: usize) -> u8 {
        ((1 << self.nodes) - 1) & !(1 << at)
    }

    fn may_begin(&self, at: usize, machine: &Machine) -> bool {
        let standing = Standing {
            unfit: machine.started.then_some(Obstacle::JustStarted(1)),
            settled: true,
            others: self.voices(at, self.others(at)),
            needed: self.copies,
            by_owner: false,
        };
        let mut obstacles = machine.custody.obstacles(PHOTO, PHOTO, &standing);
        let left_out = |obstacle| match obstacle {
            Obstacle::Promised => !self.nets.pins,
            Obstacle::JustStarted(_) => !self.nets.wait_after_start,
            _ => false,
        };
        let free = machine.round.is_none() && !machine.stray;
        free && machine.rounds_left > 0
            && machine.place != Place::Deleted
            && obstacles.all(left_out)
    }

    fn begin(&self, world: &mut World, at: usize) {
        let machine = &mut world.machines[at];
        machine.rounds_left -= 1;
        let nonce = nonce(at, machine.rounds_left);
        machine.round = Some(Round { nonce, proven: 0, refused: 0, acting: false, forgotten: 0 });
        machine.custody.leaves(PHOTO, None, None);
        self.say_to_all(world, at, &Word::Challenge(nonce));
    }

    fn deliver(&self, world: &mut World, from: usize, at: usize) {
        let Some(word) = world.wires[from * self.nodes + at].pop_front() else { return };
        let machine = &mut world.machines[at];
        match word {
            Word::Challenge(nonce) => self.challenged(world, from, at, nonce),
            Word::Release(nonce) => machine.custody.release(PHOTO, nonce, node(from)),
            Word::Proof(nonce) => self.replied(world, from, at, Some(nonce), true),
            Word::Refusal(nonce) => self.replied(world, from, at, Some(nonce), false),
            Word::Closed => self.replied(world, from, at, None, false),
        }
    }

    fn challenged(&self, world: &mut World, from: usize, at: usize, nonce: Nonce) {
        if self.is_traitor(at) {
            return self.say(world, at, from, Word::Proof(nonce));
        }
        let machine = &mut world.machines[at];
        let mut answer = machine.custody.may_promise(node(at), node(from), PHOTO);
        if !self.nets.refusal {
            answer = Ok(GiveWay::No);
        } else if !self.nets.too_late && node(from) > node(at) && answer == Err(AboutToGo) {
            machine.stray = true;
            answer = Ok(GiveWay::Yes);
        }
        if answer == Ok(GiveWay::Yes) {
            self.end(world, at);
        }
        let machine = &mut world.machines[at];
        if answer.is_err() || machine.place != Place::Stored {
            self.say(world, at, from, Word::Refusal(nonce));
        } else {
            machine.custody.promise(PHOTO, nonce, node(from), Time::default());
            machine.computing.push_back((from, nonce));
            // Of four nodes there are too many states to have it take time, too.
            if self.nodes > 3 {
                self.computed(world, at);
            }
        }
    }

    fn computed(&self, world: &mut World, at: usize) {
        let machine = &mut world.machines[at];
        let Some((asker, nonce)) = machine.computing.pop_front() else { return };
        if !machine.custody.renew(PHOTO, (nonce, node(asker)), Time::default()) {
            return;
        }
        if machine.place == Place::Stored {
            self.say(world, at, asker, Word::Proof(nonce));
        } else {
            machine.custody.release(PHOTO, nonce, node(asker));
            self.say(world, at, asker, Word::Refusal(nonce));
        }
    }

    /// An answer to a challenge has come, or the link to who was asked is closed.
    fn replied(&self, world: &mut World, from: usize, at: usize, to: Option<Nonce>, proven: bool) {
        let machine = &mut world.machines[at];
        let Some(round) = machine.round.as_mut().filter(|round| !round.acting) else { return };
        if to.is_some_and(|nonce| nonce != round.nonce) {
            return;
        }
        let bit = 1 << from;
        if proven && round.refused & bit == 0 {
            round.proven |= bit;
        } else if !proven {
            round.refused |= bit;
            round.proven &= !bit;
        }
        let needed = self.copies - usize::from(!self.nets.all_proofs);
        let (proven, possible) = (round.proven, self.others(at) & !round.refused);
        if self.voices(at, proven) >= needed {
            round.acting = true;
            machine.custody.acts(PHOTO);
        } else if self.voices(at, possible) < needed {
            self.end(world, at);
        }
    }

    fn put_away(&self, world: &mut World, at: usize) {
        let place = &mut world.machines[at].place;
        *place = if *place == Place::Stored { Place::Trash } else { Place::Deleted };
        self.end(world, at);
    }

    fn end(&self, world: &mut World, at: usize) {
        let machine = &mut world.machines[at];
        machine.custody.ends(PHOTO);
        if let Some(round) = machine.round.take() {
            self.say_to_all(world, at, &Word::Release(round.nonce));
        }
    }

    /// A node forgets all but what is on its disk, and its links are closed.
    fn crash(&self, world: &mut World, at: usize) {
        world.crashes_left -= 1;
        let machine = &mut world.machines[at];
        machine.custody = Custody::default();
        machine.round = None;
        machine.computing.clear();
        machine.started = true;
        for other in (0..self.nodes).filter(|other| *other != at) {
            world.wires[other * self.nodes + at].clear();
            self.say(world, at, other, Word::Closed);
            if let Some(round) = &mut world.machines[other].round {
                round.forgotten |= 1 << at;
            }
        }
    }

    fn say_to_all(&self, world: &mut World, from: usize, word: &Word) {
        for to in (0..self.nodes).filter(|to| *to != from) {
            self.say(world, from, to, word.clone());
        }
    }

    fn say(&self, world: &mut World, from: usize, to: usize, word: Word) {
        world.wires[from * self.nodes + to].push_back(word);
    }
}

impl Machine {
    fn stray_acts(&mut self) {
        self.stray = false;
        self.place = Place::Trash;
    }
}

/// 128 bits of a state: two that are not the same have the same ones less often than memory errs.
fn fingerprint(world: &World) -> u128 {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        world.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// The fewest copies that any order of events leaves, and how many states there are, where each node may begin as many
/// rounds and so many crash. Each node is somebody else's.
pub(super) fn search(copies: usize, rounds: &[u8], crashes: u8, nets: Nets) -> (usize, usize) {
    let (nodes, people) = (rounds.len(), (0..).take(rounds.len()).collect::<Vec<u8>>());
    Search { nodes, copies, nets, people: &people, traitor: None }.run(rounds, crashes)
}

/// The fewest honest copies, where two are wanted, each node is one of these people's, and the last one is a traitor.
pub(super) fn search_betrayed(rounds: &[u8], crashes: u8, people: &[u8], nets: Nets) -> usize {
    let (nodes, traitor) = (rounds.len(), people.last().copied());
    Search { nodes, copies: 2, nets, people, traitor }.run(rounds, crashes).0
}
