//! Text for people: tables aligned, and foreign strings made safe in them.

use std::io::{self, Write};

use console::{Term, truncate_str};
use serde::Serialize;

use super::prose::places;
use crate::protocol::is_harmless;
pub(super) use crate::protocol::{count, plain, plain_text};

/// Writes a value as one line of JSON that is also safe for a terminal.
pub(super) fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(value)?;
    let mut line = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if is_harmless(c) {
            line.push(c);
        } else {
            // Only strings of JSON hold such characters; those beyond the first 65,536 are two escapes.
            for unit in c.encode_utf16(&mut [0; 2]) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    line.push('\n');
    out.write_all(line.as_bytes())
}

/// The heading of a table's column, and the side to which its cells are aligned.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Left(&'static str),
    Right(&'static str),
}

/// Writes rows with aligned columns under a heading. The last column can have any width: names go there, since their
/// width on a screen is hard to know.
pub(super) fn write_table<const N: usize>(
    out: &mut impl Write,
    columns: [Column; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    write_table_within(out, columns, rows, None)
}

/// The same, with every line cut to so many places of the screen.
pub(super) fn write_table_within<const N: usize>(
    out: &mut impl Write,
    columns: [Column; N],
    rows: &[[String; N]],
    places: Option<usize>,
) -> io::Result<()> {
    let heading = columns.map(|column| match column {
        Column::Left(name) | Column::Right(name) => name.to_owned(),
    });
    let lines = || std::iter::once(&heading).chain(rows);
    let width = |column: usize| lines().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or(0));
    for row in lines() {
        let mut line = String::new();
        for ((cell, column), width) in row.iter().zip(columns).zip(widths) {
            line.push_str(&match column {
                Column::Left(_) => format!("{cell:<width$}  "),
                Column::Right(_) => format!("{cell:>width$}  "),
            });
        }
        let line = line.trim_end();
        match places {
            Some(places) => writeln!(out, "{}", truncate_str(line, places, "…"))?,
            None => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

/// How many places a line has if standard output is a terminal.
pub(super) fn width() -> Option<usize> {
    places(&Term::stdout())
}

/// A picture's size, format and bytes in a few words.
pub(super) fn picture(width: u32, height: u32, format: crate::photo::Format, bytes: u64) -> String {
    let bytes = indicatif::HumanBytes(bytes);
    match format_name(format) {
        None => format!("not decoded, {bytes}"),
        Some(name) => format!("{width} x {height} {name}, {bytes}"),
    }
}

/// A photo by all its names, with its id and size: `cat.jpg, tom.jpg (3fa9c1aa, 1.24 MiB)`.
pub(super) fn named(names: &[String], id: crate::photo::PhotoId, bytes: u64) -> String {
    let names: Vec<_> = names.iter().map(|name| plain(name)).collect();
    format!("{} ({}, {})", names.join(", "), id.short(), indicatif::HumanBytes(bytes))
}

/// The name of a format; none for files that cannot be decoded.
pub(super) fn format_name(format: crate::photo::Format) -> Option<&'static str> {
    use crate::photo::Format;
    match format {
        Format::Opaque => None,
        Format::Gif => Some("GIF"),
        Format::Webp => Some("WebP"),
        Format::Jpeg => Some("JPEG"),
        Format::Heic => Some("HEIC"),
        Format::Bmp => Some("BMP"),
        Format::Png => Some("PNG"),
        Format::Tiff => Some("TIFF"),
    }
}
