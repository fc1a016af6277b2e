//! Text that others have written, made fit for where it goes, and times in words.

use crate::protocol::{is_harmless, plain};

/// For XML: what it would take for more than text, and what it must not have at all.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// For a line of Mermaid: letters, digits and what has no meaning there; the rest as its code.
pub(super) fn mermaid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_harmless(*c)) {
        if c.is_alphanumeric() || " .,:_-()/=+!?…".contains(c) {
            out.push(c);
        } else if c == ';' {
            // It ends a line there, and a comma reads as well.
            out.push(',');
        } else {
            out.push_str(&format!("#{};", u32::from(c)));
        }
    }
    out
}

/// For a terminal, so many characters at most.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let text = plain(text);
    if text.chars().count() <= most {
        return text;
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A time, in microseconds, as one says it.
pub(super) fn span(micros: u64) -> String {
    match micros {
        ..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..10_000_000 => {
            let tenths = micros / 100_000;
            match tenths % 10 {
                0 => format!("{} s", tenths / 10),
                _ => format!("{}.{} s", tenths / 10, tenths % 10),
            }
        }
        10_000_000..120_000_000 => format!("{} s", micros / 1_000_000),
        _ => format!("{} min", micros / 60_000_000),
    }
}
