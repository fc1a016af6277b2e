//! The commands that look ahead: what is going to move, and what would be lost.

use clap::Args;

use super::Asked;

/// Tell what moves until all disks are equally full, from whom to whom and why
///
/// The nodes do it by themselves; this command changes nothing. Which photos they take is up to them: the bytes come out
/// alike, not the names. Owners keep their own photos where they do not let them move (--pool), and what has too few
/// copies gets these first.
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

/// Tell which photos would be lost, or left on one node only, if a node vanished now
///
/// Only copies on nodes that are here count. Of photos that only nodes have that are away, the asked daemon knows nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh at-risk                     how many, for each node
  photomesh at-risk ben/laptop          which
  photomesh at-risk 09ab12 --json | jq -r 'select(.left == 0).name'")]
pub(crate) struct AtRiskArgs {
    /// What `status` calls the node, or the first digits of its id; without it all nodes in turn
    #[arg(value_name = "NODE|ID")]
    pub(crate) node: Option<String>,
    /// Print one JSON object a line for each photo and node: photo, name, bytes, node (its id), left (how many copies
    /// are left then)
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}
