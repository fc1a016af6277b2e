//! The collection in timeline order, at one moment. It never changes: a later moment is another snapshot.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::limits::PAGE;
use crate::client::dates::{self, Shown};
use crate::photo::{Format, PhotoId};
use crate::protocol::client::PhotoReport;
use crate::protocol::{NodeId, SafeName};

/// One photo of the collection, as far as the timeline and the search need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shot {
    pub(super) id: PhotoId,
    /// Its label.
    pub(super) name: Box<str>,
    /// Its label and all other names, in the case in which they are compared, a line each.
    pub(super) names: Box<str>,
    pub(super) date: Option<Shown>,
    /// In bytes.
    pub(super) bytes: u64,
    /// In pixels; 0 if unknown, as is the height.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) format: Format,
    /// The nodes that are here and have it.
    pub(super) holders: Box<[NodeId]>,
    /// How many worse versions of it are put away.
    pub(super) versions: u32,
}

impl Shot {
    /// What a daemon tells of a photo.
    pub(super) fn of(report: PhotoReport) -> Shot {
        let names = || [&report.name].into_iter().chain(&report.aliases);
        let folded: Vec<String> = names().map(|name| SafeName::folded(name)).collect();
        Shot {
            id: report.id,
            date: dates::of(&report),
            names: folded.join("\n").into(),
            bytes: report.bytes,
            width: report.width,
            height: report.height,
            format: report.format,
            holders: report.holders.into(),
            versions: report.versions,
            name: report.name.into(),
        }
    }

    /// Whether it can be drawn: small pictures are made by whoever has it, so the browser need not know the format.
    pub(super) fn is_drawable(&self) -> bool {
        self.format != Format::Opaque
    }

    /// Its width through its height, as one byte: 48 steps for each doubling.
    fn ratio(&self) -> u8 {
        if self.width == 0 || self.height == 0 {
            return 128;
        }
        let ratio = f64::from(self.width) / f64::from(self.height);
        (128.0 + 48.0 * ratio.log2()).round().clamp(0.0, 255.0) as u8
    }
}

/// The collection at one moment.
pub(super) struct Snapshot {
    /// Its name: no other snapshot has it, of whatever life of this program.
    pub(super) rev: String,
    /// In the order of the timeline: newest first, those without a date last; then by id.
    pub(super) shots: Vec<Arc<Shot>>,
    places: HashMap<PhotoId, u32>,
    /// The whole timeline as the page gets it: made once, sent often.
    pub(super) timeline: Arc<[u8]>,
}

/// See the contract with the page: days that have photos, and a byte a photo.
#[derive(Serialize)]
struct Timeline<'a> {
    rev: &'a str,
    total: usize,
    first: i64,
    days: Vec<(Option<i64>, usize)>,
    ratios: String,
}

/// A page of a timeline. A photo is a row, not an object: its fields' names would be most of the bytes.
#[derive(Serialize)]
struct Page<'a> {
    rev: &'a str,
    photos: Vec<Row<'a>>,
}

/// Id, name, second, width, height, copies, versions, format, drawable.
type Row<'a> = (PhotoId, &'a str, Option<i64>, u32, u32, usize, u32, Format, u8);

impl Snapshot {
    /// The snapshot of these photos, which may come in any order.
    pub(super) fn new(rev: String, mut shots: Vec<Arc<Shot>>) -> Snapshot {
        // No date is less than any.
        shots.sort_by_cached_key(|shot| (Reverse(shot.date.map(|date| date.second)), shot.id));
        let places = shots.iter().zip(0..).map(|(shot, place)| (shot.id, place)).collect();
        let timeline = timeline(&rev, &shots).into();
        Snapshot { rev, shots, places, timeline }
    }

    /// The photo of this id, if the collection shows it.
    pub(super) fn find(&self, id: PhotoId) -> Option<&Arc<Shot>> {
        self.places.get(&id).and_then(|place| self.shots.get(*place as usize))
    }

    /// A photo to be in the next snapshot: the very one that is in this, if it has not changed. So a few snapshots take
    /// little more room than one.
    pub(super) fn share(&self, shot: Shot) -> Arc<Shot> {
        match self.find(shot.id) {
            Some(own) if **own == shot => Arc::clone(own),
            _ => Arc::new(shot),
        }
    }

    /// A page as JSON; the number of the first is 0, and beyond the last they are empty.
    pub(super) fn page(&self, number: usize) -> Vec<u8> {
        let shots = self.shots.iter().skip(number.saturating_mul(PAGE)).take(PAGE);
        let page = Page { rev: &self.rev, photos: shots.map(|shot| row(shot)).collect() };
        serde_json::to_vec(&page).unwrap_or_default()
    }
}

fn row(shot: &Shot) -> Row<'_> {
    (
        shot.id,
        &shot.name,
        shot.date.map(|date| date.second),
        shot.width,
        shot.height,
        shot.holders.len(),
        shot.versions,
        shot.format,
        u8::from(shot.is_drawable()),
    )
}

fn timeline(rev: &str, shots: &[Arc<Shot>]) -> Vec<u8> {
    let mut days: Vec<(Option<i64>, usize)> = Vec::new();
    let mut present: Option<Option<i64>> = None;
    for shot in shots {
        let day = shot.date.map(Shown::day);
        match days.last_mut() {
            Some((_, count)) if present == Some(day) => *count += 1,
            _ => {
                let back = day.map(|day| present.flatten().unwrap_or(day) - day);
                days.push((back, 1));
                present = Some(day);
            }
        }
    }
    let ratios: Vec<u8> = shots.iter().map(|shot| shot.ratio()).collect();
    let timeline = Timeline {
        rev,
        total: shots.len(),
        first: shots.first().and_then(|shot| shot.date).map_or(0, Shown::day),
        days,
        ratios: STANDARD.encode(ratios),
    };
    serde_json::to_vec(&timeline).unwrap_or_default()
}
