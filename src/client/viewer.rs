//! The system's programs for looking at things: a viewer of pictures, a browser.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Failure;
use crate::protocol::in_words;

/// How long a program may take to say that it cannot show something. One that is open longer has found it.
const FAILS_WITHIN: Duration = Duration::from_secs(2);

/// Starts the system's viewer, and waits only until it can be told that it works.
pub(super) fn show(path: &Path) -> Result<(), Failure> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let failed = |why| Failure::Io(format!("the photo is saved, but cannot be shown: {why}"));
    open_in_system(path.as_os_str()).map(drop).map_err(failed)
}

/// Opens a file or an address with the program that the system has for it, and waits only until it can be told that it
/// works; that program, which may go on for long.
///
/// # Errors
///
/// Why it cannot be opened, in words.
pub(crate) fn open_in_system(what: &OsStr) -> Result<Child, String> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut child = Command::new(opener)
        .arg(what)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| match error.kind() == io::ErrorKind::NotFound {
            true => format!("there is no program `{opener}` here"),
            false => format!("`{opener}`: {}", in_words(&error)),
        })?;
    let until = Instant::now() + FAILS_WITHIN;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            // The one of Windows never says that all is well.
            Ok(Some(status)) if !status.success() && !cfg!(windows) => {
                return Err(format!("`{opener}` ended with {status}; is there a desktop?"));
            }
            Ok(Some(_)) | Err(_) => break,
        }
    }
    Ok(child)
}
