//! How long a look-up among a million fingerprints takes.

use std::time::Instant;

use photomesh::photo::{Fingerprint, PhotoId, SimilarityIndex};

const PHOTOS: u64 = 1_000_000;
const LOOKUPS: u64 = 2_000;

/// Bytes of a view in a fingerprint's text, and those at its end that make the cue.
const VIEW: usize = 73;
const CUE: usize = 14;

/// Prints the time of a look-up and the memory of the index.
pub(crate) fn measure() {
    let before = resident_mib();
    let start = Instant::now();
    let mut index = SimilarityIndex::default();
    for at in 0..PHOTOS {
        index.insert(PhotoId::of(&at.to_be_bytes()), fingerprint(at));
    }
    let built = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let found: usize = (0..LOOKUPS)
        .map(|at| index.similar(&fingerprint(at * (PHOTOS / LOOKUPS))).len())
        .sum();
    let each = start.elapsed().as_secs_f64() * 1e6 / LOOKUPS as f64;
    println!(
        "{PHOTOS} fingerprints indexed in {built:.1} s; a look-up takes {each:.0} µs, {found} found in {LOOKUPS}"
    );
    if let (Some(before), Some(after)) = (before, resident_mib()) {
        println!("memory of the index: {} MiB", after.saturating_sub(before));
    }
}

/// A made-up fingerprint. Its cue is spread as those of photos are: numbers around 128 that depend on each other in part
/// (of 224 photos the fourteen have standard deviations of 12 to 31).
fn fingerprint(seed: u64) -> Fingerprint {
    let mut digest = blake3::Hasher::new();
    let mut random = [0; VIEW + 4 * 2 * CUE];
    digest
        .update(&seed.to_be_bytes())
        .finalize_xof()
        .fill(&mut random);
    let (view, noise) = random.split_at_mut(VIEW);
    const SPREAD: [f64; CUE] = [
        26.0, 23.0, 19.0, 17.0, 31.0, 17.5, 18.4, 14.0, 17.0, 17.0, 18.7, 20.6, 12.4, 12.8,
    ];
    // The sum of four even numbers is spread nearly as a bell.
    let bell =
        |four: &[u8]| (four.iter().map(|byte| f64::from(*byte)).sum::<f64>() - 510.0) / 147.8;
    let mut last = 0.0;
    for ((number, spread), four) in view[VIEW - CUE..]
        .iter_mut()
        .zip(SPREAD)
        .zip(noise.chunks_exact(4))
    {
        let value = 0.4 * last + 0.917 * bell(four);
        *number = (128.0 + spread * value).round() as u8;
        last = value;
    }
    let hex: String = view.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1:{hex}").parse().expect("well formed")
}

/// The memory that this process has in use, where the system tells.
fn resident_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
