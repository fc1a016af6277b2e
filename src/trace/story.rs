//! What a picture shows, whatever it is drawn with: bars, arrows and marks in the order of time, and what is left out.

use super::arrows::{self, Arrow};
use super::bars::{Bar, bars};
use super::choice::Choice;
use super::joining::{Fate, frames};
use super::limits::ROWS;
use super::marks::{Mark, marks};
use super::reading::Run;
use super::sight::Sight;
use super::waits::waits;
use crate::protocol::count;

/// So few nodes are all shown.
const FEW: usize = 6;

/// Something that has its place in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Arrow(Arrow),
    Mark(Mark),
}

/// A run, made ready to be drawn.
#[derive(Clone, Debug)]
pub struct Story {
    pub(super) bars: Vec<Bar>,
    /// In the order in which they begin.
    pub(super) items: Vec<Item>,
    /// Photos that the items are about, by their ids: those named most often first.
    pub(super) photos: Vec<(String, String)>,
    /// What is not shown, and what readers must know of clocks.
    pub(super) notes: Vec<String>,
    /// When messages were sent that are not shown, and whether all they say is that somebody is there.
    pub(super) unseen: Vec<(u64, bool)>,
    /// The first and the last moment that are shown.
    pub(super) window: (u64, u64),
}

impl Story {
    /// What of a run is to be seen.
    ///
    /// # Errors
    ///
    /// If a photo or node is chosen that the trace does not know, or if nothing is left: which, and why.
    pub fn of(run: &Run, choice: &Choice) -> Result<Story, String> {
        let (frames, nowhere) = frames(&run.lines);
        let sight = Sight::new(run, &frames, choice)?;
        let all = arrows::arrows(&sight, &frames);
        let (bars, killed) = bars(&sight, &all);
        let mut items: Vec<Item> =
            arrows::shown(&sight, &all).into_iter().map(Item::Arrow).collect();
        let told = killed.into_iter().filter(|mark| {
            let node: Vec<usize> = mark.node.into_iter().collect();
            sight.shows_time(mark.at, mark.at)
                && sight.shows_nodes(&node)
                && choice.shows_mark(&mark.what, false, "")
        });
        let told = marks(&sight).into_iter().chain(told).chain(waits(&sight, &all));
        items.extend(told.map(Item::Mark));
        items.sort_by_key(|item| (item.begins(), item.line()));
        let over = items.len().saturating_sub(ROWS);
        items.truncate(ROWS);
        let end = sight.end();
        let (first, last) = choice.window();
        let from = first.max(items.first().map_or(0, Item::begins)).min(end);
        let to = items.iter().map(Item::ends).max().unwrap_or_default().min(last).max(from);
        if items.is_empty() {
            return Err("nothing of that is in the trace: choose less narrowly".to_owned());
        }
        let unseen = all.iter().filter(|arrow| !arrows::is_shown(&sight, arrow));
        let unseen = unseen.map(|arrow| (arrow.sent, arrow.command == "heartbeat")).collect();
        let photos = photos(&sight, &items, &bars);
        let notes = notes(run, &sight, nowhere, over, &items);
        let story = Story { bars, items, photos, notes, unseen, window: (from, to) };
        Ok(story.arranged(choice.nodes.is_empty()))
    }

    /// With the nodes in the order of their names; without those that have no part in what is shown, unless there are only
    /// a few: then who is dead, or says nothing, is a part of the picture.
    fn arranged(mut self, with_idle: bool) -> Story {
        let (from, to) = self.window;
        let shows_all = with_idle && self.bars.len() <= FEW;
        let takes_part = |place: usize| {
            self.items.iter().any(|item| match item {
                Item::Arrow(arrow) => arrow.from == place || arrow.to == place,
                Item::Mark(mark) => mark.node == Some(place),
            })
        };
        let stays: Vec<bool> =
            (0..self.bars.len()).map(|place| shows_all || takes_part(place)).collect();
        let mut order: Vec<usize> = (0..stays.len()).filter(|place| stays[*place]).collect();
        order.sort_by(|a, b| self.bars[*a].name.cmp(&self.bars[*b].name).then(a.cmp(b)));
        let new = |old: usize| order.iter().position(|place| *place == old).unwrap_or_default();
        for item in &mut self.items {
            match item {
                Item::Arrow(arrow) => (arrow.from, arrow.to) = (new(arrow.from), new(arrow.to)),
                Item::Mark(mark) => mark.node = mark.node.map(new),
            }
        }
        let mut bars = Vec::new();
        for old in &order {
            bars.push(std::mem::take(&mut self.bars[*old]));
        }
        self.bars = bars;
        for bar in &mut self.bars {
            let clip = |begin: &mut u64, end: &mut u64| {
                (*begin, *end) = ((*begin).max(from), (*end).min(to));
                begin <= end
            };
            bar.spans.retain_mut(|(begin, end, _)| clip(begin, end));
            bar.has.retain_mut(|(begin, end, _, _)| clip(begin, end));
        }
        self
    }

    /// What happened unseen between two moments, in words.
    pub(super) fn unseen_in(&self, from: u64, to: u64) -> &'static str {
        let begin = self.unseen.partition_point(|(at, _)| *at <= from);
        let end = self.unseen.partition_point(|(at, _)| *at < to).max(begin);
        match &self.unseen[begin..end] {
            [] => "",
            heartbeats if heartbeats.iter().all(|(_, only)| *only) => ", only heartbeats",
            _ => ", nothing of this",
        }
    }
}

impl Item {
    /// The line in which it begins.
    pub(super) fn line(&self) -> usize {
        match self {
            Item::Arrow(arrow) => arrow.lines.0,
            Item::Mark(mark) => mark.line,
        }
    }

    pub(super) fn begins(&self) -> u64 {
        match self {
            Item::Arrow(arrow) => arrow.sent,
            Item::Mark(mark) => mark.at,
        }
    }

    pub(super) fn ends(&self) -> u64 {
        match self {
            Item::Arrow(arrow) => arrow.heard,
            Item::Mark(mark) => mark.at,
        }
    }
}

/// The photos of a story, with their names: those of which the most is said first.
fn photos(sight: &Sight, items: &[Item], bars: &[Bar]) -> Vec<(String, String)> {
    let arrows = items.iter().filter_map(|item| match item {
        Item::Arrow(arrow) => Some(&arrow.photos),
        Item::Mark(_) => None,
    });
    let had = bars.iter().flat_map(|bar| bar.has.iter().map(|(_, _, photo, _)| photo));
    let mut counted: std::collections::BTreeMap<&String, usize> = Default::default();
    for photo in arrows.flatten().chain(had) {
        if sight.shows_photos(std::slice::from_ref(photo)) {
            *counted.entry(photo).or_default() += 1;
        }
    }
    let mut ranked: Vec<(&String, usize)> = counted.into_iter().collect();
    ranked.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    ranked.into_iter().map(|(photo, _)| (photo.clone(), sight.names.id(photo))).collect()
}

/// What readers must know of a picture.
fn notes(run: &Run, sight: &Sight, nowhere: u64, over: usize, items: &[Item]) -> Vec<String> {
    let mut notes = run.defects.in_words();
    for (node, by) in sight.nodes.iter().zip(&sight.shifts.by).filter(|(_, by)| **by > 0) {
        let by = std::time::Duration::from_micros(*by).as_secs_f64();
        let name = sight.names.node(*node);
        notes.push(format!(
            "the clock of {name} is set forward by {by:.6} s, the least by which no message arrives before it is sent"
        ));
    }
    if sight.shifts.impossible {
        let text = "the clocks cannot be set so that every message arrives after it was sent: those that would not are drawn as if they took no time";
        notes.push(text.to_owned());
    }
    let half = |item: &&Item| matches!(item, Item::Arrow(arrow) if arrow.fate == Fate::HalfSeen);
    let half_seen = items.iter().filter(half).count();
    if half_seen > 0 {
        let number = count(half_seen as u64, "dashed arrow");
        notes.push(format!("{number}: only one side has told of it"));
    }
    if nowhere > 0 {
        let number = count(nowhere, "message");
        notes.push(format!("{number} to somebody who has never registered: not drawn"));
    }
    if over > 0 {
        notes.push(format!("{over} more things happen later: choose with --from, --to or --only"));
    }
    notes
}
