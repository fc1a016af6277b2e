//! The commands by which an owner takes pictures out of the collection, and out of a trash.

use clap::{Args, Subcommand};

use photomesh::client::Consent;

use super::Asked;
use super::photos::NameArgs;

/// Take one of your own pictures out of the collection
///
/// Withdraws the asked daemon's own versions of the picture, after showing what happens to each: its files go to the
/// trash of every node that has one. Versions that another friend owns stay. `trash restore` takes a photo back. By the
/// name of a worse version, which --exact removes alone, nothing is removed without asking.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh rm cat.jpg --dry-run        what would go, what stays and why
  photomesh rm cat.jpg --yes            for scripts: do not ask
  photomesh rm cat-small.jpg --exact    that very version, not a better one")]
pub(crate) struct RmArgs {
    /// A name as shown by `list`, any name the photo ever had, or the first six or more digits of its id
    #[arg(value_name = "NAME|ID")]
    pub(crate) name: String,
    /// Only the very version of this name or id, and not the better one that the collection shows in its place
    #[arg(long)]
    pub(crate) exact: bool,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Only show the plan
    #[arg(short = 'n', long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Print the plan as one JSON object: name, photos (id, names, bytes, withdrawn, stays, effect)
    #[arg(long, requires = "dry_run")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// List the asked daemon's trash, take photos out of it, and empty it
#[derive(Subcommand)]
pub(crate) enum TrashCommand {
    /// List the photos in the trash, why they are there, and how much longer
    List {
        /// Print one JSON object a line: names, id, bytes, reason, and where they are known stay ({"days":12}, by which the
        /// daemon must run, or "until-purged"), keeper, until_purged, companions
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        asked: Asked,
    },
    /// Put a photo back where it was: one that you removed, or a worse version that is really a different picture
    ///
    /// Of several files with the same bytes one comes back, that of the given name if there is one.
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
  photomesh trash purge                        all that can go
  photomesh trash purge --older-than 7 --yes   what was there for a week")]
pub(crate) struct PurgeArgs {
    /// Only photos that have been there for this many days of the daemon's running
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    pub(crate) older_than: u32,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
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
            (_, true) if self.json => Consent::WithheldJson,
            (_, true) => Consent::Withheld,
            _ => Consent::Ask,
        }
    }
}
