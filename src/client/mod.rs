//! The client: the commands of people and scripts, one file for each.
//!
//! ```text
//!   command line ─▶ Daemon::connect ─▶ a command ──── Request ───▶ daemon
//!                   (and, in a group,      │    ◀──── Answer ─────
//!                    who is who)           │
//!                                          ├─ data ─────▶ standard output, or a buffer in tests
//!                                          ├─ notes, progress, questions ─▶ standard error
//!                                          └─ Failure ──▶ exit code
//! ```
//!
//! # What it promises
//!
//! **A script can rely on it.** Data go to the given output and nothing else does; `--json` gives one object a line,
//! and a line stays one line, whatever the names in it. Every [`Failure`] has an exit code and a text for people. A
//! reader that has heard enough (`photomesh list | head`) is no failure.
//!
//! **A daemon is a foreign program.** A photo is saved only if its bytes have the digest that was announced. A name
//! becomes a file's only as a [`SafeName`](crate::protocol::SafeName), and no words of a daemon reach a terminal with
//! characters that could move its cursor. A list whose pages go back, or never end, is refused. In a group the daemon
//! must prove that a member has signed for it, before it is told more than who asks.
//!
//! **It does not wait for ever.** A daemon has a time to begin its answer; from then on every byte that arrives buys
//! the next ones a little more, so a slow line is borne and a silent one is not.
//!
//! **What it writes is there as a whole or not at all.** A fetched photo is written beside its place, checked, synced
//! and renamed; on its way to another output it lies in a file without a name until it is checked. If it breaks off, or
//! is not what it should be, it is asked for again, three times in all. No photo is ever in memory as a whole, and no
//! file is replaced unless that is asked for.
//!
//! # Its state, and who changes it
//!
//! A [`Daemon`] is one connection with one request under way, and there is nothing else: no cache, no settings, no file
//! of its own. Each command is a function of a connected daemon, its arguments and the output.
//!
//! Some are a little different. [`put`](put()) makes a connection for each file, because a daemon that refuses one
//! half-way closes it, and [`get`](get()) one for each attempt. [`fingerprint`](fingerprint()) and [`same`](same()) ask
//! nobody: they look at files by the rules of [`crate::photo`]. The founder's commands ask nobody either; they change the
//! group's file under a lock. [`invite`] makes a secret, so it writes to standard output itself, and first closes the file
//! behind it to other users.
//!
//! # What is where, in reading order
//!
//! 1. `connection`: asking, alone and for page after page. `patience`: how long. `failure`: exit codes.
//! 2. `list`, `get` (`fetch` has the bytes, `save` the file, `viewer` shows it) and `put` (`below`: a whole folder;
//!    `rehearsal`: a dry run): the three that everybody needs. `pattern` and `near`: names with `*`, and nearly right
//!    ones. `dates`: when a photo was taken. `screen`: tables, JSON and foreign text; `prose`: whole words on any
//!    terminal.
//! 3. `explain` (`show`, `why`), `duplicates`, `distinct`, `similar`: pictures with several versions.
//! 4. `status` (`watch`: again and again; `disks`: how full they are), `plan`, `at_risk`: the mesh, what is going to move
//!    in it, and what depends on whom. `members` with `forget`, `trash`, `remove`: what an owner does in it.
//! 5. `sketch`: pictures on a terminal, alone and in pairs. `group`: the files of a group. `fingerprint`, `same`: recognition, for those who
//!    want to measure it.
//!
//! # What is left out
//!
//! A client is not part of the mesh. It knows one daemon, and tries no other one if that is silent: the text of the
//! failure tells a person what to look at. It never looks into a daemon's folder either, not even on the same computer.

mod abroad;
mod at_risk;
mod below;
mod connection;
pub(crate) mod dates;
pub(crate) mod disks;
mod distinct;
mod drain;
mod duplicates;
mod explain;
mod failure;
mod fetch;
mod fingerprint;
mod get;
mod group;
mod list;
mod members;
mod near;
pub(crate) mod patience;
mod pattern;
mod plan;
mod prose;
mod put;
mod rehearsal;
mod remove;
mod same;
mod save;
mod screen;
mod similar;
mod sketch;
mod status;
mod tally;
#[cfg(test)]
mod tests;
mod trash;
mod viewer;
mod watch;

pub use crate::photo::FIRST_LOOK;
pub use abroad::{abroad, elsewhere, groups, list_all, other_groups, super_peer};
pub use at_risk::at_risk;
pub use connection::Daemon;
pub use dates::{Days, Span};
pub use distinct::distinct;
pub use drain::drain;
pub use duplicates::duplicates;
pub use explain::{show, why};
pub use failure::Failure;
pub use fingerprint::fingerprint;
pub use get::{Destination, Get, get};
pub use group::{
    invite, new_circle, new_group, read_circle, read_member, remove_member, show_file,
};
pub use list::{Layout, List, Sort, list};
pub use members::{forget, members, tell};
pub use near::near;
pub use plan::plan;
pub use prose::Prose;
pub use put::{Put, put};
pub use remove::{Consent, remove};
pub use same::{Looks, same};
pub use similar::similar;
pub use status::{Health, status};
pub use trash::{trash_list, trash_purge, trash_restore};
pub(crate) use viewer::open_in_system;
pub use watch::watch;
