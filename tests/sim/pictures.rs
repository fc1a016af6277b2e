//! Fingerprints that give the similarity graphs a run wants.

use photomesh::photo::Fingerprint;

use crate::rng::Rng;

/// Bytes of a fingerprint: 312 bits of the first hash, then 256 of the second.
const BYTES: usize = 71;
/// Between neighbours on a picture's line of versions this many bits of the first hash differ: one step is within the
/// 68 that the rule allows, two are not.
const BITS_PER_STEP: u32 = 40;

/// The fingerprint of a version of a picture. Versions stand on a line: neighbours are similar, those that are two
/// steps or more apart are not. Different pictures differ in about half of all bits.
pub(crate) fn fingerprint(picture: u64, step: u32) -> Fingerprint {
    let mut rng = Rng::new(picture, 77);
    let mut bits: Vec<u8> = std::iter::repeat_with(|| rng.below(256) as u8)
        .take(BYTES)
        .collect();
    for bit in 0..step * BITS_PER_STEP {
        bits[bit as usize / 8] ^= 1 << (bit % 8);
    }
    let digits: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1:{digits}")
        .parse()
        .expect("the digits of a fingerprint")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_neighbours_on_the_line_of_versions_are_similar() {
        for a in 0..6_u32 {
            for b in 0..6_u32 {
                let similar = fingerprint(5, a).same_picture(&fingerprint(5, b));
                assert_eq!(similar, a.abs_diff(b) <= 1, "{a} and {b}");
                assert!(!fingerprint(5, a).same_picture(&fingerprint(6, b)));
            }
        }
    }
}
