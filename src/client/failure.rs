//! Why a command failed, and the exit code for scripts.

use std::fmt;
use std::io;
use std::path::Path;

use super::prose::note;
use super::screen::{plain, plain_text};
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, in_words};

/// Why a command failed; the text says what to do about it.
#[derive(Debug)]
pub enum Failure {
    /// There is no such photo, or node.
    NotFound(String),
    /// The collection is not as safe as it should be.
    AtRisk(String),
    /// The command cannot be carried out as it was given.
    Usage(String),
    /// The name can mean several photos, or nodes.
    Ambiguous {
        /// The name.
        name: String,
        /// All that it can mean.
        candidates: Vec<String>,
    },
    /// Wrong bytes: damaged on their way, or not a picture.
    BadData(String),
    /// The daemon cannot be reached, or does not answer, or no node could deliver the photo.
    Unreachable(String),
    /// A file could not be read or written.
    Io(String),
    /// A file or folder cannot be made: one is in the way, or it may not be written there.
    CannotCreate(String),
    /// Only another member may do this, or at another daemon.
    NotYours(String),
    /// Some of several files failed; each was reported by itself.
    Partly {
        /// How many, in words: `1 of 3 files not stored`.
        summary: String,
        /// The exit code of the worst failure.
        exit_code: u8,
    },
    /// The reader of the output has closed it, as `head` does: not an error.
    ReaderGone,
}

impl Failure {
    /// The failure for a daemon's refusal.
    pub(super) fn refused(cause: Refusal, text: String) -> Failure {
        match cause {
            Refusal::Photo => Failure::BadData(text),
            Refusal::Disk => Failure::Io(text),
            Refusal::Daemon => Failure::Unreachable(text),
            Refusal::Request => Failure::Usage(text),
            Refusal::Owner | Refusal::Member => Failure::NotYours(text),
        }
    }

    /// A file cannot be read.
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
        Failure::Io(format!("cannot read {}: {}", path.display(), in_words(error)))
    }

    /// The exit code of the program, from `sysexits.h` where that has one.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::ReaderGone => 0,
            Failure::NotFound(_) | Failure::AtRisk(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Ambiguous { .. } => 3,
            Failure::BadData(_) => 65,
            Failure::Unreachable(_) => 69,
            Failure::CannotCreate(_) => 73,
            Failure::Io(_) => 74,
            Failure::NotYours(_) => 77,
            Failure::Partly { exit_code, .. } => *exit_code,
        }
    }
}

/// Makes the text safe for a terminal: parts of it may come from another computer.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotFound(text)
            | Failure::AtRisk(text)
            | Failure::Usage(text)
            | Failure::BadData(text)
            | Failure::Unreachable(text)
            | Failure::Io(text)
            | Failure::CannotCreate(text)
            | Failure::NotYours(text)
            | Failure::Partly { summary: text, .. } => f.write_str(&plain_text(text)),
            Failure::Ambiguous { name, candidates } => {
                write!(f, "{:?} can mean any of these, ask for one of them:", plain(name))?;
                for candidate in candidates {
                    write!(f, "\n  {}", plain(candidate))?;
                }
                Ok(())
            }
            Failure::ReaderGone => f.write_str("nobody reads the output any more"),
        }
    }
}

impl Failure {
    /// Says to the person at the terminal what is wrong, on standard error.
    pub fn tell(&self) {
        note!("photomesh: {self}");
    }

    /// What is wrong, in one line; those that may follow say what a person at the terminal can do.
    pub(crate) fn first_line(&self) -> String {
        let text = self.to_string();
        text.lines().next().unwrap_or_default().to_owned()
    }
}

/// For errors of writing a command's output; all others get a text that says more.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::ReaderGone
        } else {
            Failure::Io(format!("cannot write the output: {}", in_words(&error)))
        }
    }
}

/// Turns an answer that says no into a failure.
pub(super) fn accepted(answer: Answer) -> Result<Answer, Failure> {
    if let Answer::Error { error } = answer {
        return Err(Failure::Unreachable(format!("the daemon says: {error}")));
    }
    if let Answer::Refused { cause: Refusal::Member, error } = answer {
        return Err(Failure::NotYours(error));
    }
    let Answer::NotFound { image_name: name, candidates, undelivered, reason } = answer else {
        return Ok(answer);
    };
    Err(if !candidates.is_empty() {
        Failure::Ambiguous { name, candidates }
    } else if undelivered {
        Failure::Unreachable(format!("{name}: {reason}"))
    } else {
        Failure::NotFound(format!("{name}: {reason}"))
    })
}
