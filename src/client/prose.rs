//! What commands say to people: in whole words, however wide the terminal is.

use std::io::{self, Write};

use console::Term;

use crate::protocol::wrapped;

/// A text as it is said on standard error.
pub(super) fn said(text: &str) -> String {
    places(&Term::stderr()).map_or_else(|| text.to_owned(), |places| wrapped(text, places))
}

/// Says something to the person at the terminal, on standard error, where no program takes it for data.
pub(super) fn tell(text: &str) {
    // Whoever does not listen need not be told that they do not.
    let _ = writeln!(io::stderr(), "{}", said(text));
}

/// Says something as `println!` does, but see [`tell`].
macro_rules! note {
    ($($words:tt)*) => {
        $crate::client::prose::tell(&format!($($words)*))
    };
}
pub(super) use note;

/// How many places a line of a terminal has; none if it is none.
pub(super) fn places(terminal: &Term) -> Option<usize> {
    let size = terminal.is_term().then(|| terminal.size_checked()).flatten()?;
    Some(size.1.into())
}

/// A command's output, with its long lines broken between words if it goes to a terminal. What is for programs is not:
/// JSON, and whatever is no text.
pub struct Prose<W> {
    out: W,
    places: Option<usize>,
    /// What has come of a line that has not ended.
    line: Vec<u8>,
}

impl<W: Write> Prose<W> {
    /// The same output, if `places` is none.
    pub(super) fn within(places: Option<usize>, out: W) -> Prose<W> {
        Prose { out, places, line: Vec::new() }
    }

    /// What has been written to.
    #[cfg(test)]
    pub(super) fn into_inner(self) -> W {
        self.out
    }

    /// To standard output, into which `out` leads.
    pub fn to_stdout(out: W) -> Prose<W> {
        Prose::within(places(&Term::stdout()), out)
    }
}

impl<W: Write> Write for Prose<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(places) = self.places else {
            return self.out.write(bytes);
        };
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if !piece.ends_with(b"\n") {
                continue;
            }
            let line = std::mem::take(&mut self.line);
            match str::from_utf8(&line) {
                Ok(text) if !text.starts_with('{') => {
                    self.out.write_all(wrapped(text, places).as_bytes())?;
                }
                _ => self.out.write_all(&line)?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&std::mem::take(&mut self.line))?;
        self.out.flush()
    }
}
