//! Text for people, on a client's screen and in a daemon's log; what is foreign is made safe for a terminal.

use super::safe_name::is_invisible;

/// A foreign string made safe for one line of a terminal: characters that move the cursor, change colours, break the
/// line or turn the direction of writing are shown as an escape such as `\u{1b}`. The same in a pipe, so that one line
/// stays one line; programs that need exact names read JSON.
pub fn plain(text: &str) -> String {
    escape(text, |_| false)
}

/// `1 photo`, `2 photos`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// What an error says to people: without the system's number for it, and without what follows that, such as the
/// temporary name that a file would have had.
pub fn in_words(error: &impl std::fmt::Display) -> String {
    let mut text = error.to_string();
    text.truncate(text.find(" (os error ").unwrap_or(text.len()));
    text
}

/// Like [`plain`], but keeps line breaks.
pub fn plain_text(text: &str) -> String {
    escape(text, |c| c == '\n')
}

fn escape(text: &str, keep: fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmless(c) || keep(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    shown
}

/// Whether a character stands on a terminal for itself alone.
pub fn is_harmless(c: char) -> bool {
    !c.is_control() && !is_invisible(c)
}
