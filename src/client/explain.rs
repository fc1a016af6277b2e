//! `photomesh show` and `photomesh why`: everything about one photo.

use std::io::{self, Write};

use super::dates::{self, Source};
use super::near::{ask_near, explain};
use super::prose::note;
use super::screen::{count, picture, plain, write_json};
use super::sketch::sketch;
use super::{Daemon, Failure};
use crate::photo::{Format, Relation};
use crate::protocol::client::{Explanation, PhotoReport, VersionReport};
use crate::protocol::{Holding, NodeId};

/// Shows what a photo is and which nodes hold it; for programs all that is known of it, as JSON.
pub fn show(
    daemon: &mut Daemon,
    name: &str,
    json: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (explanation, name) = explain_near(daemon, name)?;
    if let Some(note) = told_instead(&name, &explanation) {
        note!("{note}.");
    }
    match json {
        true => Ok(write_json(out, &explanation)?),
        false => {
            sketch(daemon, explanation.photo.id, out)?;
            Ok(write_card(&explanation, out)?)
        }
    }
}

/// Tells why the collection shows a photo, or another one in its place; for programs the same as [`show`].
pub fn why(
    daemon: &mut Daemon,
    name: &str,
    json: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (explanation, name) = explain_near(daemon, name)?;
    match json {
        true => Ok(write_json(out, &explanation)?),
        false => Ok(write_story(&name, &explanation, out)?),
    }
}

/// Asks for everything about the photo of this name, or of one that is nearly the same; returns that, too.
fn explain_near(daemon: &mut Daemon, name: &str) -> Result<(Box<Explanation>, String), Failure> {
    ask_near(daemon, name, |daemon, name| explain(daemon, name, false))
}

/// A note for the person who asked by this name, if the photo shown is not the only one of that name: `small.jpg is
/// shown as large.jpg (same picture, 4000 x 3000 instead of 800 x 600)`.
pub(super) fn told_instead(name: &str, explanation: &Explanation) -> Option<String> {
    let photo = &explanation.photo;
    let (asked, label) = (plain(name), plain(&photo.name));
    let called = |version: &&VersionReport| version.names.iter().any(|own| own == name);
    let mut called = explanation.versions.iter().filter(called);
    if explanation.meant == Some(photo.id) {
        let other = called.next()?;
        return Some(format!(
            "{asked}: another version of this picture has this name, too ({}, {}, {})",
            other.id.short(),
            kind(other.relation),
            plain(&other.worse_by)
        ));
    }
    let meant = |version: &&VersionReport| explanation.meant == Some(version.id);
    if let Some(version) = explanation.versions.iter().find(meant) {
        let kind = kind(version.relation);
        let better = match (photo.width, photo.height) == (version.width, version.height) {
            true => format!("{asked}: {}", plain(&version.worse_by)),
            false => sizes(photo, version),
        };
        return Some(format!("{asked} is shown as {label} ({kind}, {better})"));
    }
    let ids: Vec<String> = called.map(|version| version.id.short()).collect();
    if !ids.is_empty() {
        let ids = ids.join(", ");
        return Some(format!(
            "{asked} is the name of several versions ({ids}) that are shown as {label}"
        ));
    }
    photo.aliases.iter().any(|alias| alias == name).then(|| {
        format!("{asked} is the name of a version that is not here any more; it leads to {label}")
    })
}

/// How a version relates to the photo shown, in a few words.
pub(super) fn kind(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "same picture",
        Relation::Variant => "variant of the picture",
        Relation::Different => "a different picture by now",
    }
}

/// The sizes of the photo shown and of a version of it.
fn sizes(photo: &PhotoReport, version: &VersionReport) -> String {
    format!("{} x {} instead of {} x {}", photo.width, photo.height, version.width, version.height)
}

fn write_card(explanation: &Explanation, out: &mut impl Write) -> io::Result<()> {
    let photo = &explanation.photo;
    writeln!(out, "{}", plain(&photo.name))?;
    writeln!(out, "  id       {}", photo.id)?;
    writeln!(out, "  picture  {}{}", describe(photo), tint(explanation))?;
    if let Some(date) = dates::of(photo) {
        let format = if date.has_time { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d" };
        let by = match date.source {
            Source::Camera => "",
            Source::Name => ", by its name",
            Source::File => ", by the time of its file",
        };
        writeln!(out, "  taken    {}{by}", date.moment().strftime(format))?;
    }
    if !photo.aliases.is_empty() {
        writeln!(out, "  also     {}", names(&photo.aliases))?;
    }
    for (node, holding) in &explanation.held {
        let node = called(explanation, *node);
        writeln!(out, "  held     by {node}, {}", how(*holding))?;
    }
    if !explanation.versions.is_empty() {
        let versions = count(explanation.versions.len() as u64, "worse version");
        writeln!(out, "  hides    {versions} (photomesh why)")?;
    }
    writeln!(out, "  state    {}", plain(&explanation.state))
}

fn write_story(name: &str, explanation: &Explanation, out: &mut impl Write) -> io::Result<()> {
    let photo = &explanation.photo;
    let label = plain(&photo.name);
    match told_instead(name, explanation) {
        Some(told) => writeln!(out, "{told}.")?,
        None if plain(name) != label => writeln!(out, "{} leads to {label}.", plain(name))?,
        None => {}
    }
    let what = format!("{label} ({}, {})", photo.id.short(), describe(photo));
    if explanation.versions.is_empty() {
        writeln!(out, "{what} is shown: no other photo in the mesh is a version of it.")?;
    } else {
        let all = explanation.versions.len() as u64 + 1;
        writeln!(
            out,
            "{what} is shown: it is the best of {} of one picture.",
            count(all, "version")
        )?;
        writeln!(out, "Not shown:")?;
    }
    for version in &explanation.versions {
        write_version(explanation, version, out)?;
    }
    writeln!(out, "Copies: {}.", plain(&explanation.state))?;
    for (node, holding) in &explanation.held {
        writeln!(out, "  {}: {}", called(explanation, *node), how(*holding))?;
    }
    if let Some(shared) = &explanation.shared {
        writeln!(out, "It is {}.", plain(shared))?;
    }
    if !explanation.versions.is_empty() {
        let worse = explanation.versions.iter().map(|version| version.id.short());
        let worse: Vec<String> = worse.take(1).collect();
        writeln!(
            out,
            "If one of them is really a different picture: photomesh distinct {} {}",
            photo.id.short(),
            worse.join(" ")
        )?;
    }
    Ok(())
}

fn write_version(
    explanation: &Explanation,
    version: &VersionReport,
    out: &mut impl Write,
) -> io::Result<()> {
    let size = picture(version.width, version.height, version.format, version.bytes);
    let id = version.id.short();
    writeln!(
        out,
        "  {} ({id}, {size}): {}, {}",
        names(&version.names),
        kind(version.relation),
        plain(&version.worse_by)
    )?;
    for (node, holding) in &version.held {
        writeln!(out, "    {}: {}", called(explanation, *node), how(*holding))?;
    }
    Ok(())
}

/// What people call a node, else its id.
fn called(explanation: &Explanation, node: NodeId) -> String {
    explanation.called.get(&node).map_or_else(|| node.to_string(), |name| plain(name))
}

fn describe(photo: &PhotoReport) -> String {
    picture(photo.width, photo.height, photo.format, photo.bytes)
}

fn tint(explanation: &Explanation) -> String {
    let colour = match explanation.colour {
        // Nobody knows whether it has any.
        _ if explanation.photo.format == Format::Opaque => "",
        true => ", colour",
        false => ", grey",
    };
    let camera = if explanation.camera { ", from a camera" } else { "" };
    format!("{colour}{camera}")
}

fn names(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| plain(name)).collect();
    names.join(", ")
}

/// Where a holder has a photo, as a text.
pub(super) fn how(holding: Holding) -> &'static str {
    match holding {
        Holding::Original => "in its owner's folder",
        Holding::Replica => "kept for the mesh",
        Holding::Retired => "in the trash",
        Holding::RetiredOriginal => "in its owner's trash",
    }
}
