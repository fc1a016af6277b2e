//! The commands about versions of pictures.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use photomesh::client::{FIRST_LOOK, Looks};
use photomesh::protocol::client::MAX_DISTINCT;

use super::Asked;

/// The help text about the second look.
const SECOND_LOOK: &str = "\
The second look, at the pixels of both files, follows unless the first says `different`. It can only lower that result:
from `same` to `variant`, or from either to `different`. `photomesh same --verbose` shows its findings.";

/// List versions that are hidden because the collection has a better one
///
/// For each picture with several versions: the one that is shown, and those that are not; how they relate (`same`: one
/// picture stored twice; `variant`: with something drawn on it, cut off or put around it), how they differ, and where
/// the copies are. For copies in the asked daemon's trash it shows the days left there; time never deletes a variant.
///
/// If two are different pictures, say so: `photomesh distinct A B`, or `photomesh trash restore NAME` on its node.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh duplicates
  photomesh duplicates --json | jq -r '.versions[] | .relation, .id'")]
pub(crate) struct DuplicatesArgs {
    /// Print one JSON object a line, for each picture: keeper, versions (id, names, relation, differs, held, trash)
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// List photos of the collection that look like a file
///
/// Those that are shown, and those that are put away for a better version. The file stays where it is: what is found in
/// it is told to the daemon, and its pixels are not. So this is a first look; what it calls the same a daemon would look
/// at once more, at the pixels, before it takes one for the other. Exit code 1 if nothing looks like it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh similar ~/Downloads/beach.jpg
  photomesh similar scan.png --json | jq -r .name")]
pub(crate) struct SimilarArgs {
    /// The picture file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Print one JSON object a line: name, id, bytes, width, height, format, relation, and what is shown in its place
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Say that pictures that look alike are different
///
/// Each is shown from then on, for everybody and for good; a photo that is in a trash because of another one of them
/// comes back. Ask a daemon that has at least one photo of every pair of them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh distinct invoice-may.jpg invoice-june.jpg
  photomesh distinct 3fa9c1 09ab12")]
pub(crate) struct DistinctArgs {
    /// Their own names, or the first six or more digits of their ids, as `duplicates` shows them
    #[arg(required = true, num_args = 2..=MAX_DISTINCT, value_name = "NAME|ID")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Print the features by which picture files are recognised, as CSV
///
/// Needs no daemon. The columns: path; then everything that the first look uses: whole, trimmed (the bits of the
/// picture, and of the picture without the bands along its edges, each bit as often as it counts), whole_cue,
/// trimmed_cue (how light is spread over them), signature (which places are lighter than which), ground (the
/// background: varied as in most photos, plain as a thing on white, or drawn as in print and on screens), landmarks
/// (places, and their surroundings), width, height, captured (when a camera took it), from_camera (whether it has
/// camera data and that moment, and no trace of an editor: yes or no), frames (one, or several as in an animation), id;
/// then record: the whole record that nodes send each other, as JSON, which `photomesh same --records` takes in place
/// of a file. Bits and bytes are in hex digits.
#[derive(Args)]
#[command(after_long_help = format!("{FIRST_LOOK}\n\n{SECOND_LOOK}"))]
pub(crate) struct FingerprintArgs {
    /// The picture files
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
}

/// Tell how two files relate: same, variant or different
///
/// Needs no daemon. Takes the looks that a daemon takes before it retires one for the other: at their records and,
/// unless those are different, at their pixels. Exit code 0 for `same` (one picture stored twice) and `variant` (with
/// something drawn on it, cut off or put around it), 1 for `different`.
#[derive(Args)]
#[command(after_long_help = format!("{FIRST_LOOK}\n\n{SECOND_LOOK}"))]
pub(crate) struct SameArgs {
    /// One file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) a: PathBuf,
    /// The other
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) b: PathBuf,
    /// Tell by what figures, too
    #[arg(short, long)]
    pub(crate) verbose: bool,
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
