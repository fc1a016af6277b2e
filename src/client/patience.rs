//! How long an answer may take. A daemon may be anybody's: it must not hold its client by saying next to nothing.

use std::io::{self, IsTerminal, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::prose::note;
use crate::protocol::Address;

/// The slowest answer to wait for, in bytes a second: that of a line as slow as a daemon bears with.
const SLOWEST: u64 = 8 * 1024;

/// How long a person waits before being told what for.
pub(super) const NOTICE: Duration = Duration::from_secs(2);

/// Tells a person at the terminal what is waited for.
pub(super) fn tell(address: &Address) {
    if io::stderr().is_terminal() {
        note!("waiting for {address} ...");
    }
}

/// A socket that is read until a deadline. Every byte that arrives moves it on, as far as its way may take on a slow
/// line; what is only promised moves nothing. No silence is longer than the patience at the beginning, however much has
/// come before.
pub(crate) struct Patient {
    socket: TcpStream,
    address: Address,
    patience: Duration,
    until: Instant,
    /// When to tell that nothing has come yet. It is told once.
    notice: Option<Instant>,
    told: bool,
}

impl Patient {
    /// From now on the socket of this daemon has so long until its first byte.
    pub(super) fn new(socket: TcpStream, address: &Address, patience: Duration) -> Patient {
        let now = Instant::now();
        let address = address.clone();
        let (until, notice) = (now + patience, Some(now + NOTICE));
        Patient { socket, address, patience, until, notice, told: false }
    }

    /// The same where nobody sits at a terminal.
    pub(crate) fn quiet(socket: TcpStream, address: &Address, patience: Duration) -> Patient {
        let mut patient = Patient::new(socket, address, patience);
        patient.notice = None;
        patient
    }

    /// The same for the next answer; a person is told after this time, or not at all.
    pub(crate) fn wait_again(&mut self, patience: Duration, notice: Option<Duration>) {
        let now = Instant::now();
        self.patience = patience;
        self.until = now + patience;
        self.notice = notice.filter(|_| !self.told).map(|notice| now + notice);
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let now = Instant::now();
            if self.notice.is_some_and(|notice| notice <= now) {
                tell(&self.address);
                self.notice = None;
                self.told = true;
            }
            if self.until <= now {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let next = self.notice.map_or(self.until, |notice| notice.min(self.until));
            self.socket.set_read_timeout(Some(next - now))?;
            match self.socket.read(buffer) {
                Err(error) if is_timeout(&error) => {}
                Err(error) => return Err(error),
                Ok(read) => {
                    let earned = Duration::from_micros(read as u64 * 1_000_000 / SLOWEST);
                    self.until = (self.until + earned).min(Instant::now() + self.patience);
                    self.notice = None;
                    return Ok(read);
                }
            }
        }
    }
}

/// Nothing has come, or gone, in time: the system decides which of the two kinds it is.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
