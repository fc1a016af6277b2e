//! The tests: a fixed range of seeds, those that found a bug once, and the commands behind `make sim` and `make soak`.

use std::time::{Duration, Instant};

use crate::drawing;
use crate::plan::{Outcome, Run, TraceMode, run, shorten};
use crate::stats::Stats;

/// Runs a seed; prints which promise was broken, if one was, and `at_length` all that is needed to look into it.
fn check(seed: u64, slow: bool, at_length: bool) -> (Stats, Option<u64>) {
    let attempt = Run { seed, slow, ..Run::default() };
    let outcome = run(&attempt);
    let broken = outcome.violation.as_ref().map(|violation| {
        if at_length {
            println!("{}", account(&attempt, &outcome, violation));
        } else {
            println!("seed {seed}: {violation}");
        }
        seed
    });
    (outcome.stats, broken)
}

/// What a failing run tells: the broken promise, the command to see it again, the shortest schedule found.
fn account(attempt: &Run, outcome: &Outcome, violation: &str) -> String {
    let kept = shorten(attempt, outcome.faults.len(), 80);
    let shortest = Run { only: Some(kept.clone()), trace: TraceMode::Keep, ..attempt.clone() };
    let again = run(&shortest);
    let schedule: Vec<String> = kept
        .iter()
        .map(|index| {
            let (at, fault) = &outcome.faults[*index];
            format!("  {index:>3} at {:8.3} {fault}", at.as_secs_f64())
        })
        .collect();
    let numbers: Vec<String> = kept.iter().map(usize::to_string).collect();
    let from = again.trace.len().saturating_sub(40);
    format!(
        "seed {seed}: {violation}\n\
         see it all:   make sim SEED={seed}{slow}\n\
         the shortest: make sim SEED={seed}{slow} ONLY={only}\n\
         which ends:   {ends}\n\
         its faults:\n{schedule}\n\
         its last events:\n{events}",
        seed = attempt.seed,
        slow = if attempt.slow { " SLOW=1" } else { "" },
        only = if numbers.is_empty() { "none".to_owned() } else { numbers.join(",") },
        ends = again.violation.unwrap_or_default(),
        schedule = schedule.join("\n"),
        events = again.trace[from..].join("\n"),
    )
}

/// Runs seeds `first..` on two threads until there were `count`, or the time is up, and says what they did. The others
/// are run even if one breaks a promise; but it takes many runs to find the shortest story, so only the first ones are
/// told.
fn many(first: u64, count: u64, slow: bool, limit: Duration) {
    let start = Instant::now();
    let worker = |offset: u64| {
        let (mut seeds, mut total, mut broken) = (0, Stats::default(), Vec::new());
        let mut seed = first + offset;
        while seed < first + count && start.elapsed() < limit {
            let (stats, promise) = check(seed, slow, broken.is_empty());
            total.add(&stats);
            broken.extend(promise);
            seeds += 1;
            seed += 2;
        }
        (seeds, total, broken)
    };
    let (seeds, total, broken) = std::thread::scope(|scope| {
        let other = scope.spawn(|| worker(1));
        let (mut seeds, mut total, mut broken) = worker(0);
        let (more, theirs, theirs_broken) =
            other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        seeds += more;
        total.add(&theirs);
        broken.extend(theirs_broken);
        (seeds, total, broken)
    });
    println!("{}", total.report(seeds));
    assert!(broken.is_empty(), "seeds that break a promise: {broken:?}");
}

#[test]
fn no_seed_breaks_a_promise() {
    many(0, 200, false, Duration::from_secs(600));
}

#[test]
fn nor_does_one_at_the_pace_of_life() {
    many(0, 12, true, Duration::from_secs(600));
}

/// What kind of run a seed was.
enum Kind {
    /// One before the newer faults.
    AsAtFirst,
    /// One before there were groups.
    Usual,
    /// One at the pace of life, before there were groups.
    Slow,
}

/// Seeds that found a bug once.
const FOUND_ONCE: [(u64, Kind, &str); 18] = [
    (
        2_001_970,
        Kind::AsAtFirst,
        "names that others had told were not noted, and forgotten with the next restart",
    ),
    (
        4_002_141,
        Kind::Usual,
        "two nodes that could not reach each other when they were told of each other never met",
    ),
    (
        8_000_006,
        Kind::Usual,
        "a removal by another took along a file that its friend had just copied in",
    ),
    (
        8_000_138,
        Kind::Usual,
        "what an heir restored counted as another picture than its worse versions",
    ),
    (
        70_002_504,
        Kind::Usual,
        "the word of a node that had lost its disk meanwhile was taken for its successor's, by the simulator",
    ),
    (
        200_054_514,
        Kind::Slow,
        "a photo counted as that of someone who had lost it with his disk before anybody heard of it, by the simulator",
    ),
    (
        600_001_144,
        Kind::Usual,
        "a copy arrived of what a friend had just copied in, and the simulator's folder did not say that it stays his",
    ),
    (
        600_004_693,
        Kind::Usual,
        "a folder vanished while a put was waited for, which the simulator took for a loss without a cause",
    ),
    (
        600_009_583,
        Kind::Usual,
        "a removal was taken back while a disk was deleting the photo, which the simulator took for a purge without a cause",
    ),
    (
        600_009_556,
        Kind::Usual,
        "a person's last removal came between the simulator's last list and its gets",
    ),
    (
        700_004_146,
        Kind::Slow,
        "who had been away for longer than his grace was to be remembered as an owner, by the simulator",
    ),
    (
        910_006_424,
        Kind::Usual,
        "a put of what was there already was acknowledged though the file there had rotted",
    ),
    (
        920_012_095,
        Kind::Usual,
        "a friend deleted what was about to be dropped, and the node said that it is stored when it gave the drop up",
    ),
    (
        930_009_286,
        Kind::Usual,
        "a better version was edited while it was relied on, which the simulator excused on other disks only",
    ),
    (
        950_005_906,
        Kind::Usual,
        "a removal went on when the one who asked for it had hung up, between the simulator's last list and its gets",
    ),
    (
        950_016_607,
        Kind::Usual,
        "another holder was asked for all of a window while a slow disk had not taken what the last one had sent",
    ),
    (
        1_000_002_380,
        Kind::Slow,
        "a file was edited that lay in the trash as well, and proven from there, which the simulator took for a lie",
    ),
    (
        900_004_346,
        Kind::Usual,
        "a put named a node that had given up its copy behind a partition, which the simulator took for a lie",
    ),
];

#[test]
fn what_a_seed_found_once_stays_mended() {
    for (seed, kind, bug) in FOUND_ONCE {
        let attempt = Run {
            seed,
            as_at_first: matches!(kind, Kind::AsAtFirst),
            without_groups: true,
            slow: matches!(kind, Kind::Slow),
            ..Run::default()
        };
        assert_eq!(run(&attempt).violation, None, "seed {seed}: {bug}");
    }
}

/// Whether a command is about lives at the pace of life.
fn is_slow() -> bool {
    std::env::var("SLOW").is_ok_and(|slow| !slow.is_empty())
}

#[test]
#[ignore = "a command: make sim SEED=42 [ONLY=1,2] [SLOW=1] [SVG=run.svg] [TRACE=run.trace]"]
fn replay() {
    let number = |name: &str| std::env::var(name).ok();
    let seed = number("SEED").and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let only = number("ONLY")
        .filter(|only| !only.is_empty())
        .map(|only| only.split(',').filter_map(|index| index.trim().parse().ok()).collect());
    let (trace, tape) = (TraceMode::Print, drawing::is_wanted());
    let attempt = Run { seed, only, slow: is_slow(), trace, tape, ..Run::default() };
    let outcome = run(&attempt);
    println!("{}", outcome.stats.report(1));
    drawing::draw(outcome.tape);
    assert_eq!(outcome.violation, None);
}

#[test]
#[ignore = "a command: make soak SECONDS=600 [SEED=0] [SLOW=1]"]
fn soak() {
    let number = |name: &str, default| {
        let value = std::env::var(name).ok();
        value.and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let seconds = Duration::from_secs(number("SOAK_SECONDS", 60));
    many(number("SEED", 1_000_000), u64::MAX / 2, is_slow(), seconds);
}
