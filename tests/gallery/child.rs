//! The gallery that a daemon runs.

use std::fs;
use std::net::TcpStream;
use std::process::Command;

use tempfile::TempDir;

use crate::house::{PATIENCE, program};
use crate::support::daemon::Daemon;
use crate::support::wait::eventually;
use crate::web::Web;

/// Where the log of a daemon says that its gallery is.
fn address(daemon: &Daemon) -> Result<String, String> {
    let log = daemon.log();
    let said = log.lines().find_map(|line| line.split("gallery: at http://").nth(1));
    said.map(|address| address.trim_end_matches('/').to_owned()).ok_or(log)
}

#[test]
fn a_daemon_runs_a_gallery_which_ends_with_it_however_it_ends() {
    let place = TempDir::new().unwrap();
    for end in ["TERM", "KILL"] {
        let folder = place.path().join(end);
        fs::create_dir(&folder).unwrap();
        let mut command = Command::new(program());
        command.env("XDG_STATE_HOME", place.path()).env("XDG_CACHE_HOME", place.path());
        let mut daemon = Daemon::start_by(command, &folder, &["--gallery", "0"]).unwrap();
        let found = eventually("the gallery is there", PATIENCE, || address(&daemon)).unwrap();
        let timeline = || match Web::new(&found).get("/api/timeline").json()["total"] == 0 {
            true => Ok(()),
            false => Err("it does not know the collection yet".to_owned()),
        };
        eventually("it asks this daemon", PATIENCE, timeline).unwrap();

        daemon.signal(end).unwrap();
        daemon.wait(PATIENCE).unwrap();
        let is_gone = || match TcpStream::connect(&found) {
            Err(_) => Ok(()),
            Ok(_) => Err("it still listens".to_owned()),
        };
        eventually("the gallery ends, too", PATIENCE, is_gone).unwrap();
    }
}
