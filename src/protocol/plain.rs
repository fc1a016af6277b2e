//! Text for people, on a client's screen and in a daemon's log; what is foreign is made safe for a terminal.

use console::measure_text_width;

use super::safe_name::is_invisible;

/// How much further in a line goes on that had to be broken, in places of the screen.
const HANGING: usize = 2;

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

/// A text with its long lines broken between words, so that no terminal of so many places breaks them within one. What
/// goes on stands a little further in. A word that is longer stays whole.
pub fn wrapped(text: &str, places: usize) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| wrapped_line(line, places)).collect();
    lines.join("\n")
}

fn wrapped_line(line: &str, places: usize) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (before, words) = line.split_at(indent);
    let going_on = indent + HANGING;
    // Where hardly a word has room there is nothing to arrange.
    if measure_text_width(line) <= places || 2 * going_on > places {
        return line.to_owned();
    }
    let mut broken = before.to_owned();
    let mut at = indent;
    for (number, word) in words.split(' ').enumerate() {
        let width = measure_text_width(word);
        if number > 0 && at + 1 + width > places {
            broken.push_str(&format!("\n{:going_on$}", ""));
            at = going_on;
        } else if number > 0 {
            broken.push(' ');
            at += 1;
        }
        broken.push_str(word);
        at += width;
    }
    broken
}

/// Whether a character stands on a terminal for itself alone.
pub fn is_harmless(c: char) -> bool {
    !c.is_control() && !is_invisible(c)
}
