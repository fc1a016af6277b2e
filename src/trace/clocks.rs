//! Clocks that differ: no message arrives before it was sent.
//!
//! Each node's clock is set forward by the least that makes this true of all messages. That is a longest path: from
//! nothing, along every message that seems to have arrived too early.

use std::collections::BTreeMap;

/// By how much each node's clock is set forward, in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shifts {
    pub(super) by: Vec<u64>,
    /// No such setting makes all messages arrive after they were sent: a clock has jumped, or runs at another pace.
    pub(super) impossible: bool,
}

/// The shifts of so many nodes, from their messages: from whom, to whom, sent and heard by their own clocks.
pub(super) fn shifts(
    nodes: usize,
    messages: impl Iterator<Item = (usize, usize, u64, u64)>,
) -> Shifts {
    let mut early: BTreeMap<(usize, usize), i128> = BTreeMap::new();
    for (from, to, sent, heard) in messages {
        let by = i128::from(sent) - i128::from(heard);
        let most = early.entry((from, to)).or_insert(by);
        *most = by.max(*most);
    }
    let mut by = vec![0_i128; nodes];
    // A path without a circle has fewer steps than there are nodes.
    let mut impossible = false;
    for round in 0..=nodes {
        let mut moved = false;
        for ((from, to), early) in &early {
            let least = by[*from] + early;
            if from != to && least > by[*to] {
                (moved, by[*to]) = (true, least);
            }
        }
        if !moved {
            break;
        }
        impossible = round == nodes;
    }
    let by = by.into_iter().map(|by| u64::try_from(by).unwrap_or(u64::MAX)).collect();
    Shifts { by, impossible }
}
