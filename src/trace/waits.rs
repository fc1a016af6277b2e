//! What waits, as far as a trace can know it: for whoever is away, for the end of a promise, for calm, for an answer.

use std::collections::BTreeMap;
use std::time::Duration;

use super::arrows::Arrow;
use super::line::Kind;
use super::marks::{Mark, Tone};
use super::sight::Sight;
use crate::node::limits::SETTLE;
use crate::protocol::Boot;

/// An answer that comes within this time is not worth a bracket.
const SHORT: u64 = 1_000_000;

/// All that waits and is to be seen.
pub(super) fn waits(sight: &Sight, arrows: &[Arrow]) -> Vec<Mark> {
    if !sight.choice.shows_waits() {
        return Vec::new();
    }
    let mut found = absences(sight);
    found.extend(promises(sight, arrows));
    found.extend(calms(sight, arrows));
    found.extend(questions(sight));
    let is_shown = |mark: &Mark| {
        let Tone::Wait(until) = mark.tone else {
            return false;
        };
        let nodes: Vec<usize> = mark.node.into_iter().collect();
        sight.shows_nodes(&nodes) && sight.shows_time(mark.at, until)
    };
    found.retain(is_shown);
    let (first, _) = sight.choice.window();
    found.iter_mut().for_each(|mark| mark.at = mark.at.max(first));
    found.sort_by_key(|mark| mark.at);
    found
}

fn wait(node: usize, from: u64, until: u64, says: String) -> Mark {
    let tone = Tone::Wait(until);
    Mark { node: Some(node), at: from, line: usize::MAX, tone, what: "wait".to_owned(), says }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

fn in_words(micros: u64) -> String {
    format!("{}", humantime::format_duration(Duration::from_millis(micros / 1_000)))
}

/// How long each life waits, by what its first line says.
fn settings(sight: &Sight) -> BTreeMap<(usize, Boot), (u64, u64)> {
    let starts = sight.entries().filter(|(_, _, _, entry)| entry.kind == Kind::Start);
    let told = starts.map(|(_, place, line, entry)| {
        let (grace, pin) = (entry.grace.unwrap_or_default(), entry.pin.unwrap_or_default());
        ((place, line.boot), (grace, pin))
    });
    told.collect()
}

/// A node whose last link to another one has ended waits for that: for the grace, or until it registers again.
fn absences(sight: &Sight) -> Vec<Mark> {
    if sight.chooses_photos() {
        return Vec::new();
    }
    let settings = settings(sight);
    let mut links: BTreeMap<(usize, Boot, usize), u64> = BTreeMap::new();
    let mut away: BTreeMap<(usize, Boot, usize), u64> = BTreeMap::new();
    let mut found = Vec::new();
    let mut over = |from: u64, (node, boot, peer): (usize, Boot, usize), at: u64| {
        let grace = settings.get(&(node, boot)).map_or(0, |(grace, _)| *grace);
        let until = from.saturating_add(grace).min(at);
        let name = sight.names.node(sight.nodes[peer]);
        if until.saturating_sub(from) >= SHORT {
            let says = format!("waits for {name}, at most {}", in_words(grace));
            found.push(wait(node, from, until, says));
        }
    };
    for (at, node, line, entry) in sight.entries() {
        let Some(peer) = entry.peer.and_then(|peer| sight.places.get(&peer).copied()) else {
            continue;
        };
        let key = (node, line.boot, peer);
        if entry.kind == Kind::Recv && entry.what == "register" {
            *links.entry(key).or_default() += 1;
            if let Some(from) = away.remove(&key) {
                over(from, key, at);
            }
        } else if entry.kind == Kind::Event && entry.what == "Closed" {
            let left = links.entry(key).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                away.insert(key, at);
            }
        }
    }
    let end = sight.end();
    away.into_iter().for_each(|(key, from)| over(from, key, end));
    found
}

/// Whoever has given a proof keeps the photo until it is released from that, or the promise is over.
fn promises(sight: &Sight, arrows: &[Arrow]) -> Vec<Mark> {
    let pins: BTreeMap<usize, u64> =
        settings(sight).into_iter().map(|((place, _), (_, pin))| (place, pin)).collect();
    let mut open: BTreeMap<(usize, usize, &str), (u64, &Arrow)> = BTreeMap::new();
    let mut found = Vec::new();
    let mut over = |from: u64, proof: &Arrow, at: u64| {
        let pin = pins.get(&proof.from).copied().unwrap_or_default();
        let until = from.saturating_add(pin).min(at);
        let photos: Vec<String> = proof.photos.iter().map(|id| sight.names.id(id)).collect();
        let says = format!("keeps {} for that, at most {}", photos.join(", "), in_words(pin));
        if pin > 0 {
            found.push(wait(proof.from, from, until, says));
        }
    };
    for arrow in arrows.iter().filter(|arrow| sight.shows_photos(&arrow.photos)) {
        let Some(id) = arrow.id.as_deref() else {
            continue;
        };
        if arrow.command == "proof" && arrow.says.contains("gives it") {
            open.insert((arrow.from, arrow.to, id), (arrow.sent, arrow));
        } else if arrow.command == "release"
            && let Some((from, proof)) = open.remove(&(arrow.to, arrow.from, id))
        {
            over(from, proof, arrow.heard);
        }
    }
    let end = sight.end();
    open.into_values().for_each(|(from, proof)| over(from, proof, end));
    found
}

/// Before a node offers a photo, or asks for proofs of it, that has been unchanged for a while.
fn calms(sight: &Sight, arrows: &[Arrow]) -> Vec<Mark> {
    let settle = micros(SETTLE);
    let mut changed: BTreeMap<(usize, &String), Vec<u64>> = BTreeMap::new();
    for arrow in arrows.iter().filter(|arrow| arrow.command == "ImageInfo") {
        for photo in &arrow.photos {
            changed.entry((arrow.to, photo)).or_default().push(arrow.heard);
        }
    }
    for (at, place, _, entry) in sight.entries().filter(|(_, _, _, entry)| entry.kind == Kind::Has)
    {
        for photo in &entry.photo {
            changed.entry((place, photo)).or_default().push(at);
        }
    }
    changed.values_mut().for_each(|times| times.sort_unstable());
    let mut found: Vec<Mark> = Vec::new();
    let acts = |arrow: &&Arrow| matches!(arrow.command.as_str(), "keepThis" | "challenge");
    for arrow in arrows.iter().filter(acts).filter(|arrow| sight.shows_photos(&arrow.photos)) {
        let Some(photo) = arrow.photos.first() else {
            continue;
        };
        let times = changed.get(&(arrow.from, photo)).map(Vec::as_slice).unwrap_or_default();
        let before = times.partition_point(|at| *at <= arrow.sent);
        let Some(last) = before.checked_sub(1).map(|at| times[at]) else {
            continue;
        };
        // One wait, however many are asked at its end. What came much later had other reasons to wait.
        let waited = arrow.sent - last;
        let is_told =
            found.iter().rev().take(8).any(|mark| (mark.node, mark.at) == (Some(arrow.from), last));
        if (settle..settle * 2).contains(&waited) && !is_told {
            let says = format!("lets {} rest for {}", sight.names.id(photo), in_words(settle));
            found.push(wait(arrow.from, last, last.saturating_add(settle), says));
        }
    }
    found
}

/// A client has asked, and is not answered yet.
fn questions(sight: &Sight) -> Vec<Mark> {
    let mut open: BTreeMap<(usize, Boot, u64), u64> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, place, line, entry) in sight.entries() {
        let Some(link) = entry.link else {
            continue;
        };
        let key = (place, line.boot, link);
        match (entry.kind, entry.what.as_str()) {
            (Kind::Event, "Asked") => drop(open.insert(key, at)),
            (Kind::Action, "Answer" | "AnswerPhoto") => {
                let from = open.remove(&key).filter(|from| at.saturating_sub(*from) >= SHORT);
                found.extend(from.map(|from| {
                    wait(place, from, at, format!("client {link} waits for its answer"))
                }));
            }
            _ => {}
        }
    }
    found
}
