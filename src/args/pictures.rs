//! What can be said about versions of pictures.

use std::path::PathBuf;

use clap::Args;

use photomesh::protocol::client::MAX_DISTINCT;

use super::Asked;

/// List what is not shown because the collection has a better version
///
/// For each picture that it has in several versions: what is shown, and what is not, how the two stand to each other
/// (`same`: one picture stored twice; `variant`: with something drawn on it, cut off or put around it), in what they
/// differ, and where the copies are. What lies in the asked daemon's trash has its days left there; a variant is never
/// deleted by time.
///
/// If two are different pictures, say so: `photomesh distinct A B`, or `photomesh trash restore NAME` where it lies.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh duplicates
  photomesh duplicates --json | jq -r '.versions[] | select(.relation == \"variant\") | .id'")]
pub(crate) struct DuplicatesArgs {
    /// Print one JSON object a line, for each picture: keeper, versions (id, names, relation, differs, held, trash)
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Say that pictures which look alike are different ones
///
/// Each is shown from then on, for everybody and for good; what lies in a trash for another one of them comes back. Ask a
/// daemon that has at least one of every two of them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh distinct invoice-may.jpg invoice-june.jpg
  photomesh distinct 3fa9c1 09ab12")]
pub(crate) struct DistinctArgs {
    /// Their very names, or the first six or more digits of their ids, as `duplicates` shows them
    #[arg(required = true, num_args = 2..=MAX_DISTINCT, value_name = "NAME|ID")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Print what picture files are recognised by, as CSV: path,whole,trimmed
///
/// Needs no daemon. Two pictures are the same if the Hamming distance of either column is at most 170, unless their
/// cameras name different moments; `photomesh same` applies the rule in full.
#[derive(Args)]
pub(crate) struct FingerprintArgs {
    /// The picture files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Tell whether two files are versions of one picture: exit code 0 if so, 1 if not
///
/// Needs no daemon.
#[derive(Args)]
pub(crate) struct SameArgs {
    /// One file
    pub(crate) a: PathBuf,
    /// The other
    pub(crate) b: PathBuf,
}
