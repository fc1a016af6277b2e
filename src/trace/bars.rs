//! Nodes: when they lived, what they were about, and what they had.

use std::collections::BTreeMap;

use super::arrows::Arrow;
use super::line::Kind;
use super::marks::{Mark, Tone};
use super::recorder::State;
use super::sight::Sight;
use crate::node::limits::{SETTLE, SILENCE};
use crate::protocol::Boot;

/// What a bar looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shade {
    /// It reads its folder.
    Scanning,
    /// Somebody has not told all.
    Hearing,
    /// All have told all, but something has just changed.
    Unsettled,
    /// Nothing has changed for a while.
    Settled,
    /// It goes.
    Leaving,
    /// It writes no trace.
    Unknown,
}

/// How a node has a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Has {
    Original,
    Replica,
    Trash,
}

impl Has {
    /// What a trace tells of; none if it has nothing any more.
    fn of(word: &str) -> Option<Has> {
        match word {
            "original" => Some(Has::Original),
            "replica" => Some(Has::Replica),
            "trash" => Some(Has::Trash),
            _ => None,
        }
    }
}

/// A node.
#[derive(Clone, Debug, Default)]
pub(super) struct Bar {
    pub(super) name: String,
    /// From when to when it was what; nothing where it did not live.
    pub(super) spans: Vec<(u64, u64, Shade)>,
    /// From when to when it had which photo, and how.
    pub(super) has: Vec<(u64, u64, String, Has)>,
}

/// The bars, in the order of places, and the ends of lives that nobody told.
pub(super) fn bars(sight: &Sight, arrows: &[Arrow]) -> (Vec<Bar>, Vec<Mark>) {
    let end = sight.end();
    let mut bars: Vec<Bar> = sight
        .nodes
        .iter()
        .map(|node| Bar { name: sight.names.node(*node), ..Bar::default() })
        .collect();
    let mut killed = Vec::new();
    // A simulator tells by itself what it does to whom.
    let is_told = sight.lines.iter().any(|line| line.entry.kind == Kind::Fault);
    let says = if is_told { "dies" } else { "is dead: its trace ends without a goodbye" };
    let changes = changes(sight, arrows);
    let losses = losses(sight);
    let mut lives = lives(sight);
    for (place, bar) in bars.iter_mut().enumerate() {
        let lives = lives.remove(&place).unwrap_or_default();
        if lives.is_empty() {
            bar.spans.push((0, end, Shade::Unknown));
        }
        for (number, life) in lives.iter().enumerate() {
            let next = lives.get(number + 1).map(|next| next.begins);
            let was_missed = is_missed(losses.get(&place), life.ends, next.unwrap_or(end));
            let is_over = life.said_goodbye || next.is_some() || was_missed;
            let last = if is_over { life.ends } else { end };
            if is_over && !life.said_goodbye {
                killed.push(Mark {
                    node: Some(place),
                    at: last,
                    line: usize::MAX,
                    tone: Tone::End,
                    what: "killed".to_owned(),
                    says: says.to_owned(),
                });
            }
            bar.spans.extend(spans(life, last, changes.get(&place)));
            bar.has.extend(possessions(life, last));
        }
    }
    (bars, killed)
}

/// One life of a node.
#[derive(Default)]
struct Life {
    begins: u64,
    ends: u64,
    said_goodbye: bool,
    states: Vec<(u64, State)>,
    /// What it has of a photo from a moment on.
    has: Vec<(u64, String, Option<Has>)>,
}

/// The lives of each node, one after the other.
fn lives(sight: &Sight) -> BTreeMap<usize, Vec<Life>> {
    let mut lives: BTreeMap<(usize, Boot), Life> = BTreeMap::new();
    for (at, place, line, entry) in sight.entries() {
        if entry.kind == Kind::Fault {
            continue;
        }
        let begun = || Life { begins: at, ends: at, ..Life::default() };
        let life = lives.entry((place, line.boot)).or_insert_with(begun);
        (life.begins, life.ends) = (life.begins.min(at), life.ends.max(at));
        life.said_goodbye |= entry.kind == Kind::Action && entry.what == "Exit";
        if let (Kind::State, Some(state)) = (entry.kind, State::of(&entry.what)) {
            life.states.push((at, state));
        }
        if let (Kind::Has, Some(photo)) = (entry.kind, entry.photo.first()) {
            life.has.push((at, photo.clone(), Has::of(&entry.what)));
        }
    }
    let mut of_nodes: BTreeMap<usize, Vec<Life>> = BTreeMap::new();
    for ((place, _), life) in lives {
        of_nodes.entry(place).or_default().push(life);
    }
    of_nodes.values_mut().for_each(|lives| lives.sort_by_key(|life| life.begins));
    of_nodes
}

/// When others lost their links to each node.
fn losses(sight: &Sight) -> BTreeMap<usize, Vec<u64>> {
    let mut losses: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for (at, by, _, entry) in sight.entries().filter(|(_, _, _, entry)| entry.what == "Closed") {
        let of = entry.peer.and_then(|peer| sight.places.get(&peer).copied());
        if let Some(of) = of.filter(|of| *of != by) {
            losses.entry(of).or_default().push(at);
        }
    }
    losses.values_mut().for_each(|times| times.sort_unstable());
    losses
}

/// Whether others noticed that a node was gone after its last line, or had the time to.
fn is_missed(losses: Option<&Vec<u64>>, last: u64, until: u64) -> bool {
    let silence = u64::try_from(SILENCE.as_micros()).unwrap_or(u64::MAX);
    let times = losses.map(Vec::as_slice).unwrap_or_default();
    let next = times.get(times.partition_point(|at| *at < last));
    until.saturating_sub(last) > silence || next.is_some_and(|at| *at <= until)
}

/// When each node's table changed, as far as it heard and said.
fn changes(sight: &Sight, arrows: &[Arrow]) -> BTreeMap<usize, Vec<u64>> {
    let mut changes: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for arrow in arrows.iter().filter(|arrow| arrow.command == "ImageInfo") {
        if !arrow.photos.is_empty() {
            changes.entry(arrow.from).or_default().push(arrow.sent);
            changes.entry(arrow.to).or_default().push(arrow.heard);
        }
    }
    for (at, place, _, _) in sight.entries().filter(|(_, _, _, entry)| entry.kind == Kind::Has) {
        changes.entry(place).or_default().push(at);
    }
    changes.values_mut().for_each(|times| times.sort_unstable());
    changes
}

/// What a node was about, with the calm in it.
fn spans(life: &Life, last: u64, changes: Option<&Vec<u64>>) -> Vec<(u64, u64, Shade)> {
    let settle = u64::try_from(SETTLE.as_micros()).unwrap_or(u64::MAX);
    let mut spans = Vec::new();
    let begun = life.states.first().map_or(life.begins, |(at, _)| *at);
    if begun > life.begins {
        spans.push((life.begins, begun, Shade::Hearing));
    }
    for (number, (from, state)) in life.states.iter().enumerate() {
        let to = life.states.get(number + 1).map_or(last, |(next, _)| *next).min(last);
        let shade = match state {
            State::Scanning => Shade::Scanning,
            State::Hearing => Shade::Hearing,
            State::Leaving => Shade::Leaving,
            State::Complete => {
                let mut calm = *from;
                let times = changes.map(Vec::as_slice).unwrap_or_default();
                let inside = times.iter().copied().filter(|at| (*from..to).contains(at));
                for change in inside.chain([to]) {
                    let settled = calm.saturating_add(settle);
                    spans.push((calm, settled.min(change), Shade::Unsettled));
                    spans.push((settled.min(change), change, Shade::Settled));
                    calm = change;
                }
                continue;
            }
        };
        spans.push((*from, to, shade));
    }
    spans.retain(|(from, to, _)| from < to);
    spans
}

fn possessions(life: &Life, last: u64) -> Vec<(u64, u64, String, Has)> {
    let mut found: Vec<(u64, u64, String, Has)> = Vec::new();
    let mut held: BTreeMap<&String, (u64, Has)> = BTreeMap::new();
    for (at, photo, has) in &life.has {
        let before = held.get(photo).copied();
        if before.map(|(_, has)| has) == *has {
            continue;
        }
        if let Some((from, had)) = before {
            found.push((from, *at, photo.clone(), had));
        }
        match has {
            Some(has) => drop(held.insert(photo, (*at, *has))),
            None => drop(held.remove(photo)),
        }
    }
    found.extend(held.into_iter().map(|(photo, (from, has))| (from, last, photo.clone(), has)));
    found
}
