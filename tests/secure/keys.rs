//! The key's file, and what happens without one.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

fn photomesh() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_photomesh"));
    command.env_remove("PHOTOMESH_KEY_FILE");
    command
}

/// What a command that uses this key file comes to. No daemon is needed: the file is read first.
fn status_with(key_file: &Path) -> Output {
    let mut command = photomesh();
    // Nobody listens on port 1.
    command.args(["status", "--daemon", "127.0.0.1:1", "--key-file"]);
    command.arg(key_file).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_new_key_goes_to_a_file_that_only_its_owner_reads() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("group.key");
    let mut lines = Vec::new();
    for _ in 0..2 {
        let file = File::create(&path).unwrap();
        file.set_permissions(Permissions::from_mode(0o644)).unwrap();
        let made = photomesh().args(["key", "new"]).stdout(file).status();
        assert!(made.unwrap().success());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        lines.push(fs::read_to_string(&path).unwrap());
    }
    assert_ne!(lines[0], lines[1], "keys are random");
    // The key is taken; there is just no daemon.
    assert_eq!(status_with(&path).status.code(), Some(69));
}

#[test]
fn a_key_file_that_is_of_no_use_is_refused_in_words() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("group.key");
    let missing = status_with(&path);
    assert_eq!(missing.status.code(), Some(74), "{}", said(&missing));
    assert!(said(&missing).contains("photomesh key new"));

    fs::write(&path, "photomesh-key-0123").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let malformed = status_with(&path);
    assert_eq!(malformed.status.code(), Some(65), "{}", said(&malformed));

    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let open = status_with(&path);
    assert_eq!(open.status.code(), Some(2), "{}", said(&open));
    assert!(said(&open).contains("chmod 600"), "{}", said(&open));
}

#[test]
fn without_a_key_a_daemon_listens_on_this_computer_alone() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("photos");
    for host in ["0.0.0.0", "::"] {
        let mut command = photomesh();
        command.args(["daemon", "--port", "0", "--host", host]);
        let refused = command.arg(&folder).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains("photomesh key new"));
        assert!(refused.stdout.is_empty(), "it says that it listens");
    }
    assert!(!folder.exists(), "a folder was made");
}
