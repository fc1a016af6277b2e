//! An owner's word that a photo of his is not to be in the collection any more: signed, and believed of nobody else.

use std::cmp::Ordering;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::NodeId;
use crate::photo::{PhotoId, from_hex, to_hex};

/// What every signature begins with: the key signs other things, too, and none may pass for another.
const DOMAIN: &[u8] = b"photomesh tombstone v1\0";

/// What an owner wants of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// It shall not be in the collection for his sake.
    Removed,
    /// He has thought better of it: as if he had never removed it.
    Lifted,
}

/// One owner's latest word on one photo.
///
/// It carries the key that it is signed with, and the owner's id is a digest of that key, so it proves itself: whoever
/// passes it on can neither forge nor change it. There is no value of this type with a wrong signature; reading one
/// from JSON checks it, which happens in the threads that read links and files.
///
/// Of two by one owner on one photo the later counts, see [`Tombstone::is_later_than`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Tombstone {
    photo: PhotoId,
    owner: NodeId,
    counter: u64,
    wish: Wish,
    key: VerifyingKey,
    signature: Signature,
}

impl Tombstone {
    /// Signs an owner's word; `counter` must be higher than in any earlier one of his on this photo.
    pub fn sign(key: &SigningKey, photo: PhotoId, counter: u64, wish: Wish) -> Tombstone {
        let public = key.verifying_key();
        Tombstone {
            photo,
            owner: owner(&public),
            counter,
            wish,
            key: public,
            signature: key.sign(&statement(&public, photo, counter, wish)),
        }
    }

    /// The photo.
    pub fn photo(&self) -> PhotoId {
        self.photo
    }

    /// The node that has signed.
    pub fn owner(&self) -> NodeId {
        self.owner
    }

    /// How many words of the owner on this photo there were, this one included.
    pub fn counter(&self) -> u64 {
        self.counter
    }

    /// What the owner wants.
    pub fn wish(&self) -> Wish {
        self.wish
    }

    /// Whether this one counts and not `other`, which is by the same owner on the same photo.
    ///
    /// The higher counter wins. An owner gives each number once, but he may have two folders of one identity, or one
    /// restored from a backup: of two with the same number the one that keeps the photo wins, and then any, so long as
    /// all nodes choose the same.
    pub fn is_later_than(&self, other: &Tombstone) -> bool {
        let order = |t: &Tombstone| (t.counter, t.wish, t.signature.to_bytes());
        order(self).cmp(&order(other)) == Ordering::Greater
    }
}

/// The id of the node whose key this is: that of the link key which is derived from it.
fn owner(key: &VerifyingKey) -> NodeId {
    NodeId::of_key(&key.to_montgomery().to_bytes())
}

/// The bytes that are signed: of fixed length, so that no two statements have the same.
fn statement(key: &VerifyingKey, photo: PhotoId, counter: u64, wish: Wish) -> Vec<u8> {
    let wish = match wish {
        Wish::Removed => [0],
        Wish::Lifted => [1],
    };
    let parts: [&[u8]; 5] = [DOMAIN, key.as_bytes(), &photo.0, &counter.to_be_bytes(), &wish];
    parts.concat()
}

/// A tombstone as it is written, before anybody has looked at its signature.
#[derive(Serialize, Deserialize)]
struct Written {
    photo: PhotoId,
    counter: u64,
    wish: Wish,
    /// 64 hex digits.
    key: String,
    /// 128 hex digits.
    signature: String,
}

impl From<Tombstone> for Written {
    fn from(tombstone: Tombstone) -> Written {
        Written {
            photo: tombstone.photo,
            counter: tombstone.counter,
            wish: tombstone.wish,
            key: to_hex(tombstone.key.as_bytes()),
            signature: to_hex(&tombstone.signature.to_bytes()),
        }
    }
}

impl TryFrom<Written> for Tombstone {
    type Error = String;

    fn try_from(written: Written) -> Result<Tombstone, String> {
        let Written { photo, counter, wish, key, signature } = written;
        let forged = |_| "a tombstone whose signature is wrong".to_owned();
        let key = VerifyingKey::from_bytes(&from_hex(&key)?).map_err(forged)?;
        let signature = Signature::from_bytes(&from_hex(&signature)?);
        // Strictly: a weak key would let one signature stand for many statements.
        key.verify_strict(&statement(&key, photo, counter, wish), &signature).map_err(forged)?;
        Ok(Tombstone { photo, owner: owner(&key), counter, wish, key, signature })
    }
}
