//! Planted bugs: an oracle that has never found anything proves nothing, so each of the [flaws](crate::flaws) has to be found.
//!
//! `make sim FLAW=NoPins` shows how one is.

use crate::drawing;
use crate::flaws::Flaw;
use crate::plan::{Run, TraceMode, run};

/// In what kind of run a bug is looked for.
#[derive(Clone, Copy)]
enum Kind {
    /// One before the newer faults, so that the numbers of seeds stay comparable, whatever else the simulator learns to break.
    AsAtFirst,
    /// One before there were groups.
    WithoutGroups,
    /// Any.
    Full,
}

/// Each bug, within how many seeds it must be found, and in which kind of run.
const HUNTS: [(Flaw, u64, Kind); 17] = [
    (Flaw::AckOnReceipt, 10, Kind::AsAtFirst),
    (Flaw::ThirdParties, 10, Kind::AsAtFirst),
    (Flaw::NoPins, 400, Kind::WithoutGroups),
    (Flaw::ForgedProofs, 300, Kind::AsAtFirst),
    (Flaw::LateDrops, 20, Kind::AsAtFirst),
    (Flaw::ForgetLosers, 100, Kind::AsAtFirst),
    (Flaw::ActEarly, 300, Kind::AsAtFirst),
    (Flaw::TrustBytes, 100, Kind::AsAtFirst),
    (Flaw::RemovalBeatsOwners, 50, Kind::AsAtFirst),
    (Flaw::EarlierWordsWin, 300, Kind::AsAtFirst),
    (Flaw::BlindLooks, 20, Kind::WithoutGroups),
    (Flaw::VoicesByNode, 60, Kind::Full),
    (Flaw::CopiesByNode, 60, Kind::Full),
    (Flaw::KeptCounts, 20, Kind::AsAtFirst),
    (Flaw::VisitorsAreOwners, 60, Kind::Full),
    (Flaw::ForgetOwners, 300, Kind::Full),
    (Flaw::TimeEmptiesTrash, 60, Kind::Full),
];

/// The run with this bug of a seed.
fn planted(flaw: Flaw, kind: Kind, seed: u64) -> Run {
    let run = Run { seed, flaw: Some(flaw), ..Run::default() };
    match kind {
        Kind::AsAtFirst => Run { as_at_first: true, ..run },
        Kind::WithoutGroups => Run { without_groups: true, ..run },
        Kind::Full => run,
    }
}

/// The first run from this seed on in which a bug is found, and what promise is broken in it.
fn hunt(wanted: Flaw, first: u64) -> (Run, String) {
    let (_, within, kind) =
        HUNTS.into_iter().find(|(flaw, ..)| *flaw == wanted).expect("each has its hunt");
    let mut attempts = (first..within).map(|seed| planted(wanted, kind, seed));
    let found = attempts.find_map(|attempt| Some((run(&attempt).violation?, attempt)));
    let (violation, attempt) =
        found.unwrap_or_else(|| panic!("{wanted:?} was not found within {within} seeds"));
    (attempt, violation)
}

fn is_found(flaw: Flaw) {
    let (planted, violation) = hunt(flaw, 0);
    let seed = planted.seed;
    println!("{flaw:?} found with seed {seed}: {violation}");
    // Without it the same seed is fine, so it was the bug that was found.
    let flaw = None;
    assert_eq!(run(&Run { flaw, ..planted }).violation, None, "seed {seed}");
}

#[test]
fn finds_acknowledging_on_receipt() {
    is_found(Flaw::AckOnReceipt);
}

#[test]
fn finds_claims_about_others_that_are_believed() {
    is_found(Flaw::ThirdParties);
}

#[test]
fn finds_proofs_that_bind_nobody() {
    is_found(Flaw::NoPins);
}

#[test]
fn finds_refusals_taken_for_proofs() {
    is_found(Flaw::ForgedProofs);
}

#[test]
fn finds_drops_after_their_time() {
    is_found(Flaw::LateDrops);
}

#[test]
fn finds_forgotten_losers() {
    is_found(Flaw::ForgetLosers);
}

#[test]
fn finds_acting_on_half_a_table() {
    is_found(Flaw::ActEarly);
}

#[test]
fn finds_bytes_that_nobody_checks() {
    is_found(Flaw::TrustBytes);
}

#[test]
fn finds_removals_that_beat_other_owners() {
    is_found(Flaw::RemovalBeatsOwners);
}

#[test]
fn finds_earlier_words_that_win() {
    is_found(Flaw::EarlierWordsWin);
}

#[test]
fn finds_second_looks_that_always_agree() {
    is_found(Flaw::BlindLooks);
}

#[test]
fn finds_proofs_counted_by_node() {
    is_found(Flaw::VoicesByNode);
}

#[test]
fn finds_copies_counted_by_node() {
    is_found(Flaw::CopiesByNode);
}

#[test]
fn finds_photos_kept_for_clients_that_count() {
    is_found(Flaw::KeptCounts);
}

#[test]
fn finds_visitors_who_pass_for_owners() {
    is_found(Flaw::VisitorsAreOwners);
}

#[test]
fn finds_owners_who_are_forgotten_with_their_disk() {
    is_found(Flaw::ForgetOwners);
}

#[test]
fn finds_time_that_deletes_what_made_way_for_another() {
    is_found(Flaw::TimeEmptiesTrash);
}

#[test]
#[ignore = "a command: make sim FLAW=NoPins [SEED=249, the first one] [SVG=run.svg] [TRACE=run.trace]"]
fn show() {
    let wanted = std::env::var("FLAW").unwrap_or_default();
    let known: Vec<String> = HUNTS.iter().map(|(flaw, ..)| format!("{flaw:?}")).collect();
    let at = known.iter().position(|name| *name == wanted);
    let at = at.unwrap_or_else(|| panic!("there is no flaw {wanted:?}, but {}", known.join(", ")));
    let first = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    println!("looking, from seed {first} on, for a life in which {wanted} breaks a promise ...");
    let (attempt, violation) = hunt(HUNTS[at].0, first);
    let again = run(&Run { trace: TraceMode::Keep, tape: drawing::is_wanted(), ..attempt.clone() });
    let from = again.trace.len().saturating_sub(40);
    println!("{}", again.trace[from..].join("\n"));
    println!("\nseed {}: {violation}", attempt.seed);
    println!(
        "Without the flaw nothing is wrong with this seed: the test `finds_...` in tests/sim/planted.rs says so."
    );
    drawing::draw(again.tape);
}
