//! Power cuts on a real file system, and other things that real disks do.
//!
//! A file holds an ext4. A child process lives a life on a folder in it that its seed decides, and says on a pipe what
//! it begins and what is done. In the middle of that, the kernel shuts the file system down as a power cut would: what
//! is not on the disk by now, journal included, never gets there. It is mounted again, which replays the journal, and
//! the folder opened: each photo must be as the last word about it says, byte by byte, and nothing else may be there.
//! No photo may be reported missing before the cut, and what the owner was told is signed must still be.
//!
//! Beside the pure model of a disk in `src/folder/tests/faulty_disk.rs`, which is harsher and hits every single step,
//! this one asks a real kernel. It cannot see what a disk loses that lies about its own cache, and less than the model:
//! ext4 keeps names in order.
//!
//! `make powercut N=1000 SEED=1`; a seed decides the life and where it is cut. It is no test of the usual kind because
//! it needs root, a loop device and perl (for the ioctl, which safe Rust cannot do); without them it says so, loudly.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot go on fails its test")]

mod check;
mod faults;
mod life;
mod machine;
#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use machine::Machine;

/// So many cuts are made by `make test`.
const CUTS: u64 = 30;

/// A photo's digits, and what it may be after a cut: `original`, `replica`, `retired`, `none`.
type Expected = BTreeMap<String, BTreeSet<String>>;

/// The digits of the photos about which the owner has signed something, and the last counter.
type Signed = BTreeMap<String, u64>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [live, folder, seed] = args.as_slice()
        && live == "--live"
    {
        life::live(Path::new(folder), seed.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    // As with any test, arguments that are no options are names of what to run.
    let mut names = args.iter().filter(|arg| !arg.starts_with('-')).peekable();
    if args.iter().any(|arg| arg == "--list")
        || (names.peek().is_some() && !names.any(|name| "powercut".contains(name.as_str())))
    {
        return ExitCode::SUCCESS;
    }
    match Machine::new() {
        Ok(mut machine) => run(&mut machine),
        Err(reason) => {
            eprintln!("powercut: SKIPPED, no power was cut: {reason}");
            ExitCode::SUCCESS
        }
    }
}

fn run(machine: &mut Machine) -> ExitCode {
    let number = |name, otherwise| match env::var(name) {
        Ok(text) if !text.is_empty() => text.parse().expect("a number"),
        _ => otherwise,
    };
    let (cuts, first) = (number("CUTS", CUTS), number("SEED", 1));
    faults::all(machine);
    let start = Instant::now();
    let (mut acknowledged, mut photos, mut bad) = (0, 0, Vec::new());
    for seed in first..first + cuts {
        let life = cut(machine, seed);
        acknowledged += life.acknowledged;
        photos += life.expected.len();
        let mut found = life.missing;
        found.extend(check::check(&machine.folder(), &life.expected, &life.signed));
        for problem in &found {
            eprintln!("powercut: seed {seed}, {}: {problem}", life.last);
        }
        if !found.is_empty() {
            bad.push(seed);
        }
    }
    eprintln!(
        "powercut: {cuts} cuts, {acknowledged} operations acknowledged, {photos} photos, {} cuts that lost something, \
         {:.0?}",
        bad.len(),
        start.elapsed()
    );
    if let Some(seed) = bad.first() {
        eprintln!("powercut: to cut one of these lives again: make powercut N=1 SEED={seed}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// What was heard of a life before the power was cut.
struct Heard {
    expected: Expected,
    signed: Signed,
    /// What was reported missing, although nobody had taken it away.
    missing: Vec<String>,
    acknowledged: u64,
    last: String,
    /// When the power was cut, if it was.
    cut: u128,
}

impl Heard {
    /// A word of which it is not certain that it was said before the cut promises nothing: a sync that is under way
    /// while ext4 is shut down now and then succeeds, and what it should have written is not there. A program that does
    /// nothing but append, sync and say so finds that in one of thirty cuts (Linux 6.18).
    fn hear(&mut self, line: &str) {
        let (when, words) = line.split_once(' ').unwrap_or_default();
        let certain = when.parse().is_ok_and(|when: u128| when < self.cut);
        words.clone_into(&mut self.last);
        let words: Vec<&str> = words.split(' ').collect();
        if let (false, ["missing" | "signed", ..]) = (certain, &words[..]) {
            return;
        }
        if let ["missing", photo] = words[..] {
            self.missing.push(format!("{photo} was reported missing"));
        } else if let ["signed", photo, counter] = words[..] {
            self.signed.insert(photo.to_owned(), counter.parse().unwrap());
            self.acknowledged += 1;
        } else if let [word, photo, held] = words[..] {
            let perhaps = self.expected.entry(photo.to_owned());
            let perhaps = perhaps.or_insert_with(|| BTreeSet::from(["none".to_owned()]));
            if word == "done" && certain {
                perhaps.clear();
                self.acknowledged += 1;
            }
            if held == "none" {
                // That a photo is gone is no promise on which anybody counts: it may come back.
                let all = ["original", "replica", "retired"];
                perhaps.extend(all.map(str::to_owned));
            }
            perhaps.insert(held.to_owned());
        }
    }
}

/// Lets a life begin, cuts the power in the middle of it, and has the disk mounted again.
fn cut(machine: &mut Machine, seed: u64) -> Heard {
    machine.fresh();
    let mut random = life::Random(seed ^ 0xC07);
    let mut lines_left = 1 + random.below(80);
    // Half of the cuts fall right after a word, when it must be true already; the others anywhere.
    let delay = Duration::from_micros(random.below(2) * random.below(8_000));
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--live", machine.folder().to_str().unwrap()])
        .arg(seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = Heard {
        expected: Expected::new(),
        signed: Signed::new(),
        missing: Vec::new(),
        acknowledged: 0,
        last: String::from("at the start"),
        cut: u128::MAX,
    };
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while lines_left > 0
        && let Some(Ok(line)) = lines.next()
    {
        heard.hear(&line);
        lines_left -= 1;
    }
    thread::sleep(delay);
    heard.cut = life::now();
    machine.cut();
    child.kill().unwrap();
    for line in lines.map_while(Result::ok) {
        heard.hear(&line);
    }
    child.wait().unwrap();
    machine.restart();
    heard
}
