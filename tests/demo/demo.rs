//! `make demo`: five friends, one collection, and one of them loses the computer.
//!
//! Draws pictures, spreads them and worse versions of them over five folders, starts five real daemons and shows what
//! becomes of them. Everything that is said is checked on the disks and byte by byte; the exit code is 0 only if all of
//! it was true. Cleans up after itself, also when it fails or is interrupted.
#![allow(clippy::print_stdout, reason = "a demo is there to talk")]

#[allow(clippy::unwrap_used, reason = "a story may end where its ground gives way")]
mod cities;
mod friends;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use friends::{Collection, Friend, NAMES, PICTURES};
use photomesh::protocol::Address;
use support::daemon::Daemon;
use support::wait::{INTERRUPTED, eventually};
use support::{agreement, ask, disk};

/// Everything that a mesh does by itself has to be done within this time, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A node that is away is missed after this time. In real life it is ten minutes.
const GRACE: &str = "3s";

/// A proof binds its giver for this time. In real life it is a minute.
const PIN: &str = "2s";

/// Whose computer breaks.
const VICTIM: usize = 2;

fn main() -> ExitCode {
    let interrupted = || INTERRUPTED.store(true, Ordering::Relaxed);
    if let Err(error) = ctrlc::set_handler(interrupted) {
        eprintln!("the demo cannot watch for Ctrl-C: {error}");
        return ExitCode::FAILURE;
    }
    let start = Instant::now();
    match demonstrate() {
        Ok(()) => {
            say(&format!(
                "All of this was checked on the disks and byte by byte, in {} seconds.",
                start.elapsed().as_secs()
            ));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("\nThe demo FAILED: {why}");
            ExitCode::FAILURE
        }
    }
}

fn demonstrate() -> Result<(), String> {
    let program = program()?;
    if is_set("GROUPS") {
        return cities::demonstrate(&program);
    }
    let place = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let place = place.path();
    let (collection, mut friends) = draw(place)?;
    start(&program, &mut friends)?;
    let told = come_together(&collection, &friends)
        .and_then(|()| lose(&collection, &mut friends))
        .and_then(|()| bring_back(&program, &collection, &mut friends))
        .and_then(|()| match is_set("KEEP") {
            true => stay(&program, place, &friends),
            false => say_goodbye(&collection, &mut friends),
        });
    let told = told.and_then(|()| draw_run(&program, &friends));
    told.map_err(|why| {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return why;
        }
        let logs: String = friends.iter().map(Friend::log).collect();
        format!("{why}\n{logs}")
    })
}

/// Draws what has happened, if that is wanted: from what the daemons have written.
fn draw_run(program: &Path, friends: &[Friend]) -> Result<(), String> {
    let Some(picture) = env::var_os("TRACE").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let drawn = Command::new(program)
        .arg("trace")
        .args(friends.iter().map(Friend::trace))
        .arg("--svg")
        .output()
        .map_err(|error| format!("cannot draw: {error}"))?;
    if !drawn.status.success() {
        return Err(format!("cannot draw: {}", String::from_utf8_lossy(&drawn.stderr)));
    }
    let shown = picture.display();
    fs::write(&picture, drawn.stdout).map_err(|error| format!("cannot write {shown}: {error}"))?;
    say(&format!("What all five have said and done is drawn in {shown}: open it in a browser."));
    Ok(())
}

/// Whether a variable of the environment says so.
fn is_set(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| !value.is_empty())
}

/// The daemon's program, built beside this one.
fn program() -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let built = this.parent().and_then(Path::parent);
    let program =
        built.map(|folder| folder.join(format!("photomesh{}", std::env::consts::EXE_SUFFIX)));
    program
        .filter(|program| program.is_file())
        .ok_or_else(|| "the program is not built: run `make demo`".to_owned())
}

fn draw(place: &Path) -> Result<(Collection, Vec<Friend>), String> {
    say(&format!(
        "1. {} friends have {PICTURES} pictures between them: here in full, there copied, smaller, grey or with a date.",
        NAMES.len()
    ));
    let (collection, friends) = friends::draw(place).map_err(|error| error.to_string())?;
    for friend in &friends {
        tell(&format!("{:6} has {}", friend.name, friend.possessions()));
    }
    Ok((collection, friends))
}

fn start(program: &Path, friends: &mut [Friend]) -> Result<(), String> {
    say("2. Each starts a daemon on the folder; any daemon that runs is a way in.");
    let mut way_in: Option<Address> = None;
    for friend in friends {
        friend.start(program, way_in.as_ref(), &["--grace", GRACE, "--pin", PIN])?;
        let address = friend.address()?;
        match way_in {
            None => tell(&format!("{:6} listens on {address}", friend.name)),
            Some(through) => {
                tell(&format!("{:6} listens on {address} and joins through {through}", friend.name))
            }
        }
        way_in = Some(address);
    }
    Ok(())
}

fn come_together(collection: &Collection, friends: &[Friend]) -> Result<(), String> {
    say("3. The collection comes together ...");
    let start = Instant::now();
    settled(collection, friends)?;
    let worse = collection.worse.len();
    tell(&format!(
        "after {:.1} s all five daemons list the same {PICTURES} pictures",
        start.elapsed().as_secs_f32()
    ));
    tell(&format!(
        "{worse} worse versions are in the trash of the folders that they were in; nothing was deleted"
    ));
    tell("every picture is on exactly two of the five disks");
    let gets = served(collection, friends)?;
    tell(&format!(
        "{gets} gets, by new and old names through every daemon: always the best version, every byte right"
    ));
    nothing_lost(friends)
}

fn lose(collection: &Collection, friends: &mut [Friend]) -> Result<(), String> {
    let victim = friends[VICTIM].name;
    say(&format!("4. {victim}'s computer dies: kill -9, no goodbye."));
    friends[VICTIM].kill()?;
    let start = Instant::now();
    let gets = served(collection, friends)?;
    tell(&format!("{gets} gets through the other four at once: not one picture is missing"));
    settled(collection, friends)?;
    tell(&format!(
        "after {:.1} s every picture is on two living disks again (grace was {GRACE})",
        start.elapsed().as_secs_f32()
    ));
    served(collection, friends)?;
    Ok(())
}

fn bring_back(
    program: &Path,
    collection: &Collection,
    friends: &mut [Friend],
) -> Result<(), String> {
    let victim = friends[VICTIM].name;
    say(&format!(
        "5. {victim} comes back with the same folder, and nobody has to say where the others are."
    ));
    let start = Instant::now();
    friends[VICTIM].start(program, None, &["--grace", GRACE, "--pin", PIN])?;
    settled(collection, friends)?;
    tell(&format!(
        "after {:.1} s five daemons agree again; the copies made meanwhile are put away, exactly two are left",
        start.elapsed().as_secs_f32()
    ));
    let gets = served(collection, friends)?;
    tell(&format!("{gets} gets, every byte right"));
    nothing_lost(friends)?;
    tell("whatever a friend had is still in that friend's own folder or its trash");
    Ok(())
}

fn say_goodbye(collection: &Collection, friends: &mut [Friend]) -> Result<(), String> {
    say("6. Everybody stops with Ctrl-C.");
    for friend in friends.iter_mut() {
        friend.stop(PATIENCE)?;
    }
    let folders: Vec<&Path> = friends.iter().map(|friend| friend.folder.as_path()).collect();
    let copies = disk::copies(&folders);
    let lost = collection.best.iter().find(|(_, photo)| !copies.contains_key(&photo.id));
    if let Some((name, _)) = lost {
        return Err(format!("{name} is on no disk"));
    }
    tell("every picture is there for the next time");
    Ok(())
}

/// Waits until all daemons that run agree, and the disks say so too: every picture once, on exactly two of them.
fn settled(collection: &Collection, friends: &[Friend]) -> Result<(), String> {
    let running: Vec<&Daemon> =
        friends.iter().filter_map(|friend| friend.daemon.as_ref()).collect();
    let expected = collection.expected();
    eventually("one collection, on two disks each", PATIENCE, || {
        agreement::settled(&running, &expected, 2)
    })
}

/// Leaves the mesh running, with a gallery to look at it, until Ctrl-C.
fn stay(program: &Path, place: &Path, friends: &[Friend]) -> Result<(), String> {
    say("6. It runs on until Ctrl-C. Look at it, stop one of its daemons, ask another one:");
    for friend in friends {
        tell(&format!("{:6} photomesh status --daemon {}", friend.name, friend.address()?));
    }
    let mut gallery = Command::new(program)
        .args(["gallery", "--port", "0", "--daemon", &friends[0].address()?.to_string()])
        .envs([("XDG_STATE_HOME", place), ("XDG_CACHE_HOME", place)])
        .spawn()
        .map_err(|error| format!("cannot start the gallery: {error}"))?;
    while !INTERRUPTED.load(Ordering::Relaxed) && matches!(gallery.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(100));
    }
    let _ = gallery.kill();
    gallery.wait().map(drop).map_err(|error| error.to_string())
}

/// Gets every picture, and every worse version of one, through every daemon that runs; how many gets that were.
fn served(collection: &Collection, friends: &[Friend]) -> Result<usize, String> {
    let shown = collection.best.keys().map(|name| (name, name));
    let names: Vec<(&String, &String)> = shown.chain(&collection.worse).collect();
    let running: Vec<&Daemon> =
        friends.iter().filter_map(|friend| friend.daemon.as_ref()).collect();
    for daemon in &running {
        for (asked, shown) in &names {
            let photo = &collection.best[*shown];
            let (label, id, bytes) = ask::fetch(daemon.address(), asked)?;
            if (&label, id, &*bytes) != (*shown, photo.id, &*photo.bytes) {
                let address = daemon.address();
                return Err(format!("{address} gives other bytes as {asked}"));
            }
        }
    }
    Ok(running.len() * names.len())
}

/// Every file that a friend had at the beginning is still under the same roof, or its bytes are.
fn nothing_lost(friends: &[Friend]) -> Result<(), String> {
    for friend in friends {
        let held: BTreeSet<_> = disk::files(&friend.folder).into_iter().map(|(_, id)| id).collect();
        if let Some((name, _)) = friend.files.iter().find(|(_, id)| !held.contains(id)) {
            return Err(format!("{name} is gone from {}'s computer", friend.name));
        }
    }
    Ok(())
}

/// A line of the story.
fn say(text: &str) {
    println!("\n{text}");
}

/// A detail of it.
fn tell(text: &str) {
    println!("   {text}");
}
