//! Login links and cookies on the disk.

use std::fs::{self, Permissions};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use crate::gallery::login::{Login, Role, Tried};
use crate::gallery::reviewed::Reviewed;
use crate::photo::PhotoId;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[test]
fn links_last_until_there_are_new_ones() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("deep/gallery.json");
    let open = |new| Login::open(&path, 8080, new).unwrap();
    let first = open(false);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let (owner, guest) = (first.secret(Role::Owner), first.secret(Role::Guest));
    assert_eq!((owner.len(), guest.len()), (32, 32));
    assert_ne!(owner, guest);
    let cookie = |login: &Login| {
        let set = login.set_cookie(Some(Role::Owner), false);
        assert!(set.contains("; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000"), "{set}");
        set.split(';').next().unwrap().to_owned()
    };
    let second = open(false);
    assert_eq!(second.secret(Role::Owner), owner);
    assert_eq!(second.role_of(&cookie(&first)), Some(Role::Owner));
    let old = cookie(&first);
    let third = open(true);
    assert_ne!(third.secret(Role::Owner), owner);
    assert_eq!(third.role_of(&old), None);
    assert_eq!(first.role_of(&old), None);
    assert_eq!(third.try_secret(&owner, HERE), Tried::Wrong);
    // The gallery that runs meanwhile goes by the new ones, too.
    assert_eq!(first.secret(Role::Owner), third.secret(Role::Owner));
    assert_eq!(first.try_secret(&owner, HERE), Tried::Wrong);
    assert_eq!(first.role_of(&cookie(&third)), Some(Role::Owner));
    // A system gives the number of a file that is gone to the next one.
    for _ in 0..4 {
        let before = first.secret(Role::Owner);
        open(true);
        open(true);
        assert_ne!(first.secret(Role::Owner), before);
    }
    assert!(first.set_cookie(Some(Role::Guest), true).ends_with("; Secure"));
    assert!(first.set_cookie(None, false).contains("Max-Age=0"));
}

#[test]
fn links_that_others_can_read_are_not_used() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("gallery.json");
    Login::open(&path, 8080, false).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let failure = Login::open(&path, 8080, false).map(drop).unwrap_err();
    assert_eq!(failure.exit_code(), 2);
    assert!(failure.to_string().contains("--new-links"), "{failure}");
    Login::open(&path, 8080, true).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(&path, "{}").unwrap();
    let failure = Login::open(&path, 8080, false).map(drop).unwrap_err();
    assert_eq!(failure.exit_code(), 65);
}

#[test]
fn wrong_secrets_cost_time() {
    let folder = TempDir::new().unwrap();
    let login = Login::open(&folder.path().join("gallery.json"), 8080, false).unwrap();
    let right = login.secret(Role::Guest);
    assert_eq!(login.try_secret(&right, HERE), Tried::Right(Role::Guest));
    for wrong in [
        "",
        "x",
        &right[..31],
        &format!("{right}0"),
        &right.to_uppercase().replace(|c: char| c.is_ascii_digit(), "x"),
    ] {
        assert_eq!(login.try_secret(wrong, HERE), Tried::Wrong, "{wrong}");
    }
    assert_eq!(login.try_secret("y", HERE), Tried::TooMany);
    let other = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));
    assert_eq!(login.try_secret("y", other), Tried::Wrong, "another one need not wait");
    assert_eq!(login.try_secret(&right, HERE), Tried::Right(Role::Guest), "nor who has a link");
}

#[test]
fn what_was_reviewed_is_kept() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("reviewed");
    let pair = |number| (PhotoId([number; 32]), PhotoId([number + 1; 32]));
    let reviewed = Reviewed::open(&path).unwrap();
    reviewed.note(&[pair(1), pair(3)], false).unwrap();
    reviewed.note(&[pair(3)], true).unwrap();
    reviewed.note(&[pair(9)], true).unwrap();
    let mut text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1);
    text.push_str("nonsense\n");
    fs::write(&path, text).unwrap();
    let again = Reviewed::open(&path).unwrap();
    assert!(again.has(pair(1)) && !again.has(pair(3)));
    assert!(!again.has((pair(1).1, pair(1).0)), "it has a direction");
}
