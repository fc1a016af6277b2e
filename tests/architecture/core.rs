//! The parts of the core: each owns its state, none names the one beside it, and where they meet is one place.

use crate::circles::arrows;
use crate::source::Source;
use crate::spelling::has_word;

/// The parts that lie side by side. What concerns another one they tell; only [`CONDUCTORS`] hand it on.
const PARTS: [&str; 5] = ["copies", "drops", "removal", "clients", "previews"];

/// The files in which the parts meet: all that may be written of a whole node.
const CONDUCTORS: [&str; 3] = ["src/node/mod.rs", "src/node/conduct.rs", "src/node/leaving.rs"];

/// Who may look at another part: what people are told is made of all there is.
const MAY_LOOK: [(&str, &str); 2] = [("clients", "copies"), ("clients", "drops")];

/// The files beyond the conductors that know of a whole node.
pub(crate) fn halls(sources: &[Source]) -> Vec<String> {
    let core = sources.iter().filter(|source| source.room() == "node");
    let others = core.filter(|source| !CONDUCTORS.contains(&source.path.as_str()));
    let hall = |source: &&Source| has_word(&source.code, "Node");
    others.filter(hall).map(|source| source.at("knows of a whole node")).collect()
}

/// The imports of one part by a file beside or below it.
pub(crate) fn sideways(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for (source, from, to) in arrows(sources) {
        let part = |module: &[String]| match module {
            [room, part, ..] if room == "node" => Some(part.clone()),
            _ => None,
        };
        let (from, to) = (part(&from).unwrap_or_default(), part(&to).unwrap_or_default());
        let may = from == to
            || !PARTS.contains(&to.as_str())
            || CONDUCTORS.contains(&source.path.as_str())
            || MAY_LOOK.contains(&(from.as_str(), to.as_str()))
            || source.room() != "node";
        if !may {
            found.push(source.at(format!("names {to}")));
        }
    }
    found
}

/// The files of the core that name its words, beyond where those are: what a node does depends on no text about it.
pub(crate) fn talk(sources: &[Source]) -> Vec<String> {
    let core = sources.iter().filter(|source| source.room() == "node");
    let others = core.filter(|source| !source.path.starts_with("src/node/describe/"));
    let talks =
        |source: &&Source| has_word(&source.code.replace("pub mod describe;", ""), "describe");
    others.filter(talks).map(|source| source.at("names describe")).collect()
}

mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text.to_owned())
    }

    #[test]
    fn a_hall_is_seen() {
        for bad in ["impl Node {\n}", "impl super::Node {\n}", "fn f(node: &mut Node) {\n}"] {
            assert!(!halls(&[source("src/node/drops/x.rs", bad)]).is_empty(), "not seen: {bad}");
        }
        for (path, good) in [
            ("src/node/mod.rs", "impl Node {\n}"),
            ("src/node/drops/x.rs", "//! A [`Node`].\nuse crate::protocol::NodeId;"),
            ("src/daemon/x.rs", "use crate::node::Node;"),
        ] {
            assert_eq!(halls(&[source(path, good)]), Vec::<String>::new(), "{path}: {good}");
        }
    }

    #[test]
    fn talk_is_heard() {
        for bad in ["use super::describe;", "fn f() {\n    crate::node::describe::event()\n}"] {
            assert!(!talk(&[source("src/node/drops/x.rs", bad)]).is_empty(), "not heard: {bad}");
        }
        for (path, good) in [
            ("src/node/mod.rs", "pub mod describe;\npub struct Node;"),
            ("src/node/describe/x.rs", "use crate::node::describe::words::Names;"),
            ("src/daemon/x.rs", "use crate::node::describe;"),
        ] {
            assert_eq!(talk(&[source(path, good)]), Vec::<String>::new(), "{path}: {good}");
        }
    }

    #[test]
    fn a_look_sideways_is_seen() {
        let beside = |path, text| {
            let parts = ["copies", "drops", "removal", "clients", "table"];
            let mut all: Vec<Source> =
                parts.iter().map(|part| source(&format!("src/node/{part}/mod.rs"), "")).collect();
            all.push(source("src/node/mod.rs", ""));
            all.push(source(path, text));
            sideways(&all)
        };
        for (path, bad) in [
            ("src/node/copies/x.rs", "use crate::node::drops::Drops;"),
            ("src/node/drops/x.rs", "fn f() {\n    super::super::copies::f()\n}"),
            ("src/node/copies/x.rs", "use crate::node::clients::Clients;"),
            ("src/node/context.rs", "use super::drops::Drops;"),
            ("src/node/plan/x.rs", "use crate::node::{copies::Copies, table::Table};"),
        ] {
            assert!(!beside(path, bad).is_empty(), "not seen: {path}: {bad}");
        }
        for (path, good) in [
            ("src/node/copies/x.rs", "use super::pulls::Pull;\nuse crate::node::table::Table;"),
            ("src/node/clients/x.rs", "use crate::node::copies::Copies;"),
            ("src/node/conduct.rs", "use super::drops::Drops;"),
        ] {
            assert_eq!(beside(path, good), Vec::<String>::new(), "{path}: {good}");
        }
    }
}
