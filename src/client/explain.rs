//! `photomesh show` and `photomesh why`: all about one photo.

use std::io::{self, Write};

use super::screen::{count, picture, plain};
use super::{Daemon, Failure};
use crate::protocol::client::{Explanation, PhotoReport, VersionReport};
use crate::protocol::{Answer, Holding, Request};

/// Shows what a photo is and who holds it.
pub fn show(daemon: &mut Daemon, name: &str, out: &mut impl Write) -> Result<(), Failure> {
    let explanation = explain(daemon, name)?;
    Ok(write_card(&explanation, out)?)
}

/// Tells why the collection shows a photo, or another one in its place.
pub fn why(daemon: &mut Daemon, name: &str, out: &mut impl Write) -> Result<(), Failure> {
    let explanation = explain(daemon, name)?;
    Ok(write_story(name, &explanation, out)?)
}

/// Asks all about one photo.
pub(super) fn explain(daemon: &mut Daemon, name: &str) -> Result<Box<Explanation>, Failure> {
    let request = Request::Explain {
        image_name: name.to_owned(),
    };
    let Answer::Explained(explanation) = daemon.ask(&request)? else {
        return Err(daemon.unexpected());
    };
    Ok(explanation)
}

fn write_card(explanation: &Explanation, out: &mut impl Write) -> io::Result<()> {
    let photo = &explanation.photo;
    writeln!(out, "{}", plain(&photo.name))?;
    writeln!(out, "  id       {}", photo.id)?;
    writeln!(out, "  picture  {}, {}", describe(photo), tint(explanation))?;
    if let Some(moment) = &explanation.captured {
        writeln!(out, "  taken    {}", plain(moment))?;
    }
    if !photo.aliases.is_empty() {
        writeln!(out, "  also     {}", names(&photo.aliases))?;
    }
    for (node, holding) in &explanation.held {
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
    if plain(name) != label {
        writeln!(out, "{} leads to {label}.", plain(name))?;
    }
    let what = format!("{label} ({}, {})", photo.id.short(), describe(photo));
    if explanation.versions.is_empty() {
        writeln!(
            out,
            "{what} is shown: no other photo in the mesh is a version of it."
        )?;
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
        write_version(version, out)?;
    }
    writeln!(out, "Copies: {}.", plain(&explanation.state))?;
    for (node, holding) in &explanation.held {
        writeln!(out, "  {node}: {}", how(*holding))?;
    }
    if !explanation.versions.is_empty() {
        writeln!(
            out,
            "If one of them is a picture of its own: photomesh trash restore NAME, asking the node that has it in its trash."
        )?;
    }
    Ok(())
}

fn write_version(version: &VersionReport, out: &mut impl Write) -> io::Result<()> {
    let size = picture(version.width, version.height, version.format, version.bytes);
    let id = version.id.short();
    writeln!(
        out,
        "  {} ({id}, {size}): {}",
        names(&version.names),
        plain(&version.worse_by)
    )?;
    for (node, holding) in &version.held {
        writeln!(out, "    {node}: {}", how(*holding))?;
    }
    Ok(())
}

fn describe(photo: &PhotoReport) -> String {
    picture(photo.width, photo.height, photo.format, photo.bytes)
}

fn tint(explanation: &Explanation) -> String {
    let colour = if explanation.colour { "colour" } else { "grey" };
    let camera = if explanation.camera {
        ", from a camera"
    } else {
        ""
    };
    format!("{colour}{camera}")
}

fn names(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| plain(name)).collect();
    names.join(", ")
}

fn how(holding: Holding) -> &'static str {
    match holding {
        Holding::Original => "in its owner's folder",
        Holding::Replica => "kept for the mesh",
        Holding::Retired => "in the trash",
        Holding::RetiredOriginal => "in its owner's trash",
    }
}
