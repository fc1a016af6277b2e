//! The system's viewer of pictures.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Failure;

/// Starts the system's viewer and does not wait for it.
pub(super) fn show(path: &Path) -> Result<(), Failure> {
    let viewer = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let started = Command::new(viewer)
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::Io(format!(
            "the photo is saved, but `{viewer}` cannot be started to show it: {error}"
        ))),
    }
}
