//! The page: its files are a part of the program.
//!
//! They are named by a hash over all of them, `/a/HASH/app.js`, so that a browser keeps them for ever, never mixes two
//! versions of the program, and modules find each other by relative paths. They are compressed once, at the start: a third
//! goes over the line.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// A file of the page: its name, its type, its text.
pub(super) type File = (&'static str, &'static str, &'static str);

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const ICON: &str = "image/svg+xml";

macro_rules! file {
    ($name:literal, $kind:expr) => {
        ($name, $kind, include_str!(concat!("page/", $name)))
    };
}

/// The shell, in which `/a/HASH/` stands for the path of the others, and `MODULES` for links that announce the scripts:
/// else a browser would hear of each only from the one that imports it.
const SHELL: &str = include_str!("page/index.html");

/// All others.
pub(super) const FILES: &[File] = &[
    file!("app.js", SCRIPT),
    file!("collection.js", SCRIPT),
    file!("details.js", SCRIPT),
    file!("disk.js", SCRIPT),
    file!("dom.js", SCRIPT),
    file!("duplicates.js", SCRIPT),
    file!("filmstrip.js", SCRIPT),
    file!("graph.js", SCRIPT),
    file!("groups.js", SCRIPT),
    file!("health.js", SCRIPT),
    file!("hold.js", SCRIPT),
    file!("icon.svg", ICON),
    file!("keys.js", SCRIPT),
    file!("layout.js", SCRIPT),
    file!("live.js", SCRIPT),
    file!("login.js", SCRIPT),
    file!("notices.js", SCRIPT),
    file!("pair.js", SCRIPT),
    file!("remove.js", SCRIPT),
    file!("risks.js", SCRIPT),
    file!("screens.css", STYLE),
    file!("scrubber.js", SCRIPT),
    file!("search.js", SCRIPT),
    file!("selection.js", SCRIPT),
    file!("style.css", STYLE),
    file!("tile.js", SCRIPT),
    file!("timeline.js", SCRIPT),
    file!("trash.js", SCRIPT),
    file!("upload.js", SCRIPT),
    file!("verdict.js", SCRIPT),
    file!("viewer.css", STYLE),
    file!("viewer.js", SCRIPT),
    file!("words.js", SCRIPT),
    file!("zoom.js", SCRIPT),
];

/// The page, ready to be served.
pub(super) struct Assets {
    hash: String,
    shell: String,
    /// The files, compressed, in their order.
    packed: Vec<Vec<u8>>,
}

impl Assets {
    /// The files of this program.
    pub(super) fn new() -> Assets {
        let mut hasher = blake3::Hasher::new();
        for (name, _, text) in FILES.iter().chain([&("", "", SHELL)]) {
            // The length tells where a file ends.
            hasher.update(format!("{name} {}\n", text.len()).as_bytes());
            hasher.update(text.as_bytes());
        }
        let hash = hasher.finalize().to_hex()[..16].to_owned();
        let scripts = FILES.iter().filter(|(_, kind, _)| *kind == SCRIPT);
        let links = scripts
            .map(|(name, ..)| format!("<link rel=\"modulepreload\" href=\"/a/HASH/{name}\">"));
        let shell = SHELL.replace("MODULES", &links.collect::<String>());
        let shell = shell.replace("/a/HASH/", &format!("/a/{hash}/"));
        // Where one cannot be compressed, which in memory does not happen, it is sent as it is.
        let packed = FILES.iter().map(|(_, _, text)| pack(text).unwrap_or_default()).collect();
        Assets { hash, shell, packed }
    }

    /// The page itself.
    pub(super) fn shell(&self) -> &str {
        &self.shell
    }

    /// Its ETag: the same as long as every file is.
    pub(super) fn etag(&self) -> String {
        format!("\"{}\"", self.hash)
    }

    /// The type and the text of a file of this version, and the text compressed.
    pub(super) fn file(&self, hash: &str, name: &str) -> Option<(File, &[u8])> {
        let place = FILES.iter().position(|(own, ..)| *own == name && hash == self.hash)?;
        Some((FILES[place], &self.packed[place]))
    }
}

fn pack(text: &str) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes())?;
    packed.finish()
}
