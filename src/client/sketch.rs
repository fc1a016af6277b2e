//! A small picture on a terminal: two pixels in each cell, one above the other.

use std::env;
use std::io::{self, Cursor, Write};

use console::Term;
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

/// Draws a photo, if standard output is a terminal with colours and there is a small picture of it. That there is none
/// is no failure: a picture is a comfort.
pub(super) fn sketch(
    daemon: &mut Daemon,
    photo: PhotoId,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let terminal = Term::stdout();
    if !terminal.is_term() || !terminal.features().colors_supported() {
        return Ok(());
    }
    let Ok(Answer::Preview { image, .. }) =
        daemon.ask(&Request::GetPreview { photo, size: SIZE, shared: false })
    else {
        return Ok(());
    };
    if let Some(picture) =
        Some(&image).filter(|image| SIZE.fits(image)).and_then(|image| decode(image))
    {
        let (rows, columns) = terminal.size();
        let room = (usize::from(columns).min(WIDTH), usize::from(rows / 2).min(HEIGHT));
        draw(&picture, room, out)?;
    }
    Ok(())
}

pub(super) fn decode(bytes: &[u8]) -> Option<RgbImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    let longest = SIZE.longest();
    (limits.max_image_width, limits.max_image_height) = (Some(longest), Some(longest));
    reader.limits(limits);
    reader.decode().ok().map(|picture| picture.into_rgb8())
}

/// Draws a picture into so many cells, across and down.
pub(super) fn draw(
    picture: &RgbImage,
    (columns, rows): (usize, usize),
    out: &mut impl Write,
) -> io::Result<()> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (columns as f64 / width).min(2.0 * rows as f64 / height);
    let cells = |length: f64| ((length * scale) as u32).max(1);
    // An even number of pixels down: none is left over in the last row of cells.
    let size = (cells(width), cells(height).next_multiple_of(2));
    let small = imageops::resize(picture, size.0, size.1, FilterType::Triangle);
    let full = env::var("COLORTERM").is_ok_and(|kind| ["truecolor", "24bit"].contains(&&*kind));
    for row in (0..small.height()).step_by(2) {
        for column in 0..small.width() {
            let upper = colour(small.get_pixel(column, row), full);
            let lower = colour(small.get_pixel(column, row + 1), full);
            write!(out, "\x1b[38;{upper};48;{lower}m{HALF}")?;
        }
        writeln!(out, "\x1b[0m")?;
    }
    Ok(())
}

/// A colour as a terminal understands it: all of them, or the next one of a cube of 216.
fn colour(Rgb([red, green, blue]): &Rgb<u8>, full: bool) -> String {
    if full {
        return format!("2;{red};{green};{blue}");
    }
    let step = |value: u8| (u32::from(value) * 5 + 127) / 255;
    format!("5;{}", 16 + 36 * step(*red) + 6 * step(*green) + step(*blue))
}
