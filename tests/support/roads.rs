//! The roads between daemons, and what goes wrong on them: a network of bytes that knows nothing of what they mean.
//!
//! Every daemon is behind a [`Gate`](super::gate::Gate), whose address is the one that it gives to the others. So all
//! links of a mesh go through gates, and each is known by who dialed whom. A road has two ways; bytes that go one way
//! may be slow while those of the other are not.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::sockets;

/// How often a way looks whether something has happened to it.
const LOOK: Duration = Duration::from_millis(20);

/// How many bytes a trickling way carries at a time.
const DROP: usize = 32;

/// From which daemon bytes go to which, by number. Whoever is not a daemon of the mesh is a stranger: none.
pub(crate) type Way = (Option<usize>, Option<usize>);

/// What happens to bytes on a way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Weather {
    /// They pass.
    #[default]
    Clear,
    /// Each piece waits this long.
    Delay(Duration),
    /// Some 1,600 of them a second pass.
    Trickle,
    /// They wait until it is over, as those that a network loses and a sender repeats.
    Stall,
}

/// All roads of a mesh. Shared by its gates.
#[derive(Default)]
pub(crate) struct Roads {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The process of each daemon that runs, by number.
    processes: BTreeMap<usize, u32>,
    ways: BTreeMap<Way, WayState>,
}

#[derive(Clone, Copy, Default)]
struct WayState {
    weather: Weather,
    /// How many times all connections were cut.
    cuts: u32,
    /// How many times all connections ended for the receiver without the sender being told.
    losses: u32,
}

impl Roads {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells which process a daemon is now.
    pub(crate) fn settle(&self, node: usize, process: Option<u32>) {
        let processes = &mut self.state().processes;
        match process {
            Some(process) => processes.insert(node, process),
            None => processes.remove(&node),
        };
    }

    /// Which daemon has a connection from `port` to `gate`, both on this machine.
    pub(crate) fn dialer(&self, port: u16, gate: u16) -> Option<usize> {
        let processes = self.state().processes.clone();
        let socket = sockets::inode(port, gate)?;
        let mut owners = processes.into_iter();
        owners.find(|(_, process)| sockets::owns(*process, socket)).map(|(node, _)| node)
    }

    /// From now on the weather between two daemons, one way.
    pub(crate) fn weather(&self, from: usize, to: usize, weather: Weather) {
        self.change(from, to, |way| way.weather = weather);
    }

    /// Ends all connections between two daemons, for both of them.
    pub(crate) fn cut(&self, a: usize, b: usize) {
        self.change(a, b, |way| way.cuts += 1);
        self.change(b, a, |way| way.cuts += 1);
    }

    /// Ends all connections between two daemons for one of them. The other one is not told: to it they are as open as
    /// before, and silent.
    pub(crate) fn lose(&self, not_told: usize, told: usize) {
        self.change(not_told, told, |way| way.losses += 1);
    }

    /// The weather is fine everywhere. What was lost stays lost.
    pub(crate) fn heal(&self) {
        for way in self.state().ways.values_mut() {
            way.weather = Weather::Clear;
        }
    }

    fn change(&self, from: usize, to: usize, change: impl FnOnce(&mut WayState)) {
        let mut state = self.state();
        change(state.ways.entry((Some(from), Some(to))).or_default());
    }

    fn way(&self, way: Way) -> WayState {
        self.state().ways.get(&way).copied().unwrap_or_default()
    }

    /// Carries the bytes of a connection one way until it ends.
    pub(crate) fn carry(&self, way: Way, from: TcpStream, to: TcpStream) {
        let back = (way.1, way.0);
        let (born, born_back) = (self.way(way), self.way(back));
        // What a connection of this test is in for cannot be told to anybody: it ends, which is what may happen.
        let _ = self.carry_on(way, back, (born, born_back), &from, &to);
    }

    fn carry_on(
        &self,
        way: Way,
        back: Way,
        (born, born_back): (WayState, WayState),
        from: &TcpStream,
        mut to: &TcpStream,
    ) -> io::Result<()> {
        from.set_read_timeout(Some(LOOK))?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let now = self.way(way);
            let limit = match now.weather {
                Weather::Stall => 0,
                Weather::Trickle => DROP,
                Weather::Clear | Weather::Delay(_) => buffer.len(),
            };
            let read = if limit == 0 {
                thread::sleep(LOOK);
                None
            } else {
                read(from, &mut buffer[..limit])
            };
            // Only after the read: an end that the other way has made for one of the two must not be passed on.
            let now_back = self.way(back);
            if now.cuts != born.cuts {
                to.shutdown(Shutdown::Both)?;
                return from.shutdown(Shutdown::Both);
            }
            if now_back.losses != born_back.losses {
                // The receiver is not told, and the other way keeps the connection open.
                return Ok(());
            }
            if now.losses != born.losses {
                to.shutdown(Shutdown::Both)?;
                return swallow(from, &mut buffer);
            }
            match (read, now.weather) {
                (None, _) => {}
                (Some(Ok(0)), _) => return to.shutdown(Shutdown::Write),
                (Some(Ok(bytes)), weather) => {
                    match weather {
                        Weather::Delay(delay) => thread::sleep(delay),
                        Weather::Trickle => thread::sleep(LOOK),
                        Weather::Clear | Weather::Stall => {}
                    }
                    if let Err(error) = to.write_all(&buffer[..bytes]) {
                        from.shutdown(Shutdown::Both)?;
                        return Err(error);
                    }
                }
                (Some(Err(error)), _) => {
                    to.shutdown(Shutdown::Both)?;
                    return Err(error);
                }
            }
        }
    }
}

/// Reads what is there; nothing if nothing comes for a while.
fn read(mut from: &TcpStream, buffer: &mut [u8]) -> Option<io::Result<usize>> {
    match from.read(buffer) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
            ) =>
        {
            None
        }
        read => Some(read),
    }
}

/// Takes bytes that nobody gets, until the sender gives up.
fn swallow(from: &TcpStream, buffer: &mut [u8]) -> io::Result<()> {
    loop {
        match read(from, buffer) {
            None | Some(Ok(1..)) => {}
            Some(Ok(0)) => return Ok(()),
            Some(Err(error)) => return Err(error),
        }
    }
}
