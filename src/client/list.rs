//! `photomesh list`: the photos of the collection.

use std::cmp::Reverse;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use indicatif::HumanBytes;
use serde::Serialize;

use super::dates::{self, Span};
use super::pattern::Pattern;
use super::prose::note;
use super::screen::{Column, format_name, plain, width, write_json, write_table_within};
use super::{Daemon, Failure};
use crate::protocol::client::PhotoReport;
use crate::protocol::{Answer, Request};

/// Which photos to list, and how.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Only labels that look like this; without `*` and `?` those that contain it.
    pub pattern: Option<String>,
    /// Only those of these days.
    pub days: Span,
    /// How they are written.
    pub layout: Layout,
    /// In which order. Without it by label, but JSON by id, as it comes.
    pub sort: Option<Sort>,
    /// What is listed is that of this group: said in JSON.
    pub group: Option<String>,
}

/// A photo, and of which group it is, if that is not understood.
#[derive(Serialize)]
pub(super) struct Listed {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    #[serde(flatten)]
    pub(super) photo: PhotoReport,
}

/// The layout of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One label a line.
    #[default]
    Names,
    /// A table.
    Long,
    /// One JSON object a line.
    Json,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By label.
    Name,
    /// By their dates, the earliest first; in the end those that have none.
    Date,
    /// By length in bytes, the largest first.
    Size,
}

/// Lists the collection. If there is nothing to list, a person is told so on the terminal.
pub fn list(daemon: &mut Daemon, wish: &List, out: &mut impl Write) -> Result<(), Failure> {
    let pattern = wish.pattern();
    let is_called = |label: &str| pattern.as_ref().is_none_or(|pattern| pattern.matches(label));
    let mut listed: u64 = 0;
    match (wish.layout, wish.sort) {
        // Names alone are told much faster.
        (Layout::Names, None | Some(Sort::Name)) if wish.days.is_all() => {
            for label in labels(daemon)?.iter().filter(|label| is_called(label)) {
                writeln!(out, "{}", plain(label))?;
                listed += 1;
            }
        }
        (Layout::Json, None) => for_each_page(daemon, |page| {
            for photo in page.into_iter().filter(|photo| wish.is_for(photo, pattern.as_ref())) {
                write_json(out, &wish.listed(photo))?;
                listed += 1;
            }
            Ok(())
        })?,
        _ => {
            let mut photos = Vec::new();
            for_each_page(daemon, |page| {
                photos
                    .extend(page.into_iter().filter(|photo| wish.is_for(photo, pattern.as_ref())));
                Ok(())
            })?;
            return wish.write(photos.into_iter().map(|photo| wish.listed(photo)).collect(), out);
        }
    }
    wish.tell_if_nothing(listed);
    Ok(())
}

impl List {
    fn pattern(&self) -> Option<Pattern> {
        self.pattern.as_deref().map(Pattern::loose)
    }

    fn is_for(&self, photo: &PhotoReport, pattern: Option<&Pattern>) -> bool {
        pattern.is_none_or(|pattern| pattern.matches(&photo.name)) && self.days.has(photo)
    }

    fn listed(&self, photo: PhotoReport) -> Listed {
        Listed { group: self.group.clone(), photo }
    }

    /// Writes those of these photos that are wished for, in their order.
    pub(super) fn write(
        &self,
        mut photos: Vec<Listed>,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let pattern = self.pattern();
        photos.retain(|listed| self.is_for(&listed.photo, pattern.as_ref()));
        match self.sort {
            None if self.layout == Layout::Json => {}
            None | Some(Sort::Name) => photos.sort_by(|a, b| a.photo.name.cmp(&b.photo.name)),
            Some(Sort::Date) => photos.sort_by_cached_key(|listed| date(&listed.photo)),
            Some(Sort::Size) => photos.sort_by_key(|listed| Reverse(listed.photo.bytes)),
        }
        write_photos(&photos, self.layout, out)?;
        self.tell_if_nothing(photos.len() as u64);
        Ok(())
    }

    fn tell_if_nothing(&self, listed: u64) {
        if listed == 0 && io::stderr().is_terminal() {
            note!("{}", nothing(self));
        }
    }
}

/// What to do about an empty list.
fn nothing(wish: &List) -> String {
    match &wish.pattern {
        _ if !wish.days.is_all() => {
            "no photo is of these days; those without a date are of none".to_owned()
        }
        Some(pattern) => format!("no photo has a name like {}", plain(pattern)),
        None => {
            "no photos yet: copy some into the daemon's folder, or photomesh put FILE".to_owned()
        }
    }
}

fn write_photos(photos: &[Listed], layout: Layout, out: &mut impl Write) -> Result<(), Failure> {
    match layout {
        Layout::Names => {
            let mut names = photos.iter().map(|listed| plain(&listed.photo.name));
            names.try_for_each(|name| Ok(writeln!(out, "{name}")?))
        }
        Layout::Json => photos.iter().try_for_each(|listed| Ok(write_json(out, listed)?)),
        Layout::Long if photos.is_empty() => Ok(()),
        Layout::Long => {
            let rows: Vec<_> = photos.iter().map(|listed| row(&listed.photo)).collect();
            let columns = [
                Column::Left("ID"),
                Column::Right("PIXELS"),
                Column::Left("FORMAT"),
                Column::Left("DATE"),
                Column::Right("BYTES"),
                Column::Right("COPIES"),
                Column::Left("NAME"),
            ];
            Ok(write_table_within(out, columns, &rows, width())?)
        }
    }
}

/// The labels of all photos.
pub(super) fn labels(daemon: &mut Daemon) -> Result<Arc<Vec<String>>, Failure> {
    let Answer::ListImage { list } = daemon.ask(&Request::GetImageList)? else {
        return Err(daemon.unexpected());
    };
    Ok(list)
}

/// The second of a photo's date; none is later than all.
fn date(photo: &PhotoReport) -> (bool, Option<i64>) {
    let date = dates::of(photo);
    (date.is_none(), date.map(|date| date.second))
}

fn row(photo: &PhotoReport) -> [String; 7] {
    let mut name = plain(&photo.name);
    if !photo.aliases.is_empty() {
        let aliases: Vec<_> = photo.aliases.iter().map(|alias| plain(alias)).collect();
        name.push_str(&format!("  (also {})", aliases.join(", ")));
    }
    // The day is enough in a table.
    let day = dates::of(photo).map(|date| date.moment().date().to_string());
    let (format, pixels) = match format_name(photo.format) {
        Some(name) => (name, format!("{}x{}", photo.width, photo.height)),
        None => ("-", "-".to_owned()),
    };
    [
        photo.id.short(),
        pixels,
        format.to_owned(),
        day.unwrap_or("-".to_owned()),
        HumanBytes(photo.bytes).to_string(),
        // How many another group has is its own affair.
        match photo.holders.len() {
            0 => "-".to_owned(),
            copies => copies.to_string(),
        },
        name,
    ]
}

/// Hands all photos to `take`, page after page.
pub(super) fn for_each_page(
    daemon: &mut Daemon,
    take: impl FnMut(Vec<PhotoReport>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let page_of = |answer| {
        if let Answer::Photos { photos, next } = answer { Some((photos, next)) } else { None }
    };
    daemon.ask_pages(|after| Request::List { after, shared: false }, page_of, take)
}
