//! The command line of photomesh, nothing else.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use photomesh::client::{self, Consent, Daemon, Destination, Failure, Get, Layout};
use photomesh::daemon;
use photomesh::protocol::{Address, DEFAULT_PORT, GroupKey};

/// One photo collection, kept between the computers of a few friends.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
An ADDR is PORT (on this machine) or HOST:PORT.

Exit codes: 0 ok, 1 not found, 2 wrong usage, 3 ambiguous name, 65 bad data, 69 daemon unreachable, 74 I/O error.

Examples:
  photomesh daemon ~/Pictures                           start a mesh of your own
  photomesh daemon ~/Pictures --join anna.example:5000 --host 0.0.0.0 --key-file group.key
                                                        join the mesh that anna is in
  photomesh list
  photomesh get cat.jpg
  photomesh status";

#[derive(Subcommand)]
enum Command {
    Daemon(DaemonArgs),
    List(ListArgs),
    Get(GetArgs),
    /// Show what a photo is and who holds it
    Show(NameArgs),
    Put(PutArgs),
    Status(StatusArgs),
    /// Tell why the collection shows a photo, or another one in its place
    Why(NameArgs),
    Rm(RmArgs),
    #[command(subcommand)]
    Trash(TrashCommand),
    #[command(subcommand)]
    Key(KeyCommand),
    Fingerprint(FingerprintArgs),
    Same(SameArgs),
}

/// Print what picture files are recognised by, as CSV: path,whole,trimmed
///
/// Needs no daemon. Two pictures are the same if the Hamming distance of either column is at most 170, unless their
/// cameras name different moments; `photomesh same` applies the rule in full.
#[derive(Args)]
struct FingerprintArgs {
    /// The picture files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Tell whether two files are versions of one picture: exit code 0 if so, 1 if not
///
/// Needs no daemon.
#[derive(Args)]
struct SameArgs {
    /// One file
    a: PathBuf,
    /// The other
    b: PathBuf,
}

/// Share a folder of photos: run a node of the mesh until Ctrl-C
///
/// Everything in the folder that is a picture becomes part of the collection. Worse versions of a picture that the mesh
/// has, and exact copies beyond the wanted number of nodes, move to the folder's trash (`photomesh trash list`); alone,
/// a node moves nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh daemon                                  share ./photos on port 5000
  photomesh daemon ~/Pictures --join 192.168.1.7:5000 --host 0.0.0.0 --key-file group.key
  photomesh daemon test --port 0 --grace 5s --pin 2s  a free port, impatient: for trying things out")]
struct DaemonArgs {
    /// The folder to share; made if it is missing
    #[arg(default_value = "photos")]
    folder: PathBuf,
    /// The port to listen on; 0 picks a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The address to listen on; 0.0.0.0 for every interface, which takes a key
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    #[command(flatten)]
    key: KeyFile,
    /// Where others reach this node, if that is not where it listens
    #[arg(long, value_name = "ADDR")]
    advertise: Option<Address>,
    /// A node of the mesh to join, any one; may be given several times
    #[arg(long, value_name = "ADDR")]
    join: Vec<Address>,
    /// On how many nodes every photo shall be; the highest number in the mesh counts
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    copies: u32,
    /// How long a node may be away before its photos are copied elsewhere, such as 30s, 10m or 2h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = span)]
    grace: Duration,
    /// How long this node keeps a photo for another one that relies on it
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = span)]
    pin: Duration,
    /// Move none of the folder's own photos to the trash because of other nodes
    #[arg(long)]
    keep_originals: bool,
    /// Move worse versions to the trash as fast as they are found; without it at most 50 of the folder's files, or 5 %, go
    /// in an hour on account of one node
    #[arg(long)]
    retire_now: bool,
    /// Go on although many photos are gone from the folder: they were removed on purpose
    #[arg(long)]
    accept_missing: bool,
    /// For how many days of running the trash is kept
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    trash_days: u32,
    /// Within how many days every photo is read again and checked
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    scrub_days: u32,
}

/// Which daemon a command asks.
#[derive(Args)]
struct Asked {
    /// The daemon to ask, any one of the mesh: PORT or HOST:PORT
    #[arg(long = "daemon", value_name = "ADDR", env = "PHOTOMESH_DAEMON", default_value_t = Address::new("127.0.0.1", DEFAULT_PORT))]
    address: Address,
    #[command(flatten)]
    key: KeyFile,
}

/// Who is a friend.
#[derive(Args)]
struct KeyFile {
    /// The file with the group's key; all daemons and clients of a mesh have the same
    #[arg(long = "key-file", value_name = "FILE", env = "PHOTOMESH_KEY_FILE")]
    path: Option<PathBuf>,
}

/// Make the secret that a group of friends shares
#[derive(Subcommand)]
enum KeyCommand {
    /// Print a new key: `photomesh key new > group.key`
    ///
    /// One friend does this once and brings the file to the others by a way that nobody else reads. Every daemon and
    /// client is then started with --key-file, or with PHOTOMESH_KEY_FILE in its environment: links between them are
    /// encrypted, and who has not the key gets nothing. To remove a friend, make a new key for all others.
    New,
}

/// List the photos of the whole mesh
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh list
  photomesh list --long
  photomesh list --json | jq -r 'select(.holders | length < 2) | .name'")]
struct ListArgs {
    /// Show a table: id, size, copies, other names
    #[arg(long)]
    long: bool,
    /// Print one JSON object a line: name, id, bytes, width, height, format, holders, aliases
    #[arg(long, conflicts_with = "long")]
    json: bool,
    #[command(flatten)]
    asked: Asked,
}

/// Fetch a photo, wherever in the mesh it is
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh get cat.jpg                 into ./cat.jpg
  photomesh get cat.jpg -o ~/Desktop
  photomesh get 3fa9c1 -o - | convert - -resize 50% small.jpg
  photomesh get cat.jpg --open")]
struct GetArgs {
    /// A name as shown by `list`, any name the photo ever had, or the first six or more digits of its id
    #[arg(value_name = "NAME|ID")]
    name: String,
    /// The file or folder to write to, or - for standard output; without it the photo's name in this folder
    #[arg(short, long, value_name = "FILE|-")]
    output: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long)]
    force: bool,
    /// Show the photo in the system's viewer
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    asked: Asked,
}

#[derive(Args)]
struct NameArgs {
    /// A name as shown by `list`, any name the photo ever had, or the first six or more digits of its id
    #[arg(value_name = "NAME|ID")]
    name: String,
    #[command(flatten)]
    asked: Asked,
}

/// Add photos to the collection
///
/// They are copied into the asked daemon's folder and from there to a second node. A worse version of a photo that the
/// collection has is not stored.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh put a.jpg b.png
  photomesh put ~/Desktop/*.jpg")]
struct PutArgs {
    /// The files to add
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    asked: Asked,
}

/// Take a picture of your own out of the collection
///
/// Withdraws the asked daemon's own versions of the picture, after showing what becomes of each: its files go to the
/// trash of every node that has one. What another friend has as his own stays. `trash restore` takes it back.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh rm cat.jpg --dry-run        what would go, what stays and why
  photomesh rm cat.jpg --yes            for scripts: do not ask")]
struct RmArgs {
    /// A name as shown by `list`, any name the photo ever had, or the first six or more digits of its id
    #[arg(value_name = "NAME|ID")]
    name: String,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
    /// Only show what would be done
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    asked: Asked,
}

/// Tell which nodes are here and whether every photo is safe
#[derive(Args)]
struct StatusArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    asked: Asked,
}

/// Look into the asked daemon's trash, and take things out of it
#[derive(Subcommand)]
enum TrashCommand {
    /// List what lies there, and why
    List {
        #[command(flatten)]
        asked: Asked,
    },
    /// Put a photo back to where it was: one that you removed, or a worse version that is a picture of its own
    Restore(NameArgs),
}

/// A span of time such as `10m`. At most a year: no deadline in the program is made for more.
fn span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if span > Duration::from_secs(365 * 24 * 60 * 60) {
        return Err("more than a year".to_owned());
    }
    Ok(span)
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => ExitCode::from(code),
        Err(Failure::ReaderGone) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("photomesh: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Does what was asked; the exit code.
fn run(command: Command) -> Result<u8, Failure> {
    let mut out = BufWriter::new(io::stdout());
    match command {
        Command::Daemon(args) => return Ok(daemon::run(args.options()?)),
        Command::Key(KeyCommand::New) => client::new_key()?,
        Command::List(args) => client::list(&mut args.asked.connect()?, args.layout(), &mut out)?,
        Command::Get(args) => client::get(&mut args.asked.connect()?, &args.wish(), &mut out)?,
        Command::Show(args) => client::show(&mut args.asked.connect()?, &args.name, &mut out)?,
        Command::Put(args) => client::put(|| args.asked.connect(), &args.files, &mut out)?,
        Command::Status(args) => client::status(&mut args.asked.connect()?, args.json, &mut out)?,
        Command::Why(args) => client::why(&mut args.asked.connect()?, &args.name, &mut out)?,
        Command::Rm(args) => {
            let mut daemon = args.asked.connect()?;
            client::remove(&mut daemon, &args.name, args.consent(), &mut out)?;
        }
        Command::Trash(TrashCommand::List { asked }) => {
            client::trash_list(&mut asked.connect()?, &mut out)?;
        }
        Command::Trash(TrashCommand::Restore(args)) => {
            client::trash_restore(&mut args.asked.connect()?, &args.name, &mut out)?;
        }
        Command::Fingerprint(args) => client::fingerprint(&args.files, &mut out)?,
        Command::Same(args) => {
            let same = client::same(&args.a, &args.b, &mut out)?;
            out.flush()?;
            return Ok(if same { 0 } else { 1 });
        }
    }
    out.flush()?;
    Ok(0)
}

impl DaemonArgs {
    fn options(self) -> Result<daemon::Options, Failure> {
        Ok(daemon::Options {
            key: self.key.read()?,
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

impl KeyFile {
    fn read(&self) -> Result<Option<GroupKey>, Failure> {
        self.path.as_deref().map(client::read_key).transpose()
    }
}

impl Asked {
    fn connect(&self) -> Result<Daemon, Failure> {
        Daemon::connect(&self.address, self.key.read()?.as_ref())
    }
}

impl RmArgs {
    fn consent(&self) -> Consent {
        match (self.yes, self.dry_run) {
            (true, _) => Consent::Given,
            (_, true) => Consent::Withheld,
            _ => Consent::Ask,
        }
    }
}

impl ListArgs {
    fn layout(&self) -> Layout {
        match (self.long, self.json) {
            (true, _) => Layout::Long,
            (_, true) => Layout::Json,
            _ => Layout::Names,
        }
    }
}

impl GetArgs {
    fn wish(&self) -> Get {
        let destination = match &self.output {
            None => Destination::Folder(PathBuf::new()),
            Some(path) if path.as_os_str() == "-" => Destination::Output,
            Some(path) if path.is_dir() => Destination::Folder(path.clone()),
            Some(path) => Destination::File(path.clone()),
        };
        Get {
            name: self.name.clone(),
            destination,
            force: self.force,
            open: self.open,
        }
    }
}
