//! `photomesh similar`: what in the collection looks like a file.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::fingerprint::read;
use super::prose::note;
use super::screen::{Column, picture, plain, width, write_json, write_table_within};
use super::{Daemon, Failure};
use crate::photo::Relation;
use crate::protocol::client::SimilarReport;
use crate::protocol::{Answer, Request};

/// Lists the photos that look like a file, be they shown or put away; returns whether there are any. The file stays
/// here: what is found in it is told to the daemon, and nothing else.
///
/// # Errors
///
/// [`Failure::BadData`] if the file is no picture.
pub fn similar(
    daemon: &mut Daemon,
    file: &Path,
    json: bool,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let photo = Arc::new(read(file)?);
    let id = photo.id;
    let can_be_recognised = photo.fingerprint.is_some();
    let Answer::Similar { photos } = daemon.ask(&Request::Similar { photo })? else {
        return Err(daemon.unexpected());
    };
    if json {
        photos.iter().try_for_each(|report| write_json(out, report))?;
    } else if !photos.is_empty() {
        let columns = [
            Column::Left("ID"),
            Column::Left("RELATION"),
            Column::Left("PICTURE"),
            Column::Left("NAME"),
        ];
        let row = |report: &SimilarReport| {
            let relation = match report.relation {
                _ if report.photo.id == id => "this file",
                Relation::Same => "same",
                Relation::Variant => "variant",
                Relation::Different => "different",
            };
            let found = &report.photo;
            let size = picture(found.width, found.height, found.format, found.bytes);
            let shown = report.shown.as_ref();
            let shown = shown.map(|shown| format!("  (shown as {})", plain(&shown.name)));
            let name = plain(&found.name) + &shown.unwrap_or_default();
            [found.id.short(), relation.to_owned(), size, name]
        };
        let rows: Vec<_> = photos.iter().map(row).collect();
        write_table_within(out, columns, &rows, width())?;
    }
    out.flush()?;
    if photos.is_empty() {
        let why = match can_be_recognised {
            true => "",
            false => ": it has too little in it to be recognised by, or cannot be decoded",
        };
        note!("nothing in the collection looks like {}{why}", file.display());
    }
    Ok(!photos.is_empty())
}
