//! The system's viewer of pictures.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Failure;
use crate::protocol::in_words;

/// How long a viewer may take to say that it cannot show a photo. One that is open longer has found it.
const FAILS_WITHIN: Duration = Duration::from_secs(2);

/// Starts the system's viewer, and waits only until it can be told that it works.
pub(super) fn show(path: &Path) -> Result<(), Failure> {
    let viewer = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let failed = |why: String| {
        Failure::Io(format!("the photo is saved, but `{viewer}` cannot show it: {why}"))
    };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut child = Command::new(viewer)
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| match error.kind() == io::ErrorKind::NotFound {
            true => failed("there is no such program here".to_owned()),
            false => failed(in_words(&error)),
        })?;
    let until = Instant::now() + FAILS_WITHIN;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            // The one of Windows never says that all is well.
            Ok(Some(status)) if !status.success() && !cfg!(windows) => {
                return Err(failed(format!("it ended with {status}; is there a desktop?")));
            }
            Ok(Some(_)) | Err(_) => break,
        }
    }
    Ok(())
}
