//! A daemon over a folder of drawn photos, and a gallery that asks it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, SystemTime};

use photomesh::protocol::Address;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::support::pictures::{draw, jpeg};
use crate::support::wait::eventually;
use crate::web::Web;

/// Whatever a gallery or a daemon does by itself has to be done within this time, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A gallery in a process of its own. Killed when it goes out of scope.
pub(crate) struct Gallery {
    child: Child,
    log: PathBuf,
    /// What it has printed.
    pub(crate) lines: Receiver<String>,
    pub(crate) web: Web,
}

/// A daemon and a gallery, with files of their own.
pub(crate) struct House {
    pub(crate) place: TempDir,
    pub(crate) daemon: Daemon,
    pub(crate) gallery: Gallery,
}

/// The names that the photos of a house have: the first two tell a date.
pub(crate) const NAMES: [&str; 4] =
    ["IMG_20240612_101530.jpg", "2024-06-13.jpg", "cat.jpg", "<img src=x onerror=alert(1)>.jpg"];

/// The bytes of the photo of this number.
pub(crate) fn photo(number: u64) -> Vec<u8> {
    jpeg(&draw(number, 320, 240), 90)
}

/// A house with the photos of [`NAMES`], which are in the timeline.
pub(crate) fn house() -> House {
    let place = TempDir::new().unwrap();
    let folder = place.path().join("photos");
    fs::create_dir(&folder).unwrap();
    for (name, number) in NAMES.iter().zip(0..) {
        let path = folder.join(name);
        disk::lay(&path, &photo(number)).unwrap();
        // A time that is none, so that only names tell dates.
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
    }
    let daemon = Daemon::start(program(), &folder, &[]).unwrap();
    let gallery = Gallery::start(place.path(), daemon.address(), &[]);
    let house = House { place, daemon, gallery };
    house.wait_for(NAMES.len());
    house
}

pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_photomesh"))
}

impl House {
    /// Waits until the timeline has so many photos; returns it.
    pub(crate) fn wait_for(&self, photos: usize) -> Value {
        self.gallery.wait_for(photos)
    }

    /// The id of the photo of this label.
    pub(crate) fn id(&self, name: &str) -> String {
        let web = &self.gallery.web;
        let rev = web.get("/api/timeline").json()["rev"].as_str().unwrap().to_owned();
        let page = web.get(&format!("/api/page/0?rev={rev}")).json();
        let rows = page["photos"].as_array().unwrap();
        let row = rows.iter().find(|row| row[1] == name).unwrap();
        row[0].as_str().unwrap().to_owned()
    }
}

impl Gallery {
    /// Starts one with its files in a place, and waits until it listens.
    pub(crate) fn start(place: &Path, daemon: &Address, options: &[&str]) -> Gallery {
        let log = place.join("gallery.log");
        let errors = File::options().create(true).append(true).open(&log).unwrap();
        let mut child = Command::new(program())
            .args(["gallery", "--port", "0", "--daemon", &daemon.to_string()])
            .args(options)
            .env("XDG_STATE_HOME", place.join("state"))
            .env("XDG_CACHE_HOME", place.join("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let _ = line.map(|line| sender.send(line));
            }
        });
        let first = lines.recv_timeout(PATIENCE).expect("it says where it is");
        let address = first.strip_prefix("gallery at http://").unwrap().trim_end_matches('/');
        let web = Web::new(address);
        Gallery { child, log, lines, web }
    }

    /// Waits until the timeline has so many photos; returns it.
    pub(crate) fn wait_for(&self, photos: usize) -> Value {
        let found = eventually("the timeline has all photos", PATIENCE, || {
            let timeline = self.web.get("/api/timeline").json();
            match timeline["total"] == photos {
                true => Ok(timeline),
                false => Err(format!("{timeline}\n{}", self.log())),
            }
        });
        found.unwrap()
    }

    /// What it has said on standard error.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A figure of its memory as Linux tells it, in kibibytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn memory(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(what)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Asks it to stop, as Ctrl-C does, and waits until it has.
    pub(crate) fn stop(&mut self, within: Duration) -> Result<ExitStatus, String> {
        let process = self.child.id().to_string();
        Command::new("kill").args(["-s", "TERM", &process]).status().unwrap();
        eventually("the gallery stops", within, || {
            self.child.try_wait().unwrap().ok_or_else(|| "it still runs".to_owned())
        })
    }
}

impl Drop for Gallery {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- log of the gallery\n{}", self.log());
        }
    }
}
