//! The files of a group, as the program makes and reads them.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use photomesh::protocol::MemberFile;
use tempfile::TempDir;

pub(crate) fn photomesh() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_photomesh"));
    command.env_remove("PHOTOMESH_MEMBER").env_remove("PHOTOMESH_KEY_FILE");
    command
}

/// What a command that uses this member file comes to. No daemon is needed: the file is read first.
fn status_with(option: &str, file: &Path) -> Output {
    let mut command = photomesh();
    // Nobody listens on port 1.
    command.args(["status", "--daemon", "127.0.0.1:1", option]);
    command.arg(file).output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `photomesh group` in a folder; its output goes to a file there, as a shell would have it.
fn group(place: &TempDir, arguments: &[&str], to: &str) -> Output {
    let path = place.path().join(to);
    let file = File::create(path).unwrap();
    file.set_permissions(Permissions::from_mode(0o644)).unwrap();
    let mut command = photomesh();
    command.arg("group").args(arguments).current_dir(place).stdout(file);
    command.output().unwrap()
}

fn text(place: &TempDir, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

fn mode(place: &TempDir, name: &str) -> u32 {
    fs::metadata(place.path().join(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_group_is_made_and_its_members_invited_and_removed() {
    let place = tempfile::tempdir().unwrap();
    let made = group(&place, &["new", "friends.group"], "nothing");
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(mode(&place, "friends.group"), 0o600);
    let again = group(&place, &["new", "friends.group"], "nothing");
    assert_eq!(again.status.code(), Some(73), "{}", said(&again));

    let mut serials = Vec::new();
    for file in ["ben.member", "ben2.member", "ana.member"] {
        let name = if file.starts_with("ana") { "ana" } else { "ben" };
        let invited = group(&place, &["invite", "friends.group", name], file);
        assert!(invited.status.success(), "{}", said(&invited));
        assert_eq!((mode(&place, file), mode(&place, "friends.group")), (0o600, 0o600));
        let member = MemberFile::from_text(&text(&place, file)).unwrap();
        assert_eq!(member.certificate.name().as_str(), name);
        serials.push(member.certificate.serial());
    }
    assert!(serials[0] < serials[1], "one serial was given twice: {serials:?}");
    // The file is taken; there is just no daemon.
    let taken = status_with("--member", &place.path().join("ben.member"));
    assert_eq!(taken.status.code(), Some(69), "{}", said(&taken));

    let removed = group(&place, &["remove", "friends.group", "ben"], "ben.removed");
    assert!(removed.status.success(), "{}", said(&removed));
    let unknown = group(&place, &["remove", "friends.group", "cia"], "nothing");
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
    for (file, words) in [
        ("friends.group", ["a group file", "removed  ben"]),
        ("ana.member", ["a member file", "ana, serial"]),
        ("ben.removed", ["a removal", "ben is no member"]),
    ] {
        assert!(group(&place, &["show", file], "shown").status.success());
        let (shown, secrets) = (text(&place, "shown"), text(&place, file));
        assert!(words.iter().all(|word| shown.contains(word)), "{shown}");
        let secrets = secrets
            .lines()
            .filter_map(|line| line.strip_prefix("shared ").or(line.strip_prefix("key ")));
        for secret in secrets {
            assert!(!shown.contains(&secret[..8]), "{shown}");
        }
    }
}

#[test]
fn a_member_file_that_is_of_no_use_is_refused_in_words() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("ben.member");
    let missing = status_with("--member", &path);
    assert_eq!(missing.status.code(), Some(74), "{}", said(&missing));
    assert!(said(&missing).contains("photomesh group"));

    for (content, code, words) in [
        ("photomesh member file: a secret, keep it to yourself\nshared 00\n", 65, "check digits"),
        ("hello\n", 65, "not a member file"),
        ("photomesh-key-0123\n", 2, "photomesh group new"),
    ] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let refused = status_with("--member", &path);
        assert_eq!(refused.status.code(), Some(code), "{}", said(&refused));
        assert!(said(&refused).contains(words), "{}", said(&refused));
    }

    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let open = status_with("--member", &path);
    assert_eq!(open.status.code(), Some(2), "{}", said(&open));
    assert!(said(&open).contains("chmod 600"), "{}", said(&open));
}
