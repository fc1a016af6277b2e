//! `photomesh plan`: what is going to move between the disks, and why.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

use indicatif::HumanBytes;
use serde::Serialize;

use super::disks::{Disks, percent};
use super::list::for_each_page;
use super::screen::{count, write_json};
use super::status::name;
use super::{Daemon, Failure};
use crate::balance::{self, Move, Placed, Ratio};
use crate::photo::PhotoId;
use crate::protocol::client::{PhotoReport, StatusReport};
use crate::protocol::{MemberName, NodeId};

/// A copy that moves, for programs.
#[derive(Serialize)]
struct Row<'a> {
    photo: PhotoId,
    name: &'a str,
    bytes: u64,
    from: NodeId,
    to: NodeId,
    why: &'a str,
}

/// The copies that move from one node to another.
#[derive(Default)]
struct Sum {
    photos: u64,
    bytes: u64,
}

/// Tells what the nodes are going to move until their disks are equally full, as far as the daemon can know: for people
/// a line for each pair of nodes, for programs one for each photo. Nothing is changed.
///
/// # Errors
///
/// As [`Daemon::ask`].
pub fn plan(daemon: &mut Daemon, json: bool, out: &mut impl Write) -> Result<(), Failure> {
    let outlook = Outlook::of(*daemon.status()?);
    let (mut photos, mut names, mut short) = (Vec::new(), BTreeMap::new(), Vec::new());
    for_each_page(daemon, |page| {
        for photo in page {
            if (1..outlook.wanted()).contains(&photo.holders.len()) {
                short.push((photo.bytes, photo.holders.clone()));
            }
            if let Some(placed) = outlook.placed(&photo) {
                photos.push(placed);
                names.insert(photo.id, photo.name);
            }
        }
        Ok(())
    })?;
    let moves = outlook.moves(&photos);
    if !json {
        outlook.write_missing(short, out)?;
        return Ok(outlook.write(&moves, out)?);
    }
    for Move { photo, bytes, from, to } in moves {
        let (name, why) = (names.get(&photo).map_or("", String::as_str), outlook.why(from, to));
        write_json(out, &Row { photo, name, bytes, from, to, why: &why })?;
    }
    Ok(())
}

/// The mesh, as far as moves depend on it.
struct Outlook {
    report: StatusReport,
    disks: Disks,
    level: Ratio,
    /// Whose each node is; without a group each is a member of its own.
    owners: BTreeMap<NodeId, MemberName>,
}

impl Outlook {
    fn of(report: StatusReport) -> Outlook {
        let owner = |node: NodeId, member: Option<MemberName>| {
            (node, member.unwrap_or_else(|| MemberName::of_node(node)))
        };
        let owners = report.nodes.iter().map(|node| owner(node.id, node.member)).collect();
        let disks = Disks::of(&report);
        Outlook { level: disks.level(), disks, owners, report }
    }

    /// Where a photo lies, if it may move from there. What has too few copies gets them first, what has too many is
    /// given up, and owners keep their own.
    fn placed(&self, photo: &PhotoReport) -> Option<Placed> {
        let drains = |node: &NodeId| {
            self.report.nodes.iter().any(|report| report.id == *node && report.disk.draining)
        };
        let holders: BTreeSet<NodeId> =
            photo.holders.iter().copied().filter(|node| !drains(node)).collect();
        let is_own = |node: &NodeId| photo.originals.contains(node);
        let movable: BTreeSet<NodeId> =
            holders.iter().copied().filter(|node| !is_own(node)).collect();
        let may_move = holders.len() == self.wanted() && !movable.is_empty();
        may_move.then_some(Placed { photo: photo.id, bytes: photo.bytes, holders, movable })
    }

    fn wanted(&self) -> usize {
        self.report.copies_wanted as usize
    }

    fn moves(&self, photos: &[Placed]) -> Vec<Move> {
        let Disks { all, one_of_each, .. } = &self.disks;
        balance::plan(all, photos, *one_of_each, |placed, from, to| self.fits(placed, from, to))
    }

    /// Whether a photo that moves can be proven to the node that gives it up, by a voice for each copy: another member has
    /// one, the giver's own member one for each node. So it is on no fewer members' nodes afterwards, too.
    fn fits(&self, placed: &Placed, from: NodeId, to: NodeId) -> bool {
        let owner = |node: &NodeId| self.owners.get(node).copied();
        let voice = |node: &NodeId| match owner(node) {
            own if own == owner(&from) => (own, Some(*node)),
            other => (other, None),
        };
        let others = placed.holders.iter().chain([&to]).filter(|node| **node != from);
        others.map(voice).collect::<BTreeSet<_>>().len() >= self.wanted()
    }

    /// What comes before all moves: missing copies, each photo's on a node that has none, as far as there is room.
    fn write_missing(
        &self,
        mut short: Vec<(u64, Vec<NodeId>)>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let stay = self.report.nodes.iter().filter(|node| node.alive && !node.disk.draining);
        let mut rooms: Vec<(NodeId, u64)> =
            stay.map(|node| (node.id, node.disk.room.unwrap_or(u64::MAX))).collect();
        let (mut made, mut cramped, mut alone) = (Sum::default(), Sum::default(), Sum::default());
        // The largest first: they find room in the fewest places.
        short.sort_by_key(|(bytes, _)| Reverse(*bytes));
        for (bytes, holders) in short {
            let others = rooms.iter_mut().filter(|(node, _)| !holders.contains(node));
            match others.max_by_key(|(_, room)| *room) {
                None => alone.add(bytes),
                Some((_, room)) if *room <= bytes => cramped.add(bytes),
                Some((_, room)) => {
                    *room -= bytes;
                    made.add(bytes);
                }
            }
        }
        if made.photos > 0 {
            writeln!(out, "before that, missing copies are made of {made}")?;
        }
        if cramped.photos > 0 {
            writeln!(
                out,
                "no room for missing copies of {cramped}: make as much on a disk that has none of them, or start a daemon \
                 there with a higher --capacity"
            )?;
        }
        if alone.photos > 0 {
            writeln!(out, "no other node is here for missing copies of {alone}")?;
        }
        Ok(())
    }

    fn write(&self, moves: &[Move], out: &mut impl Write) -> io::Result<()> {
        let mut pairs: BTreeMap<(NodeId, NodeId), Sum> = BTreeMap::new();
        let mut all = Sum::default();
        for Move { bytes, from, to, .. } in moves {
            pairs.entry((*from, *to)).or_default().add(*bytes);
            all.add(*bytes);
        }
        for ((from, to), sum) in &pairs {
            writeln!(out, "{} -> {}: {sum}", self.name(*from), self.name(*to))?;
            writeln!(out, "  {}", self.why(*from, *to))?;
        }
        match moves {
            [] => writeln!(out, "nothing is to move: the disks are as balanced as they can be")?,
            _ => writeln!(out, "in all {all}")?,
        }
        let untold = self.report.nodes.iter().filter(|node| node.disk.capacity.is_none());
        let untold: Vec<String> = untold.filter(|node| node.alive).map(name).collect();
        if !untold.is_empty() {
            let names = untold.join(", ");
            writeln!(
                out,
                "not told how large their disks are: {names}; with these nothing is evened out"
            )?;
        }
        Ok(())
    }

    /// Why photos move from one node to another.
    fn why(&self, from: NodeId, to: NodeId) -> String {
        let Outlook { disks, level, .. } = self;
        let (full, empty, level) = (disks.fullness(from), disks.fullness(to), percent(*level));
        let (from, to) = (self.name(from), self.name(to));
        format!("{to}'s disk is {empty} full, {from}'s {full}; they even out at {level}")
    }

    fn name(&self, node: NodeId) -> String {
        let report = self.report.nodes.iter().find(|report| report.id == node);
        report.map_or_else(|| node.to_string(), name)
    }
}

impl Sum {
    fn add(&mut self, bytes: u64) {
        self.photos += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", count(self.photos, "photo"), HumanBytes(self.bytes))
    }
}
