//! What code says: words, paths into other rooms, functions and their length.

use crate::source::Source;

pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// The names of the crate's root that a file mentions: `crate::x`, `crate::{x, y::z}`, `photomesh::x`, and `super::x`
/// where that is the root.
pub(crate) fn entered(source: &Source) -> Vec<String> {
    let root_above = "super::".repeat(source.depth());
    let code: String = source.code.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut names = Vec::new();
    for prefix in ["crate::", "photomesh::", &root_above] {
        for (at, _) in code.match_indices(prefix) {
            // Longer words that end alike, and longer chains of `super`, are other paths.
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            names.extend(first_names(&code[at + prefix.len()..]));
        }
    }
    names
}

/// The first name of a path, or of every path in a group of them.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return Vec::from([leading_name(path)]);
    };
    let mut names = Vec::from([leading_name(group)]);
    let mut depth = 1;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(leading_name(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn leading_name(path: &str) -> String {
    let is_part = |c: &char| c.is_alphanumeric() || *c == '_';
    path.trim_start().chars().take_while(is_part).collect()
}

/// Every function of a file and how many lines it has, from its signature to its closing brace.
pub(crate) fn functions(code: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let Some(name) = function_name(body) else {
            continue;
        };
        let indent = &line[..line.len() - body.len()];
        let closing = format!("{indent}}}");
        let declared_only = |line: &&str| line.starts_with(indent) && line.ends_with(';');
        let length = lines[start..]
            .iter()
            .position(|line| *line == closing || line.ends_with("{}"))
            .filter(|_| !declared_only(&lines[start]));
        found.push((name, length.map_or(1, |last| last + 1)));
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split(' ').skip_while(|word| {
        ["const", "async", "pub"].contains(word) || word.starts_with("pub(") || *word == "extern"
    });
    let name = words.next().filter(|word| *word == "fn").and(words.next())?;
    Some(leading_name(name))
}
