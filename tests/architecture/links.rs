//! Where documents point to: files, and headings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::files;

/// The links of all documents, and the paths that they name, that lead nowhere.
pub(crate) fn dead() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents =
        [vec![root.join("README.md")], files("src", "md"), files("tests", "md")].concat();
    let dead = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a document is text");
        let folder = path.parent().expect("a document is in a folder").to_owned();
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let links = targets(&text).into_iter().filter(|target| !leads(&folder, &text, target));
        let paths = named_paths(&text).into_iter().filter(|path| !root.join(path).exists());
        links.chain(paths).map(|target| format!("{name}: {target}")).collect::<Vec<_>>()
    };
    documents.into_iter().flat_map(dead).collect()
}

/// Where the links of a document lead.
fn targets(text: &str) -> Vec<String> {
    let after = text.split("](").skip(1);
    after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned()).collect()
}

/// Whether a link of a document in this folder leads anywhere. What lies elsewhere in the world is not looked at.
fn leads(folder: &Path, text: &str, target: &str) -> bool {
    match target.strip_prefix('#') {
        Some(heading) => headings(text).iter().any(|known| known == heading),
        None => target.starts_with("https://") || folder.join(target).exists(),
    }
}

/// By what forges call the headings of a document: of two alike the second one ends in `-1`.
fn headings(text: &str) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let titles = text.lines().filter(|line| line.starts_with('#'));
    let titles = titles.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let slugs = titles.map(|title| {
        let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let before = seen.entry(slug.clone()).and_modify(|times| *times += 1).or_insert(0);
        if *before == 0 { slug } else { format!("{slug}-{before}") }
    });
    slugs.collect()
}

/// Paths from the project's folder that a document names as code.
fn named_paths(text: &str) -> Vec<String> {
    let code = text.split('`').skip(1).step_by(2);
    let is_path = |word: &&str| {
        let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
        (word.starts_with("src/") || word.starts_with("tests/")) && word.chars().all(plain)
    };
    code.filter(is_path).map(str::to_owned).collect()
}

mod tests {
    use super::*;

    #[test]
    fn a_link_to_nowhere_is_seen() {
        let text = "# One `two`\n\n## Said\n## Said\n[a](#one-two) [b](#said-1) [c](src/lib.rs) [d](https://e.f)";
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let targets = targets(text);
        assert_eq!(targets, ["#one-two", "#said-1", "src/lib.rs", "https://e.f"]);
        assert!(targets.iter().all(|target| leads(root, text, target)));
        for bad in ["#said-2", "#two", "src/attic.rs"] {
            assert!(!leads(root, text, bad), "not seen: {bad}");
        }
        assert_eq!(named_paths("in `src/attic.rs`, and `src/*` of `cat`"), ["src/attic.rs"]);
    }
}
