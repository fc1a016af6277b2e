//! A node's key pair and its file.

use std::os::unix::fs::PermissionsExt;

use crate::folder::OpenError;
use crate::folder::disk::Disk;
use crate::folder::identity::Identity;
use crate::protocol::NodeId;

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
    let tmp = folder.path().join("tmp");
    Disk::default().write_whole(&path, &tmp, "0123").unwrap();
    let error = Identity::load(&path).unwrap_err();
    assert!(matches!(error, OpenError::Identity(_)), "{error}");
}
