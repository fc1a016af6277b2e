//! A real folder and a simulated one to which the same happens.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ed25519_dalek::SigningKey;
use image::{ImageFormat, Rgb, RgbImage};
use photomesh::folder::{Change, Folder, Moment, Options, StoreError, Walker};
use photomesh::node::DiskError;
use photomesh::photo::{self, Photo, PhotoId, Relation};
use photomesh::protocol::{Departure, Facts, Holding, Looks, NodeId};

use crate::disk::Disk;
use crate::files::File;

/// After this time a file counts as finished, by far.
const REST: Duration = Duration::from_secs(60 * 60);
/// How many photos there are: few, so that much happens to each.
const PHOTOS: u8 = 4;
/// How the real one and the simulated one answer. The words of an error do not matter.
pub(crate) type Answers = (Result<(), DiskError>, Result<(), DiskError>);

/// What a folder says of a photo: how it is held; and in how many files of its friend's own, and what is known of it,
/// unless only an answer was given.
type Said = (Holding, Option<(u32, Facts)>);

/// A real folder and a simulated one of the same node.
pub(crate) struct Twins {
    // Declared first: the folder is closed before its directory is removed.
    real: Folder,
    walker: Walker,
    dir: tempfile::TempDir,
    sim: Disk,
    photos: BTreeMap<PhotoId, (Arc<Photo>, Vec<u8>)>,
    /// What the real one has said.
    said: BTreeMap<PhotoId, Said>,
    /// What the real one remembers from earlier lives.
    recalled: BTreeMap<PhotoId, Looks>,
    made: u64,
}

fn options() -> Options {
    Options { scrub_days: 0, ..Options::default() }
}

/// Small pictures, no two alike.
fn picture(number: u8) -> Vec<u8> {
    let drawn = RgbImage::from_fn(16, 16, |x, y| Rgb([x as u8 * number, y as u8 * 15, number]));
    let mut bytes = Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

impl Twins {
    pub(crate) fn new() -> Twins {
        let dir = tempfile::tempdir().unwrap();
        let real = Folder::open(dir.path(), &options()).unwrap();
        let walker = real.walker();
        let mut sim = Disk::new(SigningKey::from_bytes(&[7; 32]));
        sim.identity = real.identity().node();
        let photos = (1..=PHOTOS).map(|number| {
            let bytes = picture(number);
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            file.rewind().unwrap();
            let photo = photo::inspect(&mut file).unwrap();
            (photo.id, (Arc::new(photo), bytes))
        });
        Twins {
            real,
            walker,
            dir,
            sim,
            photos: photos.collect(),
            said: BTreeMap::new(),
            recalled: BTreeMap::new(),
            made: 0,
        }
    }

    pub(crate) fn node(&self) -> NodeId {
        self.sim.identity
    }

    pub(crate) fn photos(&self) -> Vec<PhotoId> {
        self.photos.keys().copied().collect()
    }

    /// What both say of all photos.
    pub(crate) fn compare(&self) {
        for photo in self.photos.keys() {
            let file = self.sim.files.get(photo);
            // More than one file is news to a node, and nothing else.
            let sim = file.map(|file| (file.place, file.files.max(1), file.facts.clone()));
            let real = self.said.get(photo).cloned();
            let real = real.map(|(holding, more)| match more {
                // The simulated folder keeps no times of files: nothing is decided by them.
                Some((files, facts)) => (holding, files.max(1), Facts { dated: None, ..facts }),
                None => {
                    let (files, facts) = sim.clone().map(|sim| (sim.1, sim.2)).unwrap_or_default();
                    (holding, files, facts)
                }
            });
            assert_eq!(real, sim, "how {} is held", photo.short());
        }
    }

    /// Right after a start and a scan: what both remember of what was found in earlier lives.
    pub(crate) fn compare_memories(&self) {
        for photo in self.photos.keys() {
            let sim = self.sim.files.get(photo).and_then(File::recalled);
            let real = self.recalled.get(photo).cloned();
            assert_eq!(real, sim, "what is remembered of {}", photo.short());
        }
    }

    fn name(&self, photo: PhotoId) -> String {
        format!("{}.png", photo.short())
    }

    /// A person copies a file in.
    pub(crate) fn add(&mut self, photo: PhotoId) -> Answers {
        self.made += 1;
        let path = PathBuf::from(self.made.to_string()).join(self.name(photo));
        self.write(&path, photo);
        self.sim.add_file(photo, &self.name(photo));
        (Ok(()), Ok(()))
    }

    fn write(&mut self, path: &Path, photo: PhotoId) {
        self.made += 1;
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &self.photos[&photo].1).unwrap();
        // It has rested for a while, and no two files have the same time.
        let then = SystemTime::now() - REST - Duration::from_secs(self.made);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(then).unwrap();
    }

    /// The files with a photo's bytes that are not in this directory.
    fn files(&self, photo: PhotoId, but: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.dir.path().to_owned()];
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path == self.dir.path().join(but) {
                    continue;
                }
                if path.is_dir() {
                    open.push(path);
                } else if fs::read(&path).unwrap() == self.photos[&photo].1 {
                    found.push(path);
                }
            }
        }
        found
    }

    /// An editor writes another photo into the only file of one, if it has but one, and that is the one which the
    /// simulator takes for it.
    pub(crate) fn edit(&mut self, old: PhotoId, new: PhotoId) -> Answers {
        let [file] = &self.files(old, ".photomesh")[..] else {
            return (Ok(()), Ok(()));
        };
        let known = self.sim.files.get(&old);
        let name = known.and_then(|known| known.facts.names.first());
        if old != new && name.is_some_and(|name| file.ends_with(name)) {
            let path = file.strip_prefix(self.dir.path()).unwrap().to_owned();
            self.write(&path, new);
            let is_worse = self.photos[&new].0.rank() < self.photos[&old].0.rank();
            self.sim.edit_file(old, new, is_worse);
        }
        (Ok(()), Ok(()))
    }

    /// A person deletes every file of a photo that is stored.
    pub(crate) fn delete(&mut self, photo: PhotoId) -> Answers {
        let stored = self.files(photo, ".photomesh/trash");
        for file in &stored {
            fs::remove_file(file).unwrap();
        }
        if !stored.is_empty() {
            self.sim.lose(photo);
        }
        (Ok(()), Ok(()))
    }

    /// A bit of the only file of a photo that is stored flips. Of a replica a reader sees that, of an original the next
    /// scan, if it has rested long enough to be read.
    pub(crate) fn rot(&mut self, photo: PhotoId) -> Answers {
        if let [path] = &self.files(photo, ".photomesh/trash")[..] {
            let modified = fs::metadata(path).unwrap().modified().unwrap();
            let replica = self.files(photo, ".photomesh").is_empty();
            if replica || modified.elapsed().unwrap() > REST {
                let mut bytes = fs::read(path).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                fs::write(path, bytes).unwrap();
                let file = fs::File::options().write(true).open(path).unwrap();
                file.set_modified(modified).unwrap();
                self.sim.lose(photo);
            }
            if replica {
                let changes = self.real.damaged(photo);
                self.hear(changes);
            }
        }
        (Ok(()), Ok(()))
    }

    pub(crate) fn install(&mut self, photo: PhotoId, holding: Holding) -> Answers {
        let facts = Facts::named(self.name(photo));
        let (inspected, bytes) = self.photos[&photo].clone();
        self.real.write("pull-1", 0, &bytes).unwrap();
        let real = self.real.install("pull-1", &inspected, &facts, holding);
        let real = real.map_err(disk_error).map(|changes| {
            self.said.insert(photo, (holding, None));
            self.hear(changes);
        });
        self.sim.install(photo, &facts, holding);
        (real, Ok(()))
    }

    /// A node compares a photo that it has with another one.
    pub(crate) fn compare_with(
        &mut self,
        photo: PhotoId,
        other: PhotoId,
        relation: Relation,
    ) -> Answers {
        if let Some(file) = self.sim.files.get_mut(&photo) {
            let mut looks = file.looks.clone();
            looks.note(other, relation);
            self.real.note_looks(photo, &looks);
            file.note_looks(&looks);
            self.sim.sync_facts();
        }
        (Ok(()), Ok(()))
    }

    /// Lets a photo go, and notes what a node takes for true then.
    pub(crate) fn put_away(&mut self, photo: PhotoId, departure: Departure) -> Answers {
        if let Departure::Replaced { by, relation } = departure {
            let _ = self.compare_with(photo, by, relation);
        }
        let real = self.real.put_away(photo, departure, soon());
        let sim = self.sim.put_away(photo, departure, Duration::ZERO);
        match (&real, self.said.get_mut(&photo)) {
            (Ok(()), Some(said)) if departure != Departure::Expired => {
                *said = (said.0.retired(), None);
            }
            (Ok(()) | Err(StoreError::Gone), _) => drop(self.said.remove(&photo)),
            _ => {}
        }
        (real.map_err(disk_error), sim.map_err(wordless))
    }

    pub(crate) fn restore(&mut self, photo: PhotoId, holding: Option<Holding>) -> Answers {
        let real = self.real.restore(photo, holding).map_err(disk_error);
        if let (Ok(holding), Some(said)) = (&real, self.said.get_mut(&photo)) {
            *said = (*holding, None);
        }
        let sim = self.sim.restore(photo, holding);
        if let (Ok(real), Ok(sim)) = (&real, &sim) {
            assert_eq!(real, sim, "how {} is back", photo.short());
        }
        (real.map(drop), sim.map(drop).map_err(wordless))
    }

    pub(crate) fn dedupe(&mut self, photo: PhotoId) -> Answers {
        let changes = self.real.dedupe(photo).unwrap();
        self.hear(changes);
        self.sim.dedupe(photo);
        (Ok(()), Ok(()))
    }

    /// A clean stop and a start: everything is told anew.
    pub(crate) fn restart(self) -> Twins {
        let mut twins = self;
        twins.real.tick(Duration::from_secs(60));
        let Twins { real, dir, .. } = twins;
        drop(real);
        let real = Folder::open(dir.path(), &options()).unwrap();
        let walker = real.walker();
        let (said, recalled) = (BTreeMap::new(), BTreeMap::new());
        Twins { real, walker, dir, said, recalled, ..twins }
    }

    fn hear(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Held { photo, facts, holding, files } => {
                    drop(self.said.insert(photo.id, (holding, Some((files, facts)))))
                }
                Change::Missing { photo } => drop(self.said.remove(&photo)),
                Change::Recalled { photo, looks } => drop(self.recalled.insert(photo, looks)),
                Change::Added { .. } | Change::Companions { .. } | Change::Unread { .. } => {}
                Change::Scanned { .. } | Change::Expired { .. } | Change::Damaged { .. } => {}
                Change::Lost { .. } => panic!("{change:?}"),
            }
        }
    }

    pub(crate) fn scan(&mut self) {
        let absorbed = self.real.absorb(self.walker.walk());
        self.hear(absorbed.changes);
        for candidate in absorbed.candidates {
            let changes = self.real.take(candidate.inspect());
            self.hear(changes);
        }
        let changes = self.real.tick(Duration::from_secs(1));
        self.hear(changes);
    }
}

fn soon() -> Moment {
    Moment::now() + Duration::from_secs(600)
}

fn wordless(error: DiskError) -> DiskError {
    match error {
        DiskError::Other(_) => DiskError::Other(String::new()),
        other => other,
    }
}

/// As the daemon tells its node.
fn disk_error(error: StoreError) -> DiskError {
    match error {
        StoreError::Gone => DiskError::Gone,
        StoreError::Damaged => DiskError::Damaged,
        StoreError::Full => DiskError::Full,
        StoreError::TooLate => DiskError::TooLate,
        StoreError::Io(_) => DiskError::Other(String::new()),
    }
}
