//! The only way from a foreign name to a path.

use std::fmt;
use std::path::Path;

/// A file name that is harmless on every common system, made from any text.
///
/// A name in a message or a spool comes from somebody else and is a label, not a place. Whatever it says, a `SafeName`
/// names one file directly in the directory that it is joined to:
///
/// - no separators of any system, no `.` or `..`, never absolute, not empty;
/// - no control characters (NUL among them), no characters that are invisible or turn the direction of text;
/// - no leading dot (hidden) or dash (an option of a command), no surrounding spaces, no trailing dot;
/// - none of the characters and device names that Windows keeps for itself;
/// - at most [`SafeName::MAX`] bytes.
///
/// Making one never fails and is idempotent: a safe name stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SafeName(String);

impl SafeName {
    /// The longest safe name in bytes. File systems allow 255; the rest is room for a prefix, a number or a suffix.
    pub const MAX: usize = 200;

    /// The longest ending that survives a cut: `.jpeg`, `.tiff`, not half a sentence.
    const MAX_ENDING: usize = 16;

    /// A safe name as close to `foreign` as can be; `photo` if nothing of it is left.
    pub fn new(foreign: &str) -> SafeName {
        let base = foreign.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible: String = base.chars().filter_map(harmless).collect();
        let mut name = trimmed(&visible).to_owned();
        if is_device(&name) {
            name.insert(0, '_');
        }
        SafeName::cut(&name, "")
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same name with a number before its ending, as file managers do it: `cat (2).jpg`.
    pub fn numbered(&self, number: u32) -> SafeName {
        SafeName::cut(&self.0, &format!(" ({number})"))
    }

    /// What names are compared by: two that differ in case only are one file on many systems.
    pub fn folded(name: &str) -> String {
        // Upper case first: it unites what lower case alone keeps apart, such as `ß` and `SS`.
        name.to_uppercase().to_lowercase()
    }

    /// `name` with `mark` before its ending, shortened in its stem to [`SafeName::MAX`] bytes.
    fn cut(name: &str, mark: &str) -> SafeName {
        let (stem, ending) = match name.rfind('.') {
            Some(dot) if dot > 0 && name.len() - dot <= SafeName::MAX_ENDING => name.split_at(dot),
            _ => (name, ""),
        };
        let room = SafeName::MAX - mark.len() - ending.len();
        let mut end = stem.len().min(room);
        while !stem.is_char_boundary(end) {
            end -= 1;
        }
        let stem = &stem[..end];
        // With no ending or mark behind it, a cut may bare a dot or space.
        let whole = format!("{stem}{mark}{ending}");
        match trimmed(&whole) {
            "" => SafeName(format!("photo{mark}")),
            name => SafeName(name.to_owned()),
        }
    }
}

impl AsRef<Path> for SafeName {
    fn as_ref(&self) -> &Path {
        Path::new(&self.0)
    }
}

impl fmt::Display for SafeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that show nothing but change how the rest is shown: a name with them looks like another one.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What becomes of one character of a name.
fn harmless(c: char) -> Option<char> {
    match c {
        _ if c.is_control() || is_invisible(c) => None,
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => Some('_'),
        _ => Some(c),
    }
}

/// Without what must not stand at the beginning or the end.
fn trimmed(name: &str) -> &str {
    name.trim_start_matches(|c: char| c == '.' || c == '-' || c.is_whitespace())
        .trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Whether Windows takes the name for a device, with or without an ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_uppercase();
    let port = |stem: &str| {
        let number =
            stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).unwrap_or_default();
        let mut digits = number.chars();
        digits.next().is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c))
            && digits.next().is_none()
    };
    let fixed = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
    fixed.contains(&stem.as_str()) || port(&stem)
}
