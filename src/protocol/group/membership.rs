//! A member's word on the computers and connections that are theirs.

use ed25519_dalek::{Signature, Signer, SigningKey};
use serde::{Deserialize, Serialize};

use super::signed::{signature, signature_text, statement, verify};
use super::{Certificate, GroupId, MemberName};
use crate::photo::{from_hex, to_hex};
use crate::protocol::NodeId;

/// A member says: the node with this link key is mine.
///
/// It proves nothing about who shows it. A link does: only the node itself can shake hands with that key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Membership {
    certificate: Certificate,
    /// The node's X25519 public key, all 32 bytes: a [`NodeId`] has only 8 of its digest.
    link_key: [u8; 32],
    signature: Signature,
}

impl Membership {
    /// Signs that a node is the member's.
    pub fn sign(certificate: &Certificate, key: &SigningKey, link_key: [u8; 32]) -> Membership {
        let signature = key.sign(&node_of(certificate, &link_key));
        Membership { certificate: certificate.clone(), link_key, signature }
    }

    /// What proves the member.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The member's group.
    pub fn group(&self) -> GroupId {
        self.certificate.group()
    }

    /// The member.
    pub fn name(&self) -> MemberName {
        self.certificate.name()
    }

    /// The key of the node's links.
    pub fn link_key(&self) -> &[u8; 32] {
        &self.link_key
    }

    /// The node.
    pub fn node(&self) -> NodeId {
        NodeId::of_key(&self.link_key)
    }
}

fn node_of(certificate: &Certificate, link_key: &[u8; 32]) -> Vec<u8> {
    let name = certificate.name();
    let name = name.as_str().as_bytes();
    statement(
        "node",
        certificate.group().as_bytes(),
        &[name, &certificate.serial().to_be_bytes(), link_key],
    )
}

/// A membership as it is written, before anybody has looked at its signature.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    certificate: Certificate,
    /// 64 hex digits.
    link_key: String,
    /// 128 hex digits.
    signature: String,
}

impl From<Membership> for Written {
    fn from(membership: Membership) -> Written {
        Written {
            certificate: membership.certificate,
            link_key: to_hex(&membership.link_key),
            signature: signature_text(&membership.signature),
        }
    }
}

impl TryFrom<Written> for Membership {
    type Error = String;

    fn try_from(written: Written) -> Result<Membership, String> {
        let Written { certificate, link_key, signature: signed } = written;
        let link_key = from_hex(&link_key)?;
        let signature = signature(&signed)?;
        verify(
            certificate.key(),
            &node_of(&certificate, &link_key),
            &signature,
            "node's membership",
        )?;
        Ok(Membership { certificate, link_key, signature })
    }
}

/// A member's client says: this connection is mine.
///
/// It is good for one connection alone, named by the hash of its handshake, which both ends know and nobody can bring
/// about a second time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    certificate: Certificate,
    /// 128 hex digits.
    signature: String,
}

impl Visit {
    /// Signs a connection.
    pub fn sign(certificate: &Certificate, key: &SigningKey, handshake: &[u8]) -> Visit {
        let signature = signature_text(&key.sign(&visited(certificate, handshake)));
        Visit { certificate: certificate.clone(), signature }
    }

    /// Who is at the other end of the connection with this handshake.
    ///
    /// # Errors
    ///
    /// If the signature is wrong, or another connection's.
    pub fn verify(&self, handshake: &[u8]) -> Result<&Certificate, String> {
        let signed = signature(&self.signature)?;
        let statement = visited(&self.certificate, handshake);
        verify(self.certificate.key(), &statement, &signed, "client's membership")?;
        Ok(&self.certificate)
    }
}

fn visited(certificate: &Certificate, handshake: &[u8]) -> Vec<u8> {
    let name = certificate.name();
    let name = name.as_str().as_bytes();
    let serial = certificate.serial().to_be_bytes();
    statement("client", certificate.group().as_bytes(), &[name, &serial, handshake])
}
