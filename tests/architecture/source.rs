//! Source files, and their code without comments, strings and unit tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub(crate) struct Source {
    /// Its path from the project's folder, with forward slashes.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
    /// Without comments, strings and unit tests; every line that is left is where it was.
    pub(crate) code: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: String) -> Source {
        Source { path: path.to_owned(), code: code_only(&text), text }
    }

    /// The room it is in: `src/node/event.rs` is in `node`.
    pub(crate) fn room(&self) -> &str {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let room = path.split('/').next().unwrap_or(path);
        room.strip_suffix(".rs").unwrap_or(room)
    }

    /// How many modules down from the crate's root it is: `src/node/mod.rs` is 1, `src/node/event.rs` is 2.
    pub(crate) fn depth(&self) -> usize {
        let steps = self.path.matches('/').count();
        if self.path.ends_with("/mod.rs") { steps - 1 } else { steps }
    }

    pub(crate) fn at(&self, what: impl std::fmt::Display) -> String {
        format!("{}: {what}", self.path)
    }
}

/// All Rust files under a folder of the project, unit tests in files of their own left out.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = files(folder, "rs");
    assert!(!files.is_empty(), "no sources under {folder}");
    let unit_tests = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        folder == "src"
            && (name == "tests.rs" || path.parent().is_some_and(|p| p.ends_with("tests")))
    };
    files.retain(|path| !unit_tests(path));
    files
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).expect("a source is text");
            let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
            Source::new(&path.replace('\\', "/"), text)
        })
        .collect()
}

/// All files under a folder of the project whose names end so, in order.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), extension, &mut files);
    files.sort();
    files
}

fn walk(folder: &Path, wanted: &str, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry of it").path();
        if path.is_dir() {
            walk(&path, wanted, files);
        } else if path.extension().is_some_and(|extension| extension == wanted) {
            files.push(path);
        }
    }
}

/// Blanks out comments, the contents of one-line strings, and `#[cfg(test)]` items.
pub(crate) fn code_only(text: &str) -> String {
    let mut code = String::new();
    let mut skip_to: Option<String> = None;
    let mut test_item = false;
    for line in text.lines() {
        let line = without_comment_and_strings(line);
        if let Some(end) = &skip_to {
            if line == *end {
                skip_to = None;
            }
            code.push('\n');
            continue;
        }
        if test_item && line.ends_with('{') {
            let indent = &line[..line.len() - line.trim_start().len()];
            skip_to = Some(format!("{indent}}}"));
        }
        let is_attribute = line.trim_start().starts_with("#[");
        test_item = line.trim() == "#[cfg(test)]" || (test_item && is_attribute);
        if skip_to.is_none() {
            code.push_str(line.trim_end());
        }
        code.push('\n');
    }
    code
}

fn without_comment_and_strings(line: &str) -> String {
    let mut kept = String::new();
    let mut chars = line.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                chars.next();
            }
            // A quote character, not the beginning of a string.
            '\'' if !in_string && chars.peek() == Some(&'"') => {
                kept.push_str("' '");
                chars.nth(1);
            }
            '"' => {
                in_string = !in_string;
                kept.push('"');
            }
            '/' if !in_string && chars.peek() == Some(&'/') => break,
            c if !in_string => kept.push(c),
            _ => {}
        }
    }
    kept.trim_end().to_owned()
}
