//! What real disks do besides losing their power: they fill up, they turn read-only, they end in the middle of a folder.

use std::fs;
use std::panic::UnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use photomesh::client::Daemon as Client;
use photomesh::folder::{Change, Folder, Moment, OpenError, Options, StoreError};
use photomesh::photo::{self, PhotoId, Relation};
use photomesh::protocol::Holding::Replica;
use photomesh::protocol::{Answer, Blob, Departure, Facts, Request};

use crate::Signed;
use crate::check::{check, files_in};
use crate::life::{Random, draw};
use crate::machine::{Machine, call};
use crate::support::daemon::Daemon;
use crate::support::wait::eventually;
use crate::support::{ask, disk};

/// How long a daemon may take for something that it does in no time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Each on an empty disk. Panics if anything is wrong.
pub(crate) fn all(machine: &mut Machine) {
    for fault in [full_disk, full_under_a_daemon, read_only, other_disk, unwritable_directory] {
        machine.fresh();
        fault(machine);
    }
    eprintln!(
        "powercut: full, read-only and divided disks: no photo was lost, nothing was left over"
    );
}

fn retire(folder: &mut Folder, photo: PhotoId) -> Result<(), StoreError> {
    let replaced = Departure::Replaced { by: photo, relation: Relation::Same };
    folder.put_away(photo, replaced, soon())
}

/// Nothing more fits: what arrives is refused, what is here stays, and with some room all goes on.
fn full_disk(machine: &mut Machine) {
    let mut folder = Folder::open(&machine.folder(), &Options::default()).unwrap();
    let mut random = Random(1);
    let photo = install(&mut folder, &draw(&mut random, 60)).unwrap();
    let filler = fill(&machine.mount_point());
    let refused = install(&mut folder, &draw(&mut random, 60));
    assert_eq!(refused, Err(StoreError::Full));
    assert_eq!(retire(&mut folder, photo), Err(StoreError::Full));
    folder.tick(Duration::from_secs(61));
    nothing_has_changed(&machine.folder(), &folder, photo);
    drop(folder);
    let error = Folder::open(&machine.folder(), &Options::default());
    assert!(error.is_ok(), "a full disk can be looked at: {error:?}");
    drop(error);
    fs::remove_file(filler).unwrap();
    let mut folder = Folder::open(&machine.folder(), &Options::default()).unwrap();
    let mut walker = folder.walker();
    folder.absorb(walker.walk());
    retire(&mut folder, photo).unwrap();
    drop(folder);
    let retired = [(photo.to_string(), ["retired".to_owned()].into())];
    assert_eq!(check(&machine.folder(), &retired.into(), &Signed::new()), [""; 0]);
}

/// A daemon whose disk is full refuses what it is given, even in the middle of it, says why, and serves what it has.
fn full_under_a_daemon(machine: &mut Machine) {
    // A daemon leaves 32 MiB of a disk alone.
    on_tmpfs(&machine.mount_point().join("small"), "size=60m", |dir| {
        let folder = dir.join("photos");
        fs::create_dir(&folder).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
        let daemon = Daemon::start(program, &folder, &[]).unwrap();
        let [cat, dog] = [4, 5].map(|seed| draw(&mut Random(seed), 60));
        let stored = ask::put(daemon.address(), "cat.png", &cat, PATIENCE);
        assert!(matches!(stored, Ok(Answer::Stored { .. })), "{stored:?}");
        let begun = || match files_in(&folder.join(".photomesh/tmp")).len() {
            0 => Err("no file yet".to_owned()),
            _ => Ok(()),
        };
        let over = || begun().map_or(Ok(()), |()| Err("something is left over".to_owned()));
        eventually("nothing is left over", PATIENCE, over).unwrap();
        let mut client = Client::connect(daemon.address(), None).unwrap();
        client.be_patient(PATIENCE);
        let (name, bytes) = ("dog.png".to_owned(), dog.len() as u64);
        client.send(&Request::Put { name, bytes, dated: None }).unwrap();
        eventually("the put has begun", PATIENCE, begun).unwrap();
        let filler = fill(dir);
        let data = Blob::from(dog.clone());
        client.send(&Request::Chunk { data }).unwrap();
        let in_the_middle = client.answer().unwrap();
        let at_once = ask::put(daemon.address(), "dog.png", &dog, PATIENCE).unwrap();
        for answer in [in_the_middle, at_once] {
            let refused = matches!(&answer, Answer::Refused { error, .. } if error.contains("the disk is full"));
            assert!(refused, "{answer:?}");
        }
        eventually("nothing is left over", PATIENCE, over).unwrap();
        assert!(!disk::has(&folder, PhotoId::of(&dog)));
        assert_eq!(ask::labels(daemon.address()).unwrap(), ["cat.png"]);
        let (_, _, served) = ask::fetch(daemon.address(), "cat.png").unwrap();
        assert_eq!(PhotoId::of(&served), PhotoId::of(&cat));
        fs::remove_file(filler).unwrap();
        let stored = ask::put(daemon.address(), "dog.png", &dog, PATIENCE);
        assert!(matches!(stored, Ok(Answer::Stored { .. })), "{stored:?}");
    });
}

/// Leaves no room; what can be removed to make some.
fn fill(disk: &Path) -> PathBuf {
    let filler = disk.join("filler");
    let _ = fs::write(&filler, vec![1; 80 << 20]);
    // What a big write leaves, small ones take.
    for number in 0.. {
        if fs::write(disk.join(format!("{number}")), [1; 1024]).is_err() {
            break;
        }
    }
    filler
}

/// The kernel has met an error and lets nobody write any more.
fn read_only(machine: &mut Machine) {
    let mut folder = Folder::open(&machine.folder(), &Options::default()).unwrap();
    let mut random = Random(2);
    let photo = install(&mut folder, &draw(&mut random, 60)).unwrap();
    machine.fail().unwrap();
    for result in [
        install(&mut folder, &draw(&mut random, 60)).map(drop),
        retire(&mut folder, photo),
        folder.put_away(photo, Departure::Surplus, soon()),
    ] {
        let Err(StoreError::Io(text)) = result else {
            panic!("{result:?}");
        };
        assert!(text.contains("Read-only"), "{text}");
    }
    nothing_has_changed(&machine.folder(), &folder, photo);
    drop(folder);
    let error = Folder::open(&machine.folder(), &Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::ReadOnly(_)), "{error:?}");
}

/// A part of the folder lies on another disk, so that nothing can be moved from there.
fn other_disk(machine: &mut Machine) {
    let folder = machine.folder();
    on_tmpfs(&folder.join("elsewhere"), "size=1m", |elsewhere| {
        cannot_be_moved(&folder, elsewhere);
    });
}

/// Mounts a disk of its own on a directory, for a while.
fn on_tmpfs(dir: &Path, options: &str, test: impl FnOnce(&Path) + UnwindSafe) {
    fs::create_dir_all(dir).unwrap();
    call("mount", &["-t", "tmpfs", "-o", options, "tmpfs"], &[dir]).unwrap();
    // Caught, lest the mount stay.
    let tried = std::panic::catch_unwind(|| test(dir));
    call("umount", &[], &[dir]).unwrap();
    tried.unwrap();
}

/// A directory from which nobody may take anything, root included.
fn unwritable_directory(machine: &mut Machine) {
    let fixed = machine.folder().join("fixed");
    fs::create_dir_all(&fixed).unwrap();
    fs::write(fixed.join("cat.png"), draw(&mut Random(3), 60)).unwrap();
    call("chattr", &["+i"], &[&fixed]).unwrap();
    cannot_be_moved(&machine.folder(), &fixed);
}

/// A photo that cannot be moved stays where it is.
fn cannot_be_moved(root: &Path, dir: &Path) {
    let path = dir.join("cat.png");
    if !path.exists() {
        fs::write(&path, draw(&mut Random(3), 60)).unwrap();
    }
    let photo = PhotoId::of(&fs::read(&path).unwrap());
    let mut folder = Folder::open(root, &Options::default()).unwrap();
    let mut walker = folder.walker();
    // Twice: it might be in the middle of being written.
    folder.absorb(walker.walk());
    for candidate in folder.absorb(walker.walk()).candidates {
        folder.take(candidate.inspect());
    }
    let retired = retire(&mut folder, photo);
    assert!(matches!(retired, Err(StoreError::Io(_))), "{retired:?}");
    assert!(folder.put_away(photo, Departure::Surplus, soon()).is_err());
    assert!(path.exists());
    nothing_has_changed(root, &folder, photo);
}

/// The photo is there, and nothing is left over of what has failed.
fn nothing_has_changed(root: &Path, folder: &Folder, photo: PhotoId) {
    let (file, _) = folder.open_photo(photo).unwrap();
    assert_eq!(PhotoId::of_rest(file).unwrap(), photo);
    for dir in ["tmp", "trash", "trash/surplus"] {
        let left = files_in(&root.join(".photomesh").join(dir));
        assert!(left.is_empty(), "{dir}: {left:?}");
    }
}

/// Writes, inspects and installs a replica, as the daemon does.
fn install(folder: &mut Folder, bytes: &[u8]) -> Result<PhotoId, StoreError> {
    let written = folder.write("pull-1", 0, bytes);
    let installed = written.and_then(|()| {
        let photo = photo::inspect(&mut folder.open_spool("pull-1")?).unwrap();
        let facts = Facts::named("cat.png");
        let changes: Vec<Change> = folder.install("pull-1", &Arc::new(photo), &facts, Replica)?;
        assert_eq!(changes, []);
        Ok(PhotoId::of(bytes))
    });
    folder.discard("pull-1");
    installed
}

fn soon() -> Moment {
    Moment::now() + Duration::from_secs(30)
}
