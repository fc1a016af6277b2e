//! Many clients at once, and what they moved.

use std::thread;
use std::time::{Duration, Instant};

use crate::figures::Figures;
use crate::process;

/// What was moved in how much time, of the clock and of the cores.
pub(crate) struct Moved {
    pub(crate) bytes: u64,
    pub(crate) seconds: f64,
    /// Of this process, and of those that were named.
    pub(crate) own_cpu: Option<f64>,
    pub(crate) their_cpu: Option<f64>,
    /// In milliseconds, how long each photo took: until its first byte, and as a whole.
    pub(crate) first: Figures,
    pub(crate) whole: Figures,
}

/// What one client got.
#[derive(Default)]
pub(crate) struct Got {
    pub(crate) bytes: u64,
    pub(crate) first: Figures,
    pub(crate) whole: Figures,
}

impl Got {
    /// Notes a photo of so many bytes.
    pub(crate) fn note(&mut self, bytes: u64, asked: Instant, first: Instant) {
        self.bytes += bytes;
        self.first.push((first - asked).as_secs_f64() * 1e3);
        self.whole.push(asked.elapsed().as_secs_f64() * 1e3);
    }
}

impl Moved {
    /// In megabytes a second.
    pub(crate) fn rate(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.seconds
    }

    /// Seconds of a core for a gigabyte, at both ends.
    pub(crate) fn cost(&self) -> Option<f64> {
        Some(self.for_a_gigabyte(self.own_cpu? + self.their_cpu?))
    }

    /// The same of the daemons alone.
    pub(crate) fn their_cost(&self) -> Option<f64> {
        self.their_cpu.map(|seconds| self.for_a_gigabyte(seconds))
    }

    fn for_a_gigabyte(&self, seconds: f64) -> f64 {
        seconds / (self.bytes as f64 / 1e9)
    }
}

/// Lets so many clients work at the same time, each until the given moment or a little longer.
pub(crate) fn crowd(
    clients: usize,
    span: Duration,
    daemons: &[u32],
    client: impl Fn(Instant) -> Result<Got, String> + Sync,
) -> Result<Moved, String> {
    let (own, theirs) = (process::own_cpu(), process::cpu_of_all(daemons));
    let start = Instant::now();
    let end = start + span;
    let all: Result<Vec<Got>, String> = thread::scope(|scope| {
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(|| client(end))).collect();
        let ends =
            clients.into_iter().map(|client| client.join().map_err(|_| "a client panicked")?);
        ends.collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    let since = |before: Option<f64>, now: Option<f64>| Some(now? - before?);
    let mut moved = Moved {
        bytes: 0,
        seconds,
        own_cpu: since(own, process::own_cpu()),
        their_cpu: since(theirs, process::cpu_of_all(daemons)),
        first: Figures::default(),
        whole: Figures::default(),
    };
    for got in all? {
        moved.bytes += got.bytes;
        moved.first.0.extend(got.first.0);
        moved.whole.0.extend(got.whole.0);
    }
    Ok(moved)
}
