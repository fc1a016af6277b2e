//! `photomesh list`: the photos of the collection.

use std::io::Write;
use std::sync::Arc;

use indicatif::HumanBytes;

use super::screen::{Column, format_name, plain, write_json, write_table};
use super::{Daemon, Failure};
use crate::protocol::client::PhotoReport;
use crate::protocol::{Answer, Request};

/// The layout of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One label a line, sorted.
    Names,
    /// A table, sorted by label.
    Long,
    /// One JSON object a line, sorted by id.
    Json,
}

/// Lists the collection.
pub fn list(daemon: &mut Daemon, layout: Layout, out: &mut impl Write) -> Result<(), Failure> {
    match layout {
        Layout::Names => names(daemon, out),
        Layout::Long => table(daemon, out),
        Layout::Json => for_each_page(daemon, |photos| {
            photos.iter().try_for_each(|photo| Ok(write_json(out, photo)?))
        }),
    }
}

fn names(daemon: &mut Daemon, out: &mut impl Write) -> Result<(), Failure> {
    for label in labels(daemon)?.iter() {
        writeln!(out, "{}", plain(label))?;
    }
    Ok(())
}

/// The labels of all photos.
pub(super) fn labels(daemon: &mut Daemon) -> Result<Arc<Vec<String>>, Failure> {
    let Answer::ListImage { list } = daemon.ask(&Request::GetImageList)? else {
        return Err(daemon.unexpected());
    };
    Ok(list)
}

fn table(daemon: &mut Daemon, out: &mut impl Write) -> Result<(), Failure> {
    let mut photos = Vec::new();
    for_each_page(daemon, |page| {
        photos.extend(page);
        Ok(())
    })?;
    photos.sort_by(|a, b| a.name.cmp(&b.name));
    let rows: Vec<_> = photos.iter().map(row).collect();
    let columns = [
        Column::Left("ID"),
        Column::Right("WIDTH"),
        Column::Right("HEIGHT"),
        Column::Left("FORMAT"),
        Column::Right("BYTES"),
        Column::Right("COPIES"),
        Column::Left("NAME"),
    ];
    Ok(write_table(out, columns, &rows)?)
}

fn row(photo: &PhotoReport) -> [String; 7] {
    let mut name = plain(&photo.name);
    if !photo.aliases.is_empty() {
        let aliases: Vec<_> = photo.aliases.iter().map(|alias| plain(alias)).collect();
        name.push_str(&format!("  (also {})", aliases.join(", ")));
    }
    [
        photo.id.short(),
        photo.width.to_string(),
        photo.height.to_string(),
        format_name(photo.format).unwrap_or("-").to_owned(),
        HumanBytes(photo.bytes).to_string(),
        photo.holders.len().to_string(),
        name,
    ]
}

fn for_each_page(
    daemon: &mut Daemon,
    take: impl FnMut(Vec<PhotoReport>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let page_of = |answer| {
        if let Answer::Photos { photos, next } = answer { Some((photos, next)) } else { None }
    };
    daemon.ask_pages(|after| Request::List { after }, page_of, take)
}
