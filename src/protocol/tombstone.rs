//! An owner's word that a photo of theirs is not to be in the collection any more: signed, and believed of nobody else.

use std::cmp::Ordering;
use std::sync::Arc;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::group::signed;
use super::{Certificate, MemberName, NodeId};
use crate::photo::{PhotoId, from_hex, to_hex};

/// What every signature begins with: the key signs other things, too, and none may pass for another.
const DOMAIN: &[u8] = b"photomesh tombstone v1\0";

/// What an owner wants of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// It shall not be in the collection for their sake.
    Removed,
    /// They have thought better of it: as if they had never removed it.
    Lifted,
}

/// One owner's latest word on one photo.
///
/// It carries the key that it is signed with. In a group that is the member's, and the [`Certificate`] beside it says
/// so; without a group it is the node's, whose id is a digest of it. So it proves itself: whoever passes it on can
/// neither forge nor change it. There is no value of this type with a wrong signature; reading one from JSON checks it,
/// which happens in the threads that read links and files.
///
/// Of two by one owner on one photo the later counts, see [`Tombstone::is_later_than`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Tombstone {
    photo: PhotoId,
    owner: MemberName,
    counter: u64,
    wish: Wish,
    /// The public key. As bytes, since there may be many of these, and the key ready for use is six times as long.
    key: [u8; 32],
    certificate: Option<Arc<Certificate>>,
    signature: Signature,
}

impl Tombstone {
    /// Signs a node's word, which is a member of its own; `counter` must be higher than in any earlier one of its words
    /// on this photo.
    pub fn sign(key: &SigningKey, photo: PhotoId, counter: u64, wish: Wish) -> Tombstone {
        Tombstone::signed(key, None, photo, counter, wish)
    }

    /// Signs a member's word, likewise; `certificate` is that of the key.
    pub fn sign_as_member(
        (certificate, key): (&Certificate, &SigningKey),
        photo: PhotoId,
        counter: u64,
        wish: Wish,
    ) -> Tombstone {
        Tombstone::signed(key, Some(Arc::new(certificate.clone())), photo, counter, wish)
    }

    fn signed(
        signer: &SigningKey,
        certificate: Option<Arc<Certificate>>,
        photo: PhotoId,
        counter: u64,
        wish: Wish,
    ) -> Tombstone {
        let key = signer.verifying_key();
        let signature = signer.sign(&statement(&key, certificate.as_deref(), photo, counter, wish));
        let owner = owner(&key, certificate.as_deref());
        let key = key.to_bytes();
        Tombstone { photo, owner, counter, wish, key, certificate, signature }
    }

    /// The photo.
    pub fn photo(&self) -> PhotoId {
        self.photo
    }

    /// Who has signed.
    pub fn owner(&self) -> MemberName {
        self.owner
    }

    /// What proves that the signer is a member; none without a group.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_deref()
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
    /// The later certificate wins, so that the words of a thief end with the stolen one; then the higher counter. Two
    /// computers of one owner may sign at once: of two with the same number the one that keeps the photo wins, and then
    /// any, so long as all nodes choose the same.
    pub fn is_later_than(&self, other: &Tombstone) -> bool {
        let serial = |t: &Tombstone| t.certificate().map_or(0, Certificate::serial);
        let order = |t: &Tombstone| (serial(t), t.counter, t.wish, t.signature.to_bytes());
        order(self).cmp(&order(other)) == Ordering::Greater
    }
}

/// Whose key this is: the certified member's, else the node's whose link key is derived from it.
fn owner(key: &VerifyingKey, certificate: Option<&Certificate>) -> MemberName {
    let node = || MemberName::of_node(NodeId::of_key(&key.to_montgomery().to_bytes()));
    certificate.map_or_else(node, |certificate| certificate.name())
}

/// The bytes that are signed: no two statements have the same.
fn statement(
    key: &VerifyingKey,
    certificate: Option<&Certificate>,
    photo: PhotoId,
    counter: u64,
    wish: Wish,
) -> Vec<u8> {
    let wish = match wish {
        Wish::Removed => [0],
        Wish::Lifted => [1],
    };
    let Some(certificate) = certificate else {
        let parts: [&[u8]; 5] = [DOMAIN, key.as_bytes(), &photo.0, &counter.to_be_bytes(), &wish];
        return parts.concat();
    };
    let name = certificate.name();
    let serial = certificate.serial().to_be_bytes();
    let counter = counter.to_be_bytes();
    let fields: [&[u8]; 5] = [name.as_str().as_bytes(), &serial, &photo.0, &counter, &wish];
    signed::statement("word", certificate.group().as_bytes(), &fields)
}

/// A tombstone as it is written, before anybody has looked at its signature.
#[derive(Serialize, Deserialize)]
struct Written {
    photo: PhotoId,
    counter: u64,
    wish: Wish,
    /// 64 hex digits.
    key: String,
    /// That the key is a member's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
    /// 128 hex digits.
    signature: String,
}

impl From<Tombstone> for Written {
    fn from(tombstone: Tombstone) -> Written {
        Written {
            photo: tombstone.photo,
            counter: tombstone.counter,
            wish: tombstone.wish,
            key: to_hex(&tombstone.key),
            certificate: tombstone.certificate.map(Arc::unwrap_or_clone),
            signature: to_hex(&tombstone.signature.to_bytes()),
        }
    }
}

impl TryFrom<Written> for Tombstone {
    type Error = String;

    fn try_from(written: Written) -> Result<Tombstone, String> {
        let Written { photo, counter, wish, key, certificate, signature } = written;
        let forged = |_| "a tombstone whose signature is wrong".to_owned();
        let key = VerifyingKey::from_bytes(&from_hex(&key)?).map_err(forged)?;
        let signature = Signature::from_bytes(&from_hex(&signature)?);
        if certificate.as_ref().is_some_and(|certificate| *certificate.key() != key) {
            return Err("a tombstone that is signed by another key than is certified".to_owned());
        }
        let statement = statement(&key, certificate.as_ref(), photo, counter, wish);
        // Strictly: a weak key would let one signature stand for many statements.
        key.verify_strict(&statement, &signature).map_err(forged)?;
        let owner = owner(&key, certificate.as_ref());
        let (key, certificate) = (key.to_bytes(), certificate.map(Arc::new));
        Ok(Tombstone { photo, owner, counter, wish, key, certificate, signature })
    }
}
