//! Circles of imports: files or folders side by side of which each needs the other, so that none can be read first.
//!
//! In every folder, what lies side by side must have an order. A folder counts as one there, with all that its files
//! import from outside it. What a `mod.rs` defines belongs to the whole folder and may be used by every file in it, as
//! the language has it; but a name that it only passes on is followed to the file that it comes from.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Source;
use crate::spelling::paths;

/// The module that a file is: `src/node/event.rs` is `["node", "event"]`.
pub(crate) type Module = Vec<String>;

/// Who imports whom in one folder, and where.
type Imports = BTreeMap<(String, String), BTreeSet<String>>;

/// The folders in which imports go round, and the imports that are in the way.
pub(crate) fn circles(sources: &[Source]) -> BTreeMap<String, Vec<String>> {
    let mut folders: BTreeMap<Module, Imports> = BTreeMap::new();
    for (source, from, to) in arrows(sources) {
        let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        if common == from.len() || common == to.len() {
            continue;
        }
        let sides = (from[common].clone(), to[common].clone());
        let said = format!("{} imports {}", source.path, to.join("::"));
        let folder = folders.entry(from[..common].to_vec()).or_default();
        folder.entry(sides).or_default().insert(said);
    }
    let round =
        folders.into_iter().map(|(folder, imports)| (folder.join("::"), going_round(imports)));
    round.filter(|(_, round)| !round.is_empty()).collect()
}

/// Every import: the file that has it, the module that this is, and the module that is imported.
pub(crate) fn arrows(sources: &[Source]) -> Vec<(&Source, Module, Module)> {
    let files: BTreeMap<Module, &Source> =
        sources.iter().map(|source| (module(source), source)).collect();
    let mut found = Vec::new();
    for (from, source) in &files {
        for path in paths(&source.code, &["crate::", "super::"]) {
            if let Some(path) = absolute(from, &path) {
                found.push((*source, from.clone(), origin(&files, path, 8)));
            }
        }
    }
    found
}

/// The imports that remain when whoever imports nobody, and whoever nobody imports, is taken away again and again.
fn going_round(mut imports: Imports) -> Vec<String> {
    loop {
        let from: BTreeSet<String> = imports.keys().map(|(from, _)| from.clone()).collect();
        let to: BTreeSet<String> = imports.keys().map(|(_, to)| to.clone()).collect();
        let before = imports.len();
        imports.retain(|(a, b), _| from.contains(b) && to.contains(a));
        if imports.len() == before {
            return imports.into_values().flatten().collect();
        }
    }
}

fn module(source: &Source) -> Module {
    let path = source.path.strip_prefix("src/").unwrap_or(&source.path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut steps: Module = path.split('/').map(str::to_owned).collect();
    if steps.last().is_some_and(|last| last == "mod" || last == "lib") {
        steps.pop();
    }
    steps
}

/// A path as it is from the crate's root, if it leads anywhere in the crate.
fn absolute(from: &Module, path: &[String]) -> Option<Module> {
    let ups = path.iter().take_while(|step| *step == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([from, &path[1..]].concat()),
        "super" if ups <= from.len() => Some([&from[..from.len() - ups], &path[ups..]].concat()),
        "super" => None,
        _ => Some([from, path].concat()),
    }
}

/// The module that what a path names comes from: names that a module passes on are followed, a few times at most.
fn origin(files: &BTreeMap<Module, &Source>, path: Module, most: usize) -> Module {
    let known = (0..=path.len()).rev().find(|len| files.contains_key(&path[..*len]));
    let (at, rest) = path.split_at(known.unwrap_or(0));
    let (Some(name), Some(source)) = (rest.first(), files.get(at)) else {
        return at.to_vec();
    };
    let passed_on = paths(&source.code, &["pub use ", "pub(crate) use ", "pub(super) use "]);
    let passes = passed_on.into_iter().find(|path| path.last() == Some(name));
    match passes.and_then(|path| absolute(&at.to_vec(), &path)) {
        Some(path) if most > 0 => origin(files, path, most - 1),
        _ => at.to_vec(),
    }
}

mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| Source::new(path, (*text).to_owned());
        let sources: Vec<Source> = files.iter().map(source).collect();
        circles(&sources).into_keys().collect()
    }

    #[test]
    fn circles_are_seen() {
        let two = [("src/n/a.rs", "use super::b::B;"), ("src/n/b.rs", "use crate::n::a::A;")];
        assert_eq!(found(&two), ["n"]);
        let three = [
            ("src/n/a.rs", "use super::{\n    b::B,\n    x,\n};"),
            ("src/n/b.rs", "fn f() {\n    super::c::f()\n}"),
            ("src/n/c.rs", "use super::a;"),
            ("src/n/x.rs", ""),
        ];
        assert_eq!(found(&three), ["n"]);
        let folders = [
            ("src/n/a/one.rs", "use crate::n::b::two::T;"),
            ("src/n/a/three.rs", ""),
            ("src/n/b/two.rs", "use crate::n::a::three::X;"),
        ];
        assert_eq!(found(&folders), ["n"]);
        let passed_on = [
            ("src/n/mod.rs", "pub use b::B;"),
            ("src/n/a.rs", "use super::B;"),
            ("src/n/b.rs", "use super::a::A;"),
        ];
        assert_eq!(found(&passed_on), ["n"]);
        let rooms = [("src/n/a.rs", "use crate::m::x::X;"), ("src/m/x.rs", "use crate::n::a::A;")];
        assert_eq!(found(&rooms), [""]);
    }

    #[test]
    fn what_has_an_order_is_none() {
        let order = [
            ("src/n/mod.rs", "mod a;\nmod b;\nuse a::A;\npub struct N;"),
            ("src/n/a.rs", "use super::N;\nuse super::b::B;"),
            ("src/n/b.rs", "#[cfg(doc)]\nuse super::a::A;\n// super::a\nuse super::N;"),
            ("src/n/c/mod.rs", "use super::a::A;\nmod d;\npub struct C;"),
            ("src/n/c/d.rs", "use super::C;\nuse crate::n::b::B;"),
        ];
        assert_eq!(found(&order), Vec::<String>::new());
    }
}
