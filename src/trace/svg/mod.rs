//! A story as an SVG picture: a bar for each node, time downwards, a slanted arrow for each message.

mod page;
mod scale;

use std::fmt::Write;

use self::page::{Page, short};
use self::scale::Scale;
use super::arrows::{Arrow, Family};
use super::bars::{Bar, Has, Shade};
use super::joining::Fate;
use super::marks::{Mark, Tone};
use super::story::{Item, Story};
use super::words::span;

/// The most photos that have a lane of their own in the bars.
const LANES: usize = 6;

/// Widths in pixels: of a lane, of a character of the text, and of what is beside the bars.
const LANE: f64 = 11.0;
const LETTER: f64 = 5.7;
const KEY_LETTER: f64 = 6.6;
const LEFT: f64 = 270.0;
const RIGHT: f64 = 300.0;

/// Colours that people who see few of them tell apart, one a photo.
const PHOTOS: [&str; LANES] = ["#0072b2", "#d55e00", "#009e73", "#aa3377", "#886600", "#444444"];

/// Draws a story.
pub fn svg(story: &Story) -> String {
    Picture::new(story).draw()
}

struct Picture<'a> {
    story: &'a Story,
    scale: Scale,
    lanes: usize,
    /// From one bar to the next.
    apart: f64,
    page: Page,
}

impl Picture<'_> {
    fn new(story: &Story) -> Picture<'_> {
        let bars = story.bars.len().max(1);
        let apart = (1_500.0 / bars as f64).clamp(200.0, 370.0);
        let lanes = story.photos.len().min(LANES);
        let scale = Scale::of(story, 118.0 + if lanes > 0 { 16.0 } else { 0.0 });
        let width = LEFT + apart * (bars - 1) as f64 + RIGHT;
        let page = Page::new(width, scale.bottom + 40.0 + 16.0 * story.notes.len() as f64);
        Picture { story, scale, lanes, apart, page }
    }

    fn draw(mut self) -> String {
        self.head();
        for at in 0..self.story.bars.len() {
            self.bar(at);
        }
        self.breaks();
        let story = self.story;
        let heights = self.scale.items.clone();
        let arrows = || {
            story.items.iter().zip(&heights).filter_map(|(item, y)| match item {
                Item::Arrow(arrow) if arrow.from != arrow.to => Some((arrow, *y)),
                Item::Arrow(_) | Item::Mark(_) => None,
            })
        };
        arrows().for_each(|(arrow, y)| self.arrow(arrow, y));
        // Text lies over all lines.
        arrows().for_each(|(arrow, (y, _))| self.label(arrow, y));
        for (item, (y, _)) in story.items.iter().zip(&heights) {
            if let Item::Mark(mark) = item {
                self.mark(mark, *y);
            }
        }
        self.times();
        let mut y = self.scale.bottom + 28.0;
        for note in &story.notes {
            self.page.text(12.0, y, "note", "start", note);
            y += 16.0;
        }
        self.page.finish()
    }

    fn x(&self, bar: usize) -> f64 {
        LEFT + self.apart * bar as f64
    }

    /// Half the width of a bar.
    fn half(&self) -> f64 {
        (10.0 + LANE * self.lanes as f64) / 2.0
    }

    /// What colours and signs mean, and who the bars are.
    fn head(&mut self) {
        let mut x = 12.0;
        let families = [
            (Family::Membership, "who is here"),
            (Family::Table, "who has what"),
            (Family::Bytes, "copies and their bytes"),
            (Family::Drop, "copies given up"),
        ];
        for (family, text) in families {
            self.page.line((x, 20.0), (x + 24.0, 20.0), class(family), "");
            self.page.text(x + 30.0, 24.0, "key", "start", text);
            x += 44.0 + KEY_LETTER * text.len() as f64;
        }
        self.page.cross(x + 6.0, 20.0, "lost");
        self.page.text(x + 18.0, 24.0, "key", "start", "lost: its link ended first");
        x = 12.0;
        let shades = [
            (Shade::Scanning, "reads its folder"),
            (Shade::Hearing, "somebody has not told all"),
            (Shade::Unsettled, "something has changed"),
            (Shade::Settled, "settled"),
            (Shade::Leaving, "leaves"),
        ];
        for (shade, text) in shades {
            self.page.rect((x, 36.0), (14.0, 14.0), shade_class(shade), "");
            self.page.text(x + 19.0, 47.0, "key", "start", text);
            x += 34.0 + KEY_LETTER * text.len() as f64;
        }
        self.page.path(&format!("M{:.1} 37h-6v13h6", x + 6.0), "wait", "");
        self.page.text(x + 14.0, 47.0, "key", "start", "waits, at most so long");
        self.page.text(60.0, 100.0, "time", "end", "seconds");
        if self.lanes > 0 {
            self.photos_of_head();
        }
        let y = 100.0 + if self.lanes > 0 { 16.0 } else { 0.0 };
        for (at, bar) in self.story.bars.iter().enumerate() {
            let most = (self.apart / 9.0) as usize;
            self.page.text(self.x(at), y, "name", "middle", &short(&bar.name, most));
        }
    }

    fn photos_of_head(&mut self) {
        let mut x = 12.0;
        let has =
            [(Has::Original, "original"), (Has::Replica, "replica"), (Has::Trash, "in its trash")];
        for (has, text) in has {
            self.page.dot(x + 7.0, 70.0, has, "#444444", "");
            self.page.text(x + 18.0, 74.0, "key", "start", text);
            x += 34.0 + KEY_LETTER * text.len() as f64;
        }
        self.page.text(x, 74.0, "key", "start", "of");
        x += 22.0;
        let story = self.story;
        for ((_, name), colour) in story.photos.iter().zip(PHOTOS) {
            let name = short(name, 24);
            self.page.rect((x, 64.0), (11.0, 11.0), "photo", &format!(" fill=\"{colour}\""));
            self.page.text(x + 16.0, 74.0, "key", "start", &name);
            x += 32.0 + KEY_LETTER * name.chars().count() as f64;
        }
        if story.photos.len() > LANES {
            let more =
                format!("and {} more, not drawn: choose with --photo", story.photos.len() - LANES);
            self.page.text(x, 74.0, "key", "start", &more);
        }
    }

    /// A node, its states, and the photos that it has.
    fn bar(&mut self, at: usize) {
        let (x, half) = (self.x(at), self.half());
        let top = self.scale.y(self.story.window.0) - 8.0;
        self.page.line((x, top), (x, self.scale.bottom), "gone", "");
        let story = self.story;
        let Bar { spans, has, .. } = &story.bars[at];
        for (from, to, shade) in spans {
            let (y, end) = (self.scale.y(*from), self.scale.y(*to));
            let size = (half * 2.0, (end - y).max(2.0));
            self.page.rect((x - half, y), size, shade_class(*shade), "");
        }
        for (from, to, photo, has) in has {
            let lane = story.photos.iter().take(LANES).position(|(id, _)| id == photo);
            let Some(lane) = lane else {
                continue;
            };
            let x = x - half + 5.0 + LANE * (lane as f64 + 0.5);
            let (y, end) = (self.scale.y(*from), self.scale.y(*to));
            let colour = if *has == Has::Trash { "#999999" } else { PHOTOS[lane] };
            self.page.lane(x, (y, end.max(y)), *has, colour);
            self.page.dot(x, y, *has, colour, &story.photos[lane].1);
        }
    }

    /// Pauses in which nothing is to be seen.
    fn breaks(&mut self) {
        let width = self.page.width;
        for pause in std::mem::take(&mut self.scale.breaks) {
            let what = self.story.unseen_in(pause.from, pause.to);
            let text = format!("{}{what}", span(pause.to - pause.from));
            self.page.tear(pause.y, width, &text);
        }
    }

    fn arrow(&mut self, arrow: &Arrow, (y, end): (f64, f64)) {
        let right = arrow.to > arrow.from;
        let sign = if right { 1.0 } else { -1.0 };
        let from = self.x(arrow.from) + sign * self.half();
        let to = self.x(arrow.to) - sign * self.half();
        let mut classes = class(arrow.family).to_owned();
        if arrow.command == "chunk" && arrow.pieces > 1 {
            classes.push_str(" many");
        }
        let title = &arrow.says;
        match arrow.fate {
            Fate::Arrived => {
                let tip = (to - sign * 2.0, end.max(y + 1.0));
                self.page.arrow((from, y), tip, &classes, title);
            }
            Fate::HalfSeen => {
                self.page.arrow((from, y), (to - sign * 2.0, y), &(classes + " half"), title);
            }
            Fate::Lost | Fate::OnItsWay => {
                let tip = (from + (to - from) * 0.6, y + 9.0);
                self.page.line((from, y), tip, &classes, title);
                if arrow.fate == Fate::Lost {
                    self.page.cross(tip.0, tip.1, "lost");
                }
            }
        }
    }

    /// What a message says: beside its sender, where no other text is.
    fn label(&mut self, arrow: &Arrow, y: f64) {
        let right = arrow.to > arrow.from;
        let sign = if right { 1.0 } else { -1.0 };
        let from = self.x(arrow.from) + sign * self.half();
        let room = (self.apart - 2.0 * self.half() - 14.0) / LETTER;
        let anchor = if right { "start" } else { "end" };
        let text = short(&arrow.says, room.max(8.0) as usize);
        let label = format!("label {}", class(arrow.family));
        self.page.text(from + sign * 7.0, y - 3.0, &label, anchor, &text);
    }

    fn mark(&mut self, mark: &Mark, y: f64) {
        let Some(node) = mark.node else {
            let end = self.page.width - 12.0;
            self.page.line((70.0, y + 4.0), (end, y + 4.0), "fault", &mark.says);
            self.page.text(75.0, y, "faulttext", "start", &mark.says);
            return;
        };
        let (x, half) = (self.x(node), self.half());
        let is_last = node + 1 == self.story.bars.len();
        let beside = match mark.tone {
            Tone::Wait(_) if node == 0 => LEFT - 70.0,
            Tone::Plain | Tone::Fault | Tone::End if is_last => RIGHT,
            Tone::Plain | Tone::Fault | Tone::End | Tone::Wait(_) => self.apart - half,
        };
        let room = (beside - half - 14.0) / LETTER;
        let text = short(&mark.says, room.max(8.0) as usize);
        match mark.tone {
            Tone::Plain | Tone::Fault => {
                self.page.line((x + half, y - 4.0), (x + half + 6.0, y - 4.0), "tick", &mark.says);
                self.page.text(x + half + 9.0, y, "mark", "start", &text);
            }
            Tone::End => {
                self.page.cross(x, y, "end");
                self.page.text(x + half + 9.0, y + 4.0, "endtext", "start", &text);
            }
            Tone::Wait(until) => {
                let end = self.scale.y(until).max(y + 4.0);
                let left = x - half - 5.0;
                let mut path = String::new();
                let _ = write!(path, "M{:.1} {:.1}h-6V{:.1}h6", left, y - 4.0, end);
                self.page.path(&path, "wait", &mark.says);
                self.page.text(left - 10.0, y, "waittext", "end", &text);
            }
        }
    }

    /// The time, where something begins at another one than before.
    fn times(&mut self) {
        let story = self.story;
        let mut last = None;
        for (item, (y, _)) in story.items.iter().zip(self.scale.items.clone()) {
            let millis = item.begins() / 1_000;
            if last.replace(millis) != Some(millis) {
                let seconds = format!("{}.{:03}", millis / 1_000, millis % 1_000);
                self.page.text(60.0, y, "time", "end", &seconds);
            }
        }
    }
}

fn class(family: Family) -> &'static str {
    match family {
        Family::Membership => "membership",
        Family::Table => "table",
        Family::Bytes => "bytes",
        Family::Drop => "drop",
    }
}

fn shade_class(shade: Shade) -> &'static str {
    match shade {
        Shade::Scanning => "scanning",
        Shade::Hearing => "hearing",
        Shade::Unsettled => "unsettled",
        Shade::Settled => "settled",
        Shade::Leaving => "leaving",
        Shade::Unknown => "unknown",
    }
}
