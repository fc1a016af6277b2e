//! How long a look-up among a million fingerprints takes; these are made up ([`fingerprints`](crate::fingerprints)).

use std::time::Instant;

use photomesh::photo::{Fingerprint, PhotoId, SimilarityIndex};

use crate::fingerprints::fingerprint;

const PHOTOS: u64 = 1_000_000;
const ROUNDS: u64 = 20;
/// In a round: so many that the clock of the system, which may tick every four milliseconds, is fine enough.
const LOOKUPS: u64 = 2_000;

/// Prints the time of a look-up and the memory of the index.
pub(crate) fn measure() {
    let before = resident_mib();
    let start = Instant::now();
    let mut index = SimilarityIndex::default();
    for at in 0..PHOTOS {
        index.insert(PhotoId::of(&at.to_be_bytes()), fingerprint(at));
    }
    let built = start.elapsed().as_secs_f64();
    let memory = resident_mib().zip(before).map(|(after, before)| after - before);
    let mut found = 0;
    let mut round = |round: u64| {
        let ids = (0..LOOKUPS).map(|at| (round * LOOKUPS + at) * (PHOTOS / ROUNDS / LOOKUPS));
        let wanted: Vec<Fingerprint> = ids.map(fingerprint).collect();
        let start = busy_micros();
        found += wanted.iter().map(|fingerprint| index.similar(fingerprint).len()).sum::<usize>();
        (busy_micros() - start) / LOOKUPS as f64
    };
    let mut times: Vec<f64> = (0..ROUNDS).map(&mut round).collect();
    times.sort_by(f64::total_cmp);
    let (quickest, median) = (times[0], times[times.len() / 2]);
    println!(
        "{PHOTOS} fingerprints indexed in {built:.1} s; a look-up takes {median:.0} µs of a core ({quickest:.0} µs in the \
         best of {ROUNDS} rounds), {found} found in {}",
        ROUNDS * LOOKUPS
    );
    if let Some(memory) = memory {
        println!("memory of the index: {memory} MiB");
    }
}

/// How long this thread has been busy, in microseconds: on a machine that has other work, time on the clock says little.
/// Where the system does not tell, the time on the clock it is.
pub(crate) fn busy_micros() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let on_the_clock = START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e6;
    let busy = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = busy.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanos.map_or(on_the_clock, |nanos| nanos / 1000.0)
}

/// The memory that this process has in use, where the system tells.
fn resident_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
