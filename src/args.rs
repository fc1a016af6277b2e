//! The command line.

mod abroad;
mod config;
mod gallery;
mod group;
mod outlook;
mod photos;
mod pictures;
mod removal;
mod system;
mod trace;

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use abroad::SuperArgs;
pub(crate) use abroad::{CircleCommand, SuperPeerArgs};
use gallery::GalleryArgs;
use group::Member;
pub(crate) use group::{DrainArgs, ForgetArgs, GroupCommand};
use outlook::{AtRiskArgs, PlanArgs};
pub(crate) use photos::{GetArgs, ListArgs};
use photos::{PutArgs, ShowArgs};
pub(crate) use pictures::SameArgs;
use pictures::{DistinctArgs, DuplicatesArgs, FingerprintArgs, SimilarArgs};
use removal::RmArgs;
pub(crate) use removal::TrashCommand;
use system::{CompletionsArgs, ManualArgs, UnitArgs};
use trace::TraceArgs;

use photomesh::client::{self, Daemon, Failure};
use photomesh::daemon::{self, Level, Log, Reserve};
use photomesh::protocol::{Address, DEFAULT_PORT, MemberFile, NodeName};

/// One photo collection, kept between the computers of a few friends.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// A file of options, by command: [daemon], [gallery], and [client] for all others
    #[arg(long, value_name = "FILE", env = "PHOTOMESH_CONFIG", global = true, value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
}

const EXIT_CODES: &str = "\
An ADDR is PORT (on this machine) or HOST:PORT.

Exit codes: 0 ok, 1 not found, or not safe (status --check), 2 wrong usage, 3 \
ambiguous name, 65 bad data, 69 daemon unreachable, 73 cannot create a file, 74 \
I/O error, 75 port or folder in use, 77 not yours to do.

Examples:
  photomesh daemon ~/Pictures                start a mesh of your own
  photomesh daemon ~/Pictures --join 5000    join the one of another daemon here
  photomesh list
  photomesh get cat.jpg
  photomesh status

For a mesh with friends, on other computers: photomesh help group";

#[derive(Subcommand)]
pub(crate) enum Command {
    Daemon(Box<DaemonArgs>),
    List(ListArgs),
    Get(GetArgs),
    /// Show what a photo is and which nodes hold it
    Show(ShowArgs),
    Put(PutArgs),
    Status(StatusArgs),
    AtRisk(AtRiskArgs),
    Plan(PlanArgs),
    Gallery(GalleryArgs),
    Duplicates(DuplicatesArgs),
    Similar(SimilarArgs),
    Distinct(DistinctArgs),
    /// Tell why the collection shows a photo, or another one in its place
    Why(ShowArgs),
    Rm(RmArgs),
    #[command(subcommand)]
    Trash(TrashCommand),
    #[command(subcommand)]
    Group(GroupCommand),
    #[command(subcommand)]
    Circle(CircleCommand),
    /// List the other groups whose photos can be looked at
    Groups(GroupsArgs),
    #[command(hide = true)]
    Super(SuperPeerArgs),
    /// List who is in the group, their nodes, and whether those are here
    Members(Asked),
    Forget(ForgetArgs),
    Drain(DrainArgs),
    Trace(TraceArgs),
    Fingerprint(FingerprintArgs),
    Same(SameArgs),
    Completions(CompletionsArgs),
    Manual(ManualArgs),
    Unit(UnitArgs),
}

/// Where the options of a daemon stand in its help.
const NETWORK: &str = "Network";
const COPIES: &str = "Copies, and room for them";
const FILES: &str = "Your own files";
const LOG: &str = "Log";

/// Share a folder of photos: run a node of the mesh until Ctrl-C
///
/// Every picture in the folder becomes part of the collection. Worse versions of pictures that the mesh has, and exact
/// copies beyond the wanted number of nodes, move to the folder's trash (`photomesh trash list`); a node that is alone
/// moves nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh daemon                  share ./photos on port 5000
  photomesh daemon ~/Pictures --join 192.168.1.7:5000 \\
      --host 0.0.0.0 --member ben.member
  photomesh daemon test --port 0 --grace 5s --pin 2s
                                    a free port, impatient: for trying things")]
pub(crate) struct DaemonArgs {
    /// The folder to share; made if it is missing
    #[arg(default_value = "photos", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// The port to listen on; 0 picks a free one
    #[arg(long, default_value_t = DEFAULT_PORT, help_heading = NETWORK)]
    pub(crate) port: u16,
    /// The address to listen on; 0.0.0.0 for every interface, which takes a group
    #[arg(long, default_value = "127.0.0.1", help_heading = NETWORK)]
    pub(crate) host: String,
    #[command(flatten)]
    pub(crate) member: Member,
    /// Go on although the folder was another member's, of another group, or of one at all
    #[arg(long)]
    pub(crate) change_group: bool,
    /// What people call this node; without it, as this computer is called
    #[arg(long, value_name = "NAME", help_heading = NETWORK)]
    pub(crate) name: Option<NodeName>,
    /// Where others reach this node, if that is not where it listens
    #[arg(long, value_name = "ADDR", help_heading = NETWORK)]
    pub(crate) advertise: Option<Address>,
    /// A node of the mesh to join, any one; may be given several times
    #[arg(long, value_name = "ADDR", help_heading = NETWORK)]
    pub(crate) join: Vec<Address>,
    /// How many nodes keep each photo; the highest value in the mesh counts, in a group the second highest of its members
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..), help_heading = COPIES)]
    pub(crate) copies: u32,
    /// How long a node may be away before its photos are copied elsewhere, such as 30s, 10m or 2h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = span, help_heading = COPIES)]
    pub(crate) grace: Duration,
    /// How long this node keeps a photo for another one that relies on it
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = span, help_heading = COPIES)]
    pub(crate) pin: Duration,
    /// How much of the collection may lie in this folder, such as 200GB, your own photos included; 0 keeps nothing for
    /// others. Without it, as much as the disk has room for
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = COPIES)]
    pub(crate) capacity: Option<u64>,
    /// How much of the disk stays free of others' photos: a part of it, such as 5%, or a size, such as 10GB
    #[arg(long, value_name = "PART", default_value = "5%", value_parser = reserve, help_heading = COPIES)]
    pub(crate) reserve: Reserve,
    /// How much may lie here besides of photos that you and others have asked this node for, so that they need not come
    /// again; they are no copies, and make way when room is short. 0 keeps none
    #[arg(long, value_name = "SIZE", default_value = "256MB", value_parser = size, help_heading = COPIES)]
    pub(crate) cache: u64,
    /// Let your own photos move to other disks like those of others: where this one is fuller than theirs, they go to its
    /// trash for a day, and then only others have them. Begins after --grace; `photomesh plan` shows what would move
    #[arg(long, conflicts_with = "keep_originals", help_heading = FILES)]
    pub(crate) pool: bool,
    /// Never move the folder's own photos to the trash because of other nodes
    #[arg(long, help_heading = FILES)]
    pub(crate) keep_originals: bool,
    /// Move the folder's own photos that have better versions, or copies enough, to the trash at once; without it at
    /// most 50 of them, or 5 %, go in an hour
    #[arg(long, help_heading = FILES)]
    pub(crate) retire_now: bool,
    /// Let other groups see your own photos, through this group's super-peers
    #[arg(long, help_heading = FILES)]
    pub(crate) share: bool,
    /// Go on although many photos are gone from the folder: they were removed on purpose
    #[arg(long, help_heading = FILES)]
    pub(crate) accept_missing: bool,
    /// How many days of running photos stay in the trash
    #[arg(long, value_name = "DAYS", default_value_t = 30, help_heading = FILES)]
    pub(crate) trash_days: u32,
    /// Every photo is read again and checked within this many days
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..), help_heading = COPIES)]
    pub(crate) scrub_days: u32,
    /// Run a gallery, too, on this port: the collection in a browser (see `photomesh gallery`)
    #[arg(long, value_name = "ADDR")]
    pub(crate) gallery: Option<Address>,
    #[command(flatten)]
    pub(crate) super_peer: SuperArgs,
    /// Write to the log only what matters so much: all, for whoever looks for a fault; news; or what may need you
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info, help_heading = LOG)]
    pub(crate) log_level: LogLevel,
    /// Write the log as text, or as one JSON object a line: time, node, level, topic, text
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text, help_heading = LOG)]
    pub(crate) log_format: LogFormat,
    /// Add to this file all that happens to this node, what it does, and what it says and hears: for `photomesh trace`,
    /// which draws it. It grows without a limit, and has the names of photos and nodes in it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) trace: Option<PathBuf>,
}

/// The daemon that a command asks.
#[derive(Args)]
pub(crate) struct Asked {
    /// The daemon to ask, any one of the mesh: PORT or HOST:PORT
    #[arg(long = "daemon", value_name = "ADDR", env = "PHOTOMESH_DAEMON", default_value_t = Address::new("127.0.0.1", DEFAULT_PORT))]
    pub(crate) address: Address,
    #[command(flatten)]
    pub(crate) member: Member,
}

#[derive(Args)]
pub(crate) struct GroupsArgs {
    /// Print one JSON object a line: id, name, photos, bytes, nodes, here, supers, and lost_secs (for how long it is out
    /// of reach)
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Tell which nodes are here and whether every photo is safe
#[derive(Args)]
pub(crate) struct StatusArgs {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// For scripts: exit with 1 if a photo has too few copies, this node has found damage, or a note says what is wrong;
    /// news is no reason
    #[arg(long)]
    pub(crate) check: bool,
    /// Show it again whenever it changes, until Ctrl-C
    #[arg(short, long, conflicts_with = "check")]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// A span of time such as `10m`. At most a year: no deadline in the program is built for more.
fn span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if span > Duration::from_secs(365 * 24 * 60 * 60) {
        return Err("more than a year".to_owned());
    }
    Ok(span)
}

/// A number of bytes such as `200GB`.
fn size(text: &str) -> Result<u64, String> {
    let size: ByteSize = text.parse().map_err(|_| "not a size, such as 500MB or 2TB".to_owned())?;
    Ok(size.as_u64())
}

/// A part of the disk, such as `5%`, or a number of bytes.
fn reserve(text: &str) -> Result<Reserve, String> {
    let reserve = match text.strip_suffix('%') {
        Some(percent) => percent.parse().ok().filter(|part| *part <= 100).map(Reserve::Percent),
        None => size(text).ok().map(Reserve::Bytes),
    };
    reserve
        .ok_or_else(|| "neither a part of a disk, such as 5%, nor a size, such as 10GB".to_owned())
}

/// How much a line of the log has to matter to be written.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LogLevel {
    Debug,
    Info,
    Warn,
}

/// How the log is written.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl DaemonArgs {
    pub(crate) fn options(self) -> Result<daemon::Options, Failure> {
        Ok(daemon::Options {
            super_peer: self.super_peer.of_daemon(&self.host, self.member.path())?,
            super_at: self.super_peer.at.as_ref().map(|at| at.address(&self.host)),
            gallery: self.gallery.map(|at| gallery::of_daemon(&at, self.member.path())),
            member: self.member.read()?,
            change_group: self.change_group,
            name: self.name,
            folder: self.folder,
            host: self.host,
            port: self.port,
            advertise: self.advertise,
            join: self.join,
            copies: self.copies,
            grace: self.grace,
            pin: self.pin,
            capacity: self.capacity,
            reserve: self.reserve,
            cache: self.cache,
            pool: self.pool,
            keep_originals: self.keep_originals,
            retire_now: self.retire_now,
            share: self.share,
            accept_missing: self.accept_missing,
            trash_days: self.trash_days,
            scrub_days: self.scrub_days,
            log: Log {
                level: match self.log_level {
                    LogLevel::Debug => Level::Debug,
                    LogLevel::Info => Level::Info,
                    LogLevel::Warn => Level::Warn,
                },
                json: self.log_format == LogFormat::Json,
            },
            trace: self.trace,
        })
    }
}

impl Asked {
    /// Its address, and who asks.
    pub(crate) fn parts(self) -> Result<(Address, Option<MemberFile>), Failure> {
        Ok((self.address, self.member.read()?))
    }

    pub(crate) fn connect(&self) -> Result<Daemon, Failure> {
        Daemon::connect(&self.address, self.member.read()?.as_ref())
    }

    /// The same, to ask another group if one is meant.
    pub(crate) fn connect_to(&self, group: Option<&str>) -> Result<Daemon, Failure> {
        match group {
            None => self.connect(),
            Some(group) => client::abroad(|| self.connect(), self.member.read()?.as_ref(), group),
        }
    }

    /// Who asks, in a group.
    pub(crate) fn member(&self) -> Result<Option<MemberFile>, Failure> {
        self.member.read()
    }

    /// To a super-peer of the group.
    pub(crate) fn connect_to_super_peer(&self) -> Result<Daemon, Failure> {
        client::super_peer(self.connect()?, self.member.read()?.as_ref())
    }
}
