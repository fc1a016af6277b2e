//! The node's identity: a key pair that lives in the folder, so that the id stays with the photos.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use ed25519_dalek::SigningKey;

use super::disk::{self, Disk};
use super::error::OpenError;
use super::layout::{MARKER, TMP};
use crate::photo::PhotoId;
use crate::platform;
use crate::protocol::NodeId;

/// The file is one line of 64 hex digits.
const MAX_FILE: u64 = 1024;

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

    /// The identity of a folder, and whether it is new.
    pub(super) fn of_folder(disk: &Disk, root: &Path) -> Result<(Identity, bool), OpenError> {
        let path = root.join(MARKER).join("identity");
        match Identity::load(&path)? {
            Some(identity) => Ok((identity, false)),
            None => Identity::create(disk, &path, &root.join(TMP))
                .map(|identity| (identity, true))
                .map_err(|error| OpenError::at(&path, error)),
        }
    }

    /// Reads the identity; none if the file does not exist. One that other users can read, or with other content, is
    /// refused.
    pub(super) fn load(path: &Path) -> Result<Option<Identity>, OpenError> {
        let failed = |error| OpenError::at(path, error);
        let file = match disk::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if platform::is_open_to_others(&file.metadata().map_err(failed)?) {
            return Err(OpenError::Exposed(path.to_owned()));
        }
        let mut text = Vec::new();
        file.take(MAX_FILE).read_to_end(&mut text).map_err(failed)?;
        // A secret has the shape of a digest: 32 bytes as hex.
        let secret = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok());
        let PhotoId(secret) = secret.ok_or_else(|| OpenError::Identity(path.to_owned()))?;
        Ok(Some(Identity::from_secret(&secret)))
    }

    /// Draws a new identity and writes it; it is safe on disk before it is used.
    pub(super) fn create(disk: &Disk, path: &Path, tmp: &Path) -> io::Result<Identity> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| io::Error::other(error.to_string()))?;
        let text = format!("{}\n", PhotoId(secret));
        disk.write_whole(path, &tmp.join("identity"), &text)?;
        Ok(Identity::from_secret(&secret))
    }

    pub(super) fn from_secret(secret: &[u8; 32]) -> Identity {
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
