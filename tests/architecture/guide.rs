//! The guide: what its pages name must be there, and be short enough for an evening.
//!
//! A page is read on a forge and in the crate's documentation. A link has one label in both, and two ends: that in the
//! page leads to a file; that in `links.md`, which `UPDATE=1` writes anew, to where the documentation shows the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::assert_none;
use crate::source::sources;
use crate::spelling::functions;

/// A story takes an hour: so many lines of code, with their comments, are read in it.
const STORY_LINES: usize = 600;

/// How many functions a chapter leads through.
const FUNCTIONS: std::ops::RangeInclusive<usize> = 3..=8;

/// How long a chapter is.
const PAGE_LINES: std::ops::RangeInclusive<usize> = 120..=220;

/// What every chapter has, in this order.
const SECTIONS: [&str; 8] = [
    "The story",
    "The picture",
    "Read",
    "A script to read with it",
    "Predict before you run",
    "Check yourself",
    "Elsewhere",
    "Exercises",
];

/// A page of the guide.
struct Page {
    name: String,
    text: String,
}

impl Page {
    fn is_chapter(&self) -> bool {
        self.name.starts_with(|first: char| first.is_ascii_digit())
    }

    /// What stands under a heading.
    fn section(&self, heading: &str) -> &str {
        let begins = format!("\n## {heading}\n");
        let section = self.text.split_once(&begins).map_or("", |(_, section)| section);
        section.split("\n## ").next().unwrap_or_default()
    }

    /// The labels of its links, and where these lead.
    fn links(&self) -> BTreeMap<&str, &str> {
        self.text.lines().filter_map(definition).collect()
    }

    /// The labels that its text uses: files, scripts and chapters.
    fn labels(&self) -> BTreeSet<&str> {
        let text = self.text.lines().filter(|line| definition(line).is_none());
        let pieces = text.flat_map(|line| line.split('[').skip(1));
        let labels = pieces.filter_map(|piece| piece.split_once(']')).map(|(label, _)| label);
        let is_name = |label: &&str| {
            let is_quoted = label.len() > 1 && label.starts_with('`') && label.ends_with('`');
            is_quoted || label.starts_with("chapter ") || ["glossary", "map"].contains(label)
        };
        labels.filter(is_name).collect()
    }

    fn at(&self, what: impl std::fmt::Display) -> String {
        format!("{}: {what}", self.name)
    }
}

/// The label that a line defines, and where it leads.
fn definition(line: &str) -> Option<(&str, &str)> {
    let (label, end) = line.strip_prefix('[')?.split_once("]: ")?;
    (!end.contains(' ')).then_some((label, end))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> std::path::PathBuf {
    root().join("src/guide")
}

/// All pages, in the order of their names.
fn pages() -> Vec<Page> {
    let entries = fs::read_dir(folder()).expect("the guide");
    let names = entries.map(|entry| entry.expect("a page").file_name().into_string());
    let mut names: Vec<String> = names.map(|name| name.expect("a plain name")).collect();
    names.retain(|name| name.ends_with(".md") && name != "links.md");
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(folder().join(&name)).expect("a page is text");
        Page { name, text }
    };
    names.into_iter().map(read).collect()
}

fn chapters() -> Vec<Page> {
    let chapters: Vec<Page> = pages().into_iter().filter(Page::is_chapter).collect();
    assert_eq!(chapters.len(), 11, "chapters");
    chapters
}

/// The functions that a chapter leads through: their names and files.
fn steps(page: &Page) -> Vec<(&str, String)> {
    let rows = page.section("Read").lines().filter_map(|line| line.strip_prefix("| `"));
    let step = |row: &'_ str| {
        let (name, rest) = row.split_once('`')?;
        let label = rest.split('[').nth(1)?.split(']').next()?;
        let end = page.links().get(label).map(|end| in_project(end))?;
        Some((name.len(), end))
    };
    let step = |row| step(row).unwrap_or_else(|| panic!("{}", page.at(row)));
    rows.map(|row| (step(row), row)).map(|((name, end), row)| (&row[..name], end)).collect()
}

/// Where a link of a page leads, from the project's folder.
fn in_project(end: &str) -> String {
    let mut steps = vec!["src", "guide"];
    for step in end.split('/') {
        match step {
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// How many lines a function has in this file, with its comment; of several of one name all of them.
fn lines_of(path: &str, name: &str) -> usize {
    let text = fs::read_to_string(root().join(path)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let name = name.rsplit("::").next().unwrap_or(name);
    let begins = format!("fn {name}");
    let is_it = |line: &str| {
        let rest = line.split_once(&begins).map(|(_, rest)| rest);
        rest.is_some_and(|rest| rest.starts_with(['(', '<']))
            && !line.trim_start().starts_with("//")
    };
    let of_one = |at: usize| {
        let body = lines[at].trim_start();
        let closing = format!("{}}}", &lines[at][..lines[at].len() - body.len()]);
        let last = lines[at..].iter().position(|line| *line == closing).unwrap_or_default();
        let is_before = |line: &&&str| line.trim_start().starts_with(['/', '#']);
        last + 1 + lines[..at].iter().rev().take_while(is_before).count()
    };
    (0..lines.len()).filter(|at| is_it(lines[*at])).map(of_one).sum()
}

#[test]
fn every_function_is_where_a_chapter_says_and_a_story_is_an_hour() {
    let mut wrong = Vec::new();
    for page in chapters() {
        let steps = steps(&page);
        if !FUNCTIONS.contains(&steps.len()) {
            wrong.push(page.at(format!("{} functions", steps.len())));
        }
        let mut all = 0;
        for (name, file) in &steps {
            let lines = lines_of(file, name);
            println!("{:4}  {name} in {file}", lines);
            if lines == 0 {
                wrong.push(page.at(format!("no {name} in {file}")));
            }
            all += lines;
        }
        println!("{all:4}  {}\n", page.name);
        if all > STORY_LINES {
            wrong.push(page.at(format!("{all} lines of code")));
        }
    }
    assert_none("a chapter leads through functions that are there, and few", &wrong);
}

#[test]
fn every_chapter_has_its_parts() {
    let mut wrong = Vec::new();
    for page in chapters() {
        let headings = page.text.lines().filter_map(|line| line.strip_prefix("## "));
        let headings: Vec<&str> = headings.take(SECTIONS.len()).collect();
        if headings != SECTIONS {
            wrong.push(page.at(format!("{headings:?}")));
        }
        let lines = page.text.lines().count();
        if !PAGE_LINES.contains(&lines) {
            wrong.push(page.at(format!("{lines} lines")));
        }
        if !page.text.contains("\n**The rule.** ") {
            wrong.push(page.at("no rule"));
        }
        for hidden in ["Predict before you run", "Check yourself"] {
            if !page.section(hidden).contains("<details>") {
                wrong.push(page.at(format!("no hidden answer under {hidden}")));
            }
        }
        if scripts_in(&page) == 0 {
            wrong.push(page.at("no script"));
        }
    }
    assert_none("the parts of a chapter", &wrong);
}

/// How many scripts it sends its reader to.
fn scripts_in(page: &Page) -> usize {
    let links = page.links();
    let section = page.section("A script to read with it");
    let labels = section.split('[').skip(1).filter_map(|piece| piece.split(']').next());
    let ends = labels.filter_map(|label| links.get(label));
    ends.filter(|end| end.starts_with("../../tests/sim/scripts/")).count()
}

#[test]
fn exercises_name_tests_that_are_there() {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for source in
        sources("src/node/tests").into_iter().chain(sources("src")).chain(sources("tests"))
    {
        known.extend(functions(&source.code).into_iter().map(|(name, _)| name));
    }
    for folder in ["src/folder/tests", "src/node/copies/tests", "src/protocol/tests"] {
        for source in sources(folder) {
            known.extend(functions(&source.code).into_iter().map(|(name, _)| name));
        }
    }
    let scripts = fs::read_dir(root().join("tests/sim/scripts")).expect("the scripts");
    known.extend(
        scripts.filter_map(|entry| entry.expect("a script").file_name().into_string().ok()),
    );
    let mut wrong = Vec::new();
    for page in chapters() {
        // What is quoted and has three words or more joined by `_` is a test, or a script.
        let quoted = page.text.split('`').skip(1).step_by(2);
        let quoted: Vec<&str> = quoted.filter(|word| word.matches('_').count() > 2).collect();
        let is_name = |word: &&str| word.chars().all(|c| c.is_alphanumeric() || c == '_');
        let lost = quoted.into_iter().filter(is_name).filter(|word| !known.contains(*word));
        wrong.extend(lost.map(|word| page.at(word)));
        if page.section("Exercises").matches("Red:").count() == 0 {
            wrong.push(page.at("no exercise says what turns red"));
        }
    }
    assert_none("tests and scripts that a chapter names", &wrong);
}

#[test]
fn links_lead_somewhere_on_a_forge_and_in_the_documentation() {
    let mut wrong = Vec::new();
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for page in pages() {
        let links = page.links();
        for label in page.labels() {
            if !links.contains_key(label) {
                wrong.push(page.at(format!("[{label}] leads nowhere")));
            }
        }
        for (label, end) in links {
            if !root().join(in_project(end)).exists() {
                wrong.push(page.at(format!("{end} is not there")));
            }
            // Its page lies one folder higher than those of the others.
            if page.name == "README.md" && end.contains('/') {
                wrong.push(page.at(format!("{end}: from here to other pages alone")));
            }
            if !page.labels().contains(label) {
                wrong.push(page.at(format!("[{label}] is not used")));
            }
            let documented = documented(end);
            let before = all.insert(label.to_owned(), documented.clone());
            if before.is_some_and(|before| before != documented) {
                wrong.push(page.at(format!("[{label}] leads elsewhere on another page")));
            }
        }
    }
    assert_none("links", &wrong);
    let written: String = all.iter().map(|(label, end)| format!("[{label}]: {end}\n")).collect();
    let path = folder().join("links.md");
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        fs::write(&path, &written).expect("a writable page");
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert!(before == written, "src/guide/links.md is of before: UPDATE=1 writes it anew");
}

/// Where the documentation of a page shows what one of its links leads to.
fn documented(end: &str) -> String {
    match (end, in_project(end).strip_prefix("src/")) {
        ("README.md", _) => "crate::guide".to_owned(),
        (page, _) if page.ends_with(".md") && !page.contains('/') => {
            let name = page.trim_end_matches(".md");
            let name = name.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("crate::guide::{}", name.trim_start_matches('_'))
        }
        // It shows no tests.
        (_, Some(file)) if file.ends_with(".rs") && !file.contains("tests/") => {
            format!("../../../src/photomesh/{file}.html")
        }
        // As of a documentation that lies where cargo puts it.
        (end, _) => format!("../../../../../{}", in_project(end)),
    }
}

#[test]
fn the_map_knows_every_file_of_the_core() {
    let pages = pages();
    let map = &pages.iter().find(|page| page.name == "map.md").expect("the map").text;
    let is_named = |path: &str| map.contains(&format!("`{path}`"));
    let files = sources("src").into_iter().map(|source| source.path);
    let lost = files.filter(|path| path.starts_with("src/node/")).filter(|path| {
        let path = path.trim_start_matches("src/");
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        !is_named(path) && !is_named(&format!("{folder}/"))
    });
    assert_none("files that the map does not know", &lost.collect::<Vec<_>>());
}
