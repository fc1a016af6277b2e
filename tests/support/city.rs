//! A group of friends in a city: daemons, some of them with super-peers, and clients that ask.

#![allow(clippy::unwrap_used, reason = "a test may end where its ground gives way")]

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use photomesh::photo::PhotoId;
use photomesh::protocol::group::GroupFile;
use photomesh::protocol::{Address, CircleFile, MemberFile};
use tempfile::TempDir;

use super::daemon::Daemon;
use super::disk;
use super::wait::eventually;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct City {
    program: PathBuf,
    // Killed before their folders are removed: fields are dropped in order.
    daemons: BTreeMap<String, Daemon>,
    name: &'static str,
    group: GroupFile,
    circle: CircleFile,
    supers: Vec<Address>,
    place: TempDir,
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A port that nobody listens on, and that the system gives to nobody by itself; each once.
fn free_port() -> Address {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = process::id().wrapping_mul(97) + GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + (number % 10_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Address::new("127.0.0.1", port);
        }
    }
}

/// Writes a secret once: others may be reading it later.
fn write_private(path: &Path, text: &str) {
    if path.exists() {
        return;
    }
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

impl City {
    /// A group of this name; no two of a test have the same secret.
    pub(crate) fn new(program: &Path, name: &'static str, secret: u8, circle: &CircleFile) -> City {
        City {
            program: program.to_owned(),
            daemons: BTreeMap::new(),
            name,
            group: GroupFile::new([secret; 32], [secret + 100; 32]),
            circle: circle.clone(),
            supers: Vec::new(),
            place: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn place(&self) -> &Path {
        self.place.path()
    }

    pub(crate) fn group(&self) -> &GroupFile {
        &self.group
    }

    pub(crate) fn member(&self, name: &str) -> MemberFile {
        let key = PhotoId::of(name.as_bytes()).0;
        self.group.clone().invite(name.parse().unwrap(), key, 1_790_000_000).unwrap()
    }

    pub(crate) fn member_file(&self, name: &str) -> PathBuf {
        let path = self.place().join(format!("{name}.member"));
        write_private(&path, &self.member(name).to_text());
        path
    }

    pub(crate) fn circle_file(&self) -> PathBuf {
        let path = self.place().join("cities.circle");
        write_private(&path, &self.circle.to_text());
        path
    }

    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.place().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Puts a photo into a friend's folder.
    pub(crate) fn give(&self, friend: &str, name: &str, bytes: &[u8]) {
        disk::lay(&self.folder(friend).join(name), bytes).unwrap();
    }

    pub(crate) fn bytes(&self, friend: &str, name: &str) -> Vec<u8> {
        fs::read(self.folder(friend).join(name)).unwrap()
    }

    /// Starts a friend's daemon.
    pub(crate) fn start(&mut self, friend: &str, options: &[&str]) {
        let member = self.member_file(friend);
        let mut all = vec!["--grace", "3s", "--pin", "2s", "--member", member.to_str().unwrap()];
        all.extend(options);
        let way_in = self.daemons.values().next().map(|daemon| daemon.address().to_string());
        all.extend(way_in.iter().flat_map(|address| ["--join", address]));
        let daemon = Daemon::start(&self.program, &self.folder(friend), &all).unwrap();
        self.daemons.insert(friend.to_owned(), daemon);
    }

    /// Starts it with a super-peer, which links to others through these.
    pub(crate) fn start_super(&mut self, friend: &str, options: &[&str], links: &[Address]) {
        let (circle, at) = (self.circle_file(), free_port());
        let links: Vec<String> = links.iter().map(Address::to_string).collect();
        let at_text = at.port().to_string();
        let mut all = options.to_vec();
        all.extend(["--super", &at_text, "--group", self.name]);
        all.extend(["--link-key", circle.to_str().unwrap()]);
        all.extend(links.iter().flat_map(|link| ["--link", link]));
        self.start(friend, &all);
        self.supers.push(at);
    }

    /// Where the super-peer of this number listens.
    pub(crate) fn super_peer(&self, number: usize) -> Address {
        self.supers[number].clone()
    }

    pub(crate) fn address(&self, friend: &str) -> &Address {
        self.daemons[friend].address()
    }

    pub(crate) fn stop(&mut self, friend: &str) {
        let mut daemon = self.daemons.remove(friend).unwrap();
        daemon.stop(PATIENCE).unwrap();
    }

    pub(crate) fn kill(&mut self, friend: &str) {
        self.daemons.remove(friend).unwrap().kill().unwrap();
    }

    /// The same for whoever only looks: it is taken away later.
    pub(crate) fn kill_process(&self, friend: &str) {
        self.daemons[friend].signal("KILL").unwrap();
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.place()).output().unwrap()
    }

    /// Runs a command that asks a friend's daemon, in their name.
    pub(crate) fn run(&self, friend: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.place());
        command.env("PHOTOMESH_DAEMON", self.address(friend).to_string());
        command.env("PHOTOMESH_MEMBER", self.member_file(friend)).output().unwrap()
    }

    /// The bytes of a photo, if they can be had.
    pub(crate) fn get(&self, friend: &str, name: &str) -> Option<Vec<u8>> {
        let output = self.run(friend, &["get", name, "-o", "-"]);
        (code(&output) == 0).then_some(output.stdout)
    }

    /// Waits until a group is known, with so many photos.
    pub(crate) fn sees(&self, group: &str, photos: u64) {
        let friend = self.daemons.keys().next().unwrap();
        let sees = || {
            let output = self.run(friend, &["groups", "--json"]);
            let text = stdout(&output);
            let mut groups =
                text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            let found = groups.any(|known| known["name"] == group && known["photos"] == photos);
            match found {
                true => Ok(()),
                false => Err(format!("{text}{}\n{}", stderr(&output), self.logs())),
            }
        };
        eventually("the other group is seen", PATIENCE, sees).unwrap();
    }

    /// Waits until so many nodes are here, and every photo is on two of them.
    pub(crate) fn settles(&self, nodes: usize) {
        let friend = self.daemons.keys().next().unwrap();
        let settled = || {
            let text = stdout(&self.run(friend, &["status", "--json"]));
            let status: serde_json::Value =
                serde_json::from_str(&text).map_err(|e| e.to_string())?;
            let all = status["nodes"].as_array().unwrap().iter();
            let here = all.filter(|node| node["alive"] == true).count();
            match here == nodes && status["under_replicated"] == 0 {
                true => Ok(()),
                false => Err(text),
            }
        };
        eventually("all copies are made", PATIENCE, settled).unwrap();
    }

    fn logs(&self) -> String {
        self.daemons.values().map(Daemon::log).collect()
    }
}
