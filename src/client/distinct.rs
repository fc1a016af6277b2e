//! `photomesh distinct`: a person says that pictures that look alike are different.

use std::io::Write;

use super::screen::plain;
use super::{Daemon, Failure};
use crate::protocol::{Answer, Request};

/// Says that all these are different pictures: each is shown from now on, and those in a trash come back.
///
/// # Errors
///
/// [`Failure::Usage`] if the asked daemon has neither photo of some pair of them; the text names a daemon that has one.
pub fn distinct(
    daemon: &mut Daemon,
    names: &[String],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let request = Request::Distinct { image_names: names.to_vec() };
    let answer = daemon.ask(&request)?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, error));
    }
    let Answer::Distinct { photos } = answer else {
        return Err(daemon.unexpected());
    };
    writeln!(out, "different pictures from now on:")?;
    for photo in &photos {
        let (name, id) = (plain(&photo.name), photo.id.short());
        writeln!(out, "  {name} ({id}): {}", plain(&photo.state))?;
    }
    Ok(())
}
