//! Of several texts that could stand for one fingerprint, one does.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::photo::Fingerprint;
use crate::photo::similarity::base62::to_base62;
use crate::photo::similarity::landmarks::LANDMARK_BYTES;
use crate::photo::similarity::signature::SIGNATURE_BYTES;
use crate::photo::similarity::view::VIEW_BYTES;

/// The parts of a text: often such as are written, and often nearly.
fn parts() -> impl Strategy<Value = (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>)> {
    let signature = vec(0..=243_u8, SIGNATURE_BYTES - 1).prop_flat_map(|signature| {
        (0..=27_u8).prop_map(move |last| [&signature[..], &[last]].concat())
    });
    let landmark = any::<[u8; LANDMARK_BYTES]>();
    let landmarks = vec(landmark, 0..4).prop_map(|mut landmarks| {
        landmarks.sort_unstable();
        landmarks.concat()
    });
    let view = || vec(any::<u8>(), VIEW_BYTES);
    let trimmed =
        prop_oneof![Just(Some(None)), view().prop_map(|view| Some(Some(view))), Just(None)];
    let landmarks = prop_oneof![3 => landmarks.prop_map(Some), 1 => Just(None)];
    (view(), signature, landmarks, trimmed).prop_map(|(view, signature, landmarks, trimmed)| {
        // Also the whole picture once more, as if it had bands.
        let trimmed = trimmed.map(|trimmed| trimmed.unwrap_or_else(|| view.clone()));
        ([view, signature].concat(), landmarks, trimmed)
    })
}

proptest! {
    #[test]
    fn what_is_read_is_what_is_written((whole, landmarks, trimmed) in parts()) {
        let texts = [Some(whole), landmarks, trimmed].into_iter().flatten();
        let texts: Vec<String> = texts.map(|part| to_base62(&part)).collect();
        let text = format!("v2:{}", texts.join(":"));
        if let Ok(fingerprint) = text.parse::<Fingerprint>() {
            prop_assert_eq!(fingerprint.to_string(), text);
        }
    }
}
