//! The commands about the photos themselves: listing, fetching and adding them.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, ValueHint};

use photomesh::client::{Daemon, Days, Destination, Failure, Get, Layout, List, Put, Sort, Span};

use super::Asked;
use super::abroad::of_one_group;

/// By what a list is sorted.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Order {
    Name,
    Date,
    Size,
}

/// List the photos of the whole mesh
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh list
  photomesh list --long --sort size
  photomesh list 'img_2019*'
  photomesh list --since 2024-06 --until 2024-08 --sort date
  photomesh list --group porto          what another group shows
  photomesh list --json | jq -r 'select(.holders | length < 2).name'")]
pub(crate) struct ListArgs {
    /// Only photos with this in their names, in upper or lower case; `*` is any text and `?` any character
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// Only photos of this day, month or year, or later: 2024-06-12, 2024-06 or 2024
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Days>,
    /// Only photos of this day, month or year, or earlier
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<Days>,
    /// Show a table: id, pixels, format, date, length, copies, names; on a terminal cut to its width
    #[arg(short, long)]
    pub(crate) long: bool,
    /// By name, by date, or by length in bytes, the largest first; without it by name, but JSON by id
    #[arg(long, value_name = "ORDER", value_enum)]
    pub(crate) sort: Option<Order>,
    /// Also what all other groups show, each name behind that of its group
    #[arg(short, long, conflicts_with = "group")]
    pub(crate) all: bool,
    /// What another group shows: see `photomesh groups`
    #[arg(short, long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Print one JSON object a line: name, id, bytes, width, height, format, captured and dated (by
    /// camera and by file, if known), holders, aliases; with --all or --group also group, as `get GROUP/NAME` takes it
    #[arg(long, conflicts_with = "long")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Fetch photos, wherever in the mesh they are
///
/// A NAME with `*` (any text) or `?` (any character) stands for all labels that look like it, in upper or lower case,
/// unless it is a label itself; put it in quotes, so that the shell leaves it alone. Several photos go into a folder,
/// which is made if it is missing, and one that fails does not stop the others. A file that is there already with
/// exactly the photo's bytes counts as fetched; any other is replaced with --force only. A new file has the time at which
/// the photo was taken, if that is known.
///
/// The name of a worse version leads to the better one that the collection shows; standard error then says so. --exact
/// fetches that version itself, from any folder or trash that has it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh get cat.jpg                 into ./cat.jpg
  photomesh get cat.jpg -o ~/Desktop
  photomesh get cat.jpg dog.jpg 'holiday*' -o pictures/
  photomesh get cat-small.jpg --exact   that very version, not a better one
  photomesh get 3fa9c1 -o - | convert - -resize 50% small.jpg
  photomesh get porto/cat.jpg           of another group, which shows it
  photomesh get cat.jpg --open")]
pub(crate) struct GetArgs {
    /// Names as shown by `list`, or patterns of them, any names the photos ever had, or the first six or more digits of
    /// their ids
    #[arg(required = true, value_name = "NAME|ID")]
    pub(crate) names: Vec<String>,
    /// The file or folder to write to, or - for standard output; without it the photo's name in this folder. What ends
    /// in / is a folder, and made if it is missing
    #[arg(short, long, value_name = "FILE|FOLDER/|-", value_hint = ValueHint::AnyPath)]
    pub(crate) output: Option<PathBuf>,
    /// The very photo of this name or id, not the better version that the collection shows in its place
    #[arg(long)]
    pub(crate) exact: bool,
    /// Replace a file that is there already
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Show the photo in the system's viewer
    #[arg(long)]
    pub(crate) open: bool,
    /// Print one JSON object a line for each photo: asked, name, id, bytes, file, was_there; of several those that fail
    /// have asked, error, exit_code
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

#[derive(Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) of: NameArgs,
    /// Print one JSON object: photo (as `list --json` has it), colour, camera, held, versions, state, and meant (the
    /// id of the version that has this name itself), called where they are known
    #[arg(long)]
    pub(crate) json: bool,
}

/// One photo, and the daemon to ask for it.
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
/// They are copied into the asked daemon's folder and from there to a second node. Of a worse version of a photo that is
/// in that folder the answer names the better one and says why it is better; like any worse version it may go to the
/// trash later.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh put a.jpg b.png
  photomesh put ~/Desktop/*.jpg
  photomesh put -r ~/Pictures/2019      all photos in it and below
  photomesh put -r ~/Pictures -n        what of them is not there yet")]
pub(crate) struct PutArgs {
    /// The files to add, and folders with -r
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,
    /// Add all photos below the folders; what is hidden is passed over, and links are not followed
    #[arg(short, long)]
    pub(crate) recursive: bool,
    /// Only tell what would be stored, and what is there already with the same bytes; send nothing of any file
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object a line for each file: file, command (Stored, or Have of a better version), name, id, and
    /// copies, nodes, or relation, differs; of several those that fail have file, error, exit_code. In a dry run: file, id,
    /// bytes, outcome (stored, there, worse, twice) and name of what is there
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

impl NameArgs {
    /// A link to the group that is meant, and the name there.
    pub(crate) fn connect(&self) -> Result<(Daemon, String), Failure> {
        let (group, names) = of_one_group(std::slice::from_ref(&self.name))?;
        Ok((self.asked.connect_to(group.as_deref())?, names.concat()))
    }

    /// A link to the own group, whose photo it must be.
    pub(crate) fn connect_to_own_group(&self) -> Result<Daemon, Failure> {
        match self.name.split_once('/') {
            None => self.asked.connect(),
            Some((group, _)) => Err(Failure::Usage(format!(
                "only {group} itself knows why it shows what it does; what the photo is tells `photomesh show {}`",
                self.name
            ))),
        }
    }
}

impl PutArgs {
    pub(crate) fn wish(&self) -> Put {
        Put {
            files: self.files.clone(),
            recursive: self.recursive,
            dry_run: self.dry_run,
            json: self.json,
        }
    }
}

impl ListArgs {
    pub(crate) fn wish(&self) -> List {
        let layout = match (self.long, self.json) {
            (true, _) => Layout::Long,
            (_, true) => Layout::Json,
            _ => Layout::Names,
        };
        let sort = self.sort.map(|order| match order {
            Order::Name => Sort::Name,
            Order::Date => Sort::Date,
            Order::Size => Sort::Size,
        });
        let days = Span { since: self.since, until: self.until };
        List { pattern: self.pattern.clone(), days, layout, sort, group: self.group.clone() }
    }
}

/// Whether a path is meant as a folder's, whatever is there.
fn names_folder(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator)
}

impl GetArgs {
    /// The other group that is meant, if one is, and what is wanted of it.
    pub(crate) fn wish(&self) -> Result<(Option<String>, Get), Failure> {
        let (group, names) = of_one_group(&self.names)?;
        if group.is_some() && self.exact {
            let text = "another group shows the best version of each picture, and no other one: leave --exact out";
            return Err(Failure::Usage(text.to_owned()));
        }
        let destination = match &self.output {
            None => Destination::Folder(PathBuf::new()),
            Some(path) if path.as_os_str() == "-" => Destination::Output,
            Some(path) if path.is_dir() || names_folder(path) => Destination::Folder(path.clone()),
            Some(path) => Destination::File(path.clone()),
        };
        let (exact, force, open, json) = (self.exact, self.force, self.open, self.json);
        Ok((group, Get { names, destination, exact, force, open, json }))
    }
}
