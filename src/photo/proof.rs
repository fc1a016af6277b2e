//! Proofs of possession: showing that one holds the bytes of a photo, now, by hashing them with a fresh nonce.
//!
//! A proof is the keyed BLAKE3 of (the prover's node id, the bytes) under a random nonce as the key. Only who has the
//! bytes can compute it (knowing the digest does not help), it is worth nothing under another nonce, and it cannot be
//! relayed as another node's: the prover's id is hashed in.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::PhotoId;
use super::id::{from_hex, to_hex};

/// The random question of a challenge; used once. 64 hex digits on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nonce(pub [u8; 32]);

/// A node's answer to a challenge. 64 hex digits on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Proof(pub [u8; 32]);

/// What one pass over a photo's bytes has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The digest of the bytes that were read.
    pub photo: PhotoId,
    /// For each prover asked for, in the order asked, the proof that this node must give (or has to expect).
    pub proofs: Vec<Proof>,
}

/// Reads the bytes once and computes their digest and the proofs of all `provers` (their node ids as numbers).
pub fn prove(bytes: &mut impl Read, nonce: Nonce, provers: &[u64]) -> io::Result<Proven> {
    let mut digest = blake3::Hasher::new();
    let seeded = |prover: &u64| {
        let mut hasher = blake3::Hasher::new_keyed(&nonce.0);
        hasher.update(&prover.to_be_bytes());
        hasher
    };
    let mut hashers: Vec<blake3::Hasher> = provers.iter().map(seeded).collect();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => &buffer[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        digest.update(read);
        for hasher in &mut hashers {
            hasher.update(read);
        }
    }
    Ok(Proven {
        photo: PhotoId(*digest.finalize().as_bytes()),
        proofs: hashers.iter().map(|hasher| Proof(*hasher.finalize().as_bytes())).collect(),
    })
}

impl TryFrom<String> for Nonce {
    type Error = String;

    fn try_from(text: String) -> Result<Nonce, String> {
        from_hex(&text).map(Nonce)
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> String {
        to_hex(&nonce.0)
    }
}

impl TryFrom<String> for Proof {
    type Error = String;

    fn try_from(text: String) -> Result<Proof, String> {
        from_hex(&text).map(Proof)
    }
}

impl From<Proof> for String {
    fn from(proof: Proof) -> String {
        to_hex(&proof.0)
    }
}
