//! Made-up fingerprints.
//!
//! What a look-up costs depends on how many cues are near the one that is looked for, so these are spread as the cues of
//! 474 photos are: with the same variances, and depending on each other as much. Of two photos one pair in 2,156 has
//! near cues, of these one in 2,100. Were the fourteen numbers independent of each other, it would be one in 36,000, and
//! a look-up several times as quick. The other bits are even: of pairs with near cues they differ in 80 of 160 DCT bits,
//! those of photos in 71.

use std::collections::BTreeMap;

use photomesh::photo::Fingerprint;

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

/// The fingerprint of this number.
pub(crate) fn fingerprint(seed: u64) -> Fingerprint {
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
