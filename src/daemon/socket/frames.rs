//! Whole frames, in and out, within deadlines.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::link::{Incoming, Link, Outgoing};
use crate::daemon::limits::Deadlines;
use crate::protocol::codec::{FrameError, FrameReader, FrameWriter, MAX_CHUNK_FRAME, MAX_REQUEST};
use crate::protocol::{Answer, Message};

/// The frames that come on a link.
pub(in crate::daemon) struct SocketReader {
    frames: FrameReader<Incoming>,
    deadlines: Deadlines,
}

impl SocketReader {
    pub(in crate::daemon) fn new(link: Arc<Link>) -> SocketReader {
        let channel = link.channel();
        let deadlines = link.deadlines;
        SocketReader { frames: FrameReader::new(Incoming::new(link), channel), deadlines }
    }

    /// The first frame, whole by the deadline; none if the stream ends before it.
    pub(in crate::daemon) fn first(
        &mut self,
        deadline: Instant,
    ) -> Result<Option<Vec<u8>>, FrameError> {
        self.frames.get_mut().deadline = Some(deadline);
        self.frames.next(MAX_REQUEST)
    }

    /// How long the next message of a daemon will be, which may be silent for as long as it likes: whether it lives is
    /// for the node to say. Its [content](SocketReader::content) follows. None if the stream ends before it.
    pub(in crate::daemon) fn next_message(
        &mut self,
        limit: usize,
    ) -> Result<Option<usize>, FrameError> {
        self.begin_within(None, limit)
    }

    /// The next request of a client, which must not be quiet for too long.
    pub(in crate::daemon) fn next_request(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        self.next_within(Some(self.deadlines.quiet), MAX_REQUEST)
    }

    /// The next chunk of the photo that a client puts.
    pub(in crate::daemon) fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        self.next_within(Some(self.deadlines.frame), MAX_CHUNK_FRAME)
    }

    /// The next frame of at most `limit` bytes, which must begin within `patience` (for ever without one). None if the
    /// stream ends before it.
    fn next_within(
        &mut self,
        patience: Option<Duration>,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, FrameError> {
        let length = self.begin_within(patience, limit)?;
        length.map(|length| self.content(length)).transpose()
    }

    /// Waits until the next frame begins, and returns how long it will be.
    fn begin_within(
        &mut self,
        patience: Option<Duration>,
        limit: usize,
    ) -> Result<Option<usize>, FrameError> {
        self.frames.get_mut().deadline = patience.map(|patience| Instant::now() + patience);
        if !self.frames.begins().map_err(FrameError::Io)? {
            return Ok(None);
        }
        self.frames.get_mut().deadline = Some(Instant::now() + self.deadlines.frame);
        self.frames.length(limit)
    }

    /// The content of a frame that has begun, whole in the time that a frame has.
    pub(in crate::daemon) fn content(&mut self, length: usize) -> Result<Vec<u8>, FrameError> {
        self.frames.get_mut().deadline = Some(Instant::now() + self.deadlines.frame);
        self.frames.content(length)
    }
}

/// The frames that go out on a link. Each gets its deadline when it is written, and goes out when
/// [flushed](SocketWriter::flush), at the latest.
pub(in crate::daemon) struct SocketWriter {
    frames: FrameWriter<Outgoing>,
}

impl SocketWriter {
    pub(in crate::daemon) fn new(link: Arc<Link>) -> SocketWriter {
        let channel = link.channel();
        SocketWriter { frames: FrameWriter::new(Outgoing::new(link), channel) }
    }

    /// Writes a message to a daemon.
    pub(in crate::daemon) fn message(&mut self, message: &Message) -> io::Result<()> {
        self.begin().message(message)
    }

    /// Writes an answer to a client, and flushes it.
    pub(in crate::daemon) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        self.begin().answer(answer)?;
        self.flush()
    }

    /// Writes an answer with so many bytes of a photo to a client, and flushes it.
    pub(in crate::daemon) fn image(
        &mut self,
        answer: &Answer,
        length: u64,
        bytes: &mut impl Read,
    ) -> io::Result<()> {
        self.begin().image(answer, length, bytes)?;
        self.flush()
    }

    pub(in crate::daemon) fn flush(&mut self) -> io::Result<()> {
        self.frames.flush()
    }

    /// Starts the clock of what is written next.
    fn begin(&mut self) -> &mut FrameWriter<Outgoing> {
        self.frames.get_mut().begin();
        &mut self.frames
    }
}
