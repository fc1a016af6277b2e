//! `photomesh same`: how two files relate, by the same looks that a daemon takes.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::Failure;
use super::fingerprint::{cannot_inspect, read};
use crate::photo::{Photo, Relation, second_look};

/// How closely two files are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// By their records alone.
    First,
    /// By their pixels, too, unless the records call them different.
    Both,
}

/// Writes how two files relate and, if `verbose`, by what figures; returns whether they are one picture, `same` or
/// `variant`.
///
/// If only the first look is taken, a record as [`fingerprint`](super::fingerprint()) prints it can stand for a file.
pub fn same(
    a: &Path,
    b: &Path,
    looks: Looks,
    verbose: bool,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let (one, other) = (photo_of(a, looks)?, photo_of(b, looks)?);
    let is_copy = one.id == other.id;
    let first = match is_copy {
        true => Relation::Same,
        false => one.relation(&other),
    };
    let second = match (looks, first) {
        (Looks::Both, Relation::Same | Relation::Variant) if !is_copy => Some(look_again(a, b)?),
        _ => None,
    };
    let relation = second.as_ref().map_or(first, |second| second.0);
    match is_copy {
        true => writeln!(out, "same: one file, byte for byte")?,
        false => writeln!(out, "{}", sentence(relation))?,
    }
    if !verbose {
        return Ok(relation != Relation::Different);
    }
    let why = one.explain_relation(&other);
    writeln!(out, "  first look, at the records: {}, {why}", name(first))?;
    if let Some((second, why)) = second {
        let second = name(second);
        writeln!(out, "  second look, at the pixels: {second}, {why}")?;
    }
    Ok(relation != Relation::Different)
}

/// Reads a file, or the record given in its place.
fn photo_of(path: &Path, looks: Looks) -> Result<Photo, Failure> {
    let Some(text) = path.to_str().filter(|text| text.starts_with('{')) else {
        return read(path);
    };
    if looks == Looks::Both {
        let text = "a record has no pixels to look at: give --records, or two files";
        return Err(Failure::Usage(text.to_owned()));
    }
    serde_json::from_str(text)
        .map_err(|error| Failure::BadData(format!("not a record of a picture: {error}")))
}

fn look_again(a: &Path, b: &Path) -> Result<(Relation, String), Failure> {
    let open = |path: &Path| {
        let opened = File::open(path);
        opened.map_err(|error| Failure::unreadable(path, &error))
    };
    let shown = format!("{} or {}", a.display(), b.display());
    let found = second_look(&mut open(a)?, &mut open(b)?);
    let found = found.map_err(|error| cannot_inspect(&shown, error))?;
    Ok((found.relation, found.why))
}

fn name(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "same",
        Relation::Variant => "variant",
        Relation::Different => "different",
    }
}

fn sentence(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "same: the same picture, stored twice",
        Relation::Variant => {
            "variant: one picture, with something drawn on it, cut off or put around it"
        }
        Relation::Different => "different: two pictures, as far as can be told",
    }
}
