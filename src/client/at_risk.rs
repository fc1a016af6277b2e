//! `photomesh at-risk`: which photos would be lost, or left on one node only, if a node vanished now.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use indicatif::HumanBytes;
use serde::Serialize;

use super::list::for_each_page;
use super::near::advice;
use super::screen::{count, plain, write_json};
use super::status::name;
use super::{Daemon, Failure};
use crate::photo::PhotoId;
use crate::protocol::NodeId;
use crate::protocol::client::{NodeReport, PhotoReport, StatusReport};

/// What becomes of a photo if a node vanishes that has a copy.
#[derive(Serialize)]
struct Loss {
    photo: PhotoId,
    name: String,
    bytes: u64,
    /// None if no node that is here has the photo, and so none need vanish.
    node: Option<NodeId>,
    /// How many copies are left then: none, or one.
    left: u64,
}

/// Tells what a node's end would mean for photos: those that would be lost, and those of which one copy would be left.
/// Without a name, how many these are for each node, after what is at risk already; for programs one line for each photo
/// and node in both cases.
///
/// Only copies that are stored on nodes that are here count.
///
/// # Errors
///
/// [`Failure::NotFound`] or [`Failure::Ambiguous`] if the name is not that of one node; and as [`Daemon::ask`].
pub fn at_risk(
    daemon: &mut Daemon,
    node: Option<&str>,
    json: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let report = daemon.status()?;
    let meant = node.map(|text| meant(&report, text)).transpose()?;
    let mut losses = Vec::new();
    for_each_page(daemon, |page| {
        losses.extend(page.iter().flat_map(losses_of));
        Ok(())
    })?;
    losses.retain(|loss| meant.is_none_or(|meant| loss.node == Some(meant.id)));
    losses.sort_by(|a, b| (a.left, &a.name).cmp(&(b.left, &b.name)));
    match meant {
        _ if json => return losses.iter().try_for_each(|loss| Ok(write_json(out, loss)?)),
        Some(node) => write_node(node, &losses, out)?,
        None => write_all(&report, &losses, out)?,
    }
    Ok(write_unknown(&report, out)?)
}

/// The one node that people call so; or its member, or it beside others of its member; or whose id begins so.
fn meant<'a>(report: &'a StatusReport, text: &str) -> Result<&'a NodeReport, Failure> {
    let is_called = |node: &NodeReport| node.called == text;
    let is_named = |node: &NodeReport| {
        // Behind the name of several there is a port.
        let whole = node.called.split(" (").next().unwrap_or_default();
        whole == text || whole.split('/').any(|part| part == text)
    };
    let begins = |node: &NodeReport| node.id.to_string().starts_with(text);
    let ways: [&dyn Fn(&NodeReport) -> bool; 3] = [&is_called, &is_named, &begins];
    let hits = ways.map(|way| report.nodes.iter().filter(|node| way(node)).collect::<Vec<_>>());
    let hits = hits.into_iter().find(|hits| !hits.is_empty()).unwrap_or_default();
    match hits[..] {
        [node] => Ok(node),
        [] => {
            let names: Vec<String> = report.nodes.iter().map(name).collect();
            let near = advice(text, &names);
            Err(Failure::NotFound(format!("{text}: no node of this name is known{near}")))
        }
        _ => {
            let named = |node: &NodeReport| format!("{}, node {}", node.name(), node.id);
            let candidates = hits.into_iter().map(named).collect();
            Err(Failure::Ambiguous { name: text.to_owned(), candidates })
        }
    }
}

/// What each of its holders means for a photo, if one of them may be its last, or the last but one.
fn losses_of(photo: &PhotoReport) -> Vec<Loss> {
    let holders: BTreeSet<NodeId> = photo.holders.iter().copied().collect();
    let loss = |node| Loss {
        photo: photo.id,
        name: photo.name.clone(),
        bytes: photo.bytes,
        node,
        left: (holders.len() as u64).saturating_sub(1),
    };
    match holders.len() {
        0 => vec![loss(None)],
        1 | 2 => holders.iter().map(|node| loss(Some(*node))).collect(),
        _ => Vec::new(),
    }
}

/// The photos that depend on a node, by their names.
fn write_node(node: &NodeReport, losses: &[Loss], out: &mut impl Write) -> io::Result<()> {
    let called = name(node);
    if !node.alive {
        return writeln!(out, "{called} is away already: nothing that is told here depends on it");
    }
    let (lost, single) = losses.split_at(losses.partition_point(|loss| loss.left == 0));
    for (losses, what) in [(lost, "lost"), (single, "on one node only")] {
        let photos = count(losses.len() as u64, "photo");
        let end = if losses.is_empty() { "" } else { ":" };
        writeln!(out, "if {called} vanished: {photos} {what}{end}")?;
        for Loss { name, photo, bytes, .. } in losses {
            writeln!(out, "  {} ({}, {})", plain(name), photo.short(), HumanBytes(*bytes))?;
        }
    }
    Ok(())
}

/// What is at risk already, and how many photos depend on each node.
fn write_all(report: &StatusReport, losses: &[Loss], out: &mut impl Write) -> io::Result<()> {
    let mut sums: BTreeMap<(Option<NodeId>, u64), u64> = BTreeMap::new();
    for loss in losses {
        *sums.entry((loss.node, loss.left)).or_default() += 1;
    }
    let sum = |node, left| sums.get(&(node, left)).copied().unwrap_or(0);
    let nowhere = sum(None, 0);
    let already = losses.partition_point(|loss| loss.left == 0) as u64;
    let single = count(already - nowhere, "photo");
    match nowhere {
        _ if already == 0 => writeln!(out, "every photo is on two nodes or more")?,
        0 => writeln!(out, "at risk already: {single} on one node only")?,
        _ => writeln!(out, "at risk already: {single} on one node only, {nowhere} on none here")?,
    }
    for node in report.nodes.iter().filter(|node| node.alive) {
        let (lost, single) = (count(sum(Some(node.id), 0), "photo"), sum(Some(node.id), 1));
        writeln!(out, "if {} vanished: {lost} lost, {single} on one node only", name(node))?;
    }
    Ok(())
}

/// What cannot be told.
fn write_unknown(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    let away: Vec<String> = report.nodes.iter().filter(|node| !node.alive).map(name).collect();
    match away[..] {
        [] => Ok(()),
        _ => writeln!(out, "not counted: what lies on nodes that are away ({})", away.join(", ")),
    }
}
