//! The rules of the house, checked by reading the source: what the core may not touch, which room may enter which, and
//! how long a reader has to scroll. The scanners are simple: they trust rustfmt's layout.

mod circles;
mod core;
mod guide;
mod links;
mod page;
mod source;
mod spelling;

use std::collections::BTreeMap;

use self::core::{halls, sideways, talk};
use circles::circles;
use source::{Source, sources};
use spelling::{entered, functions, has_word};

/// Which room may use which others. `main.rs` and `args.rs` are rooms, too.
const MAY_ENTER: [(&str, &[&str]); 15] = [
    ("guide", &[]),
    ("photo", &[]),
    ("platform", &[]),
    ("process", &[]),
    ("protocol", &["photo"]),
    ("balance", &["photo", "protocol"]),
    ("node", &["photo", "protocol", "balance"]),
    ("folder", &["photo", "protocol", "platform"]),
    ("trace", &["photo", "protocol", "node"]),
    ("daemon", &["photo", "protocol", "node", "folder", "trace", "platform", "process"]),
    ("client", &["photo", "protocol", "balance", "platform"]),
    ("abroad", &["photo", "protocol", "client", "platform", "process"]),
    ("gallery", &["photo", "protocol", "client", "platform", "process"]),
    // Addresses on the command line are the protocol's.
    ("args", &["protocol", "daemon", "client", "gallery", "abroad", "trace"]),
    ("main", &["args", "daemon", "client", "gallery", "abroad"]),
];

/// The rooms that have to be pure.
const PURE: [&str; 4] = ["node", "protocol", "balance", "trace"];

/// What a pure room may not contain: the outside world, its clocks, and anything whose order differs between runs.
const IMPURE: [&str; 16] = [
    "std::fs",
    "std::thread",
    "std::process",
    "std::env",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "Instant",
    "SystemTime",
    "HashMap",
    "HashSet",
    "RandomState",
    "Mutex",
    "RwLock",
    "getrandom",
];

/// The rooms whose tests lie in folders of their own.
const TESTED_BESIDE: [&str; 9] =
    ["abroad", "balance", "client", "daemon", "folder", "gallery", "photo", "protocol", "trace"];

/// What calls the operating system by its own name, and the one file that may.
const SYSTEM: [&str; 3] = ["std::os", "rustix", "rlimit"];
const PLATFORM: &str = "platform";

/// The most lines of a file, and of a function without its documentation.
const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;

/// Files, and functions in them, that may be longer, each with its reason.
const LONGER: [(&str, &str); 2] = [
    ("tests/sim/jobs.rs: execute", "one match, an arm an action, all of them short"),
    ("tests/sim/flaws.rs: deliver", "one match, an arm a way to break the rules"),
];

#[test]
fn the_core_is_pure() {
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|s| PURE.contains(&s.room())) {
        let offences = impurities(&source.code);
        found.extend(offences.into_iter().map(|what| source.at(what)));
    }
    assert_none("the core must not know the outside world", &found);
}

#[test]
fn rooms_are_entered_one_way() {
    let mut found = Vec::new();
    for source in sources("src") {
        let offences = trespasses(&source);
        found.extend(offences.into_iter().map(|room| source.at(room)));
    }
    assert_none("dependencies go one way only", &found);
}

#[test]
fn imports_do_not_go_round() {
    let found: Vec<String> = circles(&sources("src"))
        .into_iter()
        .flat_map(|(folder, imports)| {
            imports.into_iter().map(move |import| format!("{folder}: {import}"))
        })
        .collect();
    assert_none("files that lie side by side have an order", &found);
}

#[test]
fn the_parts_of_the_core_meet_in_one_place() {
    assert_none(
        "a part owns its state: nobody else knows of a whole node",
        &halls(&sources("src")),
    );
    assert_none("a part tells what concerns another one", &sideways(&sources("src")));
}

#[test]
fn the_core_does_not_talk_about_itself() {
    assert_none("words are for those who watch the core", &talk(&sources("src")));
}

#[test]
fn one_file_calls_the_system_by_its_name() {
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| source.room() != PLATFORM) {
        let named = SYSTEM.iter().filter(|word| has_word(&source.code, word));
        found.extend(named.map(|word| source.at(word)));
    }
    assert_none("only src/platform.rs knows what kind of system it is", &found);
}

#[test]
fn no_text_becomes_a_part_of_the_page() {
    assert_none("names of photos are text nodes and properties", &page::parsers());
}

#[test]
fn what_the_documents_point_to_is_there() {
    assert_none("a document leads somewhere", &links::dead());
}

#[test]
fn tests_lie_beside_what_they_test() {
    let rooms = |source: &&Source| TESTED_BESIDE.contains(&source.room());
    let found: Vec<String> = sources("src")
        .iter()
        .filter(rooms)
        .filter(|source| source.text.contains("#[test]"))
        .map(|source| source.path.clone())
        .collect();
    assert_none("tests have folders of their own", &found);
}

#[test]
fn files_and_functions_are_short() {
    let long = long_ones();
    let excused = |what: &str| LONGER.iter().any(|(longer, _)| *longer == what);
    let found: Vec<String> = long
        .iter()
        .filter(|(what, _)| !excused(what))
        .map(|(what, lines)| format!("{what}: {lines} lines"))
        .collect();
    assert_none("at most 400 lines a file and 70 a function", &found);
}

#[test]
fn every_exception_is_needed() {
    let long = long_ones();
    for (what, reason) in LONGER {
        assert!(
            long.contains_key(what),
            "{what} is short now, or gone; it was excused because: {reason}"
        );
    }
}

/// Every file and function that is too long, and how long it is.
fn long_ones() -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        let functions = functions(&source.code).into_iter();
        let long = functions.filter(|(_, lines)| *lines > FUNCTION_LINES);
        found.extend(long.map(|(name, lines)| (source.at(name), lines)));
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            found.insert(source.path, lines);
        }
    }
    found
}

/// The forbidden things that a file's code names.
fn impurities(code: &str) -> Vec<String> {
    let grouped = code.split_whitespace().collect::<String>();
    let mut found: Vec<String> =
        IMPURE.iter().filter(|word| has_word(code, word)).map(ToString::to_string).collect();
    // `use std::{fs, io}` names the same by another spelling.
    for part in grouped.split("std::{").skip(1) {
        let group = part.split(';').next().unwrap_or(part);
        let modules = ["fs", "thread", "process", "env"];
        let named = modules.iter().filter(|module| has_word(group, module));
        found.extend(named.map(|module| format!("std::{{{module}}}")));
    }
    found
}

/// The rooms that a file enters and may not.
fn trespasses(source: &Source) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = MAY_ENTER.into();
    let room = source.room();
    let is_room = |name: &str| allowed.contains_key(name);
    let may =
        |name: &str| name == room || allowed.get(room).is_some_and(|rooms| rooms.contains(&name));
    let mut found: Vec<String> =
        entered(source).into_iter().filter(|name| is_room(name) && !may(name)).collect();
    if room != "lib" && !is_room(room) {
        found.push(format!("{room} is a room without rules"));
    }
    found
}

fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

mod scanners_see {
    use super::*;
    use source::code_only;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text.to_owned())
    }

    #[test]
    fn forbidden_things_in_every_spelling() {
        for bad in [
            "use std::fs;",
            "use std::fs::File;",
            "use std::{\n    fs,\n    io,\n};",
            "let now = std::time::Instant::now();",
            "use std::collections::{BTreeMap, HashMap};",
            "let set: HashSet<u8> = HashSet::new();",
            "std::thread::sleep(span)",
            "use std::net::{IpAddr, TcpStream};",
            "\"a string\"; SystemTime::now()",
            "let quote = '\"'; let t = SystemTime::now();",
        ] {
            assert!(!impurities(&code_only(bad)).is_empty(), "not seen: {bad}");
        }
    }

    #[test]
    fn what_is_harmless() {
        for good in [
            "// std::fs is for others",
            "//! No `HashMap` here.",
            "let text = \"std::fs\";",
            "use std::net::IpAddr;",
            "let my_Instant_like = InstantCoffee;",
            "use std::{fmt, io};",
            "#[cfg(test)]\nmod tests {\n    use std::fs;\n}",
            "#[cfg(test)]\n#[allow(x)]\nmod tests {\n    use std::fs;\n}",
        ] {
            assert_eq!(impurities(&code_only(good)), Vec::<String>::new(), "{good}");
        }
        let after = "#[cfg(test)]\nmod tests {\n    fn x() {\n    }\n}\nuse std::fs;";
        assert!(!impurities(&code_only(after)).is_empty());
    }

    #[test]
    fn rooms_that_must_not_be_entered() {
        let bad = [
            ("src/node/x.rs", "use crate::daemon::run;"),
            ("src/node/x.rs", "use crate::{photo::Photo, folder::Folder};"),
            ("src/node/x.rs", "use crate::{\n    photo::{A, B},\n    folder,\n};"),
            ("src/node/x.rs", "fn f() {\n    crate::folder::open()\n}"),
            ("src/node/mod.rs", "use super::folder::Folder;"),
            ("src/node/x.rs", "use super::super::daemon;"),
            ("src/photo/x.rs", "use crate::protocol::NodeId;"),
            ("src/client/x.rs", "use crate::node::Node;"),
            ("src/client/x.rs", "use crate::gallery::Head;"),
            ("src/gallery/x.rs", "use crate::daemon::run;"),
            ("src/folder/x.rs", "use crate::node::Event;"),
            ("src/main.rs", "use photomesh::node::Node;"),
            ("src/attic/mod.rs", "fn f() {}"),
        ];
        for (path, text) in bad {
            assert!(!trespasses(&source(path, text)).is_empty(), "not seen: {path}: {text}");
        }
    }

    #[test]
    fn rooms_that_may_be_entered() {
        let good = [
            ("src/node/x.rs", "use crate::{photo::{Photo, daemon}, protocol};"),
            ("src/node/x.rs", "use super::daemon;"),
            ("src/node/x.rs", "// see crate::daemon\nuse super::event::Event;"),
            ("src/daemon/disk/x.rs", "use crate::node::Node;\nuse super::super::state;"),
            ("src/main.rs", "use photomesh::client::{self, Daemon};"),
            ("src/lib.rs", "pub mod node;"),
        ];
        for (path, text) in good {
            assert_eq!(trespasses(&source(path, text)), Vec::<String>::new(), "{path}: {text}");
        }
    }

    #[test]
    fn how_long_functions_are() {
        let body = "    x();\n".repeat(80);
        let text = format!(
            "fn short() {{}}\npub(super) fn long(\n    a: u8,\n) {{\n{body}}}\n\nimpl T {{\n    fn two(&self) -> u8 {{\n    }}\n    fn declared(&self);\n}}\n"
        );
        let expected = [("short", 1), ("long", 84), ("two", 2), ("declared", 1)];
        let expected = expected.map(|(name, lines)| (name.to_owned(), lines));
        assert_eq!(functions(&code_only(&text)), expected);
    }
}
