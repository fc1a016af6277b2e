//! The deterministic simulator: the very `Node` of the daemon in a world of virtual time, networks, disks and people,
//! where everything that can go wrong does, and all of it follows from one seed.
//!
//! Reading order: [`world`] (what drives what) and [`rounds`], [`net`] and [`wire`] (connections), [`disk`] and
//! [`files`] and [`jobs`] (folders), [`persons`] (whose they are), [`clients`], [`faults`], [`damage`], [`traitors`], [`removals`];
//! [`oracle`] (what must hold after every event), [`answers`] (what clients are told), [`budgets`] (how much waits) and
//! [`audit`] (what is lost, what is repaired); [`converge`], [`balance`] and [`tables`] (what must hold in the end); [`plan`] (from
//! a seed to a run), [`flaws`] (bugs planted to see that they are found), [`likeness`] (whether the folder of the
//! simulator is like the real one), [`golden`] (stories), [`first_copies`] (how long the first copies take).
//!
//! `make sim SEED=42` replays a seed with its trace; `make soak SECONDS=600` runs seeds until the time is up.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a world, a fault or a flaw concerns itself with a few of all events and lets the others pass"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "seeds, traces and statistics are for people to read"
)]

mod actions;
mod agenda;
mod answers;
mod audit;
mod balance;
mod budgets;
mod clients;
mod converge;
mod damage;
mod diagrams;
mod disk;
mod drawing;
mod endings;
mod evenness;
mod fault;
mod faults;
mod files;
mod first_copies;
mod flaws;
mod golden;
mod groups;
mod host;
mod jobs;
mod kept;
mod library;
mod likeness;
mod net;
mod oracle;
mod persons;
mod pictures;
mod plan;
mod planted;
mod previews;
mod removals;
mod rereading;
#[path = "../support/rng.rs"]
mod rng;
mod rounds;
mod scale;
mod seeds;
mod settings;
mod stats;
mod story;
mod streams;
mod tables;
mod tape;
mod trace;
mod traitors;
mod twins;
#[path = "../support/verdict.rs"]
mod verdict;
mod wire;
mod world;
