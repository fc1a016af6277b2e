//! Every step of a folder's life made to fail in turn, as an error and as a power cut.

use std::{fs, io};

use rustix::io::Errno;

use super::faulty_disk::{Cut, Plan};
use super::workbench::{Act, Workbench};
use crate::folder::layout::{MARKER, TMP, TRASH};
use crate::folder::{Change, StoreError};
use crate::protocol::Holding::{Original, Replica};

/// A life of photos that come and go.
const PHOTOS: &[Act] = &[
    Act::Scan,
    Act::Tick,
    Act::Install(4, Replica),
    Act::Install(5, Original),
    Act::Sign(7),
    Act::Dedupe(2),
    Act::Retire(1),
    Act::Retire(7),
    Act::Install(6, Replica),
    Act::Drop(4),
    Act::Sign(1),
    Act::Note,
    Act::Scan,
    Act::Restore(1),
    Act::Restore(4),
    Act::Install(6, Original),
    Act::Retire(3),
    Act::Tick,
    Act::Purge(3),
    Act::Drop(5),
    Act::Install(5, Replica),
    Act::Retire(2),
    Act::Restore(2),
    Act::Scan,
    Act::Tick,
];

/// A life of what happens by itself: new files, rot, time, a damaged index.
const EVENTS: &[Act] = &[
    Act::Copy(8, "new/owl.jpg"),
    Act::Scan,
    Act::Copy(9, "new/deep/hare.jpg"),
    Act::Install(10, Replica),
    Act::Rot(10),
    Act::Scan,
    Act::Rot(8),
    Act::Install(10, Replica),
    Act::Install(6, Replica),
    Act::Sign(8),
    Act::Restart,
    Act::Sign(10),
    Act::Install(6, Original),
    Act::Install(8, Replica),
    Act::Days,
    Act::Scan,
    Act::Tick,
];

/// A life until the power goes, at every step in turn: what was acknowledged is there.
fn power_cuts(cut: Cut) {
    for life in [PHOTOS, EVENTS] {
        cut_at_every_step(life, cut);
    }
}

fn cut_at_every_step(life: &[Act], cut: Cut) {
    for number in 1.. {
        let mut workbench = Workbench::new(Plan::From(number));
        let mut at = String::from("open");
        if workbench.start().is_ok() {
            for next in life {
                at = format!("{next:?}");
                // What a dead machine says is heard by nobody.
                if workbench.act(*next).is_err() || workbench.faulty.has_failed() {
                    break;
                }
            }
        }
        workbench.cut(cut);
        let context = format!("cut at step {number}, {at}, losing {cut:?}");
        workbench.check(&context);
        if cut == Cut::Everything {
            // The index is a cache.
            let _ = fs::remove_file(workbench.dir.path().join(MARKER).join("index"));
            workbench.check(&format!("{context}, and the index"));
        }
        if !workbench.faulty.has_failed() {
            assert!(number > 100, "the life had {number} steps");
            return;
        }
    }
}

#[test]
fn a_killed_process_loses_nothing() {
    power_cuts(Cut::Nothing);
}

#[test]
fn a_power_cut_loses_nothing_acknowledged() {
    power_cuts(Cut::Everything);
}

#[test]
fn a_power_cut_that_keeps_removals_loses_nothing_acknowledged() {
    power_cuts(Cut::WhatIsNew);
}

/// A life with one error, at every step in turn that can have it: the act that meets it is acknowledged or has changed
/// nothing, and done again it succeeds.
///
/// A power cut at the end shows that what was acknowledged although a step had failed is as safe as everything else.
fn errors(errno: Errno, cut: Cut, least_steps: u64) {
    for life in [PHOTOS, EVENTS] {
        let steps = error_at_every_step(life, errno, cut);
        assert!(steps > least_steps, "the life had {steps} steps");
    }
}

/// The number of the first step that the life did not have.
fn error_at_every_step(life: &[Act], errno: Errno, cut: Cut) -> u64 {
    let words = io::Error::from(errno).to_string();
    for number in 1.. {
        let mut workbench = Workbench::new(Plan::Once(number, errno));
        if let Err(error) = workbench.start() {
            let advice = ["make some room", "may write to", &words];
            let text = error.to_string();
            assert!(advice.iter().any(|advice| text.contains(advice)), "{error}");
            workbench.start().unwrap();
        }
        for next in life {
            let context = format!("{words} at step {number}, {next:?}");
            let before = workbench.stored_files();
            if let Err(error) = workbench.act(*next) {
                let clear = match &error {
                    StoreError::Full => errno == Errno::NOSPC,
                    StoreError::Io(text) => text.contains(&words),
                    StoreError::Gone | StoreError::Damaged | StoreError::TooLate => false,
                };
                assert!(clear, "{context}: {error}");
                assert!(is_empty(&workbench, next), "{context}");
                // Of duplicates, some may have gone already.
                if !matches!(next, Act::Dedupe(_)) {
                    assert_eq!(workbench.stored_files(), before, "{context}");
                }
                workbench.check_notes(&context);
                workbench.check(&context);
                workbench.start().unwrap();
                workbench.scan();
                assert_eq!(workbench.act(*next), Ok(()), "{context}");
            }
        }
        // With the same daemon, without a restart in between.
        let mut changes = workbench.scan();
        changes.retain(|change| !matches!(change, Change::Companions { .. }));
        let nothing = [const { Change::Scanned { skipped: 0 } }; 2];
        assert_eq!(changes, nothing, "step {number}");
        workbench.cut(cut);
        workbench.check(&format!("{words} at step {number}, losing {cut:?}"));
        if !workbench.faulty.has_failed() {
            return number;
        }
    }
    unreachable!("no life is without an end")
}

/// Whether nothing is left in `tmp` that its maker does not discard: a spool that could not be written is the caller's.
fn is_empty(workbench: &Workbench, act: &Act) -> bool {
    let entries = fs::read_dir(workbench.dir.path().join(TMP)).unwrap();
    let mut names = entries.map(|entry| entry.unwrap().file_name());
    names.all(|name| matches!(act, Act::Install(..)) && name == "pull-1")
}

#[test]
fn after_a_full_disk_all_is_as_before() {
    errors(Errno::NOSPC, Cut::Nothing, 100);
}

/// As of a disk that breaks.
#[test]
fn after_an_io_error_all_is_as_before() {
    errors(Errno::IO, Cut::Everything, 100);
}

/// As with a directory that may not be written. A hard link that is refused is taken for one that the file system lacks.
#[test]
fn after_a_refusal_all_is_as_before() {
    errors(Errno::ACCESS, Cut::Nothing, 10);
}

#[test]
fn after_a_move_between_two_disks_all_is_as_before() {
    errors(Errno::XDEV, Cut::Nothing, 10);
}

#[test]
fn a_friend_who_is_faster_is_not_overwritten() {
    let mut workbench = Workbench::new(Plan::Never);
    workbench.start().unwrap();
    workbench.scan();
    workbench.act(Act::Retire(1)).unwrap();
    for (next, name, second) in [
        (Act::Restore(1), "cat.jpg", "cat (2).jpg"),
        (Act::Install(5, Original), "cat (3).jpg", "cat (4).jpg"),
    ] {
        workbench.faulty.intrude();
        workbench.act(next).unwrap();
        let read = |name| fs::read(workbench.dir.path().join(name)).unwrap();
        assert_eq!(read(name), b"the friend's own", "{next:?}");
        assert!(!read(second).is_empty(), "{next:?}");
    }
}

/// Before the note's rename, and between the last look and the move.
#[test]
fn an_edit_during_a_move_stays_where_it_is() {
    for renames in 0..=1 {
        for next in [Act::Retire(1), Act::Drop(1)] {
            let mut workbench = Workbench::new(Plan::Never);
            workbench.start().unwrap();
            workbench.scan();
            let path = workbench.dir.path().join("cat.jpg");
            workbench.faulty.edit_after(renames, &path);
            let result = workbench.act(next);
            assert!(matches!(result, Err(StoreError::Io(_))), "{result:?}");
            assert_eq!(fs::read(path).unwrap(), b"the friend's edit");
            let trash = fs::read_dir(workbench.dir.path().join(TRASH)).unwrap();
            let names: Vec<_> = trash.map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(names, ["surplus"], "{next:?} after {renames} renames");
        }
    }
}
