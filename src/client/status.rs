//! `photomesh status`: which nodes are here, and is every photo safe?

use std::io::{self, Write};

use indicatif::{HumanBytes, HumanCount};

use super::disks::{BAR, Disks, bar, is_beyond, percent};
use super::screen::{Column, count, plain, write_json, write_table};
use super::{Daemon, Failure};
use crate::balance::Ratio;
use crate::protocol::client::{CacheReport, FolderReport, NodeReport, RiskReport, StatusReport};
use crate::protocol::{Answer, Request};

/// How many reasons are shown for which photos are at risk: with the nodes and the summary they must fit on a screen.
const REASONS_SHOWN: usize = 6;

/// How many of the photos are named that are at risk for one reason.
const RISKS_NAMED: usize = 4;

/// What is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health(Vec<String>);

impl Health {
    fn of(report: &StatusReport) -> Health {
        let mut troubles = Vec::new();
        if report.under_replicated > 0 {
            let verb = if report.under_replicated == 1 { "is" } else { "are" };
            let photos = count(report.under_replicated, "photo");
            troubles.push(format!("{photos} {verb} not on as many disks as wanted"));
        }
        if report.damaged > 0 {
            let files = count(report.damaged, "damaged file");
            troubles.push(format!("this node has found {files} since its start"));
        }
        troubles.extend(report.notes.iter().map(|note| plain(note)));
        Health(troubles)
    }

    /// A failure that says what is wrong, if anything is.
    pub fn into_result(self) -> Result<(), Failure> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Failure::AtRisk(self.0.join("; "))),
        }
    }
}

impl Daemon {
    /// How the mesh is doing.
    ///
    /// # Errors
    ///
    /// As [`Daemon::ask`].
    pub fn status(&mut self) -> Result<Box<StatusReport>, Failure> {
        let Answer::Status(report) = self.ask(&Request::Status)? else {
            return Err(self.unexpected());
        };
        Ok(report)
    }
}

/// Shows the state of the mesh: one screen for people, or one JSON object.
pub fn status(daemon: &mut Daemon, json: bool, out: &mut impl Write) -> Result<Health, Failure> {
    let report = daemon.status()?;
    if json {
        write_json(out, &*report)?;
    } else {
        write_screen(&report, out)?;
    }
    Ok(Health::of(&report))
}

pub(super) fn write_screen(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    write_nodes(report, out)?;
    writeln!(out)?;
    write_safety(report, out)?;
    writeln!(out)?;
    write_super_peers(report, out)?;
    write_this_node(report, out)?;
    for note in &report.notes {
        writeln!(out, "note: {}", plain(note))?;
    }
    for news in &report.news {
        writeln!(out, "news: {}", plain(news))?;
    }
    Ok(())
}

fn write_nodes(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    let here = report.nodes.iter().filter(|node| node.alive).count();
    let missed = report.nodes.len() - here;
    write!(out, "{} here", count(here as u64, "node"))?;
    if missed > 0 {
        write!(out, ", {missed} missed")?;
    }
    let asked = report.nodes.iter().find(|node| node.id == report.node);
    let asked = asked.map_or_else(|| report.node.to_string(), name);
    writeln!(out, "; asked: {asked} at {}", report.address)?;
    let disks = Disks::of(report);
    let level = disks.level();
    let rows: Vec<_> = report.nodes.iter().map(|node| row(node, level)).collect();
    let columns = [
        Column::Left("NODE"),
        Column::Left("ADDRESS"),
        Column::Right("PHOTOS"),
        Column::Left("DISK"),
        Column::Left("STATE"),
    ];
    write_table(out, columns, &rows)?;
    if report.nodes.iter().any(|node| bar(node, level).is_some()) {
        write_signs(level, out)?;
    }
    Ok(())
}

/// What the signs in bars mean.
fn write_signs(level: Ratio, out: &mut impl Write) -> io::Result<()> {
    write!(out, "DISK: # own, = others, . room, x none; ")?;
    match is_beyond(level) {
        true => writeln!(out, "they even out at {} if they can", percent(level)),
        false => writeln!(out, "| where they even out if they can, {}", percent(level)),
    }
}

/// What people call a node; without a group its id.
pub(super) fn name(node: &NodeReport) -> String {
    let id = node.id.to_string();
    if node.called.is_empty() || node.called.ends_with(&id) { id } else { plain(&node.called) }
}

fn row(node: &NodeReport, level: Ratio) -> [String; 5] {
    let state = match (node.alive, node.state.as_str()) {
        (true, "") => "here".to_owned(),
        (false, "") => "away".to_owned(),
        (_, state) => plain(state),
    };
    let numbers = [node.photos.to_string(), HumanBytes(node.bytes).to_string()];
    let [photos, bytes] = match (node.alive, node.photos) {
        (true, _) => numbers,
        // It had nothing, or nobody knows any more what.
        (false, 0) => ["-", ""].map(str::to_owned),
        // As they were when the node was last here.
        (false, _) => numbers.map(|number| format!("({number})")),
    };
    let disk = bar(node, level).unwrap_or_else(|| format!("{:<BAR$} {bytes}", "-"));
    [name(node), node.address.to_string(), photos, disk, state]
}

fn write_safety(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    let wanted = count(u64::from(report.copies_wanted), "node");
    let photos = if report.photos == 1 { "photo" } else { "photos" };
    write!(out, "{} {photos}", HumanCount(report.photos))?;
    if report.bytes > 0 {
        write!(out, " ({})", HumanBytes(report.bytes))?;
    }
    write!(out, " in the collection, each wanted on {wanted}")?;
    if report.duplicates > 0 {
        let versions = count(report.duplicates, "worse version");
        write!(out, "; {versions} not shown")?;
    }
    writeln!(out)?;
    match report.under_replicated {
        0 if report.photos == 0 => writeln!(out, "no photos yet: put some into a node's folder")?,
        0 => writeln!(out, "every photo is on at least {wanted}")?,
        few => {
            writeln!(out, "{} on fewer than {wanted}:", count(few, "photo"))?;
            write_risks(report, out)?;
        }
    }
    if report.over_replicated > 0 {
        let many = count(report.over_replicated, "photo");
        writeln!(out, "{many} on more than {wanted}")?;
    }
    Ok(())
}

/// The photos at risk, those together that are so for one reason.
fn write_risks(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    let mut groups: Vec<Vec<&RiskReport>> = Vec::new();
    for risk in &report.at_risk {
        let reason = (risk.copies, &risk.reason);
        match groups.iter_mut().find(|group| (group[0].copies, &group[0].reason) == reason) {
            Some(group) => group.push(risk),
            None => groups.push(vec![risk]),
        }
    }
    groups.truncate(REASONS_SHOWN);
    for group in &groups {
        write_group(group, out)?;
    }
    let shown = groups.iter().map(Vec::len).sum::<usize>() as u64;
    match report.under_replicated.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

fn write_group(group: &[&RiskReport], out: &mut impl Write) -> io::Result<()> {
    let [first, others @ ..] = group else {
        return Ok(());
    };
    let copies =
        if first.copies == 1 { "1 copy".to_owned() } else { format!("{} copies", first.copies) };
    let reason = plain(&first.reason);
    if others.is_empty() {
        return writeln!(
            out,
            "  {} ({}), {copies}: {reason}",
            plain(&first.name),
            first.id.short()
        );
    }
    writeln!(out, "  {} with {copies}: {reason}", count(group.len() as u64, "photo"))?;
    let named = &group[..group.len().min(RISKS_NAMED)];
    let names: Vec<String> = named.iter().map(|risk| plain(&risk.name)).collect();
    let more = match group.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    writeln!(out, "    {}{more}", names.join(", "))
}

/// Through whom other groups can be seen, if they can.
fn write_super_peers(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    let supers = report.nodes.iter().filter(|node| node.bridge.is_some());
    let supers: Vec<String> = supers.map(name).collect();
    match supers.is_empty() {
        true => Ok(()),
        false => {
            let supers = supers.join(", ");
            writeln!(out, "other groups can be seen through {supers} (photomesh groups)")
        }
    }
}

/// What this node keeps of the photos that it was asked for, if it was.
fn write_cache(cache: &CacheReport, out: &mut impl Write) -> io::Result<()> {
    let CacheReport { photos, bytes, limit, hits, misses, bytes_saved } = *cache;
    if hits > 0 {
        let (gets, hits) = (HumanCount(hits + misses), HumanCount(hits));
        let saved = HumanBytes(bytes_saved);
        writeln!(
            out,
            "of {gets} gets of other nodes' photos {hits} took no transfer, which saved {saved}"
        )?;
    }
    match photos {
        0 => Ok(()),
        _ => {
            let (photos, be) = (count(photos, "photo"), if photos == 1 { "is" } else { "are" });
            let (bytes, limit) = (HumanBytes(bytes), HumanBytes(limit));
            writeln!(out, "{photos} {be} kept for the next who asks, {bytes} of at most {limit}")
        }
    }
}

fn write_this_node(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    let trash = count(report.trash, "photo");
    writeln!(out, "this node has {trash} in its trash (photomesh trash list)")?;
    write_cache(&report.cache, out)?;
    let FolderReport { unread, companions } = report.folder;
    if unread > 0 {
        let (photos, be) = match unread {
            1 => ("photo", "is"),
            _ => ("photos", "are"),
        };
        let many = HumanCount(unread);
        let why = "to tell which are versions of one picture";
        writeln!(out, "{many} {photos} here {be} still to be looked at, {why}")?;
    }
    if companions > 0 {
        let files = count(companions, "file");
        writeln!(
            out,
            "{files} beside photos (sidecars, films of live photos) are on this computer only"
        )?;
    }
    if report.skipped_files > 0 {
        let files = count(report.skipped_files, "file");
        writeln!(out, "this node's folder has {files} besides pictures")?;
    }
    Ok(())
}
