//! How well the fingerprint tells pictures apart, measured on photos of your own: `make accuracy PHOTOS=dir`.
//!
//! Of every photo it makes versions that are the same picture in another size, colour, format or with an annotation
//! (`must`), versions that are so with more changed (`nice`), and others that are not (`not`): half of the picture, or
//! turned over. Each is encoded, decoded and fingerprinted as the daemon does it. Then every version is compared with
//! its original and with everything made of the other photos.
//!
//! Next to it stands the rule of a simple photo organizer: two pictures are the same if their 8x8 average hashes are
//! equal. It is shown the pixels before they are stored, so the losses of encoders do not count against it. Put only different pictures into the folder: what is in it twice counts as a false pair.

#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

mod lookups;
mod variants;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use image::{DynamicImage, imageops};
use photomesh::photo::{Photo, inspect};

use variants::{Kind, Tag, VARIANTS};

/// A version of a photo, as both rules see it.
struct Version {
    kind: &'static str,
    tag: Tag,
    photo: Photo,
    average_hash: u64,
}

/// All versions of one photo, the original first.
struct Family {
    path: PathBuf,
    versions: Vec<Version>,
}

/// So many false pairs are shown by name: of one photo that is there twice, there are a thousand.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    lookups::measure();
    let Some(folder) = std::env::var_os("PHOTOS").filter(|folder| !folder.is_empty()) else {
        eprintln!("no photos given: make accuracy PHOTOS=dir");
        return ExitCode::SUCCESS;
    };
    let mut files = Vec::new();
    find_files(Path::new(&folder), &mut files);
    files.sort();
    let (families, speed) = in_parallel(&files);
    if families.is_empty() {
        eprintln!("no photos in {}", Path::new(&folder).display());
        return ExitCode::FAILURE;
    }
    report(&families);
    let per_photo = speed.as_secs_f64() * 1000.0 / families.len() as f64;
    println!(
        "\n{per_photo:.1} ms of one core to read, decode and fingerprint one of these photos as it is"
    );
    ExitCode::SUCCESS
}

fn find_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find_files(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Makes all families, on all cores; also the time it took to inspect the files themselves.
fn in_parallel(files: &[PathBuf]) -> (Vec<Family>, Duration) {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut made = Vec::new();
        let mut spent = Duration::ZERO;
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Ok(mut file) = File::open(path) else {
                continue;
            };
            let start = Instant::now();
            let inspected = inspect(&mut file);
            spent += start.elapsed();
            if let (Ok(_), Ok(picture)) = (inspected, image::open(path)) {
                made.push(family(path, &picture));
            }
        }
        (made, spent)
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .collect()
    });
    let spent = results.iter().map(|(_, spent)| *spent).sum();
    let mut made: Vec<_> = results.into_iter().flat_map(|(made, _)| made).collect();
    made.sort_by(|a: &Family, b| a.path.cmp(&b.path));
    (made, spent)
}

fn family(path: &Path, picture: &DynamicImage) -> Family {
    const LONGEST_SIDE: u32 = 1600;
    let picture = if picture.width().max(picture.height()) > LONGEST_SIDE {
        picture.resize(LONGEST_SIDE, LONGEST_SIDE, imageops::FilterType::Triangle)
    } else {
        picture.clone()
    };
    let picture = picture.into_rgb8();
    let version = |kind: &Kind| {
        let (shown, bytes) = (kind.make)(&picture);
        let mut file = tempfile::tempfile().ok()?;
        file.write_all(&bytes).and_then(|()| file.rewind()).ok()?;
        Some(Version {
            kind: kind.name,
            tag: kind.tag,
            photo: inspect(&mut file).ok()?,
            average_hash: average_hash(&shown),
        })
    };
    Family {
        path: path.to_owned(),
        versions: VARIANTS.iter().filter_map(version).collect(),
    }
}

/// Which of the cells of an 8x8 version are lighter than their average.
fn average_hash(picture: &DynamicImage) -> u64 {
    let small = picture.to_luma8();
    let small = imageops::resize(&small, 8, 8, imageops::FilterType::Triangle);
    let mean = small.iter().map(|value| u32::from(*value)).sum::<u32>() / 64;
    small.iter().fold(0, |hash, value| {
        hash << 1 | u64::from(u32::from(*value) > mean)
    })
}

/// How often the two rules say "the same".
#[derive(Default)]
struct Count {
    pairs: u64,
    ours: u64,
    average: u64,
}

impl Count {
    /// Counts a pair; whether it is one picture by photomesh's rule.
    fn add(&mut self, a: &Version, b: &Version) -> bool {
        let same = a.photo.same_picture(&b.photo);
        self.pairs += 1;
        self.ours += u64::from(same);
        self.average += u64::from(a.average_hash == b.average_hash);
        same
    }

    fn print(&self, what: &str) {
        let share = |count: u64| count as f64 / self.pairs.max(1) as f64;
        println!(
            "{what:<28} {:>9} {:>10.4} {:>14.4}",
            self.pairs,
            share(self.ours),
            share(self.average)
        );
    }
}

fn report(families: &[Family]) {
    let mut kinds: BTreeMap<(Tag, &str), Count> = BTreeMap::new();
    let mut tags: BTreeMap<Tag, Count> = BTreeMap::new();
    let mut strangers = Count::default();
    let mut alike = Vec::new();
    for (at, family) in families.iter().enumerate() {
        let Some((original, versions)) = family.versions.split_first() else {
            continue;
        };
        for version in versions {
            kinds
                .entry((version.tag, version.kind))
                .or_default()
                .add(original, version);
            tags.entry(version.tag).or_default().add(original, version);
        }
        for other in &families[at + 1..] {
            for (a, b) in family
                .versions
                .iter()
                .flat_map(|a| other.versions.iter().map(move |b| (a, b)))
            {
                if strangers.add(a, b) {
                    alike.push((&family.path, a.kind, &other.path, b.kind));
                }
            }
        }
    }
    println!(
        "\n{} photos; share of pairs that each rule calls the same picture",
        families.len()
    );
    println!(
        "{:<28} {:>9} {:>10} {:>14}",
        "", "pairs", "photomesh", "average hash"
    );
    for ((tag, kind), count) in &kinds {
        count.print(&format!("{:<5} {kind}", tag.name()));
    }
    println!();
    for (tag, count) in &tags {
        count.print(&format!("{:<5} all together", tag.name()));
    }
    println!(
        "\nfalse pairs, of {} between different photos: {} by photomesh, {} by average hash",
        strangers.pairs, strangers.ours, strangers.average
    );
    for (a, version_of_a, b, version_of_b) in alike.iter().take(SHOWN) {
        println!(
            "  {} ({version_of_a}), {} ({version_of_b})",
            a.display(),
            b.display()
        );
    }
}
