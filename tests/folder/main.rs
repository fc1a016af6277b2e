//! The photo folder on a real disk, through its public face.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod accidents;
mod companions;
mod dates;
mod names;
mod purging;
mod put_away;
mod rereading;
mod returning;
mod rot;
mod scanning;
mod starting;
mod storing;
mod tombstones;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use photomesh::folder::{Change, Folder, Inspection, Moment, Options, StoreError, Walker};
use photomesh::photo::{self, Photo, PhotoId, Relation};
use photomesh::protocol::{Departure, Facts, Holding, MemberName, NodeId};

/// A folder for one test, with a walker that remembers the last walk, as the daemon's does.
struct Room {
    // Declared first: the folder is closed before its directory is removed.
    folder: Folder,
    walker: Walker,
    dir: tempfile::TempDir,
}

fn replaced(by: PhotoId) -> Departure {
    Departure::Replaced { by, relation: Relation::Same }
}

impl Room {
    fn new() -> Room {
        Room::with(Options::default())
    }

    fn with(options: Options) -> Room {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path(), &options).unwrap();
        let walker = folder.walker();
        Room { folder, walker, dir }
    }

    /// Has a photo put away for a better version that shows all of it.
    fn retire(&mut self, photo: PhotoId, by: PhotoId) -> Result<(), StoreError> {
        self.folder.put_away(photo, replaced(by), soon())
    }

    fn drop_surplus(&mut self, photo: PhotoId) -> Result<(), StoreError> {
        self.folder.put_away(photo, Departure::Surplus, soon())
    }

    fn remove(&mut self, photo: PhotoId, by: NodeId) -> Result<(), StoreError> {
        self.folder.put_away(photo, Departure::Removed { by: MemberName::of_node(by) }, soon())
    }

    fn purge(&mut self, photo: PhotoId) -> Result<(), StoreError> {
        self.folder.put_away(photo, Departure::Expired, soon())
    }

    /// Stops and starts.
    fn reopened(self) -> Room {
        self.reopened_with(Options::default())
    }

    fn reopened_with(self, options: Options) -> Room {
        let Room { folder, dir, .. } = self;
        drop(folder);
        let folder = Folder::open(dir.path(), &options).unwrap();
        let walker = folder.walker();
        Room { folder, walker, dir }
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Puts a picture into the friend's folder, as if it had been there for a while.
    fn draw(&self, name: &str, seed: u32) -> PhotoId {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = picture(seed);
        fs::write(&path, &bytes).unwrap();
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        File::options().write(true).open(&path).unwrap().set_modified(hour_ago).unwrap();
        PhotoId::of(&bytes)
    }

    /// Writes a picture into a spool file and inspects it, as a put or pull does.
    fn spool(&mut self, spool: &str, seed: u32) -> Arc<Photo> {
        let bytes = picture(seed);
        let (head, tail) = bytes.split_at(bytes.len() / 2);
        self.folder.write(spool, 0, head).unwrap();
        self.folder.write(spool, head.len() as u64, tail).unwrap();
        let mut file = self.folder.open_spool(spool).unwrap();
        Arc::new(photo::inspect(&mut file).unwrap())
    }

    /// Spools a picture and installs it.
    fn install(&mut self, seed: u32, name: &str, holding: Holding) -> PhotoId {
        let photo = self.spool("pull-1", seed);
        let facts = Facts::named(name);
        let changes = self.folder.install("pull-1", &photo, &facts, holding);
        assert_eq!(changes, Ok(vec![]));
        photo.id
    }

    /// Walks and takes everything in.
    fn scan(&mut self) -> Vec<Change> {
        let (mut changes, inspections) = self.inspect();
        for inspection in inspections {
            changes.extend(self.folder.take(inspection));
        }
        changes
    }

    /// Walks and inspects; what is known at once, and what is to be taken.
    fn inspect(&mut self) -> (Vec<Change>, Vec<Inspection>) {
        let absorbed = self.folder.absorb(self.walker.walk());
        let candidates = absorbed.candidates.into_iter();
        let inspections = candidates.map(|candidate| candidate.inspect()).collect();
        (absorbed.changes, inspections)
    }

    /// The bytes of a photo, as a reader gets them.
    fn read(&self, photo: PhotoId) -> Option<Vec<u8>> {
        use std::io::Read;
        let (mut file, length) = self.folder.open_photo(photo).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, length);
        assert_eq!(PhotoId::of(&bytes), photo);
        Some(bytes)
    }

    /// The names of the files in a directory, sorted.
    fn files(&self, dir: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(dir))
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The copies in a directory of the trash, without their notes.
    fn trash(&self, dir: &str) -> Vec<String> {
        let mut names = self.files(dir);
        names.retain(|name| !name.ends_with(".json"));
        names
    }
}

/// A small PNG; another one for every seed.
fn picture(seed: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(24, 16, |x, y| {
        let mix = (x * 7 + y * 13 + 1).wrapping_mul(seed.wrapping_mul(2_654_435_761) | 1);
        image::Rgb([(mix >> 8) as u8, (mix >> 16) as u8, (mix >> 24) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// What a test looks at in a change.
#[derive(Debug, PartialEq)]
enum Told {
    Held(PhotoId, Holding, u32),
    Missing(PhotoId),
    Damaged(PhotoId, String),
    Scanned(u64),
    Expired(PhotoId),
    Companions(PhotoId, Vec<String>),
    Unread(u64),
    Lost,
}

fn told(changes: &[Change]) -> Vec<Told> {
    let told = |change: &Change| {
        Some(match change {
            Change::Added { .. } | Change::Recalled { .. } => return None,
            Change::Held { photo, holding, files, .. } => Told::Held(photo.id, *holding, *files),
            Change::Missing { photo } => Told::Missing(*photo),
            Change::Damaged { photo, file } => Told::Damaged(*photo, file.clone()),
            Change::Scanned { skipped } => Told::Scanned(*skipped),
            Change::Expired { photo } => Told::Expired(*photo),
            Change::Companions { photo, files } => Told::Companions(*photo, files.clone()),
            Change::Unread { photos } => Told::Unread(*photos),
            Change::Lost { .. } => Told::Lost,
        })
    };
    changes.iter().filter_map(told).collect()
}

/// The facts told of a photo.
fn facts(changes: &[Change], id: PhotoId) -> Facts {
    let facts = |change: &Change| match change {
        Change::Held { photo, facts, .. } if photo.id == id => Some(facts.clone()),
        Change::Held { .. }
        | Change::Added { .. }
        | Change::Recalled { .. }
        | Change::Missing { .. }
        | Change::Damaged { .. }
        | Change::Scanned { .. }
        | Change::Expired { .. }
        | Change::Companions { .. }
        | Change::Unread { .. }
        | Change::Lost { .. } => None,
    };
    changes.iter().find_map(facts).expect("the photo is told")
}

fn soon() -> Moment {
    Moment::now() + Duration::from_secs(30)
}

fn day() -> Duration {
    Duration::from_secs(24 * 60 * 60)
}
