//! The node's identity: a key pair that lives in the folder, so that the id stays with the photos.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use ed25519_dalek::SigningKey;

use super::disk::{self, Disk};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// The Ed25519 key pair of a node, kept in `.photomesh/identity` as 64 hex digits, readable only by its owner.
///
/// One secret serves two purposes: it signs, and the X25519 key that authenticates an encrypted link is derived from
/// it. The node's id is a digest of that X25519 public key, so a link proves the id of the node at its other end.
#[derive(Clone)]
pub struct Identity {
    key: SigningKey,
}

impl Identity {
    /// The node's id, made from the public key of its links.
    pub fn node(&self) -> NodeId {
        NodeId::of_key(&self.link_public())
    }

    /// The key pair that signs.
    pub fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    /// The X25519 private key of this node's links.
    pub fn link_secret(&self) -> [u8; 32] {
        self.key.to_scalar_bytes()
    }

    /// The X25519 public key of this node's links.
    pub fn link_public(&self) -> [u8; 32] {
        self.key.verifying_key().to_montgomery().to_bytes()
    }

    /// Reads the identity; none if the file does not exist. A file with other content is an error of the kind
    /// [`io::ErrorKind::InvalidData`].
    pub(super) fn load(path: &Path) -> io::Result<Option<Identity>> {
        let mut file = match disk::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // A secret has the shape of a digest: 32 bytes as hex.
        let PhotoId(secret) = text
            .trim()
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(Some(Identity::from_secret(&secret)))
    }

    /// Draws a new identity and writes it; it is safe on disk before it is used.
    pub(super) fn create(disk: &Disk, path: &Path, tmp: &Path) -> io::Result<Identity> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| io::Error::other(error.to_string()))?;
        let text = format!("{}\n", PhotoId(secret));
        disk.write_private(path, &tmp.join("identity"), &text)?;
        Ok(Identity::from_secret(&secret))
    }

    fn from_secret(secret: &[u8; 32]) -> Identity {
        let key = SigningKey::from_bytes(secret);
        Identity { key }
    }
}

impl fmt::Debug for Identity {
    /// Shows the id, never the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.node())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_id_is_the_digest_of_the_link_public_key() {
        let identity = Identity::from_secret(&[7; 32]);
        let digest = blake3::hash(&identity.link_public());
        let expected = u64::from_be_bytes(digest.as_bytes()[..8].try_into().unwrap());
        assert_eq!(identity.node(), NodeId(expected));
        assert_eq!(format!("{identity:?}"), format!("Identity({})", identity.node()));
    }

    #[test]
    fn an_identity_is_read_back_and_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        assert!(Identity::load(&path).unwrap().is_none());
        let tmp = tempfile::tempdir_in(folder.path()).unwrap();
        let made = Identity::create(&Disk::default(), &path, tmp.path()).unwrap();
        assert_eq!(Identity::load(&path).unwrap().unwrap().node(), made.node());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_identity_is_an_error_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        std::fs::write(&path, "0123").unwrap();
        let error = Identity::load(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
