//! Messages: one arrow each, and one for all chunks that follow each other.

use std::collections::BTreeMap;

use super::joining::{Fate, Frame};
use super::sight::Sight;
use crate::protocol::count;

/// Chunks of a pull that come within this time of each other are one arrow, in microseconds.
const RUN: u64 = 2_000_000;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// Who is here.
    Membership,
    /// Who has what.
    Table,
    /// Copies and their bytes.
    Bytes,
    /// Copies that are given up.
    Drop,
}

/// A message, or some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    /// Places of nodes.
    pub(super) from: usize,
    pub(super) to: usize,
    /// When it was sent; when it arrived, or where it would have.
    pub(super) sent: u64,
    pub(super) heard: u64,
    /// The lines that tell so: they order what happens in one moment.
    pub(super) lines: (usize, usize),
    pub(super) fate: Fate,
    pub(super) family: Family,
    pub(super) command: String,
    pub(super) says: String,
    pub(super) photos: Vec<String>,
    /// The pull or round.
    pub(super) id: Option<String>,
    /// How many messages it stands for, and the photo's bytes in all of them.
    pub(super) pieces: u64,
    pub(super) bytes: u64,
}

impl Family {
    fn of(command: &str) -> Family {
        match command {
            "RequestInfo" | "ImageInfo" => Family::Table,
            "keepThis" | "keepAnswer" | "relieve" | "AskForImage" | "chunk" | "noImage"
            | "Cancel" | "AskForPreview" | "Preview" | "NoPreview" => Family::Bytes,
            "challenge" | "proof" | "release" => Family::Drop,
            _ => Family::Membership,
        }
    }
}

/// All arrows of a run, in the order in which they begin. Chunks are still one each.
pub(super) fn arrows(sight: &Sight, frames: &[Frame]) -> Vec<Arrow> {
    let mut all: Vec<Arrow> = frames.iter().filter_map(|frame| arrow(sight, frame)).collect();
    all.sort_by_key(|arrow| (arrow.sent, arrow.lines));
    name_photos(&mut all);
    all
}

fn arrow(sight: &Sight, frame: &Frame) -> Option<Arrow> {
    let line = frame.sent.or(frame.heard)?;
    let entry = &sight.lines[line].entry;
    let place = |line: usize| sight.places.get(&sight.lines[line].node).copied();
    let peer = || sight.places.get(&frame.peer?).copied();
    let from = frame.sent.map_or_else(peer, place)?;
    let to = frame.heard.map_or_else(peer, place)?;
    let moment = |line: usize| sight.moments[line];
    let sent = moment(line);
    Some(Arrow {
        from,
        to,
        sent,
        // Clocks that cannot be set right must not make it arrive before it was sent.
        heard: frame.heard.map_or(sent, moment).max(sent),
        lines: (line, frame.heard.unwrap_or(line)),
        fate: frame.fate,
        family: Family::of(&entry.what),
        command: entry.what.clone(),
        says: sight.names.put_into(&entry.says),
        photos: entry.photo.clone(),
        id: entry.id.clone(),
        pieces: 1,
        bytes: entry.bytes.unwrap_or_default(),
    })
}

/// A chunk has only the number of its pull, a proof only that of its round: which photo they are about was said before.
fn name_photos(arrows: &mut [Arrow]) {
    let mut pulls: BTreeMap<(usize, usize, String), Vec<String>> = BTreeMap::new();
    let mut rounds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for arrow in arrows {
        let Some(id) = arrow.id.clone() else {
            continue;
        };
        let known = match (arrow.family, arrow.command.as_str()) {
            (Family::Drop, _) => rounds.entry(id).or_default(),
            (_, "AskForImage" | "Cancel") => pulls.entry((arrow.from, arrow.to, id)).or_default(),
            _ => pulls.entry((arrow.to, arrow.from, id)).or_default(),
        };
        if arrow.photos.is_empty() {
            arrow.photos.clone_from(known);
        } else {
            known.clone_from(&arrow.photos);
        }
    }
}

/// The arrows that are to be seen: chunks that follow each other are one, and so is the asking for them, window by window.
pub(super) fn shown(sight: &Sight, arrows: &[Arrow]) -> Vec<Arrow> {
    let mut found: Vec<Arrow> = Vec::new();
    let mut running: BTreeMap<(usize, usize, bool, Option<&String>), usize> = BTreeMap::new();
    for arrow in arrows.iter().filter(|arrow| is_shown(sight, arrow)) {
        let is_chunk = arrow.command == "chunk";
        if is_chunk || arrow.command == "AskForImage" {
            let key = (arrow.from, arrow.to, is_chunk, arrow.id.as_ref());
            let last = running.get(&key).map(|at| &mut found[*at]);
            let follows = |run: &&mut Arrow| {
                let until = if is_chunk { run.heard.max(run.sent) } else { arrow.sent };
                run.fate == arrow.fate && arrow.sent <= until.saturating_add(RUN)
            };
            if let Some(run) = last.filter(follows) {
                run.pieces += 1;
                run.bytes = run.bytes.saturating_add(arrow.bytes);
                if is_chunk {
                    run.heard = run.heard.max(arrow.heard);
                    run.lines.1 = run.lines.1.max(arrow.lines.1);
                }
                continue;
            }
            running.insert(key, found.len());
        }
        found.push(arrow.clone());
    }
    for run in &mut found {
        let photos: Vec<String> = run.photos.iter().map(|photo| sight.names.id(photo)).collect();
        let id = run.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
        if run.command == "chunk" {
            run.says = format!("chunk{id}: {} of {}", pieces(run), photos.join(", "));
        } else if run.command == "AskForImage" && run.pieces > 1 {
            run.says =
                format!("AskForImage{id}: wants {} in {} windows", photos.join(", "), run.pieces);
        }
    }
    found
}

/// `16 x 63 KiB`.
fn pieces(run: &Arrow) -> String {
    let size = match run.bytes / run.pieces.max(1) {
        small @ 0..1024 => count(small, "byte"),
        large => format!("{} KiB", large / 1024),
    };
    if run.pieces > 1 { format!("{} x {size}", run.pieces) } else { size }
}

/// Whether an arrow is to be seen.
pub(super) fn is_shown(sight: &Sight, arrow: &Arrow) -> bool {
    sight.choice.shows_message(&arrow.command)
        && sight.shows_nodes(&[arrow.from, arrow.to])
        && sight.shows_photos(&arrow.photos)
        && sight.shows_time(arrow.sent, arrow.heard)
}
