//! What every signature of a group has in common.

use ed25519_dalek::{Signature, VerifyingKey};

use crate::photo::{from_hex, to_hex};

/// The bytes that are signed. No two statements have the same: each begins with what kind it is and the key of its
/// group, and before each field stands its length.
pub(in crate::protocol) fn statement(what: &str, group: &[u8; 32], fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("photomesh {what} v1\0").into_bytes();
    bytes.extend_from_slice(group);
    for field in fields {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// Checks a signature. Strictly: a weak key would let one signature stand for many statements.
pub(super) fn verify(
    key: &VerifyingKey,
    statement: &[u8],
    signature: &Signature,
    what: &str,
) -> Result<(), String> {
    key.verify_strict(statement, signature)
        .map_err(|_| format!("a {what} whose signature is wrong"))
}

/// A public key from 64 hex digits.
pub(super) fn public_key(text: &str) -> Result<VerifyingKey, String> {
    VerifyingKey::from_bytes(&from_hex(text)?).map_err(|_| "not a public key".to_owned())
}

/// A signature from 128 hex digits.
pub(super) fn signature(text: &str) -> Result<Signature, String> {
    Ok(Signature::from_bytes(&from_hex(text)?))
}

/// A signature as 128 hex digits.
pub(super) fn signature_text(signature: &Signature) -> String {
    to_hex(&signature.to_bytes())
}
