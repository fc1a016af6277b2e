//! `photomesh rm`: an owner takes a picture out of the collection, after seeing the consequences.

use std::io::{self, BufRead, IsTerminal, Write};

use super::near::suggest;
use super::prose::{note, said};
use super::screen::{count, named, plain, write_json};
use super::{Daemon, Failure};
use crate::photo::PhotoId;
use crate::protocol::client::{RemovalPlan, RemovalReport};
use crate::protocol::{Answer, Request, in_words};

/// Whether to go on once the plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Ask on the terminal; without one it is an error.
    Ask,
    /// The person has already said yes.
    Given,
    /// Only show the plan.
    Withheld,
    /// The same, as JSON.
    WithheldJson,
}

/// Removes a picture from the collection: the asked node's own versions of it, and no others; or, if `exact`, only the
/// version that is itself called so.
///
/// # Errors
///
/// [`Failure::NotYours`] if the picture, or the version, is not the node's own. [`Failure::Usage`] if there is no terminal to
/// ask for consent, if no single version is itself called so, or if consent is given to remove a worse version and all of
/// the picture would go.
pub fn remove(
    daemon: &mut Daemon,
    name: &str,
    exact: bool,
    consent: Consent,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let request = Request::PlanRemoval { image_name: name.to_owned() };
    let answer = ask(daemon, &request);
    // What is to go is named exactly: a name that is nearly right is suggested and not taken.
    let answer = answer.map_err(|failure| suggest(daemon, name, failure))?;
    let Answer::Removal(mut plan) = answer else {
        return Err(daemon.unexpected());
    };
    if exact {
        if let Some(next) = keep_meant(&mut plan, name)? {
            note!("the next best version is shown then: {next}");
        }
    } else if let Some(warning) = of_all_versions(&plan, name) {
        if consent == Consent::Given {
            return Err(Failure::Usage(format!("{warning}. Nothing was removed")));
        }
        note!("{warning}");
    }
    if consent == Consent::WithheldJson {
        return Ok(write_json(out, &plan)?);
    }
    write_plan(&plan, out)?;
    out.flush()?;
    if consent == Consent::Withheld {
        return Ok(());
    }
    let what = if exact { name } else { &plan.name };
    let question = format!("Remove {} from the collection?", plain(what));
    if consent == Consent::Ask && !agrees(&question)? {
        note!("nothing was removed");
        return Ok(());
    }
    // Exactly the photos shown in the plan: the mesh may have changed meanwhile.
    let photos: Vec<PhotoId> = withdrawn(&plan).map(|photo| photo.id).collect();
    let Answer::Removed { photos } = ask(daemon, &Request::Remove { photos })? else {
        return Err(daemon.unexpected());
    };
    let stay = withdrawn(&plan).filter(|photo| photo.stays && photos.contains(&photo.id));
    let stay = stay.count() as u64;
    let gone = (photos.len() as u64).saturating_sub(stay);
    if gone > 0 {
        let gone = count(gone, "photo");
        writeln!(out, "removed: {gone}; to take one back: photomesh trash restore NAME")?;
    }
    if stay > 0 {
        let stay = count(stay, "photo");
        writeln!(out, "withdrawn, but still in the collection for other owners: {stay}")?;
    }
    Ok(())
}

/// Leaves of a plan only the version that has this name. Tells which one the collection shows then, if it shows this one
/// now and has another.
fn keep_meant(plan: &mut RemovalPlan, name: &str) -> Result<Option<String>, Failure> {
    let name = plain(name);
    let Some(meant) = plan.meant else {
        let ids: Vec<String> = plan.photos.iter().map(|photo| photo.id.short()).collect();
        let ids = ids.join(", ");
        let text = format!("no single version is itself called {name}: say which of {ids}");
        return Err(Failure::Usage(text));
    };
    let is_shown = plan.photos.first().is_some_and(|photo| photo.id == meant);
    let next = plan.photos.get(1).filter(|_| is_shown);
    let next = next.map(|next| named(&next.names, next.id, next.bytes));
    plan.photos.retain(|photo| photo.id == meant);
    match withdrawn(plan).count() {
        0 => Err(Failure::NotYours(format!("this version of {name} is not yours to remove"))),
        _ => Ok(next),
    }
}

/// What to tell a person who has named a worse version: the better ones go, too.
fn of_all_versions(plan: &RemovalPlan, name: &str) -> Option<String> {
    let shown = plan.photos.first().map(|photo| photo.id);
    (plan.meant != shown).then(|| {
        let (name, shown) = (plain(name), plain(&plan.name));
        let alone = match plan.meant {
            Some(_) => format!(", or --exact for {name} alone"),
            None => String::new(),
        };
        format!(
            "{name} is a worse version of {shown}, and of a picture all versions go that are yours: say {shown} if you mean \
             that{alone}"
        )
    })
}

fn ask(daemon: &mut Daemon, request: &Request) -> Result<Answer, Failure> {
    let answer = daemon.ask(request)?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, error));
    }
    Ok(answer)
}

fn withdrawn(plan: &RemovalPlan) -> impl Iterator<Item = &RemovalReport> {
    plan.photos.iter().filter(|photo| photo.withdrawn)
}

/// Two lines a version: whether it goes, and what becomes of whose files.
fn write_plan(plan: &RemovalPlan, out: &mut impl Write) -> io::Result<()> {
    for photo in &plan.photos {
        let what = if photo.stays { "stays" } else { "goes" };
        let named = named(&photo.names, photo.id, photo.bytes);
        writeln!(out, "{what:<5}  {named}\n       {}", plain(&photo.effect))?;
    }
    Ok(())
}

/// Asks the person at the terminal.
pub(super) fn agrees(question: &str) -> Result<bool, Failure> {
    let input = io::stdin();
    if !input.is_terminal() || !io::stderr().is_terminal() {
        let text = "there is no terminal to ask for confirmation: give --yes";
        return Err(Failure::Usage(text.to_owned()));
    }
    eprint!("{} ", said(&format!("{question} [y/N]")));
    let mut answer = String::new();
    let read = input.lock().read_line(&mut answer);
    read.map_err(|error| Failure::Io(format!("cannot read the answer: {}", in_words(&error))))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
