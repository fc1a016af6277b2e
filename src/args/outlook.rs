//! The commands that look ahead.

use clap::Args;

use super::Asked;

/// Tell what moves until all disks are equally full, from whom to whom and why
///
/// The nodes do it by themselves; this command changes nothing. Which photos they take is up to them: the bytes come out
/// alike, not the names. Owners keep their own photos, and what has too few copies gets these first.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh plan
  photomesh plan --json | jq -r .name")]
pub(crate) struct PlanArgs {
    /// Print one JSON object a line for each photo: photo, name, bytes, from, to (ids of nodes), why
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}
