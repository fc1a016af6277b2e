//! `photomesh trash`: lists a daemon's trash, restores photos from it, and empties it.

use std::io::{self, Write};

use super::prose::note;
use super::remove::agrees;
use super::screen::{count, named, plain, write_json};
use super::{Consent, Daemon, Failure};
use crate::protocol::client::{KeptReport, Stay, TrashReport};
use crate::protocol::{Answer, Request};

/// Lists the photos in the daemon's own trash, and why they are there, for people or as JSON.
pub fn trash_list(daemon: &mut Daemon, json: bool, out: &mut impl Write) -> Result<(), Failure> {
    let photos = in_trash(daemon)?;
    if json {
        return photos.iter().try_for_each(|photo| Ok(write_json(out, photo)?));
    }
    if photos.is_empty() {
        note!("the trash of {} has no photo that its folder has not, too", daemon.title());
        return Ok(());
    }
    photos.iter().try_for_each(|photo| Ok(write_photo(photo, out)?))
}

/// All photos in the daemon's own trash.
fn in_trash(daemon: &mut Daemon) -> Result<Vec<TrashReport>, Failure> {
    let mut all = Vec::new();
    let page_of = |answer| {
        if let Answer::Trash { photos, next } = answer { Some((photos, next)) } else { None }
    };
    daemon.ask_pages(
        |after| Request::TrashList { after },
        page_of,
        |photos| {
            all.extend(photos);
            Ok(())
        },
    )?;
    Ok(all)
}

/// Names what is deleted with photos of the trash and is nowhere else, and the photos that made way for somebody else's.
fn name_what_goes(daemon: &mut Daemon) -> Result<(), Failure> {
    let photos = in_trash(daemon)?;
    let files = photos.iter().flat_map(|photo| &photo.companions);
    let files: Vec<_> = files.map(|file| plain(file)).collect();
    if !files.is_empty() {
        note!("these files are on no other computer, and are deleted if their photos are:");
        files.iter().for_each(|file| note!("  {file}"));
    }
    let mut replaced = photos.iter().filter(|photo| photo.until_purged).peekable();
    if replaced.peek().is_some() {
        note!("these are the folder's own, and somebody else's versions took their places:");
        for photo in replaced {
            let named = named(&photo.names, photo.id, photo.bytes);
            note!("  {named}: {}", plain(&photo.reason));
        }
    }
    Ok(())
}

/// Three lines: the photo, why it is there, and for how long.
fn write_photo(photo: &TrashReport, out: &mut impl Write) -> io::Result<()> {
    let files: Vec<_> = photo.companions.iter().map(|file| plain(file)).collect();
    let with = match files.is_empty() {
        true => String::new(),
        false => format!("; with {}", files.join(", ")),
    };
    let named = named(&photo.names, photo.id, photo.bytes);
    writeln!(out, "{named}\n  {}{with}", plain(&photo.reason))?;
    photo.stays().map_or(Ok(()), |stay| writeln!(out, "  {}", spoken(stay)))
}

/// How long a photo stays in a trash, for people.
pub(super) fn spoken(stay: Stay) -> String {
    match stay {
        Stay::Days(0) => "its time there is over: it is deleted as soon as that is safe".to_owned(),
        Stay::Days(days) => {
            let days = count(u64::from(days), "day");
            format!("{days} of running left, then it is deleted as soon as that is safe")
        }
        Stay::UntilPurged => "stays until you purge it".to_owned(),
    }
}

/// Puts a photo of the daemon's trash back where it was.
pub fn trash_restore(daemon: &mut Daemon, name: &str, out: &mut impl Write) -> Result<(), Failure> {
    let request = Request::TrashRestore { image_name: name.to_owned() };
    let answer = daemon.ask(&request)?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, format!("{name}: {error}")));
    }
    let Answer::Restored { name, id, file } = answer else {
        return Err(daemon.unexpected());
    };
    let file = file.filter(|file| *file != name).map(|file| format!(", as {}", plain(&file)));
    let file = file.unwrap_or_default();
    Ok(writeln!(out, "{} ({}) is back in the folder{file}", plain(&name), id.short())?)
}

/// Deletes photos that have been in the daemon's trash for this many days of running, as far as nothing is lost.
///
/// # Errors
///
/// [`Failure::Usage`] if there is no terminal to ask for consent.
pub fn trash_purge(
    daemon: &mut Daemon,
    older_than: u32,
    consent: Consent,
    out: &mut impl Write,
) -> Result<(), Failure> {
    name_what_goes(daemon)?;
    let question = format!(
        "Delete for good all photos that were in the trash of {} for {older_than} days or more?",
        daemon.title()
    );
    if consent == Consent::Ask && !agrees(&question)? {
        note!("nothing was deleted");
        return Ok(());
    }
    let answer = daemon.ask(&Request::TrashPurge { older_than })?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, error));
    }
    let Answer::Purged { deleted, kept, why } = answer else {
        return Err(daemon.unexpected());
    };
    writeln!(out, "deleted: {}", count(deleted, "photo"))?;
    if kept > 0 {
        note!(
            "{} not deleted, since it is not certain now that nothing is lost; try again later",
            count(kept, "photo")
        );
        for KeptReport { name, id, reason } in &why {
            note!("  {} ({}): {}", plain(name), id.short(), plain(reason));
        }
    }
    Ok(())
}
