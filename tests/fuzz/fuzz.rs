//! Bytes of strangers, made up by the million: `make fuzz SECONDS=60` gives each target so many seconds.
//!
//! A round takes a well-formed seed, damages it in a few places and hands it to the code that has to stand anything:
//! pictures, frames and their messages, names, requests of browsers. It fails if that panics (even where the panic is
//! caught, as it is while a picture is looked at), takes longer than [`SLOWEST`], or breaks what the target promises.
//! What failed is written to the folder for temporary files, and `FUZZ_SEED` starts with another round.
//!
//! It is built as for debugging, so that an overflow is a panic, and needs no other tools than the tests do. What it
//! lacks is a compiler that tells which branches a round has reached; seeds of every kind make up for some of that.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

mod answers;
mod pictures;
mod requests;
#[path = "../support/said.rs"]
mod said;
mod wire;

use std::panic;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long one round may take: far more than any of these small inputs needs, even on a busy machine.
const SLOWEST: Duration = Duration::from_secs(2);

/// The last panic, caught or not.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Something that takes bytes of strangers.
struct Target {
    name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    /// What is wrong with how these bytes were taken, if anything is.
    check: fn(&[u8]) -> Result<(), String>,
}

const TARGETS: [Target; 5] = [
    Target { name: "pictures", seeds: pictures::seeds, check: pictures::check },
    Target { name: "frames", seeds: wire::frames, check: wire::check_frames },
    Target { name: "messages", seeds: wire::messages, check: wire::check_message },
    Target { name: "names", seeds: wire::names, check: wire::check_name },
    Target { name: "requests", seeds: requests::seeds, check: requests::check },
];

fn main() -> ExitCode {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    // Anything else starts it only to see that it starts.
    let seconds = number("FUZZ_SECONDS").unwrap_or(1);
    // Before panics are kept quiet: seeds that are none are to be heard of.
    let seeds = TARGETS.each_ref().map(|target| (target.seeds)());
    panic::set_hook(Box::new(|info| {
        let mut last = PANIC.lock().unwrap_or_else(|broken| broken.into_inner());
        *last = Some(info.to_string());
    }));
    let mut failures = 0;
    for (target, seeds) in TARGETS.iter().zip(&seeds) {
        let first = number("FUZZ_SEED").unwrap_or(1);
        failures += run(target, seeds, first, Duration::from_secs(seconds));
    }
    if failures > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs a target for a while; returns how many rounds failed.
fn run(target: &Target, seeds: &[Vec<u8>], first: u64, time: Duration) -> u64 {
    /// More than this says nothing new.
    const MOST_FAILURES: u64 = 10;
    let start = Instant::now();
    let (mut round, mut failures, mut slowest) = (first, 0, Duration::ZERO);
    while start.elapsed() < time && failures < MOST_FAILURES {
        let mut random = Random(round);
        let bytes = if round - first < seeds.len() as u64 {
            seeds[(round - first) as usize].clone()
        } else {
            damaged(seeds, &mut random)
        };
        let began = Instant::now();
        if let Err(why) = checked(target, &bytes) {
            failures += 1;
            let path = std::env::temp_dir().join(format!("photomesh-fuzz-{}-{round}", target.name));
            let kept = std::fs::write(&path, &bytes)
                .map_or("not kept".into(), |()| path.display().to_string());
            println!("{} {round}: {why} ({kept})", target.name);
        }
        slowest = slowest.max(began.elapsed());
        round += 1;
    }
    println!(
        "{}: {} rounds, {failures} failed, the slowest took {} ms",
        target.name,
        round - first,
        slowest.as_millis()
    );
    failures
}

fn checked(target: &Target, bytes: &[u8]) -> Result<(), String> {
    let began = Instant::now();
    let result = panic::catch_unwind(|| (target.check)(bytes));
    let panicked = PANIC.lock().unwrap_or_else(|broken| broken.into_inner()).take();
    if let Some(panicked) = panicked {
        return Err(panicked);
    }
    if began.elapsed() > SLOWEST {
        return Err(format!("took {} ms", began.elapsed().as_millis()));
    }
    result.unwrap_or_else(|_| Err("panicked".to_owned()))
}

/// A seed with a few things wrong with it.
fn damaged(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        // Where the numbers are that say how much of everything there is.
        let early = at.min(random.below(700));
        let length = random.below(64).min(bytes.len() - at);
        match random.below(9) {
            0 => bytes.truncate(at),
            1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            2 if !bytes.is_empty() => bytes[early] = random.below(256) as u8,
            3 if !bytes.is_empty() => bytes[early] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            4 => bytes[at..at + length].fill(random.below(256) as u8),
            5 => drop(bytes.drain(at..at + length)),
            6 => {
                let again = bytes[at..at + length].to_vec();
                bytes.splice(early..early, again);
            }
            7 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let number = random.next().to_be_bytes();
                let number = number.iter().take(1 + random.below(4));
                bytes.iter_mut().skip(early).zip(number).for_each(|(byte, new)| *byte = *new);
            }
        }
    }
    bytes
}

/// Numbers that look random and depend on the round alone: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}
