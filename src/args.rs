//! The command line.

mod group;
mod pictures;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use group::Member;
pub(crate) use group::{ForgetArgs, GroupCommand};
use pictures::{DistinctArgs, DuplicatesArgs, FingerprintArgs, SameArgs};

use photomesh::client::{Consent, Daemon, Destination, Failure, Get, Layout};
use photomesh::daemon;
use photomesh::protocol::{Address, DEFAULT_PORT, NodeName};

/// One photo collection, kept between the computers of a few friends.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
An ADDR is PORT (on this machine) or HOST:PORT.

Exit codes: 0 ok, 1 not found, or not safe (status --check), 2 wrong usage, 3 ambiguous name, 65 bad data, 69 daemon unreachable, 74 I/O error,
77 not yours to do.

Examples:
  photomesh daemon ~/Pictures                           start a mesh of your own
  photomesh daemon ~/Pictures --join anna.example:5000 --host 0.0.0.0 --member ben.member
                                                        join the mesh that anna is in
  photomesh list
  photomesh get cat.jpg
  photomesh status";

#[derive(Subcommand)]
pub(crate) enum Command {
    Daemon(DaemonArgs),
    List(ListArgs),
    Get(GetArgs),
    /// Show what a photo is and which nodes hold it
    Show(NameArgs),
    Put(PutArgs),
    Status(StatusArgs),
    Duplicates(DuplicatesArgs),
    Distinct(DistinctArgs),
    /// Tell why the collection shows a photo, or another one in its place
    Why(NameArgs),
    Rm(RmArgs),
    #[command(subcommand)]
    Trash(TrashCommand),
    #[command(subcommand)]
    Group(GroupCommand),
    /// List who is in the group, their nodes, and whether those are here
    Members(Asked),
    Forget(ForgetArgs),
    Fingerprint(FingerprintArgs),
    Same(SameArgs),
}

/// Share a folder of photos: run a node of the mesh until Ctrl-C
///
/// Every picture in the folder becomes part of the collection. Worse versions of pictures that the mesh has, and exact
/// copies beyond the wanted number of nodes, move to the folder's trash (`photomesh trash list`); a node that is alone
/// moves nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh daemon                                  share ./photos on port 5000
  photomesh daemon ~/Pictures --join 192.168.1.7:5000 --host 0.0.0.0 --member ben.member
  photomesh daemon test --port 0 --grace 5s --pin 2s  a free port, impatient: for trying things out")]
pub(crate) struct DaemonArgs {
    /// The folder to share; made if it is missing
    #[arg(default_value = "photos")]
    pub(crate) folder: PathBuf,
    /// The port to listen on; 0 picks a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    pub(crate) port: u16,
    /// The address to listen on; 0.0.0.0 for every interface, which takes a group
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: String,
    #[command(flatten)]
    pub(crate) member: Member,
    /// Go on although the folder was another member's, of another group, or of one at all
    #[arg(long)]
    pub(crate) change_group: bool,
    /// What people call this node; without it, as this computer is called
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<NodeName>,
    /// Where others reach this node, if that is not where it listens
    #[arg(long, value_name = "ADDR")]
    pub(crate) advertise: Option<Address>,
    /// A node of the mesh to join, any one; may be given several times
    #[arg(long, value_name = "ADDR")]
    pub(crate) join: Vec<Address>,
    /// How many nodes keep each photo; the highest value in the mesh counts
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) copies: u32,
    /// How long a node may be away before its photos are copied elsewhere, such as 30s, 10m or 2h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = span)]
    pub(crate) grace: Duration,
    /// How long this node keeps a photo for another one that relies on it
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = span)]
    pub(crate) pin: Duration,
    /// Never move the folder's own photos to the trash because of other nodes
    #[arg(long)]
    pub(crate) keep_originals: bool,
    /// Move the folder's own photos that have better versions, or copies enough, to the trash at once; without it at
    /// most 50 of them, or 5 %, go in an hour
    #[arg(long)]
    pub(crate) retire_now: bool,
    /// Go on although many photos are gone from the folder: they were removed on purpose
    #[arg(long)]
    pub(crate) accept_missing: bool,
    /// How many days of running photos stay in the trash
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) trash_days: u32,
    /// Every photo is read again and checked within this many days
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) scrub_days: u32,
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

/// List the photos of the whole mesh
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh list
  photomesh list --long
  photomesh list --json | jq -r 'select(.holders | length < 2) | .name'")]
pub(crate) struct ListArgs {
    /// Show a table: id, size, copies, other names
    #[arg(long)]
    pub(crate) long: bool,
    /// Print one JSON object a line: name, id, bytes, width, height, format, holders, aliases
    #[arg(long, conflicts_with = "long")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Fetch a photo, wherever in the mesh it is
///
/// The name of a worse version leads to the better one that the collection shows; standard error then says so. --exact
/// fetches that version itself, from any folder or trash that has it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh get cat.jpg                 into ./cat.jpg
  photomesh get cat.jpg -o ~/Desktop
  photomesh get cat-small.jpg --exact   that very version, though a better one is shown
  photomesh get 3fa9c1 -o - | convert - -resize 50% small.jpg
  photomesh get cat.jpg --open")]
pub(crate) struct GetArgs {
    /// A name as shown by `list`, any name the photo ever had, or the first six or more digits of its id
    #[arg(value_name = "NAME|ID")]
    pub(crate) name: String,
    /// The file or folder to write to, or - for standard output; without it the photo's name in this folder
    #[arg(short, long, value_name = "FILE|-")]
    pub(crate) output: Option<PathBuf>,
    /// The very photo of this name or id, not the better version that the collection shows in its place
    #[arg(long)]
    pub(crate) exact: bool,
    /// Replace a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
    /// Show the photo in the system's viewer
    #[arg(long)]
    pub(crate) open: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

#[derive(Args)]
pub(crate) struct NameArgs {
    /// A name as shown by `list`, any name the photo ever had, or the first six or more digits of its id
    #[arg(value_name = "NAME|ID")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Add photos to the collection
///
/// They are copied into the asked daemon's folder and from there to a second node. A worse version of a photo that
/// is in that folder goes to its trash; the answer names the better one and says why it is better.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh put a.jpg b.png
  photomesh put ~/Desktop/*.jpg")]
pub(crate) struct PutArgs {
    /// The files to add
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Take one of your own pictures out of the collection
///
/// Withdraws the asked daemon's own versions of the picture, after showing what happens to each: its files go to the
/// trash of every node that has one. Versions that another friend owns stay. `trash restore` takes a photo back.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh rm cat.jpg --dry-run        what would go, what stays and why
  photomesh rm cat.jpg --yes            for scripts: do not ask")]
pub(crate) struct RmArgs {
    /// A name as shown by `list`, any name the photo ever had, or the first six or more digits of its id
    #[arg(value_name = "NAME|ID")]
    pub(crate) name: String,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only show the plan
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Tell which nodes are here and whether every photo is safe
#[derive(Args)]
pub(crate) struct StatusArgs {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// For scripts: exit with 1 if a photo is on fewer nodes than wanted, or this node has found damage
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// List the asked daemon's trash, take photos out of it, and empty it
#[derive(Subcommand)]
pub(crate) enum TrashCommand {
    /// List the photos in the trash, and why they are there
    List {
        #[command(flatten)]
        asked: Asked,
    },
    /// Put a photo back where it was: one that you removed, or a worse version that is really a different picture
    Restore(NameArgs),
    Purge(PurgeArgs),
}

/// Delete photos in the trash for good, before their time there is over
///
/// Only where nothing is lost: other nodes must prove now that they have the better version, or enough copies; or all
/// owners of the photo have removed it. Everything else stays, and is named. Only this deletes the folder's own photos
/// that went for somebody else's versions: they are named before you are asked.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh trash purge                         all that can go
  photomesh trash purge --older-than 7 --yes    for scripts: photos there for a week of running")]
pub(crate) struct PurgeArgs {
    /// Only photos that have been there for this many days of the daemon's running
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    pub(crate) older_than: u32,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
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

impl DaemonArgs {
    pub(crate) fn options(self) -> Result<daemon::Options, Failure> {
        Ok(daemon::Options {
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
            keep_originals: self.keep_originals,
            retire_now: self.retire_now,
            accept_missing: self.accept_missing,
            trash_days: self.trash_days,
            scrub_days: self.scrub_days,
        })
    }
}

impl Asked {
    pub(crate) fn connect(&self) -> Result<Daemon, Failure> {
        Daemon::connect(&self.address, self.member.read()?.as_ref())
    }
}

impl PurgeArgs {
    pub(crate) fn consent(&self) -> Consent {
        match self.yes {
            true => Consent::Given,
            false => Consent::Ask,
        }
    }
}

impl RmArgs {
    pub(crate) fn consent(&self) -> Consent {
        match (self.yes, self.dry_run) {
            (true, _) => Consent::Given,
            (_, true) => Consent::Withheld,
            _ => Consent::Ask,
        }
    }
}

impl ListArgs {
    pub(crate) fn layout(&self) -> Layout {
        match (self.long, self.json) {
            (true, _) => Layout::Long,
            (_, true) => Layout::Json,
            _ => Layout::Names,
        }
    }
}

impl GetArgs {
    pub(crate) fn wish(&self) -> Get {
        let destination = match &self.output {
            None => Destination::Folder(PathBuf::new()),
            Some(path) if path.as_os_str() == "-" => Destination::Output,
            Some(path) if path.is_dir() => Destination::Folder(path.clone()),
            Some(path) => Destination::File(path.clone()),
        };
        Get {
            name: self.name.clone(),
            destination,
            exact: self.exact,
            force: self.force,
            open: self.open,
        }
    }
}
