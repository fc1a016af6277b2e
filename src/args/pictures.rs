//! What can be said about versions of pictures.

use std::path::PathBuf;

use clap::Args;

use photomesh::client::{FIRST_LOOK, Looks};
use photomesh::protocol::client::MAX_DISTINCT;

use super::Asked;

/// What the first look is followed by.
const SECOND_LOOK: &str = "\
The second look, at the pixels of both files, is taken where the first does not say `different`, and can only lower what
that says: from `same` to `variant`, from either to `different`. `photomesh same` tells what it has found.";

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

/// Print what picture files are recognised by, as CSV
///
/// Needs no daemon. The columns: path; then all that the first look goes by: whole, trimmed (the bits of the picture, and
/// of the picture without the bands along its edges, each bit as often as it counts), whole_cue, trimmed_cue (how light is
/// spread over them), signature (what is lighter than what, place by place), ground (what it is drawn on: varied as in most
/// photos, plain as a thing on white, or drawn as print and screens are), landmarks (places, and what is around them),
/// width, height, captured (when a camera took it), from_camera (whether it has the data of a camera and that moment, and no
/// trace of an editor: yes or no), frames (one, or several as in an animation), id; then record: all that nodes tell each
/// other of the file, as JSON, which `photomesh same --records` takes in place of a file. Bits and bytes are in hex digits.
#[derive(Args)]
#[command(after_help = format!("{FIRST_LOOK}\n\n{SECOND_LOOK}"))]
pub(crate) struct FingerprintArgs {
    /// The picture files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Tell how two files stand to each other: same, variant or different
///
/// Needs no daemon. Takes the looks that a daemon takes before it puts one away for the other: at their records, and
/// unless those are different, at their pixels. Exit code 0 for `same` (one picture stored twice) and `variant` (with
/// something drawn on it, cut off or put around it), 1 for `different`.
#[derive(Args)]
#[command(after_help = format!("{FIRST_LOOK}\n\n{SECOND_LOOK}"))]
pub(crate) struct SameArgs {
    /// One file
    pub(crate) a: PathBuf,
    /// The other
    pub(crate) b: PathBuf,
    /// Take the first look only; A and B may be records, as `fingerprint` prints them
    #[arg(long)]
    pub(crate) records: bool,
}

impl SameArgs {
    pub(crate) fn looks(&self) -> Looks {
        match self.records {
            true => Looks::First,
            false => Looks::Both,
        }
    }
}
