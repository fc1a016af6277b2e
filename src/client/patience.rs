//! How long an answer may take. A daemon may be anybody's: it must not hold its client by saying next to nothing.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The slowest answer to wait for, in bytes a second: that of a line as slow as a daemon bears with.
const SLOWEST: u64 = 8 * 1024;

/// A socket that is read until a deadline. Every byte that arrives moves it on, as far as its way may take on a slow
/// line; what is only promised moves nothing.
pub(super) struct Patient {
    socket: TcpStream,
    until: Instant,
}

impl Patient {
    /// From now on the socket has so long until its first byte.
    pub(super) fn new(socket: TcpStream, patience: Duration) -> Patient {
        Patient { socket, until: Instant::now() + patience }
    }

    /// The same for the next answer.
    pub(super) fn wait_again(&mut self, patience: Duration) {
        self.until = Instant::now() + patience;
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.socket.set_read_timeout(Some(left))?;
        let read = self.socket.read(buffer)?;
        self.until += Duration::from_micros(read as u64 * 1_000_000 / SLOWEST);
        Ok(read)
    }
}
