//! What happens at one node, or to all.

use super::line::{Entry, Kind};
use super::sight::Sight;
use crate::protocol::count;

/// How a mark is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Something happens.
    Plain,
    /// Something goes wrong, or is over.
    Fault,
    /// A life ends.
    End,
    /// Something waits, at most until this moment.
    Wait(u64),
}

/// Something that happens at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Its place; none if it concerns all.
    pub(super) node: Option<usize>,
    pub(super) at: u64,
    /// The line that tells so, or where it follows from.
    pub(super) line: usize,
    pub(super) tone: Tone,
    pub(super) what: String,
    pub(super) says: String,
}

/// The most that is told in one mark.
const TOGETHER: usize = 3;

/// The marks that are to be seen, in the order of the lines; those of one kind that follow each other are one.
pub(super) fn marks(sight: &Sight) -> Vec<Mark> {
    let mut found: Vec<(Mark, Vec<String>)> = Vec::new();
    for (number, (at, node, _, entry)) in sight.entries().enumerate() {
        if !is_shown(sight, at, node, entry) {
            continue;
        }
        let is_fault = entry.kind == Kind::Fault;
        let mark = Mark {
            node: (!is_fault).then_some(node),
            at,
            line: number,
            tone: if is_fault { Tone::Fault } else { Tone::Plain },
            what: entry.what.clone(),
            says: says(sight, entry),
        };
        // What a folder finds at once is one thing to tell.
        let last = found.last_mut().filter(|(last, _)| {
            last.what == mark.what
                && last.node == mark.node
                && matches!(mark.what.as_str(), "Held" | "Installed" | "PutAway")
                && at.saturating_sub(last.at) < 500_000
        });
        match last {
            Some((_, also)) => also.push(mark.says),
            None => found.push((mark, Vec::new())),
        }
    }
    let mut marks: Vec<Mark> =
        found.into_iter().map(|(mark, also)| together(mark, &also)).collect();
    marks.sort_by_key(|mark| (mark.at, mark.line));
    marks
}

fn together(mut mark: Mark, also: &[String]) -> Mark {
    const SAFE: &str = " safe on disk";
    if !also.is_empty() && mark.says.ends_with(SAFE) {
        mark.says.truncate(mark.says.len() - SAFE.len());
    }
    let verb = mark.says.split(' ').next().unwrap_or_default().to_owned() + " ";
    for one in also.iter().take(TOGETHER - 1) {
        mark.says = format!("{}, {}", mark.says, one.strip_prefix(&verb).unwrap_or(one));
    }
    if also.len() >= TOGETHER {
        mark.says = format!("{} and {} more", mark.says, also.len() + 1 - TOGETHER);
    }
    mark
}

fn is_shown(sight: &Sight, at: u64, node: usize, entry: &Entry) -> bool {
    let is_told = match entry.kind {
        Kind::Fault => true,
        Kind::Start => !sight.chooses_photos() && sight.choice.shows_mark("start", false, ""),
        Kind::Event | Kind::Action => {
            let is_action = entry.kind == Kind::Action;
            let is_about_it = sight.shows_photos(&entry.photo);
            let of_link = entry.what == "Closed" && !tells_of_loss(entry);
            is_about_it && !of_link && sight.choice.shows_mark(&entry.what, is_action, &entry.says)
        }
        Kind::Missing => true,
        Kind::Send | Kind::Recv | Kind::State | Kind::Has | Kind::Name | Kind::Unknown => false,
    };
    is_told && (entry.kind == Kind::Fault || sight.shows_nodes(&[node])) && sight.shows_time(at, at)
}

/// Whether the end of a link is news: to a daemon that is known, and not one of two that they had.
fn tells_of_loss(entry: &Entry) -> bool {
    entry.peer.is_some() && !entry.says.ends_with("a second link to the same node")
}

fn says(sight: &Sight, entry: &Entry) -> String {
    match (entry.kind, entry.what.as_str(), entry.peer) {
        (Kind::Missing, _, _) => {
            format!("{} missing here", count(entry.n.unwrap_or(1), "line"))
        }
        (_, "Closed", Some(peer)) => {
            let (_, why) = entry.says.split_once(": ").unwrap_or_default();
            sight.names.put_into(&format!("loses {}: {why}", sight.names.node(peer)))
        }
        (Kind::Start, _, _) => "starts".to_owned(),
        _ => sight.names.put_into(&entry.says),
    }
}
