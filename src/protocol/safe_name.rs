//! A foreign name made fit to be a file name.

use std::fmt;
use std::path::Path;

/// A file name made from a label that may come from anywhere: one path component, never a path.
///
/// Names are labels, not identity: what another computer calls its file may hold slashes, escape sequences or a device
/// name. This type is the only way from such a name to a file. It is the same on every system, so that a folder can be
/// carried from one to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SafeName(String);

/// Leaves room for the prefixes and suffixes that a writer adds: common file systems allow 255 bytes.
const MAX_BYTES: usize = 200;

/// An extension longer than this is none, and not worth keeping when a name is cut.
const MAX_EXTENSION: usize = 16;

/// What Windows takes for a device, whatever the extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

impl SafeName {
    /// Makes a label fit: hidden, empty and device names get a visible one, over-long names lose their middle, and
    /// what no file name may hold becomes `_`.
    pub fn new(label: &str) -> SafeName {
        let fit = |c: char| if is_harmless(c) { c } else { '_' };
        let name: String = label.chars().map(fit).collect();
        // Windows silently drops trailing dots and spaces, and a second name would be another file elsewhere.
        let name = name.trim().trim_end_matches(['.', ' ']);
        let name = match name.chars().next() {
            None => "photo".to_owned(),
            // A leading dot hides the file or makes it `..`; a leading dash reads as an option.
            Some('.' | '-') => format!("_{}", &name[1..]),
            Some(_) if is_device(name) => format!("_{name}"),
            Some(_) => name.to_owned(),
        };
        SafeName(shorten(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
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

fn is_harmless(c: char) -> bool {
    !c.is_control() && !is_invisible(c) && !r#"/\:*?"<>|"#.contains(c)
}

/// Characters that show nothing but change how the rest is shown: a name with them looks like another one.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_ascii_lowercase();
    let numbered = |port: &str| {
        let digit = stem.strip_prefix(port);
        digit.is_some_and(|d| d.len() == 1 && d.as_bytes()[0].is_ascii_digit())
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// Cuts what is too long, keeping the extension, which tells programs what the file is.
fn shorten(name: String) -> String {
    if name.len() <= MAX_BYTES {
        return name;
    }
    let extension = name
        .rfind('.')
        .map(|dot| &name[dot..])
        .filter(|extension| extension.len() <= MAX_EXTENSION)
        .unwrap_or("");
    let mut end = MAX_BYTES - extension.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_names_stay_as_they_are() {
        for name in [
            "cat.jpg",
            "Été à Nîmes (2).JPEG",
            "猫~3fa9c1.png",
            "no extension",
            "a.b.c",
        ] {
            assert_eq!(SafeName::new(name).as_str(), name);
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_defused() {
        let table = [
            ("../../etc/passwd", "_._.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            (r"C:\boot.ini", "C__boot.ini"),
            ("..", "photo"),
            (".", "photo"),
            ("", "photo"),
            ("  . ", "photo"),
            (".photomesh", "_photomesh"),
            ("-rf.jpg", "_rf.jpg"),
            ("a\0b\x1b[31m.jpg", "a_b_[31m.jpg"),
            ("gpj.\u{202e}exe", "gpj._exe"),
            ("con.jpg", "_con.jpg"),
            ("LPT1", "_LPT1"),
            ("company.jpg", "company.jpg"),
            ("cat.jpg. .", "cat.jpg"),
        ];
        for (label, expected) in table {
            assert_eq!(SafeName::new(label).as_str(), expected, "from {label:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_whole_characters() {
        let long = SafeName::new(&format!("{}.jpeg", "ä".repeat(300)));
        assert!(long.as_str().len() <= MAX_BYTES, "{} bytes", long.0.len());
        assert!(long.as_str().ends_with("ä.jpeg"));
        assert!(SafeName::new(&format!("a.{}", "x".repeat(400))).0.len() <= MAX_BYTES);
    }

    #[test]
    fn making_a_safe_name_safe_changes_nothing() {
        for label in ["../x", "-.", "con", &"é".repeat(500), " ._ "] {
            let once = SafeName::new(label);
            assert_eq!(SafeName::new(once.as_str()), once);
        }
    }
}
