//! `photomesh put --dry-run`: what a put would do. Nothing of any file is sent: its digest is looked for in what the daemon
//! lists.

use std::collections::{BTreeMap, btree_map};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use indicatif::HumanBytes;
use serde::Serialize;

use super::below::{Below, is_picture, open};
use super::duplicates::for_each_page as for_each_page_of_duplicates;
use super::list::for_each_page;
use super::screen::{count, plain, write_json};
use super::tally::{Failed, Failures, are_no_photos, there_already};
use super::{Daemon, Failure};
use crate::photo::PhotoId;
use crate::protocol::Request;
use crate::protocol::client::PhotoReport;

/// What would become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// It would be a new photo of the collection.
    Stored,
    /// The collection shows that very photo.
    There,
    /// That very photo is there, and a better version is shown in its place.
    Worse,
    /// An earlier one of the files has the same bytes.
    Twice,
}

/// A file, for programs.
#[derive(Serialize)]
struct Foreseen<'a> {
    file: &'a str,
    id: PhotoId,
    bytes: u64,
    outcome: Outcome,
    /// What the collection shows, or the earlier file.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// What has been found of several files.
#[derive(Default)]
struct Tally {
    found: BTreeMap<Outcome, u64>,
    /// The bytes of those that would be stored.
    bytes: u64,
    /// Files below a folder that are no pictures.
    others: u64,
    failures: Failures,
}

/// Tells what [`put`](super::put()) would do with each file, and stores nothing; in one line in the end, unless it is `alone`. Better
/// versions of the same picture are not looked for: only the daemon can tell, when it has the file.
///
/// # Errors
///
/// As far as they can be known before, those of a put.
pub(super) fn rehearse(
    daemon: &mut Daemon,
    below: &Below,
    (alone, json): (bool, bool),
    out: &mut impl Write,
) -> Result<(), Failure> {
    if !daemon.is_owner() {
        // What is for owners alone, too, and changes nothing: so the daemon itself says no, and why.
        daemon.ask(&Request::TrashList { after: None })?;
    }
    let mut known = known(daemon)?;
    let mut tally = Tally { others: below.others, ..Tally::default() };
    for (path, failure) in &below.failures {
        tally.fail(json, path, failure, out)?;
    }
    for path in &below.photos {
        match look(path) {
            Ok((id, bytes)) => {
                let outcome = tell(json, path, (id, bytes), &mut known, out)?;
                *tally.found.entry(outcome).or_default() += 1;
                if outcome == Outcome::Stored {
                    tally.bytes += bytes;
                }
                out.flush()?;
            }
            Err(failure) if alone => return Err(failure),
            Err(failure) => tally.fail(json, path, &failure, out)?,
        }
    }
    if alone { Ok(()) } else { tally.end() }
}

/// Every photo that the daemon lists, as what it is shown or instead of which.
fn known(daemon: &mut Daemon) -> Result<BTreeMap<PhotoId, (Outcome, String)>, Failure> {
    let mut known = BTreeMap::new();
    for_each_page(daemon, |photos| {
        let named = |photo: PhotoReport| (photo.id, (Outcome::There, photo.name));
        known.extend(photos.into_iter().map(named));
        Ok(())
    })?;
    for_each_page_of_duplicates(daemon, |page| {
        for (_, hidden) in page {
            known.insert(hidden.version.id, (Outcome::Worse, hidden.keeper.name));
        }
        Ok(())
    })?;
    Ok(known)
}

/// A file's digest and length in bytes.
fn look(path: &Path) -> Result<(PhotoId, u64), Failure> {
    let (file, bytes): (File, u64) = open(path)?;
    let unreadable = |error: io::Error| Failure::unreadable(path, &error);
    if !is_picture(path).map_err(unreadable)? {
        let text = format!("{}: not a picture", path.display());
        return Err(Failure::BadData(text));
    }
    Ok((PhotoId::of_rest(file).map_err(unreadable)?, bytes))
}

/// Writes one line about one file.
fn tell(
    json: bool,
    path: &Path,
    (id, bytes): (PhotoId, u64),
    known: &mut BTreeMap<PhotoId, (Outcome, String)>,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let file = path.to_string_lossy();
    let found = match known.entry(id) {
        btree_map::Entry::Occupied(entry) => Some(entry.into_mut()),
        btree_map::Entry::Vacant(entry) => {
            entry.insert((Outcome::Twice, file.clone().into_owned()));
            None
        }
    };
    let (outcome, name) = match found {
        Some((outcome, name)) => (*outcome, Some(&**name)),
        None => (Outcome::Stored, None),
    };
    if json {
        write_json(out, &Foreseen { file: &file, id, bytes, outcome, name })?;
        return Ok(outcome);
    }
    let (file, name, short) = (plain(&file), plain(name.unwrap_or_default()), id.short());
    match outcome {
        Outcome::Stored => {
            writeln!(out, "{file}: would be stored ({short}, {})", HumanBytes(bytes))
        }
        Outcome::There => writeln!(out, "{file}: is there already, as {name} ({short})"),
        Outcome::Worse => writeln!(out, "{file}: there already, in a better version: {name}"),
        Outcome::Twice => writeln!(out, "{file}: has the same bytes as {name}"),
    }?;
    Ok(outcome)
}

impl Tally {
    fn fail(
        &mut self,
        json: bool,
        path: &Path,
        failure: &Failure,
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.failures.tell(failure);
        if json { Failed::write(path, failure, out) } else { Ok(()) }
    }

    /// Says it in one line.
    fn end(&self) -> Result<(), Failure> {
        let found = |outcome| self.found.get(&outcome).copied().unwrap_or(0);
        let (stored, bytes) = (count(found(Outcome::Stored), "photo"), HumanBytes(self.bytes));
        let there = there_already(found(Outcome::There));
        let mut summary = format!("nothing was sent: {stored} ({bytes}) would be stored{there}");
        for (files, what) in [
            (found(Outcome::Worse), "there in a better version"),
            (found(Outcome::Twice), "with the same bytes as another"),
        ] {
            if files > 0 {
                summary.push_str(&format!(", {files} {what}"));
            }
        }
        summary.push_str(&are_no_photos(self.others));
        let failed = format!("{} could not be put", count(self.failures.count, "file"));
        self.failures.end(summary, &failed)
    }
}
