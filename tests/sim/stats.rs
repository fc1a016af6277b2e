//! What a run did, in numbers.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use photomesh::node::describe::command;
use photomesh::protocol::{Message, codec};

use crate::budgets::Most;

/// The numbers of one run, or of many together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) events: u64,
    /// In how many runs the hosts belonged to members of a group.
    pub(crate) groups: u64,
    /// How many runs had lines at home.
    pub(crate) lines: u64,
    pub(crate) virtual_time: Duration,
    /// How long everything took to be as it should be, after the last fault.
    pub(crate) settling: Duration,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    /// Messages and their bytes on the wire, by command.
    pub(crate) messages: BTreeMap<&'static str, (u64, u64)>,
    pub(crate) links: u64,
    pub(crate) requests: u64,
    pub(crate) answers: u64,
    pub(crate) refusals: u64,
    /// Photos that clients began to get and did not get to their end.
    pub(crate) cut_off: u64,
    pub(crate) drops: u64,
    /// Nodes that have handed over all and left.
    pub(crate) drained: u64,
    /// Bytes of photos that came to be kept for others.
    pub(crate) kept_bytes: u64,
    /// Photos that stayed for clients who might ask again.
    pub(crate) kept: u64,
    pub(crate) retirements: u64,
    pub(crate) purges: u64,
    /// How many times an owner has removed a photo, and thought better of it.
    pub(crate) removals: u64,
    pub(crate) lifts: u64,
    pub(crate) most: Most,
}

/// Counts bytes and keeps none.
struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stats {
    /// Counts a message on its way out; its size on the wire.
    pub(crate) fn count_message(&mut self, message: &Message) -> u64 {
        let size = match message {
            // Writing base64 to nowhere would be most of a run's work.
            Message::Chunk { data, .. } | Message::Preview { image: data, .. } => {
                80 + (data.len() as u64).div_ceil(3) * 4
            }
            other => {
                let mut count = Count(0);
                let written = codec::write_message(&mut count, other);
                written.map_or(0, |bytes| bytes as u64)
            }
        };
        let entry = self.messages.entry(command(message)).or_default();
        entry.0 += 1;
        entry.1 += size;
        size
    }

    pub(crate) fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    /// Adds another run's numbers.
    pub(crate) fn add(&mut self, other: &Stats) {
        self.events += other.events;
        self.groups += other.groups;
        self.lines += other.lines;
        self.virtual_time += other.virtual_time;
        self.settling = self.settling.max(other.settling);
        for (kind, count) in &other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        for (command, (count, bytes)) in &other.messages {
            let entry = self.messages.entry(command).or_default();
            entry.0 += count;
            entry.1 += bytes;
        }
        self.links += other.links;
        self.requests += other.requests;
        self.answers += other.answers;
        self.refusals += other.refusals;
        self.cut_off += other.cut_off;
        self.drops += other.drops;
        self.drained += other.drained;
        self.kept_bytes += other.kept_bytes;
        self.kept += other.kept;
        self.retirements += other.retirements;
        self.purges += other.purges;
        self.removals += other.removals;
        self.lifts += other.lifts;
        self.most.add(other.most);
    }

    /// Several lines for people.
    pub(crate) fn report(&self, seeds: u64) -> String {
        let hours = self.virtual_time.as_secs_f64() / 3600.0;
        let faults: u64 = self.faults.values().sum();
        let kinds: Vec<String> =
            self.faults.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        format!(
            "seeds {seeds}, {} of them in a group, {} with lines at home, simulated hours {hours:.1}, events {}, faults {faults} ({})\n\
             requests {}, answers {}, photos cut off {}, kept for clients {}; copies dropped {}, retired {}, purged {}; nodes drained {}; removed {}, lifted {}\n\
             longest settling {:.0} s, longest queue {}, most disk operations at once {}, most unwritten bytes of a photo {}",
            self.groups,
            self.lines,
            self.events,
            kinds.join(", "),
            self.requests,
            self.answers,
            self.cut_off,
            self.kept,
            self.drops,
            self.retirements,
            self.purges,
            self.drained,
            self.removals,
            self.lifts,
            self.settling.as_secs_f64(),
            self.most.waiting,
            self.most.jobs,
            self.most.unwritten,
        )
    }
}
