//! `photomesh members`, `photomesh group tell` and `photomesh forget`: who is in the group, and which person or node is
//! not any more.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::group::read_removal;
use super::screen::{Column, count, plain, write_table};
use super::{Daemon, Failure};
use crate::protocol::client::{MemberReport, NodeOfMember};
use crate::protocol::{Answer, Request};

/// Lists the members of the group, as far as the daemon knows them, and their nodes.
pub fn members(daemon: &mut Daemon, out: &mut impl Write) -> Result<(), Failure> {
    let Answer::Members { members, .. } = daemon.ask(&Request::Members)? else {
        return Err(daemon.unexpected());
    };
    let rows: Vec<_> = members.iter().flat_map(rows).collect();
    Ok(write_table(out, [Column::Left("MEMBER"), Column::Left("NODE"), Column::Left("")], &rows)?)
}

/// Brings a removal to a daemon.
pub fn tell(daemon: &mut Daemon, file: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let removal = read_removal(file)?;
    let name = removal.name();
    let answer = daemon.ask(&Request::Tell { removal: Box::new(removal) })?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, error));
    }
    if answer != Answer::Told {
        return Err(daemon.unexpected());
    }
    Ok(writeln!(out, "told: {name} is no member any more")?)
}

/// Tells a daemon that a node will not come back.
///
/// # Errors
///
/// [`Failure::Usage`] if the node is here, and [`Failure::NotFound`] or [`Failure::Ambiguous`] if the name is not that
/// of one node.
pub fn forget(daemon: &mut Daemon, node: &str, out: &mut impl Write) -> Result<(), Failure> {
    let answer = daemon.ask(&Request::Forget { node: node.to_owned() })?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, error));
    }
    let Answer::Forgotten { called, photos, .. } = answer else {
        return Err(daemon.unexpected());
    };
    writeln!(out, "forgotten: {}; if it comes again, it is back", plain(&called))?;
    if photos > 0 {
        let photos = count(photos, "photo");
        writeln!(
            out,
            "{photos} on it count no more: those that this node has, too, get new copies"
        )?;
    }
    Ok(())
}

/// A row for each node of a member, and one if they have none.
fn rows(member: &MemberReport) -> Vec<[String; 3]> {
    let removed = if member.removed { "removed from the group" } else { "" };
    let row = |node: String, state: String| {
        let state = if member.removed { removed.to_owned() } else { state };
        [plain(member.name.as_str()), node, state]
    };
    if member.nodes.is_empty() {
        return vec![row("-".to_owned(), String::new())];
    }
    member.nodes.iter().map(|node| row(plain(&node.name), state(node))).collect()
}

fn state(node: &NodeOfMember) -> String {
    match node.away_secs {
        _ if node.here => "here".to_owned(),
        Some(seconds) => {
            format!("away for {}", humantime::format_duration(Duration::from_secs(seconds)))
        }
        None => "away".to_owned(),
    }
}
