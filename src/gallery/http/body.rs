//! What follows the head of a request.

use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use super::connection::Connection;
use super::head::Head;
use crate::gallery::limits::BODY_RATE;

/// The bytes behind a head, as many as it has announced, at the speed that they must keep.
pub(in crate::gallery) struct Body<'a> {
    connection: &'a mut Connection,
    left: u64,
    /// The client waits for a word before it sends them. It gets that when they are wanted: so not before the guard has
    /// agreed, and if it does not, they never cross the line.
    owes_continue: bool,
    /// How long the other side may still be waited for. The time that others take, such as the daemon, is not its. Bytes
    /// earn more, up to what there was in the beginning: a fast half would buy hours of silence otherwise.
    patience: Duration,
    most: Duration,
}

impl<'a> Body<'a> {
    /// The body of this head.
    pub(super) fn new(connection: &'a mut Connection, head: &Head) -> Body<'a> {
        let patience = connection.deadlines().body;
        let owes_continue = head.expects_continue && head.body > 0;
        Body { connection, left: head.body, owes_continue, patience, most: patience }
    }

    /// Whether it has not been read to its end: then no request can follow on the connection.
    pub(super) fn is_unread(&self) -> bool {
        self.left > 0
    }

    /// How many bytes there are still to be read.
    pub(in crate::gallery) fn left(&self) -> u64 {
        self.left
    }
}

impl Read for Body<'_> {
    /// Less than was asked for is no end; a client that hangs up before the end is an error.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || out.is_empty() {
            return Ok(0);
        }
        if self.owes_continue {
            self.owes_continue = false;
            self.connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        let (read, waited) = self.connection.body(&mut out[..most], self.patience)?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let earned = Duration::from_micros(read as u64 * 1_000_000 / BODY_RATE);
        self.patience = self.most.min(self.patience.saturating_sub(waited) + earned);
        self.left -= read as u64;
        Ok(read)
    }
}
