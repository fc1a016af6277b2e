//! The life of a folder that its seed decides, told line by line.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use image::{ImageFormat, RgbImage};
use photomesh::folder::{Change, Folder, Moment, Options, StoreError, Walker};
use photomesh::photo::{self, PhotoId, Relation};
use photomesh::protocol::Holding::{Original, Replica, Retired, RetiredOriginal};
use photomesh::protocol::{Departure, Facts, Holding, Wish};

/// A life ends by itself after so many deeds, if nobody cuts it.
const DEEDS: u64 = 300;

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mix = self.0;
        mix = (mix ^ (mix >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mix = (mix ^ (mix >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mix ^ (mix >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// How a photo is held, in a word.
pub(crate) fn word(holding: Option<Holding>) -> &'static str {
    match holding {
        Some(Original) => "original",
        Some(Replica) => "replica",
        // Whose it was says its note, which this is not about.
        Some(Retired | RetiredOriginal) => "retired",
        None => "none",
    }
}

/// The time, for words and cuts to be told apart by.
pub(crate) fn now() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_nanos()
}

/// Says a word, and when.
fn say(words: fmt::Arguments<'_>) {
    // When nobody listens, the power has gone, and this process soon will be, too.
    let _ = writeln!(io::stdout(), "{} {words}", now());
}

/// Lives until the end or until nobody listens any more.
pub(crate) fn live(folder: &Path, seed: u64) {
    let mut life = Life {
        random: Random(seed),
        daemon: Some(open(folder).expect("the folder opens")),
        held: BTreeMap::new(),
        copies: 0,
        signed: 0,
        root: folder.to_owned(),
    };
    for _ in 0..DEEDS {
        life.deed();
        if life.random.below(2) == 0 {
            // Time in which nothing else brings to the disk what the last deed may have left.
            thread::sleep(Duration::from_micros(life.random.below(3_000)));
        }
    }
}

fn open(folder: &Path) -> Option<(Folder, Walker)> {
    let folder = Folder::open(folder, &Options::default()).ok()?;
    let walker = folder.walker();
    Some((folder, walker))
}

struct Life {
    random: Random,
    daemon: Option<(Folder, Walker)>,
    held: BTreeMap<PhotoId, Option<Holding>>,
    copies: u64,
    signed: u64,
    root: PathBuf,
}

impl Life {
    fn deed(&mut self) {
        match self.random.below(21) {
            0..=3 => self.install(Replica),
            4..=5 => self.install(Original),
            6..=7 => self.copy(),
            8..=10 => self.change(&[Original, Replica], Some(Retired), |folder, photo| {
                let replaced = Departure::Replaced { by: photo, relation: Relation::Same };
                folder.put_away(photo, replaced, soon())
            }),
            11..=12 => self.change(&[Original, Replica], Some(Retired), |folder, photo| {
                folder.put_away(photo, Departure::Surplus, soon())
            }),
            13..=15 => self.restore(),
            16 => self.change(&[Retired, RetiredOriginal], None, |folder, photo| {
                folder.put_away(photo, Departure::Expired, soon())
            }),
            17 => self.duplicate(),
            18 => drop(self.folder().tick(Duration::from_secs(61))),
            19 => self.sign(),
            _ => {
                self.daemon = None;
                match open(&self.root) {
                    Some(daemon) => self.daemon = Some(daemon),
                    // The power is gone.
                    None => std::process::exit(0),
                }
                self.scan();
            }
        }
    }

    fn folder(&mut self) -> &mut Folder {
        &mut self.daemon.as_mut().unwrap().0
    }

    /// A new photo arrives from elsewhere, or, sometimes, one comes again.
    fn install(&mut self, holding: Holding) {
        let mut bytes = draw(&mut self.random, 60);
        if self.random.below(4) == 0
            && let Some(known) = self.any(&[Replica])
        {
            let Some(again) = self.read(known) else {
                return;
            };
            bytes = again;
        }
        let photo = PhotoId::of(&bytes);
        self.say("begin", photo, Some(holding));
        let folder = self.folder();
        let (head, tail) = bytes.split_at(bytes.len() / 2);
        let spooled = folder.write("pull-1", 0, head);
        let spooled = spooled.and_then(|()| folder.write("pull-1", head.len() as u64, tail));
        let installed = spooled.and_then(|()| {
            let photo = photo::inspect(&mut folder.open_spool("pull-1")?);
            let photo = photo.map_err(|error| StoreError::Io(error.to_string()))?;
            folder.install("pull-1", &Arc::new(photo), &Facts::named("cat.png"), holding)
        });
        if installed.is_ok() {
            self.done(photo, Some(holding));
        }
    }

    /// The friend copies a picture into the folder, with a program that syncs nothing; a scan finds it.
    fn copy(&mut self) {
        // Of one block: a friend's copy that is cut in two is a file like any other, and nobody's fault.
        let bytes = draw(&mut self.random, 30);
        assert!(bytes.len() <= 4096);
        self.write_copy(&bytes);
        self.scan();
    }

    /// The bytes of a photo; none once the power is gone.
    fn read(&mut self, photo: PhotoId) -> Option<Vec<u8>> {
        let (mut file, _) = self.folder().open_photo(photo).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn write_copy(&mut self, bytes: &[u8]) {
        let dir = self.root.join(format!("{}", self.random.below(40)));
        self.copies += 1;
        self.say("begin", PhotoId::of(bytes), Some(Original));
        // Once the power is gone, nothing can be written.
        let made = fs::create_dir_all(&dir);
        let _ = made.and_then(|()| fs::write(dir.join(format!("{}.png", self.copies)), bytes));
    }

    /// The friend makes a second copy of an original, which the daemon puts away.
    fn duplicate(&mut self) {
        let Some(photo) = self.any(&[Original]) else {
            return;
        };
        let Some(bytes) = self.read(photo) else {
            return;
        };
        self.write_copy(&bytes);
        self.scan();
        if self.folder().dedupe(photo).is_ok() {
            self.done(photo, Some(Original));
        }
    }

    fn scan(&mut self) {
        for _ in 0..2 {
            let (folder, walker) = self.daemon.as_mut().unwrap();
            let absorbed = folder.absorb(walker.walk());
            let mut changes = absorbed.changes;
            for candidate in absorbed.candidates {
                changes.extend(folder.take(candidate.inspect()));
            }
            for change in changes {
                match change {
                    Change::Held { photo, holding, .. } => self.done(photo.id, Some(holding)),
                    // Nobody in this life takes a file away.
                    Change::Missing { photo } => {
                        say(format_args!("missing {photo}"));
                    }
                    Change::Added { .. }
                    | Change::Recalled { .. }
                    | Change::Damaged { .. }
                    | Change::Companions { .. }
                    | Change::Unread { .. }
                    | Change::Scanned { .. }
                    | Change::Expired { .. }
                    | Change::Lost { .. } => {}
                }
            }
        }
    }

    fn restore(&mut self) {
        let Some(photo) = self.any(&[Retired, RetiredOriginal]) else {
            return;
        };
        self.say("begin", photo, Some(Original));
        self.say("begin", photo, Some(Replica));
        if let Ok(holding) = self.folder().restore(photo, None) {
            self.done(photo, Some(holding));
        }
    }

    /// The owner changes their mind about a photo, whatever becomes of it.
    fn sign(&mut self) {
        let Some(photo) = self.any(&[Original, Replica, Retired, RetiredOriginal]) else {
            return;
        };
        self.signed += 1;
        let wish = [Wish::Removed, Wish::Lifted][self.random.below(2) as usize];
        let counter = self.signed;
        if self.folder().sign(photo, counter, wish).is_ok() {
            say(format_args!("signed {photo} {counter}"));
        }
    }

    /// Does something to a photo that is held in one of these ways.
    fn change(
        &mut self,
        from: &[Holding],
        to: Option<Holding>,
        deed: impl Fn(&mut Folder, PhotoId) -> Result<(), StoreError>,
    ) {
        if let Some(photo) = self.any(from) {
            self.say("begin", photo, to);
            if deed(self.folder(), photo).is_ok() {
                self.done(photo, to);
            }
        }
    }

    /// Any photo that is held in one of these ways.
    fn any(&mut self, holdings: &[Holding]) -> Option<PhotoId> {
        let held = |now: &Option<Holding>| now.is_some_and(|now| holdings.contains(&now));
        let photos = self.held.iter().filter(|(_, now)| held(now));
        let photos: Vec<PhotoId> = photos.map(|(photo, _)| *photo).collect();
        let count = photos.len() as u64;
        (count > 0).then(|| photos[self.random.below(count) as usize])
    }

    fn done(&mut self, photo: PhotoId, holding: Option<Holding>) {
        self.held.insert(photo, holding);
        self.say("done", photo, holding);
    }

    fn say(&self, what: &str, photo: PhotoId, holding: Option<Holding>) {
        say(format_args!("{what} {photo} {}", word(holding)));
    }
}

fn soon() -> Moment {
    Moment::now() + Duration::from_secs(30)
}

/// A picture of noise, each side at most so long: no two are alike.
pub(crate) fn draw(random: &mut Random, side: u64) -> Vec<u8> {
    let length = |random: &mut Random| (side - random.below(side / 2)) as u32;
    let (width, height) = (length(random), length(random));
    let mut pixel = |_, _| image::Rgb(random.next().to_le_bytes()[..3].try_into().unwrap());
    let picture = RgbImage::from_fn(width, height, &mut pixel);
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}
