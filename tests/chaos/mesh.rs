//! Daemons on folders, each behind its gate, and what can be done to them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use photomesh::protocol::group::GroupFile;
use photomesh::protocol::{Address, MemberFile};
use tempfile::TempDir;

use crate::ledger::{Ledger, Promise};
use crate::support::ask;
use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::support::gate::Gate;
use crate::support::rng::Rng;
use crate::support::roads::Roads;
use crate::tally::Tally;
use crate::{NODES, ORIGINALS};

/// Within this time a daemon that was asked to stop must have handed over, said goodbye and ended.
const LEAVE: Duration = Duration::from_secs(60);

/// Where the daemons listen now, for clients: nowhere while one does not run.
#[derive(Default)]
pub(crate) struct Doors {
    open: Mutex<[Option<Address>; NODES]>,
}

impl Doors {
    fn open(&self) -> MutexGuard<'_, [Option<Address>; NODES]> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The door of any daemon; it may not run just now.
    pub(crate) fn any(&self, rng: &mut Rng) -> Option<Address> {
        self.open()[rng.index(NODES)].clone()
    }
}

/// All daemons, and the roads between them.
pub(crate) struct Mesh {
    // Killed before their folders are removed: fields are dropped in order.
    nodes: Vec<Node>,
    pub(crate) roads: Arc<Roads>,
    doors: Arc<Doors>,
    _place: TempDir,
}

struct Node {
    daemon: Option<Daemon>,
    condition: Condition,
    gate: Gate,
    folder: PathBuf,
    /// Whose it is, and the file that says so.
    member: MemberFile,
    member_file: String,
}

/// What is to be expected of a daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// It runs until it is killed.
    Well,
    /// It will be killed at one of its system calls.
    Doomed,
    /// It was asked to stop.
    Leaving,
}

impl Mesh {
    /// Starts daemons over folders of pictures, all of which count as promised.
    pub(crate) fn new(ledger: &Ledger, rng: &mut Rng) -> Mesh {
        let place = TempDir::new().unwrap();
        let mut group = GroupFile::new([1; 32], [2; 32]);
        let roads = Arc::new(Roads::default());
        let node = |number: usize| {
            let name = format!("friend{number}").parse().unwrap();
            let member = group.invite(name, [number as u8; 32], 1_790_000_000).unwrap();
            let member_file = place.path().join(format!("friend{number}.member"));
            fs::write(&member_file, member.to_text()).unwrap();
            fs::set_permissions(&member_file, fs::Permissions::from_mode(0o600)).unwrap();
            let folder = place.path().join(format!("node{number}"));
            fs::create_dir(&folder).unwrap();
            for _ in 0..ORIGINALS {
                let item = ledger.draw(rng);
                disk::lay(&folder.join(&item.name), &item.bytes).unwrap();
                ledger.promise(item.photo.id, Promise::Safe);
            }
            Node {
                daemon: None,
                condition: Condition::Well,
                gate: Gate::open(number, Arc::clone(&roads)).unwrap(),
                folder,
                member,
                member_file: member_file.display().to_string(),
            }
        };
        let nodes = (0..NODES).map(node).collect();
        let mut mesh = Mesh { nodes, roads, doors: Arc::default(), _place: place };
        for node in 0..NODES {
            mesh.start(node).unwrap();
        }
        mesh
    }

    /// Where clients find the daemons.
    pub(crate) fn doors(&self) -> Arc<Doors> {
        Arc::clone(&self.doors)
    }

    /// The daemons that run.
    pub(crate) fn daemons(&self) -> Vec<&Daemon> {
        let nodes = self.nodes.iter();
        nodes.filter_map(|node| node.daemon.as_ref()).collect()
    }

    pub(crate) fn folders(&self) -> Vec<&Path> {
        self.nodes.iter().map(|node| node.folder.as_path()).collect()
    }

    /// The ends of all logs.
    pub(crate) fn logs(&self) -> Vec<String> {
        self.daemons().into_iter().map(Daemon::log).collect()
    }

    /// Starts a daemon that does not run.
    pub(crate) fn start(&mut self, node: usize) -> Result<(), String> {
        if self.nodes[node].daemon.is_none() {
            let program = Command::new(env!("CARGO_BIN_EXE_photomesh"));
            self.start_by(node, program)?;
        }
        Ok(())
    }

    /// Starts a daemon that is killed when it makes the `nth` of these system calls in one of its threads, if it does.
    pub(crate) fn start_doomed(&mut self, node: usize, calls: &str, nth: u64, tally: &mut Tally) {
        let command = doomed(env!("CARGO_BIN_EXE_photomesh"), calls, nth);
        match self.start_by(node, command) {
            Ok(()) => self.nodes[node].condition = Condition::Doomed,
            // It has not lived long enough to say where it listens.
            Err(_) => tally.count("killed at system calls"),
        }
    }

    /// The one place that knows how a daemon is run.
    fn start_by(&mut self, node: usize, command: Command) -> Result<(), String> {
        let gates: Vec<String> =
            self.nodes.iter().map(|node| node.gate.address().to_string()).collect();
        let mut options = vec!["--grace", "2s", "--pin", "2s"];
        options.extend(["--member", &self.nodes[node].member_file, "--advertise", &gates[node]]);
        let others = gates.iter().enumerate().filter(|(other, _)| *other != node);
        options.extend(others.flat_map(|(_, gate)| ["--join", gate]));
        let daemon = Daemon::start_by(command, &self.nodes[node].folder, &options)?;
        ask::belongs(daemon.address(), &self.nodes[node].member);
        self.roads.settle(node, Some(daemon.id()));
        self.nodes[node].gate.lead_to(Some(daemon.address()));
        self.doors.open()[node] = Some(daemon.address().clone());
        self.nodes[node].daemon = Some(daemon);
        self.nodes[node].condition = Condition::Well;
        Ok(())
    }

    /// Kills a daemon, if it runs.
    pub(crate) fn kill(&mut self, node: usize) -> bool {
        let daemon = self.nodes[node].daemon.take();
        self.gone(node);
        daemon.is_some_and(|mut daemon| daemon.kill().is_ok())
    }

    fn gone(&mut self, node: usize) {
        self.nodes[node].daemon = None;
        self.nodes[node].gate.lead_to(None);
        self.roads.settle(node, None);
        self.doors.open()[node] = None;
    }

    /// Kills a daemon and destroys its disk.
    pub(crate) fn lose_disk(&mut self, node: usize) -> Result<(), String> {
        self.kill(node);
        let folder = &self.nodes[node].folder;
        let emptied = fs::remove_dir_all(folder).and_then(|()| fs::create_dir(folder));
        emptied.map_err(|error| format!("cannot empty {}: {error}", folder.display()))
    }

    /// Asks a daemon to stop, if it runs.
    pub(crate) fn leave(&mut self, node: usize) -> Result<bool, String> {
        let node = &mut self.nodes[node];
        if node.condition != Condition::Well {
            return Ok(false);
        }
        let Some(daemon) = &node.daemon else {
            return Ok(false);
        };
        daemon.signal("TERM")?;
        node.condition = Condition::Leaving;
        Ok(true)
    }

    /// Stops the time of a daemon, if it runs, or lets it go on.
    pub(crate) fn pause(&self, node: usize, stop: bool) -> Result<bool, String> {
        let node = &self.nodes[node];
        // A traced process is stopped in other ways.
        let Some(daemon) = node.daemon.as_ref().filter(|_| node.condition != Condition::Doomed)
        else {
            return Ok(false);
        };
        daemon.signal(if stop { "STOP" } else { "CONT" })?;
        Ok(true)
    }

    /// Sees who has ended, and that nobody has without a reason.
    pub(crate) fn look(&mut self, tally: &mut Tally) -> Result<(), String> {
        for node in 0..NODES {
            let condition = self.nodes[node].condition;
            let Some(daemon) = &mut self.nodes[node].daemon else {
                continue;
            };
            let Some(status) = daemon.ended() else {
                continue;
            };
            let expected = match condition {
                Condition::Well => false,
                Condition::Doomed => status.code().is_none(),
                Condition::Leaving => status.success(),
            };
            if !expected {
                return Err(format!("node{node}, {condition:?}, ended with {status}"));
            }
            if condition == Condition::Doomed {
                tally.count("killed at system calls");
            }
            self.gone(node);
        }
        Ok(())
    }

    /// Ends all trouble: every daemon runs, unharmed, and every road is open.
    pub(crate) fn heal(&mut self, tally: &mut Tally) -> Result<(), String> {
        self.roads.heal();
        for node in 0..NODES {
            self.pause(node, false)?;
        }
        self.look(tally)?;
        for node in 0..NODES {
            match self.nodes[node].condition {
                Condition::Well => {}
                // Its last hour does not come: it has made too few of those calls.
                Condition::Doomed => drop(self.kill(node)),
                Condition::Leaving => {
                    if let Some(daemon) = &mut self.nodes[node].daemon {
                        let status = daemon.wait(LEAVE)?;
                        if !status.success() {
                            return Err(format!("node{node} was asked to stop: {status}"));
                        }
                    }
                    self.gone(node);
                }
            }
            self.start(node)?;
        }
        Ok(())
    }
}

/// A program that is killed when one of its threads makes the `nth` of these system calls, before the call is made.
fn doomed(program: &str, calls: &str, nth: u64) -> Command {
    let mut command = Command::new("strace");
    // With -D it is the tracer that is the child.
    command
        .args(["-D", "-f", "-qq", "-o", "/dev/null"])
        .args(["-e", &format!("trace={calls}")])
        .args(["-e", &format!("inject={calls}:signal=SIGKILL:when={nth}")])
        .arg(program);
    command
}

/// Whether a process can be killed at a system call of its own; otherwise why not.
pub(crate) fn can_kill_at_calls() -> Result<(), String> {
    let mut victim = doomed("true", "openat", 1);
    match victim.stderr(Stdio::null()).status() {
        Ok(status) if status.code().is_none() => Ok(()),
        Ok(status) => Err(format!("strace kills nobody here: {status}")),
        Err(error) => Err(format!("no strace: {error}")),
    }
}
