//! From two ends of a link to messages: the n-th frame that one end sends is the n-th that the other hears.
//!
//! No message names a link, so its ends are found by what each knows. They have the same two ports, if nobody between them
//! makes others of these. They are of two lives that have registered
//! with each other, one dialed and the other was dialed, and all that one has sent and the other heard under the same
//! number says the same. Of several that fit, those are taken for one link that have begun at nearly the same time. Where
//! the same two daemons have lost and made links again and again, and their clocks differ by more than lay between, short
//! links that said the same can be taken for each other.

use std::collections::BTreeMap;

use super::limits::{LINKS, NEAR};
use super::line::{Kind, Line};
use crate::protocol::{Boot, NodeId};

/// One life of a node.
pub(super) type Life = (NodeId, Boot);

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has arrived.
    Arrived,
    /// Its link ended before it arrived.
    Lost,
    /// The trace ends while it is on its way.
    OnItsWay,
    /// Only one side is known: the other writes no trace, or has lost lines of it.
    HalfSeen,
}

/// A frame: the lines of its sending and of its arrival, at least one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) sent: Option<usize>,
    pub(super) heard: Option<usize>,
    pub(super) fate: Fate,
    /// The node at the other end than the line's, if only one line is there.
    pub(super) peer: Option<NodeId>,
}

/// One end of a link.
#[derive(Clone, Debug, Default)]
struct End {
    /// When its first line was written, by the clock of its node.
    begun: u64,
    dialed: Option<bool>,
    wire: Option<String>,
    peer: Option<Life>,
    /// Lines by the number of the frame.
    sent: BTreeMap<u64, usize>,
    heard: BTreeMap<u64, usize>,
    closed: bool,
    other: Option<usize>,
}

/// All frames of a run, and of how many it is not known where they went.
pub(super) fn frames(lines: &[Line]) -> (Vec<Frame>, u64) {
    let mut ends = ends(lines);
    let lives: Vec<Life> = ends.keys().map(|(life, _)| *life).collect();
    let mut all: Vec<&mut End> = ends.values_mut().collect();
    join(&lives, &mut all, lines);
    let writes = |node: NodeId| lives.iter().any(|(writer, _)| *writer == node);
    let all: Vec<&End> = all.into_iter().map(|end| &*end).collect();
    let (mut found, mut nowhere) = (Vec::new(), 0);
    for end in &all {
        let other = end.other.map(|other| all[other]);
        for (n, sent) in &end.sent {
            let heard = other.and_then(|other| other.heard.get(n).copied());
            let fate = match (heard, other) {
                (Some(_), _) => Fate::Arrived,
                (None, Some(other)) => lost(*n, end, other),
                (None, None) if !end.peer.is_some_and(|(node, _)| writes(node)) => Fate::HalfSeen,
                (None, None) if end.closed => Fate::Lost,
                (None, None) => Fate::OnItsWay,
            };
            let peer = end.peer.map(|(node, _)| node);
            nowhere += u64::from(peer.is_none() && heard.is_none());
            found.push(Frame { sent: Some(*sent), heard, fate, peer });
        }
        for (n, heard) in &end.heard {
            if other.is_none_or(|other| !other.sent.contains_key(n)) {
                let peer = end.peer.map(|(node, _)| node);
                let fate = Fate::HalfSeen;
                found.push(Frame { sent: None, heard: Some(*heard), fate, peer });
            }
        }
    }
    (found, nowhere)
}

/// What became of a frame that was not heard at the other end.
fn lost(n: u64, end: &End, other: &End) -> Fate {
    let heard_later = other.heard.last_key_value().is_some_and(|(last, _)| *last > n);
    if heard_later {
        // Frames do not overtake each other: the line of its arrival is what is missing.
        Fate::HalfSeen
    } else if end.closed || other.closed {
        Fate::Lost
    } else {
        Fate::OnItsWay
    }
}

fn ends(lines: &[Line]) -> BTreeMap<(Life, u64), End> {
    let mut ends: BTreeMap<(Life, u64), End> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let entry = &line.entry;
        let Some(link) = entry.link else {
            continue;
        };
        let key = ((line.node, line.boot), link);
        let begins = matches!(entry.what.as_str(), "Opened" | "Accepted")
            || matches!(entry.kind, Kind::Send | Kind::Recv);
        if !ends.contains_key(&key) && (!begins || ends.len() >= LINKS) {
            continue;
        }
        let begun = || End { begun: entry.t, ..End::default() };
        let end = ends.entry(key).or_insert_with(begun);
        match (entry.kind, entry.what.as_str(), entry.n) {
            (Kind::Send, _, Some(n)) => drop(end.sent.insert(n, at)),
            (Kind::Recv, _, Some(n)) => {
                end.heard.insert(n, at);
                if let (Some(peer), Some(life)) = (entry.peer, entry.life) {
                    end.peer = Some((peer, life));
                }
            }
            (Kind::Event, "Opened" | "Accepted", _) => {
                end.dialed = Some(entry.what == "Opened");
                end.wire.clone_from(&entry.wire);
            }
            (Kind::Event, "Closed", _) => end.closed = true,
            _ => {}
        }
    }
    ends
}

/// Finds for ends that know their peer the other one: of all that fit, those that have begun at nearly the same time, by
/// their own clocks.
fn join(lives: &[Life], ends: &mut [&mut End], lines: &[Line]) {
    let mut of_life: BTreeMap<Life, Vec<usize>> = BTreeMap::new();
    for (at, life) in lives.iter().enumerate() {
        of_life.entry(*life).or_default().push(at);
    }
    of_life.values_mut().for_each(|of| of.sort_by_key(|at| ends[*at].begun));
    let mut pairs = Vec::new();
    for (one, end) in ends.iter().enumerate() {
        let theirs = end.peer.and_then(|peer| of_life.get(&peer));
        let theirs = theirs.map(Vec::as_slice).unwrap_or_default();
        let near = theirs.partition_point(|two| ends[*two].begun < end.begun);
        let near = near.saturating_sub(NEAR)..near.saturating_add(NEAR).min(theirs.len());
        for two in theirs[near].iter().copied().filter(|two| *two != one) {
            if fit(lives[one], end, ends[two], lines) {
                // Those of one connection go first; then one that has heard of this life, before one that has heard
                // of nobody.
                let is_other_wire = end.wire.is_none() || end.wire != ends[two].wire;
                let apart = end.begun.abs_diff(ends[two].begun);
                let apart = (is_other_wire, ends[two].peer.is_none(), apart);
                pairs.push((apart, one, two));
            }
        }
    }
    pairs.sort_unstable();
    for (_, one, two) in pairs {
        if ends[one].other.is_none() && ends[two].other.is_none() {
            ends[one].other = Some(two);
            ends[two].other = Some(one);
            // Whoever heard nothing of the other learns here who it is.
            ends[two].peer.get_or_insert(lives[one]);
        }
    }
}

/// Whether two ends may be those of one link; the second one is of the life that the first has registered.
fn fit(life: Life, one: &End, two: &End, lines: &[Line]) -> bool {
    let alike = |sent: &BTreeMap<u64, usize>, heard: &BTreeMap<u64, usize>| {
        let mut both = heard.iter().filter_map(|(n, heard)| Some((sent.get(n)?, heard)));
        both.all(|(sent, heard)| {
            let (sent, heard) = (&lines[*sent].entry, &lines[*heard].entry);
            (&sent.what, &sent.says) == (&heard.what, &heard.says)
        })
    };
    two.peer.is_none_or(|peer| peer == life)
        && (one.dialed.is_none() || one.dialed != two.dialed)
        && alike(&one.sent, &two.heard)
        && alike(&two.sent, &one.heard)
}
