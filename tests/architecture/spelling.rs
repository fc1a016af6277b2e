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

/// The paths in code that begin with one of these; of a group of paths, each. What only the documentation names is left
/// out.
pub(crate) fn paths(code: &str, beginnings: &[&str]) -> Vec<Vec<String>> {
    let code: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    for beginning in beginnings {
        for (at, _) in code.match_indices(beginning) {
            let before = &code[..at];
            let is_inside = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let for_docs = before.trim_end_matches("use ").ends_with("#[cfg(doc)] ");
            if before.ends_with(is_inside) || for_docs {
                continue;
            }
            let is_use = beginning.ends_with("use ");
            let path = if is_use { &code[at + beginning.len()..] } else { &code[at..] };
            found.extend(branches(path));
        }
    }
    found
}

/// The paths that a path with groups in it stands for: `a::{b, c::d}` for `a::b` and `a::c::d`.
fn branches(path: &str) -> Vec<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = path.trim_start();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            let members = members(group).into_iter().flat_map(branches);
            return members.map(|tail| [steps.clone(), tail].concat()).collect();
        }
        let name = leading_name(rest);
        rest = &rest[name.len()..];
        if name.is_empty() {
            break;
        }
        steps.push(name);
        match rest.strip_prefix("::") {
            Some(more) => rest = more,
            None => break,
        }
    }
    Vec::from([steps])
}

/// The members of a group, which begins after its brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                found.push(&group[from..at]);
                from = at + 1;
            }
            '}' if depth == 0 => {
                found.push(&group[from..at]);
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
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
