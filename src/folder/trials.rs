//! Every step of a folder's life made to fail in turn, as an error and as a power cut.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};

use super::disk::Disk;
use super::place::{REPLICAS, SURPLUS, TRASH};
use super::trial::{Cut, Plan, Trial, tempdir};
use super::{Change, Folder, Options, StoreError, Walker};
use crate::photo::{self, PhotoId};
use crate::protocol::Holding::{self, Original, Replica};
use crate::protocol::{Address, Facts};

/// Something that is done to a folder; photos are named by the seed of their picture.
#[derive(Clone, Copy, Debug)]
enum Act {
    Scan,
    Install(u32, Holding),
    Retire(u32),
    Drop(u32),
    Restore(u32),
    Dedupe(u32),
    Purge(u32),
    Note,
    Tick,
}

/// A life with everything in it. The friend's folder has the pictures 1, 2 (twice), 3 and 7 (twice) at
/// its beginning.
const LIFE: &[Act] = &[
    Act::Scan,
    Act::Tick,
    Act::Install(4, Replica),
    Act::Install(5, Original),
    Act::Dedupe(2),
    Act::Retire(1),
    Act::Retire(7),
    Act::Install(6, Replica),
    Act::Drop(4),
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

/// How each photo may be held, by what was done and acknowledged; none is not at all.
type Expected = BTreeMap<PhotoId, BTreeSet<Option<Holding>>>;

/// A folder whose disk is on trial.
struct Bench {
    trial: Arc<Trial>,
    expected: Expected,
    dir: tempfile::TempDir,
}

impl Bench {
    fn new(plan: Plan) -> Bench {
        let dir = tempdir();
        let mut expected = Expected::new();
        for (name, seed) in [
            ("cat.jpg", 1),
            ("dog.jpg", 2),
            ("old/dog.jpg", 2),
            ("fox.jpg", 3),
            ("lynx.jpg", 7),
            ("old/lynx.jpg", 7),
        ] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, picture(seed)).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            let hour_ago = SystemTime::now() - Duration::from_secs(3600);
            file.set_modified(hour_ago).unwrap();
            expected.insert(id(seed), BTreeSet::from([Some(Original)]));
        }
        Bench {
            trial: Arc::new(Trial::new(plan)),
            expected,
            dir,
        }
    }

    fn open(&self) -> Result<(Folder, Walker), super::OpenError> {
        let disk = Disk {
            trial: Some(Arc::clone(&self.trial)),
        };
        let folder = Folder::open_on(disk, self.dir.path(), &options())?;
        let walker = folder.walker();
        Ok((folder, walker))
    }

    /// What is expected of a photo after an act, if that succeeds.
    fn expect(&self, act: Act) -> Option<(PhotoId, Option<Holding>)> {
        match act {
            Act::Scan | Act::Dedupe(_) | Act::Note | Act::Tick => None,
            Act::Install(seed, holding) => Some((id(seed), Some(holding))),
            Act::Retire(seed) | Act::Drop(seed) => {
                Some((id(seed), Some(before_its_trash(seed).retired())))
            }
            Act::Restore(seed) => Some((id(seed), Some(before_its_trash(seed)))),
            Act::Purge(seed) => Some((id(seed), None)),
        }
    }

    fn done(&mut self, act: Act) {
        if let Some((photo, holding)) = self.expect(act) {
            self.expected.insert(photo, BTreeSet::from([holding]));
        }
    }

    /// Nobody knows how far an act came.
    fn perhaps_done(&mut self, act: Act) {
        if let Some((photo, holding)) = self.expect(act) {
            let before = BTreeSet::from([None]);
            self.expected.entry(photo).or_insert(before).insert(holding);
        }
    }

    /// Starts again on a sound disk, and finds every photo that must be there, whole, and no other.
    fn check(&self, context: &str) {
        let mut folder = Folder::open(self.dir.path(), &options()).expect(context);
        let tmp = fs::read_dir(self.dir.path().join(".photomesh/tmp")).unwrap();
        assert_eq!(tmp.count(), 0, "{context}: leftovers were swept");
        let mut walker = folder.walker();
        let mut held = BTreeMap::new();
        // Twice: a file that came back with the power may look as if somebody were writing it.
        for change in [
            scan(&mut folder, &mut walker),
            scan(&mut folder, &mut walker),
        ]
        .concat()
        {
            match change {
                Change::Held { photo, holding, .. } => {
                    let (file, _) = folder.open_photo(photo.id).expect(context);
                    let digest = PhotoId::of_rest(file).unwrap();
                    assert_eq!(digest, photo.id, "{context}: a photo is whole");
                    held.insert(photo.id, holding);
                }
                Change::Missing { photo } => {
                    held.remove(&photo);
                }
                Change::Scanned { skipped } => assert_eq!(skipped, 0, "{context}"),
                change
                @ (Change::Damaged { .. } | Change::Expired { .. } | Change::Lost { .. }) => {
                    panic!("{context}: {change:?}")
                }
            }
        }
        for (photo, allowed) in &self.expected {
            let holding = held.remove(photo);
            let context = format!("{context}: {photo:?} is {holding:?}, expected {allowed:?}");
            assert!(allowed.contains(&holding), "{context}");
        }
        assert!(held.is_empty(), "{context}: torn photos {held:?}");
        self.check_notes(context);
    }

    /// The friend's files and the replicas, and what is in them.
    fn stored_files(&self) -> BTreeMap<PathBuf, PhotoId> {
        let mut files = BTreeMap::new();
        for dir in ["", "old", REPLICAS] {
            for entry in fs::read_dir(self.dir.path().join(dir)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let id = PhotoId::of(&fs::read(&path).unwrap());
                    files.insert(path, id);
                }
            }
        }
        files
    }

    /// Every copy in the trash has a note, and every note its copy.
    fn check_notes(&self, context: &str) {
        for dir in [TRASH, SURPLUS] {
            for entry in fs::read_dir(self.dir.path().join(dir)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.file_name().unwrap().to_str().unwrap();
                    let other = match name.strip_suffix(".json") {
                        Some(copy) => copy.to_owned(),
                        None => format!("{name}.json"),
                    };
                    let other = path.with_file_name(other);
                    assert!(other.exists(), "{context}: {path:?} without {other:?}");
                }
            }
        }
    }
}

/// How a photo is held that goes to the trash in that life, or returns from it.
fn before_its_trash(seed: u32) -> Holding {
    if seed == 4 { Replica } else { Original }
}

/// Does one act; whether it was acknowledged.
fn act(folder: &mut Folder, walker: &mut Walker, act: Act) -> Result<(), StoreError> {
    let soon = Instant::now() + Duration::from_secs(30);
    match act {
        Act::Scan => {
            scan(folder, walker);
        }
        Act::Install(seed, holding) => {
            let bytes = picture(seed);
            folder.write("pull-1", 0, &bytes[..50])?;
            folder.write("pull-1", 50, &bytes[50..])?;
            let photo = photo::inspect(&mut folder.open_spool("pull-1")?).unwrap();
            let facts = Facts::named("cat.jpg");
            folder.install("pull-1", &Arc::new(photo), &facts, holding)?;
        }
        Act::Retire(seed) => folder.retire(id(seed), id(1), soon)?,
        Act::Drop(seed) => folder.drop_surplus(id(seed), soon)?,
        Act::Restore(seed) => {
            folder.restore(id(seed), None)?;
        }
        Act::Dedupe(seed) => {
            folder.dedupe(id(seed))?;
        }
        Act::Purge(seed) => folder.purge(id(seed), soon)?,
        Act::Note => {
            folder.note_facts(id(2), &Facts::named("wolf.jpg"));
            let address = Address::new("127.0.0.1", 5000);
            folder.note_nodes(&BTreeMap::from([(crate::protocol::NodeId(7), address)]));
        }
        Act::Tick => {
            folder.tick(Duration::from_secs(61));
        }
    }
    Ok(())
}

fn scan(folder: &mut Folder, walker: &mut Walker) -> Vec<Change> {
    let absorbed = folder.absorb(walker.walk());
    let mut changes = absorbed.changes;
    for candidate in absorbed.candidates {
        changes.extend(folder.take(candidate.inspect()));
    }
    changes
}

fn options() -> Options {
    Options {
        accept_missing: false,
        trash_days: 30,
        scrub_days: 30,
    }
}

fn id(seed: u32) -> PhotoId {
    PhotoId::of(picture(seed))
}

fn picture(seed: u32) -> &'static [u8] {
    static PICTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| (0..8).map(draw).collect());
    &PICTURES[seed as usize]
}

fn draw(seed: u32) -> Vec<u8> {
    let pixel = |x, y| image::Rgb([(x * y * seed) as u8, (x * seed) as u8, (y + seed) as u8]);
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(16, 16, pixel)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A life until the power goes, at every step in turn: what was acknowledged is there.
fn power_cuts(cut: Cut) {
    for number in 1.. {
        let mut bench = Bench::new(Plan::From(number));
        let mut at = String::from("open");
        if let Ok((mut folder, mut walker)) = bench.open() {
            for next in LIFE {
                at = format!("{next:?}");
                let acknowledged = act(&mut folder, &mut walker, *next).is_ok();
                // What a dead machine says is heard by nobody.
                if !acknowledged || bench.trial.has_failed() {
                    bench.perhaps_done(*next);
                    break;
                }
                bench.done(*next);
            }
        }
        bench.trial.cut(cut);
        bench.check(&format!("cut at step {number}, {at}, losing {cut:?}"));
        if !bench.trial.has_failed() {
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

/// A life with one error, at every step in turn: the act that meets it is acknowledged or has changed nothing, and
/// done again it succeeds.
#[test]
fn after_any_error_all_is_as_before() {
    for number in 1.. {
        let mut bench = Bench::new(Plan::Once(number));
        let opened = bench.open().or_else(|error| {
            assert!(error.to_string().contains("make some room"), "{error}");
            bench.open()
        });
        let (mut folder, mut walker) = opened.unwrap();
        for next in LIFE {
            let context = format!("error at step {number}, {next:?}");
            let before = bench.stored_files();
            if let Err(error) = act(&mut folder, &mut walker, *next) {
                assert_eq!(error, StoreError::Full, "{context}");
                assert!(
                    is_empty(&bench.dir.path().join(".photomesh/tmp"), next),
                    "{context}"
                );
                // Of duplicates, some may have gone already.
                if !matches!(next, Act::Dedupe(_)) {
                    assert_eq!(bench.stored_files(), before, "{context}");
                }
                drop(folder);
                bench.check(&context);
                (folder, walker) = bench.open().unwrap();
                scan(&mut folder, &mut walker);
                let again = act(&mut folder, &mut walker, *next);
                assert_eq!(again, Ok(()), "{context}");
            }
            bench.done(*next);
        }
        // With the same daemon, without a restart in between.
        let changes = scan(&mut folder, &mut walker);
        assert_eq!(changes, [Change::Scanned { skipped: 0 }], "step {number}");
        drop(folder);
        bench.check(&format!("error at step {number}"));
        if !bench.trial.has_failed() {
            return;
        }
    }
}

/// Whether nothing is left in `tmp` that its maker does not discard: a spool that could not be written is the caller's.
fn is_empty(tmp: &Path, act: &Act) -> bool {
    let mut names = fs::read_dir(tmp)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    names.all(|name| matches!(act, Act::Install(..)) && name == "pull-1")
}

#[test]
fn a_friend_who_is_faster_is_not_overwritten() {
    let bench = Bench::new(Plan::From(u64::MAX));
    let (mut folder, mut walker) = bench.open().unwrap();
    scan(&mut folder, &mut walker);
    act(&mut folder, &mut walker, Act::Retire(1)).unwrap();
    for (next, name, second) in [
        (Act::Restore(1), "cat.jpg", "cat (2).jpg"),
        (Act::Install(5, Original), "cat (3).jpg", "cat (4).jpg"),
    ] {
        bench.trial.intrude();
        act(&mut folder, &mut walker, next).unwrap();
        let read = |name| fs::read(bench.dir.path().join(name)).unwrap();
        assert_eq!(read(name), b"the friend's own", "{next:?}");
        assert!(!read(second).is_empty(), "{next:?}");
    }
}
