//! The group's word on who is a member, and who is none any more.

use std::cmp::Ordering;
use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::MemberName;
use super::signed::{public_key, signature, signature_text, statement, verify};
use crate::photo::to_hex;

/// A group: its public key.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupId(VerifyingKey);

impl GroupId {
    /// The group of this signing key.
    pub fn of(key: &SigningKey) -> GroupId {
        GroupId(key.verifying_key())
    }

    /// The bytes of the public key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn key(&self) -> &VerifyingKey {
        &self.0
    }

    /// The first digits, enough for people to tell groups apart.
    pub fn short(&self) -> String {
        to_hex(self.as_bytes())[..16].to_owned()
    }
}

impl TryFrom<String> for GroupId {
    type Error = String;

    fn try_from(text: String) -> Result<GroupId, String> {
        public_key(&text).map(GroupId)
    }
}

impl From<GroupId> for String {
    fn from(group: GroupId) -> String {
        to_hex(group.as_bytes())
    }
}

impl fmt::Debug for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupId({})", self.short())
    }
}

/// The group says: this name belongs to whoever has this key.
///
/// Of one name the highest serial counts, so a lost or stolen key is replaced by inviting its owner again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Certificate {
    group: GroupId,
    name: MemberName,
    serial: u64,
    key: VerifyingKey,
    signature: Signature,
}

impl Certificate {
    /// Signs that a name belongs to a key.
    pub fn sign(
        group: &SigningKey,
        name: MemberName,
        serial: u64,
        key: VerifyingKey,
    ) -> Certificate {
        let id = GroupId::of(group);
        let signature = group.sign(&certified(&id, &name, serial, &key));
        Certificate { group: id, name, serial, key, signature }
    }

    /// The group.
    pub fn group(&self) -> GroupId {
        self.group
    }

    /// The member.
    pub fn name(&self) -> MemberName {
        self.name
    }

    /// Its number: the higher one of a name counts.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The member's public key.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Whether this one counts and not `other`, which is of the same group and name. Of two with one serial, which an
    /// honest founder never makes, all choose the same.
    pub fn is_later_than(&self, other: &Certificate) -> bool {
        let order = |c: &Certificate| (c.serial, c.key.to_bytes());
        order(self).cmp(&order(other)) == Ordering::Greater
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} {} of {:?})", self.name, self.serial, self.group)
    }
}

fn certified(group: &GroupId, name: &MemberName, serial: u64, key: &VerifyingKey) -> Vec<u8> {
    let fields: [&[u8]; 3] = [name.as_str().as_bytes(), &serial.to_be_bytes(), key.as_bytes()];
    statement("certificate", group.as_bytes(), &fields)
}

/// A certificate as it is written, before anybody has looked at its signature.
#[derive(Serialize, Deserialize)]
struct Written {
    group: GroupId,
    name: MemberName,
    serial: u64,
    /// 64 hex digits.
    key: String,
    /// 128 hex digits.
    signature: String,
}

impl From<Certificate> for Written {
    fn from(certificate: Certificate) -> Written {
        Written {
            group: certificate.group,
            name: certificate.name,
            serial: certificate.serial,
            key: to_hex(certificate.key.as_bytes()),
            signature: signature_text(&certificate.signature),
        }
    }
}

impl TryFrom<Written> for Certificate {
    type Error = String;

    fn try_from(written: Written) -> Result<Certificate, String> {
        let Written { group, name, serial, key, signature: signed } = written;
        let key = public_key(&key)?;
        let signature = signature(&signed)?;
        verify(group.key(), &certified(&group, &name, serial, &key), &signature, "certificate")?;
        Ok(Certificate { group, name, serial, key, signature })
    }
}

/// The group says: no certificate of this name up to this serial counts any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenRevocation", into = "WrittenRevocation")]
pub struct Revocation {
    group: GroupId,
    name: MemberName,
    serial: u64,
    signature: Signature,
}

impl Revocation {
    /// Signs that a member is none any more.
    pub fn sign(group: &SigningKey, name: MemberName, serial: u64) -> Revocation {
        let id = GroupId::of(group);
        let signature = group.sign(&revoked(&id, &name, serial));
        Revocation { group: id, name, serial, signature }
    }

    /// The group.
    pub fn group(&self) -> GroupId {
        self.group
    }

    /// Who is removed.
    pub fn name(&self) -> MemberName {
        self.name
    }

    /// The last serial that it voids.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Whether it voids this certificate.
    pub fn voids(&self, certificate: &Certificate) -> bool {
        self.group == certificate.group
            && self.name == certificate.name
            && self.serial >= certificate.serial
    }
}

fn revoked(group: &GroupId, name: &MemberName, serial: u64) -> Vec<u8> {
    statement("removal", group.as_bytes(), &[name.as_str().as_bytes(), &serial.to_be_bytes()])
}

#[derive(Serialize, Deserialize)]
struct WrittenRevocation {
    group: GroupId,
    name: MemberName,
    serial: u64,
    /// 128 hex digits.
    signature: String,
}

impl From<Revocation> for WrittenRevocation {
    fn from(revocation: Revocation) -> WrittenRevocation {
        WrittenRevocation {
            group: revocation.group,
            name: revocation.name,
            serial: revocation.serial,
            signature: signature_text(&revocation.signature),
        }
    }
}

impl TryFrom<WrittenRevocation> for Revocation {
    type Error = String;

    fn try_from(written: WrittenRevocation) -> Result<Revocation, String> {
        let WrittenRevocation { group, name, serial, signature: signed } = written;
        let signature = signature(&signed)?;
        verify(group.key(), &revoked(&group, &name, serial), &signature, "removal")?;
        Ok(Revocation { group, name, serial, signature })
    }
}
