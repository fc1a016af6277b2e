//! The daemon: all threads and sockets, around a [`Node`] that knows of neither.
//!
//! ```text
//! socket ──▶ reader ──┬──▶ inbox ────┐                              ┌──▶ writer ──▶ socket
//! accept, dial ───────┤              ├──▶ state thread ──▶ outboxes
//!                     └──▶ clients ──┤    Node::step      └──▶ jobs ──▶ folder ──▶ hash, prove
//! clock, signals, folder's results ──┘                                 scan ──┘
//! ```
//!
//! | thread | owns | blocks on | ends when |
//! |---|---|---|---|
//! | main: the state thread | the [`Node`], the ways to all links | its event channels, nothing else | the node exits |
//! | `accept` | the listening socket | `accept` | a flag is set and a connection wakes it |
//! | `rd-PORT`, a daemon's | a link's reading end | its socket; a full inbox; room for a frame | the socket ends |
//! | `rd-PORT`, a client's | a link's reading end | its socket; a full inbox; its turn | the socket ends |
//! | `wr-PORT` | a link's writing end | its socket; nothing to write | its reader, its outbox or the socket ends |
//! | `folder` | the [`Folder`] | its jobs, the disk | told to, after all jobs before |
//! | `hash-N`, `reread-N`, `draw-N`, `prove`, `compare`, `scan` | nothing | their queues, the disk | the folder thread ends |
//! | `drain`, two at the end | an inbox each | the links, which tell it what nobody waits for | they have ended |
//! | `gallery`, `super-peer`, with `-err` | another process | what that says | the process ends |
//! | `trace` | the file of the trace | its queue, the disk | nobody is left who could say anything |
//! | `console` | stderr | its queue, the terminal | all other threads have ended |
//!
//! The ports are those of the other side, so that a debugger shows which link a thread belongs to. A connection has both
//! threads as soon as its first frame has told who is there, a daemon or a client.
//!
//! # Reading order
//!
//! `opening` finds out whether the folder can be used. `socket` has the types of one connection, `inbox`, `room`, `seats`
//! and `services` what its threads share with the rest. Then the rooms with threads in them: `state`, where the [`Node`] runs; `door`, where connections begin; `peer`
//! and `client`, which serve the two kinds of them; and `disk`, which works on the folder. No two of them import each
//! other.
//!
//! # What blocks on whom
//!
//! The state thread waits for events and for nothing else; that everything else may wait for it is what makes the
//! others' bounded queues safe. What it sends never waits: a link whose outbox is full is closed as too slow, and the
//! folder's queue is kept short by taking nothing from links while it is long (see [`disk`]).
//!
//! # The end
//!
//! The node exits; every daemon's writer sends what waits and ends, a client's finishes the answer that it is writing;
//! `accept` stops; links that remain are shut, which wakes their threads; the folder's threads do what they were given;
//! the process exits. Each step has a bounded time. A panic in the main thread ends the process, and one in a thread
//! that the daemon needs does so too.

mod client;
mod clock;
mod companion;
mod console;
mod disk;
mod door;
mod ending;
mod inbox;
mod limits;
mod opening;
mod own_address;
mod peer;
mod repeats;
mod room;
mod seats;
mod services;
mod socket;
mod state;
#[cfg(test)]
mod tests;
mod threads;
mod trace;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crossbeam_channel::bounded;
use sd_notify::NotifyState;

use self::console::Console;
pub use self::console::Log;
use self::disk::Workers;
use self::limits::{
    DEADLINES, FRAMES, FRAMES_OF_SPEAKER, INBOX, MAX_CONNECTIONS, READING, READING_OF_SPEAKER,
    REPORTS, RESERVED_FILES,
};
use self::room::Room;
use self::state::{Sources, State};
use self::trace::{NodeTrace, Trace};
use crate::folder::Folder;
pub use crate::folder::Reserve;
pub use crate::node::Level;
use crate::node::{Config, Node};
use crate::platform;
use crate::process::wish_on_signal;
use crate::protocol::secure::Credentials;
use crate::protocol::{Address, Boot, MemberFile, Membership, NodeName, in_words};
use crate::trace::Author;
use disk::jobs::Disk;
use door::dialer::Dialer;
use door::listener::Listener;
use services::{InGroup, Services};

/// How a daemon is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The friend's photos; made if it is not there.
    pub folder: PathBuf,
    /// The interface to listen on: a name or a literal address.
    pub host: String,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Where others reach this daemon, if that is not where it listens.
    pub advertise: Option<Address>,
    /// Whose daemon it is, in a group of friends; without it, it stays on this computer.
    pub member: Option<MemberFile>,
    /// The folder may be another member's, or of another group, or of none: it changes hands on purpose.
    pub change_group: bool,
    /// What people call this node; without it, as its computer is called.
    pub name: Option<NodeName>,
    /// Daemons to join through.
    pub join: Vec<Address>,
    /// How many copies of every photo are wanted.
    pub copies: u32,
    /// How long a node may be away before its photos are copied elsewhere.
    pub grace: Duration,
    /// How long a proof binds its giver at most.
    pub pin: Duration,
    /// How many bytes of the collection may lie in the folder; without it, as many as find room.
    pub capacity: Option<u64>,
    /// How much of the disk is to stay free of others' photos.
    pub reserve: Reserve,
    /// How many bytes of others' photos stay besides because clients have asked for them.
    pub cache: u64,
    /// The friend's own photos may move to other disks like any others.
    pub pool: bool,
    /// No original is moved to the trash for the mesh's sake.
    pub keep_originals: bool,
    /// Worse versions go to the trash as fast as they can.
    pub retire_now: bool,
    /// Other groups may see the friend's own photos, through the super-peers of the friend's group.
    pub share: bool,
    /// Start even though far too many photos are missing: they were taken away on purpose.
    pub accept_missing: bool,
    /// After how many days of running what lies in the trash may be purged.
    pub trash_days: u32,
    /// Within how many days all photos are read and checked.
    pub scrub_days: u32,
    /// The arguments with which this program is started as a gallery for the owner, if it is to be. Whom it asks is
    /// added.
    pub gallery: Option<Vec<OsString>>,
    /// The same for a super-peer, and where that listens.
    pub super_peer: Option<Vec<OsString>>,
    /// See `super_peer`.
    pub super_at: Option<Address>,
    /// What is written to the log.
    pub log: Log,
    /// The file to which the trace is added, if there is to be one.
    pub trace: Option<PathBuf>,
}

/// Why a daemon could not start or go on.
struct Failure {
    code: u8,
    message: String,
}

/// The exit code for a command line that cannot be followed.
const USAGE: u8 = 2;

/// The exit code if a folder cannot be made (`EX_CANTCREAT`).
const CANNOT_CREATE: u8 = 73;

/// The exit code if it may be tried again later (`EX_TEMPFAIL`): the port or the folder is taken.
const IN_USE: u8 = 75;

/// The exit code for trouble with files, sockets or threads (`EX_IOERR`).
const IO_ERROR: u8 = 74;

impl Failure {
    fn io(what: &str, error: impl fmt::Display) -> Failure {
        Failure { code: IO_ERROR, message: format!("{what}: {}", in_words(&error)) }
    }
}

/// Runs a daemon until it is told to stop. To be called once, from the main thread, which becomes the state thread.
///
/// Prints `listening on HOST:PORT` as the first line on stdout once it accepts connections; logs to stderr. The first
/// SIGINT or SIGTERM makes it hand over and leave, the second ends the process at once.
///
/// # Errors
///
/// Told on stderr. The exit code, which is returned, is 0 after a wanted stop, 2 if the options do not go together or
/// others can read a secret, 73 if the folder cannot be made, 74 if it, or the port, cannot be used or the folder can no
/// longer be trusted, 75 if one of them is in use.
pub fn run(options: Options) -> u8 {
    match serve(options) {
        Ok(()) => 0,
        Err(failure) => {
            // There is nowhere to report that an error cannot be reported.
            let _ = writeln!(io::stderr(), "photomesh: {}", failure.message);
            failure.code
        }
    }
}

fn serve(options: Options) -> Result<(), Failure> {
    let capacity = raise_file_limit();
    let socket = opening::ports(&options)?;
    let address = own_address::find(&options, &socket)?;
    let folder = opening::open(&options)?;
    let group = in_group(&options, &folder);
    let config = configure(&options, &folder, &address, group.as_ref())?;

    let (wish, signals) = bounded(1);
    wish_on_signal(wish).map_err(|error| Failure::io("cannot watch for signals", error))?;
    let threads = |error| Failure::io("cannot start a thread", error);
    let console = Console::start(config.node, options.log).map_err(threads)?;
    if folder.was_open_to_others() {
        let text = "other users could enter .photomesh, with friends' photos in it; now nobody but you can";
        console.news("folder", text);
    }
    let (disk, jobs) = Disk::new();
    let (inbox, events) = bounded(INBOX);
    let (clients, requests) = bounded(INBOX);
    let (reports, results) = bounded(REPORTS);
    let previews = folder.previews();
    let trace = start_trace(&options, &config, &console);
    let services = Services {
        inbox,
        clients,
        reading: Room::new(READING, READING_OF_SPEAKER),
        room: Room::new(FRAMES, FRAMES_OF_SPEAKER),
        seats: Arc::default(),
        disk: disk.clone(),
        previews: previews.clone(),
        console: console.clone(),
        trace: trace.clone(),
        next_link: Arc::new(AtomicU64::new(1)),
        deadlines: DEADLINES,
        group: group.map(Arc::new),
    };
    let workers =
        Workers::start((folder, &previews), (disk.clone(), jobs), reports, console.clone())
            .map_err(threads)?;
    let listener = Listener::start(socket, services.clone(), capacity).map_err(threads)?;
    announce(&address);
    welcome(&options, &config, &console);
    start_beside(&options, &address, &console).map_err(threads)?;

    let of_node = NodeTrace::new(trace.clone(), config.grace, config.pin);
    let node = Node::new(config);
    let mut state = State::new(node, disk, Dialer::new(services), console.clone(), of_node);
    let sources = Sources { inbox: events, clients: requests, reports: results, signals };
    let error = state.run(&sources);
    // What is still told is thrown away, with the ways to answer in it: so whoever waits for an answer hears that none
    // comes, and links of other daemons live until the goodbye is sent. If there is no thread for that, they end a
    // little earlier.
    let Sources { inbox, clients, .. } = sources;
    for inputs in [inbox, clients] {
        let _ = threads::spawn("drain", move || inputs.iter().for_each(drop));
    }
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    ending::stop(state, listener, workers);
    trace.flush();
    console.flush();
    match error {
        None => Ok(()),
        Some(message) => Err(Failure { code: IO_ERROR, message }),
    }
}

/// Starts the trace, if there is to be one.
fn start_trace(options: &Options, config: &Config, console: &Console) -> Trace {
    options.trace.as_ref().map_or_else(Trace::default, |path| {
        let author = Author::new(config.node, &config.name.to_string(), config.boot);
        Trace::start(path, author, console)
    })
}

/// Starts the programs that are to run beside this one.
fn start_beside(options: &Options, address: &Address, console: &Console) -> io::Result<()> {
    let beside = [("gallery", &options.gallery), ("super-peer", &options.super_peer)];
    for (name, arguments) in beside {
        if let Some(mut arguments) = arguments.clone() {
            arguments.push(format!("--daemon={}", own_address::for_clients(address)).into());
            companion::start(name, arguments, console.clone())?;
        }
    }
    Ok(())
}

/// Allows this process as many open files as it can use; how many connections it may then have.
fn raise_file_limit() -> usize {
    let wanted = MAX_CONNECTIONS as u64 + RESERVED_FILES;
    // Without a raise there are fewer connections, no more.
    let allowed = platform::allow_files(wanted).unwrap_or(RESERVED_FILES);
    let connections = allowed.saturating_sub(RESERVED_FILES).max(allowed / 2);
    usize::try_from(connections).unwrap_or(MAX_CONNECTIONS).min(MAX_CONNECTIONS)
}

/// What makes this daemon one of its group's, if it is of one: the member signs the key of the node's links.
fn in_group(options: &Options, folder: &Folder) -> Option<InGroup> {
    let MemberFile { shared, key, certificate } = options.member.as_ref()?;
    let identity = folder.identity();
    Some(InGroup {
        credentials: Credentials { group: shared.clone(), own: identity.link_secret() },
        membership: Membership::sign(certificate, key, identity.link_public()),
        name: name(options),
    })
}

/// What people call this node: as they say, else as this computer is called.
fn name(options: &Options) -> NodeName {
    let host = || NodeName::like(&platform::host_name());
    options.name.unwrap_or_else(host)
}

/// A folder for people: where it is, from whatever folder they have named it.
fn shown(folder: &Path) -> String {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).display().to_string()
}

/// What can be done to a daemon without a group, and by whom.
const NO_GROUP: &str = "no group (--member): any program on this computer may do anything here, and no other computer can join";

fn configure(
    options: &Options,
    folder: &Folder,
    address: &Address,
    group: Option<&InGroup>,
) -> Result<Config, Failure> {
    let mut seed = [0; 32];
    let mut boot = [0; 8];
    getrandom::fill(&mut seed)
        .and_then(|()| getrandom::fill(&mut boot))
        .map_err(|error| Failure::io("the system has no randomness", error))?;
    let told = options.advertise.clone().unwrap_or_else(|| address.clone());
    Ok(Config {
        node: folder.identity().node(),
        boot: Boot(u64::from_be_bytes(boot)),
        membership: group.map(|group| group.membership.clone()),
        name: name(options),
        address: told.clone(),
        copies: options.copies,
        grace: options.grace,
        pin: options.pin,
        capacity: options.capacity,
        cache: options.cache,
        draining: folder.is_draining(),
        pools: options.pool,
        keep_originals: options.keep_originals,
        retire_now: options.retire_now,
        share: options.share,
        bridge: options.super_at.as_ref().map(|at| Address::new(told.host(), at.port())),
        join: options.join.clone(),
        known: folder.known_nodes(),
        roster: folder.roster(),
        tombstones: folder.tombstones(),
        gone: folder.gone(),
        first_start: folder.is_first_start(),
        seed,
    })
}

/// Tells whoever has started the daemon what it shares, and with whom.
fn welcome(options: &Options, config: &Config, console: &Console) {
    console.news("folder", format!("sharing {}", shown(&options.folder)));
    if options.join.is_empty() {
        let join = own_address::for_others(&config.address);
        console.news("mesh", format!("others join with --join {join}"));
    }
    if options.member.is_none() {
        console.warn("group", NO_GROUP.to_owned());
    }
    if options.pool {
        let when = humantime::format_duration(options.grace);
        let text = format!(
            "own photos may move to other disks in {when} (--pool): `photomesh plan` shows which would"
        );
        console.warn("folder", text);
    }
}

/// Tells whoever has started the daemon where it is, and a service manager that it is ready. That nobody listens to
/// that is no error.
fn announce(address: &Address) {
    let mut stdout = io::stdout();
    let _ = writeln!(stdout, "listening on {address}").and_then(|()| stdout.flush());
    let _ = sd_notify::notify(&[NotifyState::Ready]);
}
