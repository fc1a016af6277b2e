//! Small pictures on a terminal, alone or in pairs: two pixels in each cell, one above the other.

use std::env;
use std::io::{self, Cursor, Write};

use console::{Alignment, Term, pad_str};
use image::imageops::{self, FilterType};
use image::{ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use super::{Daemon, Failure};
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::{Answer, Request};

/// The most cells of a picture, across and down: what is said of it shall be on the same screen.
const WIDTH: usize = 64;
const HEIGHT: usize = 20;

/// The small picture that is drawn, which is another node's work: what is larger than that is not decoded.
const SIZE: PreviewSize = PreviewSize::Grid;

/// The upper half of a cell.
const HALF: &str = "\u{2580}";

/// How far pairs of pictures stand from the edge, and from each other, in cells.
const INDENT: usize = 4;
const GAP: usize = 2;

/// With fewer cells across, one sees nothing in a picture.
const NARROW: usize = 12;

/// The width and height of the terminal, if standard output is one with colours.
fn canvas() -> Option<(usize, usize)> {
    let terminal = Term::stdout();
    let draws = terminal.is_term() && terminal.features().colors_supported();
    let (rows, columns) = draws.then(|| terminal.size())?;
    Some((columns.into(), rows.into()))
}

/// Draws a photo, if standard output is a terminal with colours and there is a small picture of it. That there is none
/// is no failure: a picture is a comfort.
pub(super) fn sketch(
    daemon: &mut Daemon,
    photo: PhotoId,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let Some((columns, rows)) = canvas() else {
        return Ok(());
    };
    if let Ok(Some(picture)) = small(daemon, photo) {
        let room = (columns.min(WIDTH), (rows / 2).min(HEIGHT));
        draw(&picture, room).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    Ok(())
}

/// Draws pairs of photos side by side, if standard output is a terminal with colours that is wide enough.
pub(super) struct Pairs<'a> {
    daemon: &'a mut Daemon,
    /// The cells for one of two, across and down; none if nothing is drawn.
    room: Option<(usize, usize)>,
}

impl Pairs<'_> {
    pub(super) fn new(daemon: &mut Daemon) -> Pairs<'_> {
        Pairs { daemon, room: canvas().and_then(room_of_two) }
    }

    /// Draws two photos, each below its caption, as far as there are small pictures of them.
    pub(super) fn draw(
        &mut self,
        photos: [PhotoId; 2],
        captions: [&str; 2],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let Some(room) = self.room else {
            return Ok(());
        };
        let drawn = photos.map(|photo| match small(self.daemon, photo) {
            Ok(picture) => picture.map_or_else(Vec::new, |picture| draw(&picture, room)),
            Err(_) => {
                // What cannot be asked once cannot be asked again and again.
                self.room = None;
                Vec::new()
            }
        });
        side_by_side(drawn, captions, room.0).iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

/// Two pictures of at most so many cells across, each below its caption, line by line; nothing if there is neither.
pub(super) fn side_by_side(
    mut drawn: [Vec<String>; 2],
    captions: [&str; 2],
    across: usize,
) -> Vec<String> {
    if drawn.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    for (lines, caption) in drawn.iter_mut().zip(captions) {
        if lines.is_empty() {
            lines.push("(no picture)".to_owned());
        }
        lines.insert(0, caption.to_owned());
    }
    let [left, right] = drawn;
    let line = |at: usize| {
        let [left, right] = [&left, &right].map(|lines| lines.get(at).map_or("", String::as_str));
        let left = pad_str(left, across + GAP, Alignment::Left, None);
        format!("{:INDENT$}{left}{right}", "").trim_end().to_owned()
    };
    (0..left.len().max(right.len())).map(line).collect()
}

/// The cells for each of two pictures side by side on a terminal of so many columns and rows; none if it is narrow.
pub(super) fn room_of_two((columns, rows): (usize, usize)) -> Option<(usize, usize)> {
    let across = columns.saturating_sub(INDENT + GAP) / 2;
    (across >= NARROW).then_some((across.min(WIDTH), (rows / 2).clamp(1, HEIGHT)))
}

/// The small picture of a photo, if there is one.
///
/// # Errors
///
/// The daemon cannot be asked any more.
fn small(daemon: &mut Daemon, photo: PhotoId) -> Result<Option<RgbImage>, Failure> {
    let asked = Request::GetPreview { photo, size: SIZE, shared: false };
    let Answer::Preview { image, .. } = daemon.hear(&asked)? else {
        return Ok(None);
    };
    Ok(Some(&image).filter(|image| SIZE.fits(image)).and_then(|image| decode(image)))
}

pub(super) fn decode(bytes: &[u8]) -> Option<RgbImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    let longest = SIZE.longest();
    (limits.max_image_width, limits.max_image_height) = (Some(longest), Some(longest));
    reader.limits(limits);
    reader.decode().ok().map(|picture| picture.into_rgb8())
}

/// A picture in so many cells, across and down, line by line.
pub(super) fn draw(picture: &RgbImage, (columns, rows): (usize, usize)) -> Vec<String> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (columns as f64 / width).min(2.0 * rows as f64 / height);
    let cells = |length: f64| ((length * scale) as u32).max(1);
    // An even number of pixels down: none is left over in the last row of cells.
    let size = (cells(width), cells(height).next_multiple_of(2));
    let small = imageops::resize(picture, size.0, size.1, FilterType::Triangle);
    let full = env::var("COLORTERM").is_ok_and(|kind| ["truecolor", "24bit"].contains(&&*kind));
    let cell = |column: u32, row: u32| {
        let upper = colour(small.get_pixel(column, row), full);
        let lower = colour(small.get_pixel(column, row + 1), full);
        format!("\x1b[38;{upper};48;{lower}m{HALF}")
    };
    let line = |row: u32| {
        let cells = (0..small.width()).map(|column| cell(column, row));
        cells.chain(["\x1b[0m".to_owned()]).collect()
    };
    (0..small.height()).step_by(2).map(line).collect()
}

/// A colour as a terminal understands it: all of them, or the next one of a cube of 216.
fn colour(Rgb([red, green, blue]): &Rgb<u8>, full: bool) -> String {
    if full {
        return format!("2;{red};{green};{blue}");
    }
    let step = |value: u8| (u32::from(value) * 5 + 127) / 255;
    format!("5;{}", 16 + 36 * step(*red) + 6 * step(*green) + step(*blue))
}
