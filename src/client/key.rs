//! The group's key as a file: `photomesh key new`, and reading one.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use super::Failure;
use crate::platform;
use crate::protocol::GroupKey;

/// A key file is one short line; anything longer is not one.
const MAX_KEY_FILE: u64 = 1024;

/// Draws a new key and writes its line to standard output. If that is a file, only its owner can read it from then on.
pub fn new_key() -> Result<(), Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Io(format!("the system has no randomness: {error}")))?;
    let mut out = io::stdout();
    platform::close_to_others(&out)
        .map_err(|error| Failure::Io(format!("cannot protect the key: {error}")))?;
    writeln!(out, "{}", GroupKey::new(bytes).to_text())
        .map_err(|error| Failure::Io(format!("cannot write the key: {error}")))?;
    if out.is_terminal() {
        eprintln!("That is a new key. To keep it: photomesh key new > group.key");
    } else {
        eprintln!(
            "Bring the file to your friends in a way that nobody else can read: whoever has it can read all photos and join."
        );
    }
    Ok(())
}

/// Reads the key in a file.
///
/// # Errors
///
/// Also if users other than its owner can read the file: better to notice an exposed secret before it is used.
pub fn read_key(path: &Path) -> Result<GroupKey, Failure> {
    let shown = path.display();
    let unreadable = |error: io::Error| {
        Failure::Io(format!(
            "cannot read the key file {shown}: {error}\nMake one with `photomesh key new > group.key`, or get it from a friend."
        ))
    };
    let file = File::open(path).map_err(unreadable)?;
    if platform::is_open_to_others(&file.metadata().map_err(unreadable)?) {
        return Err(Failure::Usage(format!(
            "others can read the key file {shown}: `chmod 600 {shown}`, and if they may have read it, make a new key"
        )));
    }
    let mut text = String::new();
    file.take(MAX_KEY_FILE).read_to_string(&mut text).map_err(unreadable)?;
    text.parse().map_err(|why| {
        Failure::BadData(format!(
            "{shown} holds no group key: {why}. It must be the line that `photomesh key new` wrote."
        ))
    })
}
