//! How long a look-up among a million fingerprints takes.
//!
//! The fingerprints are made up. What a look-up costs depends on how many cues are near the one that is looked for, so
//! these are spread as the cues of 474 photos are: with the same variances, and depending on each other as much. Of two
//! photos one pair in 2,156 has near cues, of these one in 2,100. Were the fourteen numbers independent of each other,
//! it would be one in 36,000, and a look-up several times as quick. The other bits are even: of pairs with near cues
//! they differ in 80 of 160 DCT bits, those of photos in 71.

use std::collections::BTreeMap;
use std::time::Instant;

use photomesh::photo::{Fingerprint, PhotoId, SimilarityIndex};

const PHOTOS: u64 = 1_000_000;
const ROUNDS: u64 = 20;
/// In a round: so many that the clock of the system, which may tick every four milliseconds, is fine enough.
const LOOKUPS: u64 = 2_000;

/// One in so many photos has bands along its edges and with them a second view.
const WITH_BANDS: u64 = 18;

/// Landmarks of a picture.
const LANDMARKS: usize = 23;

/// Bytes of a view, and those at its end that make the cue.
const VIEW: usize = 73;
const CUE: usize = 14;

/// How the numbers of a cue are made of independent ones: the Cholesky factor of their covariance.
#[rustfmt::skip]
const SPREAD: [&[f64]; CUE] = [
    &[25.2],
    &[-0.1, 21.9],
    &[-14.6, -0.4, 11.6],
    &[-0.3, -11.7, -0.3, 11.2],
    &[1.0, 2.4, 1.2, 1.7, 30.8],
    &[-0.8, -0.3, -0.3, -0.5, -0.4, 16.3],
    &[-0.9, -2.0, -0.2, -0.5, -11.6, 0.6, 13.1],
    &[0.8, -0.0, 0.3, 0.1, -0.0, -10.3, 0.2, 8.5],
    &[-0.7, 5.0, 0.9, 3.1, 1.8, 1.3, 0.1, 0.6, 15.8],
    &[-14.5, -0.0, 0.6, -0.3, 0.2, 0.5, -0.1, 1.1, 0.1, 9.3],
    &[0.7, -15.1, -0.1, -0.4, -1.5, -1.0, -0.1, -0.1, -7.7, 0.1, 8.7],
    &[-0.4, -1.6, -0.4, -1.1, -17.3, -0.5, 1.9, -0.9, 0.0, 0.5, 0.1, 9.8],
    &[0.2, -0.0, 0.5, 0.5, 0.4, -10.6, -0.0, 0.3, -0.1, 0.1, -0.2, -0.4, 6.6],
    &[0.9, -3.5, -0.8, -1.2, -1.3, -0.7, 0.4, -0.5, -10.5, 0.1, 0.6, -0.1, -0.3, 7.1],
];

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

/// A made-up fingerprint.
fn fingerprint(seed: u64) -> Fingerprint {
    let views = if seed.is_multiple_of(WITH_BANDS) { 2 } else { 1 };
    let [whole, trimmed] = [0, views - 1].map(|part| view(seed, part));
    Fingerprint::made_up(&whole, &trimmed, &landmarks(seed)).expect("well formed")
}

/// Made-up landmarks. Of the codes of photos some are common, so that two photos have one in common as often as if there
/// were 16,000 codes, all of them even.
fn landmarks(seed: u64) -> Vec<u8> {
    let mut random = [0; 8 * LANDMARKS];
    let mut digest = blake3::Hasher::new();
    digest.update(&seed.to_le_bytes());
    digest.finalize_xof().fill(&mut random);
    let numbers = random.as_chunks::<8>().0.iter().map(|eight| {
        let bits = u64::from_be_bytes(*eight);
        // Four bits between the code, of 18, and the rest are 0; the lowest 21 say where and how large it is.
        (bits & 0x3fff) << 25 | bits >> 40 & 0x1f_ffff
    });
    let by_code: BTreeMap<u64, u64> = numbers.map(|bits| (bits >> 21, bits)).collect();
    let five = by_code.values().flat_map(|bits| bits.to_be_bytes().into_iter().skip(3));
    five.collect()
}

fn view(seed: u64, part: u64) -> [u8; VIEW] {
    let mut digest = blake3::Hasher::new();
    digest.update(&seed.to_be_bytes()).update(&part.to_be_bytes());
    let mut random = [0; VIEW + 8 * CUE];
    digest.finalize_xof().fill(&mut random);
    let (view, noise) = random.split_at_mut(VIEW);
    // The sum of eight even numbers is spread nearly as a bell; 209 is how much.
    let bell =
        |eight: &[u8]| (eight.iter().map(|byte| f64::from(*byte)).sum::<f64>() - 1020.0) / 209.0;
    let bells: Vec<f64> = noise.chunks_exact(8).map(bell).collect();
    for (number, factors) in view[VIEW - CUE..].iter_mut().zip(SPREAD) {
        let value: f64 = factors.iter().zip(&bells).map(|(factor, bell)| factor * bell).sum();
        *number = (128.0 + value).round() as u8;
    }
    std::array::from_fn(|at| view[at])
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
