//! A folder on faulty: what is done to it, and what must be true of it whatever happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::faulty_disk::{Cut, FaultyDisk, Plan, tempdir};
use super::specimens::{COMPANION, SPECIMENS, check_companion, id, picture, spoiled};
use crate::folder::boot_time::Moment;
use crate::folder::disk::{self, Disk};
use crate::folder::layout::{MARKER, REPLICAS, SURPLUS, TMP, TRASH, holding_at, is_note};
use crate::folder::note::{Note, Why};
use crate::folder::{Change, Folder, Options, StoreError, Walker};
use crate::photo::{self, PhotoId, Relation};
use crate::protocol::Holding::{self, Original, Replica};
use crate::protocol::{Address, Departure, Facts, NodeId, Tombstone, Wish};

/// Something that is done to a folder; photos are named by the seed of their picture.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Scan,
    Install(u32, Holding),
    /// The friend copies a picture to a path.
    Copy(u32, &'static str),
    Retire(u32),
    Drop(u32),
    Restore(u32),
    Dedupe(u32),
    Purge(u32),
    /// The owner signs that a photo is removed.
    Sign(u32),
    /// The bytes of a photo's only file become others, and somebody finds out.
    Rot(u32),
    Note,
    Tick,
    /// Two days go by.
    Days,
    /// The daemon stops, the index is damaged, the daemon starts.
    Restart,
}

/// How each photo may be held, by what was done and acknowledged; none is not at all.
type Expected = BTreeMap<PhotoId, BTreeSet<Option<Holding>>>;

/// A folder whose disk is on faulty.
pub(super) struct Workbench {
    pub(super) faulty: Arc<FaultyDisk>,
    expected: Expected,
    /// What the owner has signed and was acknowledged.
    signed: Vec<Tombstone>,
    /// What the friend has written, which may be torn as long as no daemon has synced it.
    copies: BTreeSet<PathBuf>,
    /// The daemon that is running.
    running: Option<(Folder, Walker)>,
    pub(super) dir: tempfile::TempDir,
}

impl Workbench {
    /// A folder that no daemon has seen. It has the pictures 1, 2 (twice), 3 and 7 (twice), which nobody has synced.
    pub(super) fn new(plan: Plan) -> Workbench {
        let mut workbench = Workbench {
            faulty: Arc::new(FaultyDisk::new(plan)),
            expected: Expected::new(),
            signed: Vec::new(),
            copies: BTreeSet::new(),
            running: None,
            dir: tempdir(),
        };
        for (seed, path) in [
            (1, "cat.jpg"),
            (2, "dog.jpg"),
            (2, "old/dog.jpg"),
            (3, "fox.jpg"),
            (7, "lynx.jpg"),
            (7, "old/lynx.jpg"),
        ] {
            workbench.copy(seed, path);
        }
        let companion = workbench.dir.path().join("dog.xmp");
        fs::write(&companion, COMPANION).unwrap();
        workbench.copies.insert(companion);
        workbench
    }

    fn copy(&mut self, seed: u32, path: &str) {
        let root = self.dir.path();
        self.faulty.friend_writes(root, Path::new(path), picture(seed));
        let file = fs::File::options().write(true).open(root.join(path));
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        file.unwrap().set_modified(hour_ago).unwrap();
        self.copies.insert(root.join(path));
        let perhaps = BTreeSet::from([None, Some(Original)]);
        self.expected.insert(id(seed), perhaps);
    }

    /// Starts a daemon on the folder.
    pub(super) fn start(&mut self) -> Result<(), crate::folder::OpenError> {
        self.running = None;
        let disk = Disk { faulty: Some(Arc::clone(&self.faulty)) };
        let folder = Folder::open_on(disk, self.dir.path(), &Options::default())?;
        let walker = folder.walker();
        self.running = Some((folder, walker));
        Ok(())
    }

    /// Does one act, and takes in what must be true of the photos from now on: it was acknowledged or, on an error or
    /// when the machine has died meanwhile, nobody knows how far it came.
    pub(super) fn act(&mut self, act: Act) -> Result<(), StoreError> {
        let done = self.perform(act);
        let said = done.clone().ok().filter(|_| !self.faulty.is_dead());
        if let Some((photo, holding)) = outcome(act) {
            let expected = self.expected.entry(photo);
            match said {
                Some(_) => *expected.or_default() = BTreeSet::from([holding]),
                None => {
                    let before = || BTreeSet::from([None]);
                    expected.or_insert_with(before).insert(holding);
                }
            }
        }
        for change in said.into_iter().flatten() {
            if let Change::Held { photo, .. } = change {
                let only = BTreeSet::from([Some(Original)]);
                self.expected.insert(photo.id, only);
            }
        }
        done.map(|_| ())
    }

    /// Does one act; the originals that it has told of.
    fn perform(&mut self, act: Act) -> Result<Vec<Change>, StoreError> {
        match act {
            Act::Copy(seed, path) => self.copy(seed, path),
            Act::Rot(seed) => self.rot(seed),
            Act::Restart => {
                self.running = None;
                let index = self.dir.path().join(MARKER).join("index");
                let text = fs::read_to_string(&index).unwrap_or_default();
                fs::write(&index, text + "no line\n").unwrap();
                self.start().map_err(|error| {
                    let full = matches!(error, crate::folder::OpenError::Full(_));
                    let other = StoreError::Io(error.to_string());
                    if full { StoreError::Full } else { other }
                })?;
                self.scan();
            }
            Act::Scan => {
                let mut changes = self.scan();
                changes.retain(
                    |change| matches!(change, Change::Held { holding, .. } if *holding == Original),
                );
                return Ok(changes);
            }
            Act::Install(..)
            | Act::Retire(_)
            | Act::Drop(_)
            | Act::Restore(_)
            | Act::Dedupe(_)
            | Act::Purge(_)
            | Act::Sign(_)
            | Act::Note
            | Act::Tick
            | Act::Days => self.ask(act)?,
        }
        Ok(Vec::new())
    }

    /// Does what the folder is asked for.
    fn ask(&mut self, act: Act) -> Result<(), StoreError> {
        let (folder, _) = self.running.as_mut().unwrap();
        let soon = Moment::now() + Duration::from_secs(30);
        let retired = Departure::Replaced { by: id(1), relation: Relation::Same };
        match act {
            Act::Install(seed, holding) => {
                let bytes = picture(seed);
                folder.write("pull-1", 0, &bytes[..50])?;
                folder.write("pull-1", 50, &bytes[50..])?;
                let photo = photo::inspect(&mut folder.open_spool("pull-1")?).unwrap();
                let facts = Facts::named("cat.jpg");
                folder.install("pull-1", &Arc::new(photo), &facts, holding)?;
            }
            Act::Retire(seed) => folder.put_away(id(seed), retired, soon)?,
            Act::Drop(seed) => folder.put_away(id(seed), Departure::Surplus, soon)?,
            Act::Restore(seed) => drop(folder.restore(id(seed), None)?),
            Act::Dedupe(seed) => drop(folder.dedupe(id(seed))?),
            Act::Purge(seed) => folder.put_away(id(seed), Departure::Expired, soon)?,
            Act::Sign(seed) => self.signed.push(folder.sign(id(seed), 1, Wish::Removed)?),
            Act::Note => {
                folder.note_facts(id(2), &Facts::named("wolf.jpg"));
                let address = Address::new("127.0.0.1", 5000);
                folder.note_nodes(&BTreeMap::from([(NodeId(7), address)]));
            }
            Act::Tick => drop(folder.tick(Duration::from_secs(61))),
            Act::Days => drop(folder.tick(Duration::from_secs(2 * 24 * 3600))),
            Act::Scan | Act::Copy(..) | Act::Rot(_) | Act::Restart => {}
        }
        Ok(())
    }

    /// Walks and takes everything in.
    pub(super) fn scan(&mut self) -> Vec<Change> {
        let (folder, walker) = self.running.as_mut().unwrap();
        scan(folder, walker)
    }

    fn rot(&mut self, seed: u32) {
        let (folder, _) = self.running.as_mut().unwrap();
        let photo = id(seed);
        let Some(path) = folder.index.files_of(photo).pop() else {
            return;
        };
        let full = self.dir.path().join(&*path);
        let modified = fs::metadata(&full).unwrap().modified().unwrap();
        fs::write(&full, spoiled(seed)).unwrap();
        let file = fs::File::options().write(true).open(&full).unwrap();
        file.set_modified(modified).unwrap();
        let bytes = PhotoId::of(&spoiled(seed));
        self.expected.insert(photo, BTreeSet::from([None]));
        if holding_at(&path) == Original {
            // The change time, which rot would not show, makes it look like an edit: until it is flagged.
            let perhaps = BTreeSet::from([None, Some(Original)]);
            self.expected.insert(bytes, perhaps);
            let stamp = disk::look(&full).unwrap().unwrap();
            folder.set_aside(photo, &path, stamp, Some(bytes));
            folder.tell_later(photo);
        } else {
            folder.damaged(photo);
        }
    }

    /// The power goes and comes back.
    pub(super) fn cut(&mut self, cut: Cut) {
        self.running = None;
        self.faulty.cut(cut);
    }

    /// Starts again on a sound disk, and finds every photo that must be there, whole, and no other.
    pub(super) fn check(&mut self, context: &str) {
        self.running = None;
        self.check_whole(context);
        let root = self.dir.path();
        let mut folder = Folder::open(root, &Options::default()).expect(context);
        let left = fs::read_dir(root.join(TMP)).unwrap();
        assert_eq!(left.count(), 0, "{context}: leftovers were swept");
        let known = folder.tombstones();
        for signed in &self.signed {
            let photo = signed.photo();
            assert!(known.contains(signed), "{context}: tombstone of {photo:?}");
        }
        let mut walker = folder.walker();
        let mut held = BTreeMap::new();
        for change in scan(&mut folder, &mut walker) {
            match change {
                Change::Held { photo, holding, .. } => {
                    let (file, _) = folder.open_photo(photo.id).expect(context);
                    let digest = PhotoId::of_rest(file).unwrap();
                    assert_eq!(digest, photo.id, "{context}: a photo is whole");
                    held.insert(photo.id, holding);
                }
                Change::Missing { photo } => drop(held.remove(&photo)),
                Change::Added { .. }
                | Change::Recalled { .. }
                | Change::Companions { .. }
                | Change::Damaged { .. }
                | Change::Unread { .. }
                | Change::Scanned { .. } => {}
                change @ (Change::Expired { .. } | Change::Lost { .. }) => {
                    panic!("{context}: {change:?}")
                }
            }
        }
        check_companion(root, held.get(&id(2)).copied(), context);
        for (photo, allowed) in &self.expected {
            let holding = held.remove(photo);
            let context = format!("{context}: {photo:?} is {holding:?}, expected {allowed:?}");
            assert!(allowed.contains(&holding), "{context}");
        }
        assert!(held.is_empty(), "{context}: torn photos {held:?}");
        self.check_notes(context);
    }

    /// Nothing has got a name of its own before its bytes were safe.
    fn check_whole(&self, context: &str) {
        let mut files = self.stored_files();
        for dir in [TRASH, SURPLUS] {
            files.extend(files_in(&self.dir.path().join(dir)));
        }
        files.retain(|path, _| !is_note(path.as_os_str()) && !self.copies.contains(path));
        files.retain(|path, _| path.extension().is_none_or(|ending| ending != "xmp"));
        for (path, digest) in files {
            let whole = |seed| [id(seed), PhotoId::of(&spoiled(seed))].contains(&digest);
            assert!((0..SPECIMENS).any(whole), "{context}: {path:?} is torn");
        }
    }

    /// The friend's files and the replicas, and what is in them.
    pub(super) fn stored_files(&self) -> BTreeMap<PathBuf, PhotoId> {
        let mut files = BTreeMap::new();
        for dir in ["", "old", "new", "new/deep", REPLICAS] {
            files.extend(files_in(&self.dir.path().join(dir)));
        }
        files
    }

    /// Every copy in the trash has the note that was written for it, and every note its copy.
    pub(super) fn check_notes(&self, context: &str) {
        for dir in [TRASH, SURPLUS] {
            let dir = self.dir.path().join(dir);
            for (path, digest) in files_in(&dir) {
                let name = path.file_name().unwrap().to_str().unwrap();
                if let Some(copy) = name.strip_suffix(".json") {
                    assert!(dir.join(copy).exists(), "{context}: {name} without copy");
                    continue;
                }
                let note = fs::read(dir.join(format!("{name}.json")));
                let note = note.map(|note| serde_json::from_slice::<Note>(&note).unwrap());
                let Ok(note) = note else {
                    panic!("{context}: {name} without note");
                };
                assert_eq!(note.photo, digest, "{context}: the note of {name}");
                assert_ne!(note.why, Why::Unknown, "{context}: the note of {name}");
            }
        }
    }
}

/// What an act makes of a photo, if it succeeds.
fn outcome(act: Act) -> Option<(PhotoId, Option<Holding>)> {
    match act {
        Act::Install(seed, holding) => Some((id(seed), Some(holding))),
        Act::Retire(seed) | Act::Drop(seed) => {
            Some((id(seed), Some(before_its_trash(seed).retired())))
        }
        Act::Restore(seed) => Some((id(seed), Some(before_its_trash(seed)))),
        Act::Purge(seed) => Some((id(seed), None)),
        Act::Rot(seed) => Some((PhotoId::of(&spoiled(seed)), None)),
        Act::Scan
        | Act::Copy(..)
        | Act::Dedupe(_)
        | Act::Sign(_)
        | Act::Note
        | Act::Tick
        | Act::Days
        | Act::Restart => None,
    }
}

/// How a photo is held that goes to the trash in that life, or returns from it.
fn before_its_trash(seed: u32) -> Holding {
    if seed == 4 { Replica } else { Original }
}

/// Walks and takes everything in; twice, since a file that came just now may look as if somebody were writing it, and
/// one that could not be read is tried again.
fn scan(folder: &mut Folder, walker: &mut Walker) -> Vec<Change> {
    let mut changes = Vec::new();
    for _ in 0..2 {
        let absorbed = folder.absorb(walker.walk());
        changes.extend(absorbed.changes);
        for candidate in absorbed.candidates {
            changes.extend(folder.take(candidate.inspect()));
        }
    }
    changes
}

/// The files in a directory and the digests of their bytes.
fn files_in(dir: &Path) -> BTreeMap<PathBuf, PhotoId> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file());
    files.map(|path| (path.clone(), PhotoId::of(&fs::read(path).unwrap()))).collect()
}
