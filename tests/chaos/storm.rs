//! What goes wrong in a round, and when: all of it out of a seed.

use std::thread;
use std::time::{Duration, Instant};

use crate::NODES;
use crate::mesh::{Mesh, can_kill_at_calls};
use crate::support::rng::Rng;
use crate::support::roads::Weather;
use crate::tally::Tally;

/// How bad it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    /// A few seconds of what passes quickly: no disk is lost, nobody stands still beyond a deadline.
    Squall,
    /// Everything.
    Gale,
}

/// Something that happens to a mesh.
#[derive(Clone, Debug)]
enum Fault {
    Start(usize),
    Kill(usize),
    KillAll,
    /// Killed, and started to be killed again at the nth of some system calls.
    Doom(usize, &'static str, u64),
    LoseDisk(usize),
    Leave(usize),
    Stop(usize),
    Continue(usize),
    Cut(usize, usize),
    /// The first one is not told that its connections to the second are gone.
    HalfOpen(usize, usize),
    Weather(usize, usize, Weather),
    /// No byte passes, from now on, between those in the set and the others; or all do again.
    Split(u32, Weather),
}

/// The faults of a round, each with its time since the beginning.
pub(crate) struct Plan {
    faults: Vec<(Duration, Fault)>,
    length: Duration,
}

/// System calls at which it hurts to be killed, and about how many of them one thread makes in a round: a number up to
/// this is chosen.
const CALLS: [(&str, u64); 6] = [
    ("fsync", 25),
    ("rename,renameat2,link,linkat", 8),
    ("unlink,unlinkat", 6),
    ("write,pwrite64", 40),
    ("openat", 60),
    ("sendto,sendmsg", 30),
];

impl Plan {
    pub(crate) fn new(rng: &mut Rng, strength: Strength) -> Plan {
        let gale = strength == Strength::Gale;
        let seconds = match strength {
            Strength::Squall => 4,
            // Long enough to find out that someone is silent, every now and then.
            Strength::Gale => [6, 8, 10, 18][rng.index(4)],
        };
        let mut plan = Plan { faults: Vec::new(), length: Duration::from_secs(seconds) };
        let faults = if gale { seconds * 3 / 2 } else { seconds * 2 };
        for _ in 0..faults {
            plan.add(rng, gale);
        }
        if gale && rng.percent(40) {
            plan.lose_disk(rng);
        }
        if gale && rng.percent(30) {
            let at = plan.moment(rng);
            plan.faults.push((at, Fault::KillAll));
            for node in 0..NODES {
                let back = at + rng.span(Duration::ZERO, Duration::from_secs(4));
                plan.faults.push((back, Fault::Start(node)));
            }
        }
        plan.faults.sort_by_key(|(at, _)| *at);
        plan
    }

    /// Whether a disk is lost.
    pub(crate) fn loses_disk(&self) -> bool {
        let mut faults = self.faults.iter();
        faults.any(|(_, fault)| matches!(fault, Fault::LoseDisk(_)))
    }

    /// A disk is lost, of a node that the others have not heard of for a while: whatever it has told people meanwhile
    /// had better be true without it.
    fn lose_disk(&mut self, rng: &mut Rng) {
        let (at, node) = (self.moment(rng), rng.index(NODES));
        let alone = rng.span(Duration::ZERO, Duration::from_secs(4));
        let split = |weather| Fault::Split(1 << node, weather);
        self.faults.push((at.saturating_sub(alone), split(Weather::Stall)));
        self.faults.push((at, Fault::LoseDisk(node)));
        self.faults.push((at, split(Weather::Clear)));
        let back = at + rng.span(Duration::ZERO, Duration::from_secs(4));
        self.faults.push((back, Fault::Start(node)));
    }

    /// The mesh falls apart, and when it comes together again, not all hear of it at once.
    fn partition(&mut self, rng: &mut Rng, at: Duration) {
        let set = 1 + rng.below((1 << NODES) - 2) as u32;
        let split = |weather| Fault::Split(set, weather);
        let healed = self.for_a_while(rng, at, split(Weather::Stall), split(Weather::Clear));
        for _ in 0..rng.below(4) {
            let late = healed + rng.span(Duration::ZERO, Duration::from_secs(1));
            let ways = (rng.index(NODES), rng.index(NODES));
            self.weather(rng, late, ways, Weather::Stall);
        }
    }

    /// One more fault of any kind, and its end.
    fn add(&mut self, rng: &mut Rng, gale: bool) {
        let at = self.moment(rng);
        let a = rng.index(NODES);
        let b = (a + 1 + rng.index(NODES - 1)) % NODES;
        match rng.below(if gale { 12 } else { 9 }) {
            0 | 1 => {
                self.for_a_while(rng, at, Fault::Kill(a), Fault::Start(a));
            }
            2 => {
                let (calls, most) = CALLS[rng.index(CALLS.len())];
                let nth = 1 + rng.below(most);
                self.for_a_while(rng, at, Fault::Doom(a, calls, nth), Fault::Start(a));
            }
            3 => {
                let short = rng.span(Duration::from_millis(100), Duration::from_secs(4));
                // Two seconds are a pause; after ten the others take it for dead.
                let long = rng.span(Duration::from_secs(10), Duration::from_secs(14));
                let pause = if gale && rng.percent(30) { long } else { short };
                self.faults.push((at, Fault::Stop(a)));
                self.faults.push((at + pause, Fault::Continue(a)));
            }
            4 | 5 => self.faults.push((at, Fault::Cut(a, b))),
            6 => {
                let delay = rng.span(Duration::from_millis(5), Duration::from_millis(400));
                self.weather(rng, at, (a, b), Weather::Delay(delay));
            }
            7 => self.weather(rng, at, (a, b), Weather::Trickle),
            8 => self.weather(rng, at, (a, b), Weather::Stall),
            9 => self.faults.push((at, Fault::HalfOpen(a, b))),
            10 => self.partition(rng, at),
            _ => {
                self.for_a_while(rng, at, Fault::Leave(a), Fault::Start(a));
            }
        }
    }

    fn weather(&mut self, rng: &mut Rng, at: Duration, (a, b): (usize, usize), weather: Weather) {
        let clears = Fault::Weather(a, b, Weather::Clear);
        self.for_a_while(rng, at, Fault::Weather(a, b, weather), clears);
    }

    /// A fault, and its end some seconds later, if the storm lasts that long. When it ends.
    fn for_a_while(&mut self, rng: &mut Rng, at: Duration, begin: Fault, end: Fault) -> Duration {
        let until = at + rng.span(Duration::from_millis(200), self.length / 2);
        self.faults.push((at, begin));
        self.faults.push((until, end));
        until
    }

    fn moment(&self, rng: &mut Rng) -> Duration {
        rng.span(Duration::ZERO, self.length)
    }
}

/// Lets all of a plan happen, each fault at its time.
pub(crate) fn rage(mesh: &mut Mesh, plan: &Plan, tally: &mut Tally) -> Result<(), String> {
    let start = Instant::now();
    for (at, fault) in plan.faults.iter().filter(|(at, _)| *at < plan.length) {
        thread::sleep(at.saturating_sub(start.elapsed()));
        mesh.look(tally)?;
        strike(mesh, fault, tally)?;
    }
    thread::sleep(plan.length.saturating_sub(start.elapsed()));
    Ok(())
}

fn strike(mesh: &mut Mesh, fault: &Fault, tally: &mut Tally) -> Result<(), String> {
    let happens = match *fault {
        Fault::Start(node) => {
            mesh.start(node)?;
            None
        }
        Fault::Kill(node) => mesh.kill(node).then_some("kills"),
        Fault::KillAll => {
            for node in 0..NODES {
                if mesh.kill(node) {
                    tally.count("kills");
                }
            }
            None
        }
        Fault::Doom(node, calls, nth) => {
            if can_kill_at_calls().is_ok() {
                mesh.kill(node);
                mesh.start_doomed(node, calls, nth, tally);
            }
            None
        }
        Fault::LoseDisk(node) => {
            mesh.lose_disk(node)?;
            Some("disks lost")
        }
        Fault::Leave(node) => mesh.leave(node)?.then_some("leaves"),
        Fault::Stop(node) => mesh.pause(node, true)?.then_some("stops"),
        Fault::Continue(node) => {
            mesh.pause(node, false)?;
            None
        }
        Fault::Cut(a, b) => {
            mesh.roads.cut(a, b);
            Some("cuts")
        }
        Fault::HalfOpen(a, b) => {
            mesh.roads.lose(a, b);
            Some("half-open")
        }
        Fault::Weather(a, b, weather) => {
            mesh.roads.weather(a, b, weather);
            (weather != Weather::Clear).then_some("slow or stalled ways")
        }
        Fault::Split(set, weather) => {
            split(mesh, set, weather);
            (weather != Weather::Clear).then_some("partitions")
        }
    };
    if let Some(kind) = happens {
        tally.count(kind);
    }
    Ok(())
}

/// The same weather on all ways between those in a set and the others.
fn split(mesh: &Mesh, set: u32, weather: Weather) {
    let inside = |node: usize| set >> node & 1 == 1;
    for from in 0..NODES {
        for to in (0..NODES).filter(|to| inside(*to) != inside(from)) {
            mesh.roads.weather(from, to, weather);
        }
    }
}
