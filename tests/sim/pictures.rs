//! Fingerprints that give the similarity graphs a run wants.

use photomesh::photo::Fingerprint;

/// The fingerprint of a version of a picture.
pub(crate) fn fingerprint(picture: u64, step: u32) -> Fingerprint {
    let text = format!("\"{picture:016x}-{}\"", step / 2);
    serde_json::from_str(&text).expect("a fingerprint")
}
