//! `photomesh status --watch`: the state of the mesh, again whenever it changes.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use console::Term;

use super::screen::write_json;
use super::status::write_screen;
use super::{Daemon, Failure};

/// How long until the daemon is asked again. It answers out of sums that it keeps anyway.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows the state of the mesh until Ctrl-C, anew whenever it has changed: one screen on a terminal, one after the other
/// elsewhere, or JSON objects, a line each. A daemon that is gone is waited for, if it was there at first.
pub fn watch(
    connect: impl Fn() -> Result<Daemon, Failure>,
    json: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let terminal = Some(Term::stdout()).filter(|terminal| terminal.is_term() && !json);
    let mut daemon = Some(connect()?);
    let mut shown = Vec::new();
    loop {
        let screen = match look(&mut daemon, &connect, json) {
            Ok(screen) => screen,
            Err(Failure::Unreachable(text)) => {
                daemon = None;
                // There is no JSON for that.
                if json { shown.clone() } else { format!("{text}\n").into_bytes() }
            }
            Err(failure) => return Err(failure),
        };
        if screen != shown {
            show(&screen, terminal.as_ref(), json || shown.is_empty(), out)?;
            shown = screen;
        }
        thread::sleep(PAUSE);
    }
}

/// What there is to see now.
fn look(
    daemon: &mut Option<Daemon>,
    connect: impl Fn() -> Result<Daemon, Failure>,
    json: bool,
) -> Result<Vec<u8>, Failure> {
    let daemon = match daemon {
        Some(daemon) => daemon,
        None => daemon.insert(connect()?),
    };
    daemon.be_quiet();
    let report = daemon.status()?;
    let mut screen = Vec::new();
    match json {
        true => write_json(&mut screen, &*report)?,
        false => write_screen(&report, &mut screen)?,
    }
    Ok(screen)
}

/// Shows a screen: in place of the one before it on a terminal, elsewhere below it, after an empty line unless it `joins`.
fn show(
    screen: &[u8],
    terminal: Option<&Term>,
    joins: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    if let Some(terminal) = terminal {
        terminal.clear_screen()?;
    } else if !joins {
        writeln!(out)?;
    }
    out.write_all(screen)?;
    out.flush()
}
