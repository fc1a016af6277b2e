//! What was asked of other nodes and has not come yet.
//!
//! A holder sends one window after the other, those for clients first. Whoever waits for a window waits for all that is
//! before it.

use std::collections::BTreeMap;

use crate::node::Time;
use crate::node::limits::{
    GETS_IN_LINE, PULLS_IN_LINE, WINDOW_FIRST, WINDOW_LEAST, WINDOW_MOST, WINDOW_SPAN,
};
use crate::protocol::NodeId;
use crate::protocol::message::{Lane, TransferId};

/// The most pulls of which it is remembered what one holder has still to send.
const MOST: usize = 128;

/// The most bytes that a pull waits for with patience before its window: whoever has more asked of them by gets, one
/// after the other, could keep a photo for ever.
const LINE: u64 = 2 * (PULLS_IN_LINE + GETS_IN_LINE) * WINDOW_MOST;

/// What a holder sends before the windows of a pull.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ahead {
    /// How many bytes before the present window, when that was asked for.
    window: u64,
    /// How many before all windows until then.
    earlier: u64,
    /// How many bytes it had been asked for in all for clients by then: what came later is sent first, too.
    for_clients: u64,
}

/// What was asked of all holders.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    holders: BTreeMap<NodeId, Holder>,
}

#[derive(Debug, Default)]
struct Holder {
    /// How many bytes are still to come of each pull.
    windows: BTreeMap<TransferId, (Lane, u64)>,
    pace: Pace,
    /// When anything came last that was asked for.
    came: Time,
    /// How many bytes it was asked for in all for clients.
    for_clients: u64,
}

impl Ledger {
    /// The next window of a pull is asked for.
    pub(super) fn ask(
        &mut self,
        node: NodeId,
        (transfer, lane): (TransferId, Lane),
        bytes: u64,
        ahead: &mut Ahead,
    ) {
        let (_, earlier) = self.ahead(node, lane, *ahead);
        let holder = self.holders.entry(node).or_default();
        let others = holder.windows.iter().filter(|(other, _)| **other != transfer);
        let before = others.filter(|(_, (of, _))| *of <= lane);
        let window = before.map(|(_, (_, bytes))| bytes).sum();
        *ahead = Ahead { window, earlier, for_clients: holder.for_clients };
        let asked = holder.windows.entry(transfer).or_insert((lane, 0));
        *asked = (lane, asked.1 + bytes);
        while holder.windows.len() > MOST {
            holder.windows.pop_first();
        }
        if lane == Lane::Get {
            holder.for_clients += bytes;
        }
    }

    /// How many bytes a holder sends, or has sent, before what is to come of a pull's present window, and before all of
    /// its windows so far.
    pub(super) fn ahead(&self, node: NodeId, lane: Lane, ahead: Ahead) -> (u64, u64) {
        let for_clients = self.holders.get(&node).map_or(0, |holder| holder.for_clients);
        let since = match lane {
            Lane::Get => 0,
            Lane::Replicate => for_clients.saturating_sub(ahead.for_clients),
        };
        let of_window = (ahead.window + since).min(LINE);
        (of_window, ahead.earlier + of_window)
    }

    /// Bytes of a window have come.
    pub(super) fn came(&mut self, node: NodeId, transfer: TransferId, bytes: u64, now: Time) {
        let Some(holder) = self.holders.get_mut(&node) else {
            return;
        };
        if let Some((_, left)) = holder.windows.get_mut(&transfer).filter(|_| bytes > 0) {
            holder.came = now;
            holder.pace.add(bytes, now);
            *left = left.saturating_sub(bytes);
            if *left == 0 {
                holder.windows.remove(&transfer);
            }
        }
    }

    /// How many bytes to ask of a holder at a time: what comes from it in [`WINDOW_SPAN`].
    pub(super) fn window(&self, node: NodeId, now: Time) -> u64 {
        let Some(holder) = self.holders.get(&node) else {
            return WINDOW_FIRST;
        };
        let mut pace = holder.pace;
        pace.go_on(now);
        // One that had nothing to send may be as fast as any.
        let is_known = pace.before > 0 && !holder.windows.is_empty();
        let least = if is_known { WINDOW_LEAST } else { WINDOW_FIRST };
        let window = pace.bytes.max(pace.before).clamp(least, WINDOW_MOST);
        // Whole pieces cost the least.
        window - window % WINDOW_LEAST
    }

    /// What a pull was asked for does not come, or is not wanted.
    pub(super) fn refused(&mut self, node: NodeId, transfer: TransferId) {
        if let Some(holder) = self.holders.get_mut(&node) {
            holder.windows.remove(&transfer);
        }
    }

    /// When anything came last from a holder that was asked for.
    pub(super) fn last_came(&self, node: NodeId) -> Time {
        self.holders.get(&node).map(|holder| holder.came).unwrap_or_default()
    }

    /// The link to a holder is gone, and all that was to come on it.
    pub(super) fn forget(&mut self, node: NodeId) {
        self.holders.remove(&node);
    }
}

/// How many bytes come in [`WINDOW_SPAN`].
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// When the present span began.
    since: Time,
    /// How many bytes have come in it, and in the one before.
    bytes: u64,
    before: u64,
}

impl Pace {
    fn add(&mut self, bytes: u64, now: Time) {
        self.go_on(now);
        self.bytes += bytes;
    }

    /// Begins a new span if the present one is over.
    fn go_on(&mut self, now: Time) {
        let elapsed = now.since(self.since);
        if elapsed >= 2 * WINDOW_SPAN {
            *self = Pace { since: now, bytes: 0, before: 0 };
        } else if elapsed >= WINDOW_SPAN {
            *self = Pace { since: self.since + WINDOW_SPAN, bytes: 0, before: self.bytes };
        }
    }
}
