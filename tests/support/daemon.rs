//! Real daemons: started, talked to, stopped and killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use photomesh::protocol::Address;

use super::wait::eventually;

/// How long a daemon may take to say where it listens, on a busy machine.
const START: Duration = Duration::from_secs(30);

/// A daemon of its own process on a free port of this machine. Killed when it goes out of scope.
pub(crate) struct Daemon {
    child: Child,
    folder: PathBuf,
    address: Address,
}

impl Daemon {
    /// Starts `program` as a daemon on a folder and waits until it listens. Its log goes to a file beside the folder.
    pub(crate) fn start(program: &Path, folder: &Path, options: &[&str]) -> Result<Daemon, String> {
        Daemon::start_by(Command::new(program), folder, options)
    }

    /// As [`Daemon::start`]; `command` is the program, or one that becomes it.
    pub(crate) fn start_by(
        command: Command,
        folder: &Path,
        options: &[&str],
    ) -> Result<Daemon, String> {
        Daemon::run(command, folder, 0, options)
    }

    /// As [`Daemon::start`], on this port: that of a daemon that was there before.
    pub(crate) fn start_at(program: &Path, folder: &Path, port: u16) -> Result<Daemon, String> {
        Daemon::run(Command::new(program), folder, port, &[])
    }

    fn run(
        mut command: Command,
        folder: &Path,
        port: u16,
        options: &[&str],
    ) -> Result<Daemon, String> {
        let log = OpenOptions::new().create(true).append(true).open(log_of(folder));
        let log: File = log.map_err(|error| format!("cannot write a log: {error}"))?;
        let mut child = command
            .arg("daemon")
            .arg(folder)
            .args(["--port", &port.to_string()])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start {command:?}: {error}"))?;
        let output = child.stdout.take();
        let mut daemon =
            Daemon { child, folder: folder.to_owned(), address: Address::new("127.0.0.1", 0) };
        let (sender, first_line) = mpsc::channel();
        thread::spawn(move || {
            // Read to the end, so that the daemon never meets a closed pipe.
            for line in output.into_iter().flat_map(|pipe| BufReader::new(pipe).lines()) {
                let _ = line.map(|line| sender.send(line));
            }
        });
        let line = first_line
            .recv_timeout(START)
            .map_err(|_| format!("the daemon does not say where it listens\n{}", daemon.log()))?;
        daemon.address = line
            .strip_prefix("listening on ")
            .and_then(|address| address.parse().ok())
            .ok_or_else(|| format!("the first line of a daemon is {line:?}"))?;
        Ok(daemon)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// A figure of its memory as Linux tells it, in kibibytes: `VmRSS` is what it takes now, `VmHWM` the most so far.
    #[cfg(target_os = "linux")]
    pub(crate) fn memory(&self, what: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with(what))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Kills it as a power failure would: SIGKILL, no goodbye.
    pub(crate) fn kill(&mut self) -> io::Result<ExitStatus> {
        self.child.kill()?;
        self.child.wait()
    }

    /// Asks it to stop, as Ctrl-C does, and waits until it has.
    pub(crate) fn stop(&mut self, within: Duration) -> Result<ExitStatus, String> {
        self.signal("TERM")?;
        self.wait(within)
    }

    /// Sends it a signal, by its name without `SIG`.
    pub(crate) fn signal(&self, name: &str) -> Result<(), String> {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &process]).status();
        match sent {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("kill ended with {status}")),
            Err(error) => Err(format!("cannot run kill: {error}")),
        }
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self, within: Duration) -> Result<ExitStatus, String> {
        eventually("the daemon stops", within, || {
            self.ended().ok_or_else(|| "it still runs".to_owned())
        })
    }

    /// The end of what it has logged in all its lives on this folder.
    pub(crate) fn log(&self) -> String {
        let log = fs::read_to_string(log_of(&self.folder)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = &lines[lines.len().saturating_sub(60)..];
        format!("--- log of {}\n{}\n", self.folder.display(), end.join("\n"))
    }
}

fn log_of(folder: &Path) -> PathBuf {
    folder.with_extension("log")
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.kill();
        if thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}
