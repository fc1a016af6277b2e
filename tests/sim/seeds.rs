//! The tests: a fixed range of seeds, planted bugs, and the commands behind `make sim` and `make soak`.

use std::time::{Duration, Instant};

use crate::flaws::Flaw;
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

/// The bug must be found within this many seeds.
fn is_found(flaw: Flaw, within: u64) {
    // So that the numbers of seeds stay comparable, whatever else the simulator learns to break.
    is_found_in(flaw, within, &Run { as_at_first: true, ..Run::default() });
}

/// The same in runs of this kind.
fn is_found_in(flaw: Flaw, within: u64, kind: &Run) {
    for seed in 0..within {
        let planted = Run { seed, flaw: Some(flaw), ..kind.clone() };
        if let Some(violation) = run(&planted).violation {
            println!("{flaw:?} found with seed {seed}: {violation}");
            // Without it the same seed is fine, so it was the bug that was found.
            let flaw = None;
            assert_eq!(run(&Run { flaw, ..planted }).violation, None, "seed {seed}");
            return;
        }
    }
    panic!("{flaw:?} was not found within {within} seeds");
}

#[test]
fn finds_acknowledging_on_receipt() {
    is_found(Flaw::AckOnReceipt, 10);
}

#[test]
fn finds_claims_about_others_that_are_believed() {
    is_found(Flaw::ThirdParties, 10);
}

#[test]
fn finds_proofs_that_bind_nobody() {
    is_found_in(Flaw::NoPins, 400, &Run { without_groups: true, ..Run::default() });
}

#[test]
fn finds_refusals_taken_for_proofs() {
    is_found(Flaw::ForgedProofs, 300);
}

#[test]
fn finds_drops_after_their_time() {
    is_found(Flaw::LateDrops, 20);
}

#[test]
fn finds_forgotten_losers() {
    is_found(Flaw::ForgetLosers, 100);
}

#[test]
fn finds_acting_on_half_a_table() {
    is_found(Flaw::ActEarly, 300);
}

#[test]
fn finds_bytes_that_nobody_checks() {
    is_found(Flaw::TrustBytes, 100);
}

#[test]
fn finds_removals_that_beat_other_owners() {
    is_found(Flaw::RemovalBeatsOwners, 50);
}

#[test]
fn finds_earlier_words_that_win() {
    is_found(Flaw::EarlierWordsWin, 300);
}

#[test]
fn finds_second_looks_that_always_agree() {
    is_found_in(Flaw::BlindLooks, 20, &Run { without_groups: true, ..Run::default() });
}

#[test]
fn finds_proofs_counted_by_node() {
    is_found_in(Flaw::VoicesByNode, 60, &Run::default());
}

#[test]
fn finds_copies_counted_by_node() {
    is_found_in(Flaw::CopiesByNode, 60, &Run::default());
}

#[test]
fn finds_photos_kept_for_clients_that_count() {
    is_found(Flaw::KeptCounts, 20);
}

#[test]
fn finds_visitors_who_pass_for_owners() {
    is_found_in(Flaw::VisitorsAreOwners, 60, &Run::default());
}

#[test]
fn finds_owners_who_are_forgotten_with_their_disk() {
    is_found_in(Flaw::ForgetOwners, 300, &Run::default());
}

#[test]
fn finds_time_that_deletes_what_made_way_for_another() {
    is_found_in(Flaw::TimeEmptiesTrash, 60, &Run::default());
}

/// Whether a command is about lives at the pace of life.
fn is_slow() -> bool {
    std::env::var("SLOW").is_ok_and(|slow| !slow.is_empty())
}

#[test]
#[ignore = "a command: make sim SEED=42 [ONLY=1,2] [SLOW=1]"]
fn replay() {
    let number = |name: &str| std::env::var(name).ok();
    let seed = number("SEED").and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let only = number("ONLY")
        .filter(|only| !only.is_empty())
        .map(|only| only.split(',').filter_map(|index| index.trim().parse().ok()).collect());
    let attempt = Run { seed, only, slow: is_slow(), trace: TraceMode::Print, ..Run::default() };
    let outcome = run(&attempt);
    println!("{}", outcome.stats.report(1));
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
