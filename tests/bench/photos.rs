//! Photos of a wished length: drawn pictures with grain over them, no two alike, the same ones every time.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::patience::go_on;
use crate::support::pictures;
use crate::support::rng::Rng;

/// A picture is drawn so many times smaller than it will be: drawing takes long, and its detail is the grain.
const COARSE: u32 = 4;

/// The side of the piece by which one finds how many bytes a pixel takes.
const SAMPLE: u32 = 256;

/// Of what kind a photo is.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// About so many bytes, of as few pixels as can be: for who only moves it.
    Bytes(u64),
    /// About so many bytes at half a byte a pixel, as cameras make them.
    Camera(u64),
    /// So many pixels, as cameras make them.
    Pixels(u32),
    /// A few squares of colour: the least that can be told apart.
    Tiny,
}

/// The photo of this number.
pub(crate) fn photo(number: u64, kind: Kind) -> Vec<u8> {
    match kind {
        Kind::Bytes(bytes) => of_length(number, bytes, Grain { swing: 60, quality: 97 }),
        Kind::Camera(bytes) => of_length(number, bytes, CAMERA),
        Kind::Pixels(pixels) => {
            pictures::jpeg(&grainy(number, pixels, CAMERA.swing), CAMERA.quality)
        }
        Kind::Tiny => pictures::jpeg(&squares(number), 80),
    }
}

/// Makes many of them on all cores, in a folder, as if they had lain there for an hour.
pub(crate) fn lay(
    folder: &Path,
    name: &str,
    first: u64,
    kinds: &[Kind],
) -> Result<Vec<PathBuf>, String> {
    let next = AtomicU64::new(0);
    let make = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(kind) = kinds.get(at as usize) else {
                return Ok(());
            };
            go_on()?;
            let bytes = photo(first + at, *kind);
            write(&path(folder, name, at), &bytes).map_err(|error| error.to_string())?;
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let makers: Vec<_> = (0..threads).map(|_| scope.spawn(make)).collect();
        let ends =
            makers.into_iter().map(|maker| maker.join().map_err(|_| "it panicked".to_owned())?);
        ends.collect::<Result<(), String>>()
    })?;
    Ok((0..kinds.len() as u64).map(|at| path(folder, name, at)).collect())
}

fn path(folder: &Path, name: &str, at: u64) -> PathBuf {
    folder.join(format!("{name}-{at:05}.jpg"))
}

/// Synced, so that what is measured later does not wait for these bytes.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.set_modified(SystemTime::now() - Duration::from_secs(3600))?;
    file.sync_all()
}

/// How much grain there is, and how well it is kept.
struct Grain {
    swing: u64,
    quality: u8,
}

const CAMERA: Grain = Grain { swing: 14, quality: 88 };

fn of_length(number: u64, bytes: u64, grain: Grain) -> Vec<u8> {
    let sample = pictures::jpeg(&grainy(number, SAMPLE * SAMPLE, grain.swing), grain.quality);
    let pixels = bytes * u64::from(SAMPLE * SAMPLE) / sample.len() as u64;
    pictures::jpeg(&grainy(number, pixels as u32, grain.swing), grain.quality)
}

/// A picture of about so many pixels, 4 to 3.
fn grainy(number: u64, pixels: u32, swing: u64) -> RgbImage {
    let width = (f64::from(pixels) * 4.0 / 3.0).sqrt() as u32;
    let height = width * 3 / 4;
    let drawn = pictures::draw(number, width.div_ceil(COARSE), height.div_ceil(COARSE));
    let mut rng = Rng::new(number, 1);
    RgbImage::from_fn(width, height, |x, y| {
        let noise = rng.next();
        let mut at = 0;
        Rgb(drawn.get_pixel(x / COARSE, y / COARSE).0.map(|colour| {
            let grain = (((noise >> at) & 0xffff) * 2 * swing) >> 16;
            at += 16;
            (i32::from(colour) + grain as i32 - swing as i32).clamp(0, 255) as u8
        }))
    })
}

fn squares(number: u64) -> RgbImage {
    let mut rng = Rng::new(number, 2);
    let squares = RgbImage::from_fn(8, 8, |_, _| {
        let [red, green, blue, ..] = rng.next().to_be_bytes();
        Rgb([red, green, blue])
    });
    imageops::resize(&squares, 72, 72, FilterType::CatmullRom)
}
