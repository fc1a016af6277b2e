//! Fingerprints that give the similarity graphs a run wants.

use photomesh::photo::Fingerprint;

use crate::rng::Rng;

/// Bytes of the hashes of a view, and of all of it: its cue of 14 numbers comes last.
const HASHES: usize = 59;
const BYTES: usize = HASHES + 14;
/// Between neighbours on a picture's line of versions the first number of the cue differs by this: one step is within
/// the 15 that the rule allows, two are not.
const CUE_STEP: u32 = 12;

/// The fingerprint of a version of a picture. Versions stand on a line: neighbours are similar, those that are two
/// steps or more apart are not. Different pictures differ in about half of all bits.
pub(crate) fn fingerprint(picture: u64, step: u32) -> Fingerprint {
    let mut rng = Rng::new(picture, 77);
    let random = std::iter::repeat_with(|| rng.below(256) as u8);
    let mut bytes: Vec<u8> = random.take(BYTES).collect();
    bytes[HASHES] = (step * CUE_STEP) as u8;
    let view = bytes.as_slice().try_into().expect("as many as a view has");
    Fingerprint::made_up(view, view, &[]).expect("without landmarks")
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
