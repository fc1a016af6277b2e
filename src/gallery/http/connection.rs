//! One connection: its socket, its one buffer, and the deadlines of whoever is at the other end.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::head::Head;
use super::malformed::Malformed;
use super::response::{Content, Response};
use crate::gallery::limits::{Deadlines, WRITE_PIECE};

/// How much is read at a time.
const READ_PIECE: usize = 8 * 1024;

/// A connection.
pub(in crate::gallery) struct Connection {
    stream: TcpStream,
    /// What has come and is not understood yet. It grows with what comes, up to a head and a piece: so requests may
    /// follow each other without waiting for answers.
    buffer: Vec<u8>,
    deadlines: Deadlines,
}

/// Why there is no request.
pub(super) enum NoRequest {
    /// Nothing came, or the other side is gone.
    Over,
    /// Something came that is none.
    Bad(Malformed),
}

impl Connection {
    /// A connection with nothing read from it yet.
    pub(in crate::gallery) fn new(stream: TcpStream, deadlines: Deadlines) -> Connection {
        Connection { stream, buffer: Vec::new(), deadlines }
    }

    /// Waits for the next request's head, to its end.
    pub(super) fn head(&mut self) -> Result<Head, NoRequest> {
        let idle = Instant::now() + self.deadlines.idle;
        if self.buffer.is_empty() && !self.read_until(idle).unwrap_or(false) {
            return Err(NoRequest::Over);
        }
        // For the whole head: one for each read could be drawn out for ever.
        let deadline = Instant::now() + self.deadlines.head;
        loop {
            if let Some((head, length)) = Head::read(&self.buffer).map_err(NoRequest::Bad)? {
                self.buffer.drain(..length);
                return Ok(head);
            }
            match self.read_until(deadline) {
                Ok(true) => {}
                Err(error) if is_timeout(&error) => {
                    let slow = Malformed { status: 408, words: "the request took too long" };
                    return Err(NoRequest::Bad(slow));
                }
                Ok(false) | Err(_) => return Err(NoRequest::Over),
            }
        }
    }

    /// Reads more into the buffer; `false` at the end of the stream.
    fn read_until(&mut self, deadline: Instant) -> io::Result<bool> {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut piece = [0; READ_PIECE];
        let read = read_within(&mut self.stream, &mut piece, left)?;
        self.buffer.extend_from_slice(&piece[..read]);
        Ok(read > 0)
    }

    /// Some bytes of a body: those in the buffer first. Returns how long the other side was waited for, too.
    pub(super) fn body(&mut self, out: &mut [u8], left: Duration) -> io::Result<(usize, Duration)> {
        if !self.buffer.is_empty() {
            let length = out.len().min(self.buffer.len());
            out[..length].copy_from_slice(&self.buffer[..length]);
            self.buffer.drain(..length);
            return Ok((length, Duration::ZERO));
        }
        let begun = Instant::now();
        let read = read_within(&mut self.stream, out, left)?;
        Ok((read, begun.elapsed()))
    }

    /// How long the other side may take.
    pub(super) fn deadlines(&self) -> Deadlines {
        self.deadlines
    }

    /// Sends an answer. A small one leaves in one piece: two small writes in a row would wait for each other.
    pub(super) fn answer(
        &mut self,
        response: Response,
        bodyless: bool,
        keep: bool,
    ) -> io::Result<()> {
        let mut bytes = response.head(keep);
        match response.content {
            Content::Absent(_) => self.write(&bytes),
            _ if bodyless => self.write(&bytes),
            Content::Bytes(content) => {
                let content = (*content).as_ref();
                if bytes.len() + content.len() <= WRITE_PIECE {
                    bytes.extend_from_slice(content);
                    return self.write(&bytes);
                }
                self.write(&bytes)?;
                self.write(content)
            }
            Content::File(mut file, length) => {
                self.write(&bytes)?;
                let mut left = length;
                let mut piece = vec![0; WRITE_PIECE];
                while left > 0 {
                    let some = left.min(WRITE_PIECE as u64) as usize;
                    file.read_exact(&mut piece[..some])?;
                    self.write(&piece[..some])?;
                    left -= some as u64;
                }
                Ok(())
            }
            Content::Events(events) => {
                self.write(&bytes)?;
                events(&mut |piece| {
                    self.is_there()?;
                    self.write(piece)
                })
            }
        }
    }

    /// An error if the other side has ended the connection. A write finds that out only with the next one after it.
    fn is_there(&self) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        match peeked {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Writes bytes, each piece of them within its time: a socket's own timeout counts per call, which a reader of
    /// single bytes can draw out for ever.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(WRITE_PIECE) {
            let deadline = Instant::now() + self.deadlines.write;
            let mut rest = piece;
            while !rest.is_empty() {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(ErrorKind::TimedOut.into());
                }
                self.stream.set_write_timeout(Some(left))?;
                match self.stream.write(rest) {
                    Ok(0) => return Err(ErrorKind::WriteZero.into()),
                    Ok(written) => rest = &rest[written..],
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Ends what is sent, and throws away what still comes, for a moment.
    pub(super) fn linger(mut self) {
        let deadline = Instant::now() + self.deadlines.linger;
        // An error says that the other side is gone, which is as good.
        let _ = self.stream.shutdown(Shutdown::Write);
        self.buffer.clear();
        while self.read_until(deadline).unwrap_or(false) {
            self.buffer.clear();
        }
    }
}

/// Reads what is there, or waits so long for it.
fn read_within(stream: &mut TcpStream, out: &mut [u8], left: Duration) -> io::Result<usize> {
    // Zero is "no timeout" to a socket.
    if left.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    stream.set_read_timeout(Some(left))?;
    loop {
        match stream.read(out) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Linux reports a socket's timeout as `WouldBlock`.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}
