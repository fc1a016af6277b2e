//! A run as all parts of a picture see it: every line with its moment, every node with its place.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::Choice;
use super::clocks::{Shifts, shifts};
use super::joining::Frame;
use super::limits::NODES;
use super::line::{Entry, Line};
use super::names::Names;
use super::reading::Run;
use crate::protocol::NodeId;

/// A run, and what of it is to be seen.
pub(super) struct Sight<'a> {
    pub(super) lines: &'a [Line],
    /// When each line was written, in microseconds from the beginning of the run, by clocks that agree.
    pub(super) moments: Vec<u64>,
    pub(super) names: Names,
    /// The nodes: those that write, and then those that others write of.
    pub(super) places: BTreeMap<NodeId, usize>,
    pub(super) nodes: Vec<NodeId>,
    pub(super) shifts: Shifts,
    pub(super) choice: &'a Choice,
    /// The photos that are chosen; none if all are.
    photos: Option<BTreeSet<String>>,
    /// The nodes that are chosen; none if all are.
    chosen: Option<BTreeSet<usize>>,
}

impl<'a> Sight<'a> {
    /// What of a run is to be seen.
    ///
    /// # Errors
    ///
    /// If a photo or node is chosen that the trace does not know: which.
    pub(super) fn new(
        run: &'a Run,
        frames: &[Frame],
        choice: &'a Choice,
    ) -> Result<Sight<'a>, String> {
        let lines = &run.lines;
        let place = |line: usize| run.place(lines[line].node).unwrap_or_default();
        let messages = frames.iter().filter_map(|frame| {
            let (sent, heard) = (frame.sent?, frame.heard?);
            Some((place(sent), place(heard), lines[sent].entry.t, lines[heard].entry.t))
        });
        let shifts = shifts(run.writers(), messages);
        let shifted = |line: &Line| {
            let by = run.place(line.node).map_or(0, |place| shifts.by[place]);
            line.entry.t.saturating_add(by)
        };
        let zero = lines.iter().map(shifted).min().unwrap_or_default();
        let moments = lines.iter().map(|line| shifted(line) - zero).collect();
        let (places, nodes) = places(run);
        let names = Names::of(lines);
        let mut sight = Sight {
            lines,
            moments,
            names,
            places,
            nodes,
            shifts,
            choice,
            photos: None,
            chosen: None,
        };
        sight.photos = sight.chosen_photos()?;
        sight.chosen = sight.chosen_nodes()?;
        Ok(sight)
    }

    fn chosen_photos(&self) -> Result<Option<BTreeSet<String>>, String> {
        if self.choice.photos.is_empty() {
            return Ok(None);
        }
        let all: BTreeSet<&String> = self.lines.iter().flat_map(|line| &line.entry.photo).collect();
        let mut found = BTreeSet::new();
        for said in &self.choice.photos {
            let meant = all.iter().filter(|id| self.names.is_meant(id, said));
            let before = found.len();
            found.extend(meant.map(|id| (*id).clone()));
            if found.len() == before {
                return Err(format!("the trace knows no photo {said}"));
            }
        }
        Ok(Some(found))
    }

    fn chosen_nodes(&self) -> Result<Option<BTreeSet<usize>>, String> {
        if self.choice.nodes.is_empty() {
            return Ok(None);
        }
        let find = |said: &String| {
            let is_meant =
                |node: &NodeId| self.names.node(*node) == *said || node.to_string() == *said;
            let place = self.nodes.iter().position(is_meant);
            place.ok_or_else(|| format!("the trace knows no node {said}"))
        };
        self.choice.nodes.iter().map(find).collect::<Result<_, _>>().map(Some)
    }

    /// Whether something about these photos is to be seen.
    pub(super) fn shows_photos(&self, photos: &[String]) -> bool {
        let Some(chosen) = &self.photos else {
            return true;
        };
        photos.iter().any(|photo| chosen.contains(photo))
    }

    /// Whether photos are chosen.
    pub(super) fn chooses_photos(&self) -> bool {
        self.photos.is_some()
    }

    /// Whether something at these nodes is to be seen.
    pub(super) fn shows_nodes(&self, nodes: &[usize]) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| nodes.iter().any(|node| chosen.contains(node)))
    }

    /// Whether something from a moment to another one is to be seen.
    pub(super) fn shows_time(&self, from: u64, to: u64) -> bool {
        let (first, last) = self.choice.window();
        from <= last && to >= first
    }

    /// The last moment of the run.
    pub(super) fn end(&self) -> u64 {
        self.moments.iter().copied().max().unwrap_or_default()
    }

    /// Every line with its moment and the place of its node.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, usize, &Line, &Entry)> {
        let lines = self.lines.iter().zip(&self.moments);
        lines.filter_map(|(line, moment)| {
            Some((*moment, *self.places.get(&line.node)?, line, &line.entry))
        })
    }
}

/// The places of all nodes: first of those that write, in the order of their first lines.
fn places(run: &Run) -> (BTreeMap<NodeId, usize>, Vec<NodeId>) {
    let writers = run.lines.iter().map(|line| line.node);
    let others = run.lines.iter().filter_map(|line| line.entry.peer);
    let (mut places, mut nodes) = (BTreeMap::new(), Vec::new());
    for node in writers.chain(others) {
        if nodes.len() < NODES && !places.contains_key(&node) {
            places.insert(node, nodes.len());
            nodes.push(node);
        }
    }
    (places, nodes)
}
