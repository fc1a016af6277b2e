//! `photomesh trash`: what a daemon has retired, and back with it.

use std::io::Write;

use indicatif::HumanBytes;

use super::screen::{Column, plain, write_table};
use super::{Daemon, Failure};
use crate::protocol::client::TrashReport;
use crate::protocol::{Answer, Request};

/// Lists what lies in the daemon's own trash, and why.
pub fn trash_list(daemon: &mut Daemon, out: &mut impl Write) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let page_of = |answer| {
        if let Answer::Trash { photos, next } = answer {
            Some((photos, next))
        } else {
            None
        }
    };
    daemon.ask_pages(
        |after| Request::TrashList { after },
        page_of,
        |photos| {
            rows.extend(photos.iter().map(row));
            Ok(())
        },
    )?;
    if rows.is_empty() {
        eprintln!("the trash of the daemon at {} is empty", daemon.address());
        return Ok(());
    }
    let columns = [
        Column::Left("ID"),
        Column::Right("BYTES"),
        Column::Left("KEEPER"),
        Column::Left("NAME"),
    ];
    Ok(write_table(out, columns, &rows)?)
}

fn row(photo: &TrashReport) -> [String; 4] {
    let names: Vec<_> = photo.names.iter().map(|name| plain(name)).collect();
    [
        photo.id.short(),
        HumanBytes(photo.bytes).to_string(),
        photo.keeper.map_or("-".to_owned(), |keeper| keeper.short()),
        format!("{}: {}", names.join(", "), plain(&photo.reason)),
    ]
}

/// Puts a photo of the daemon's trash back to where it was.
pub fn trash_restore(daemon: &mut Daemon, name: &str, out: &mut impl Write) -> Result<(), Failure> {
    let request = Request::TrashRestore {
        image_name: name.to_owned(),
    };
    let answer = daemon.ask(&request)?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, format!("{name}: {error}")));
    }
    let Answer::Restored { name, id } = answer else {
        return Err(daemon.unexpected());
    };
    writeln!(
        out,
        "{} ({}) is back in the folder",
        plain(&name),
        id.short()
    )?;
    Ok(())
}
