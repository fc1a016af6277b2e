//! The friends of the demo, and what is in their folders.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use photomesh::photo::PhotoId;
use photomesh::protocol::Address;

use crate::support::agreement::Expected;
use crate::support::daemon::Daemon;
use crate::support::pictures::{annotated, draw as draw_picture, grey, jpeg, png, smaller};

/// What the friends are called.
pub(crate) const NAMES: [&str; 5] = ["anna", "ben", "chloe", "dario", "emma"];

/// How many different pictures they have between them.
pub(crate) const PICTURES: usize = 20;

/// What the pictures show, or so their owners say.
const TITLES: [&str; PICTURES] = [
    "alps",
    "bakery",
    "canal",
    "dunes",
    "elm",
    "ferry",
    "garden",
    "harbour",
    "island",
    "jetty",
    "kite",
    "lighthouse",
    "market",
    "night",
    "orchard",
    "pier",
    "quarry",
    "river",
    "snow",
    "tower",
];

/// A picture in its best version.
pub(crate) struct Photo {
    pub(crate) id: PhotoId,
    pub(crate) bytes: Vec<u8>,
}

/// What the collection has to become.
#[derive(Default)]
pub(crate) struct Collection {
    /// Every picture once, by name.
    pub(crate) best: BTreeMap<String, Photo>,
    /// The names of the versions that nobody shall see, and of the pictures that are shown in their place.
    pub(crate) worse: BTreeMap<String, String>,
}

impl Collection {
    /// What every daemon has to list.
    pub(crate) fn expected(&self) -> Expected {
        let best = self.best.iter();
        best.map(|(name, photo)| (name.clone(), photo.id)).collect()
    }
}

/// Somebody with a folder of pictures and, most of the time, a daemon.
pub(crate) struct Friend {
    pub(crate) name: &'static str,
    pub(crate) folder: PathBuf,
    /// Name and digest of every file there was at the beginning.
    pub(crate) files: Vec<(String, PhotoId)>,
    pub(crate) daemon: Option<Daemon>,
}

/// Draws all pictures and their worse versions, and spreads them over the folders.
pub(crate) fn draw(place: &Path) -> io::Result<(Collection, Vec<Friend>)> {
    let mut friends = Vec::new();
    for name in NAMES {
        let folder = place.join(name);
        fs::create_dir_all(folder.join("holidays"))?;
        friends.push(Friend { name, folder, files: Vec::new(), daemon: None });
    }
    let mut collection = Collection::default();
    for (number, title) in TITLES.iter().enumerate() {
        let picture = draw_picture(number as u64, 960, 640);
        let best = jpeg(&picture, 90);
        let name = format!("{title}.jpg");
        let mut give =
            |to: usize, name: &str, bytes: &[u8]| friends[to % NAMES.len()].take(name, bytes);
        // One or two friends have the picture itself, others a version that is worse in one respect.
        give(number, &format!("holidays/{name}"), &best)?;
        let mut worse = Vec::new();
        match number % 4 {
            0 => give(number + 1, &name, &best)?,
            1 => {
                worse.push((
                    number + 1,
                    format!("{title} for the web.jpg"),
                    jpeg(&smaller(&picture, 60), 80),
                ));
                worse.push((number + 2, format!("{title} bw.jpg"), jpeg(&grey(&picture), 90)));
            }
            2 => worse.push((
                number + 3,
                format!("{title} dated.jpg"),
                jpeg(&annotated(&smaller(&picture, 80)), 85),
            )),
            _ => {
                worse.push((number + 4, format!("{title} thumb.png"), png(&smaller(&picture, 40))))
            }
        }
        for (to, version, bytes) in worse {
            give(to, &version, &bytes)?;
            collection.worse.insert(version, name.clone());
        }
        let id = PhotoId::of(&best);
        collection.best.insert(name, Photo { id, bytes: best });
    }
    Ok((collection, friends))
}

impl Friend {
    fn take(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.files.push((name.to_owned(), PhotoId::of(bytes)));
        fs::write(self.folder.join(name), bytes)
    }

    /// In a few words.
    pub(crate) fn possessions(&self) -> String {
        let names: Vec<&str> =
            self.files.iter().map(|(name, _)| name.trim_start_matches("holidays/")).collect();
        format!("{} files: {}", names.len(), names.join(", "))
    }

    /// Starts a daemon on the folder.
    pub(crate) fn start(
        &mut self,
        program: &Path,
        way_in: Option<&Address>,
        options: &[&str],
    ) -> Result<(), String> {
        let way_in = way_in.map(ToString::to_string);
        let join: Vec<&str> = way_in.iter().flat_map(|address| ["--join", address]).collect();
        let trace = self.trace().display().to_string();
        let named = ["--name", self.name, "--trace", &trace];
        let daemon = Daemon::start(program, &self.folder, &[&join, options, &named].concat())?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// What the daemons of this friend write of all that happens.
    pub(crate) fn trace(&self) -> PathBuf {
        self.folder.with_extension("trace")
    }

    /// Where the daemon listens.
    pub(crate) fn address(&self) -> Result<Address, String> {
        let daemon = self.daemon.as_ref();
        daemon
            .map(|daemon| daemon.address().clone())
            .ok_or_else(|| format!("{} runs no daemon", self.name))
    }

    /// Kills the daemon without a warning.
    pub(crate) fn kill(&mut self) -> Result<(), String> {
        match self.daemon.take() {
            Some(mut daemon) => daemon.kill().map(|_| ()).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }

    /// Stops the daemon as Ctrl-C does.
    pub(crate) fn stop(&mut self, within: Duration) -> Result<(), String> {
        let Some(mut daemon) = self.daemon.take() else {
            return Ok(());
        };
        let status = daemon.stop(within)?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{}'s daemon ended with {status}\n{}", self.name, daemon.log()))
    }

    /// The end of the daemon's log.
    pub(crate) fn log(&self) -> String {
        self.daemon.as_ref().map(Daemon::log).unwrap_or_default()
    }
}
