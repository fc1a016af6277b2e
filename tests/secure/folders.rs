//! Whose folder it is: no daemon falls into another group, or into none, by a forgotten option.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::files::{photomesh, said};
use crate::support::daemon::Daemon;
use crate::{Group, PATIENCE};

/// A daemon that is to be refused.
fn refused(folder: &Path, options: &[&str]) -> Output {
    let mut command = photomesh();
    let output = command.arg("daemon").arg(folder).args(["--port", "0"]).args(options).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(output.stdout.is_empty(), "it says that it listens");
    output
}

#[test]
fn without_a_group_a_daemon_listens_on_this_computer_alone() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("photos");
    for host in ["0.0.0.0", "::"] {
        let words = said(&refused(&folder, &["--host", host]));
        assert!(words.contains("group new") && words.contains("group invite"), "{words}");
    }
    assert!(!folder.exists(), "a folder was made");
}

#[test]
fn a_folder_stays_its_members() {
    let (ours, theirs) = (Group::new(20), Group::new(21));
    let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let folder = ours.place.path().join("photos");
    fs::create_dir(&folder).unwrap();
    let starts = |options: &[&str]| {
        let mut daemon = Daemon::start(program, &folder, options).unwrap();
        assert!(daemon.stop(PATIENCE).unwrap().success());
        daemon.log()
    };
    assert!(starts(&[]).contains("any program on this computer may do anything"));

    let file = |group: &Group, name, lost| {
        group.member_file(&group.invited(name, lost)).to_str().unwrap().to_owned()
    };
    let (ana, ana_again) = (file(&ours, "ana", 0), file(&ours, "ana", 1));
    let log = starts(&["--member", &ana]);
    assert_eq!(log.matches("may do anything").count(), 1, "{log}");
    starts(&["--member", &ana]);

    let others = [file(&ours, "ben", 0), file(&theirs, "ana", 0)];
    let mut without = vec![refused(&folder, &[])];
    without.extend(others.iter().map(|other| refused(&folder, &["--member", other])));
    let group = ours.file.group().short();
    for words in without.iter().map(said) {
        assert!(words.contains("ana's") && words.contains(&group), "{words}");
        assert!(words.contains("--change-group"), "{words}");
    }

    // Who has lost a file goes on with the next one, and whoever found it does not.
    starts(&["--member", &ana_again]);
    refused(&folder, &["--member", &ana]);
    starts(&["--member", &others[1], "--change-group"]);
    starts(&["--member", &others[1]]);
    starts(&["--change-group"]);
    starts(&[]);
}
