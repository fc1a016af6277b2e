//! Whole frames, in and out, within deadlines.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::link::{Incoming, Link, Outgoing};
use crate::protocol::codec::{
    self, Carrier, FrameError, FrameReader, FrameWriter, MAX_CHUNK_FRAME, MAX_REQUEST,
};
use crate::protocol::{Answer, Message};

/// The frames that come on a link.
pub(in crate::daemon) struct SocketReader {
    frames: FrameReader<Incoming>,
    link: Arc<Link>,
}

impl SocketReader {
    pub(in crate::daemon) fn new(link: Arc<Link>) -> SocketReader {
        let incoming = Incoming::new(Arc::clone(&link));
        SocketReader { frames: FrameReader::new(incoming, link.channel()), link }
    }

    /// The other side names its features when it registers.
    pub(in crate::daemon) fn heed(&self, features: &[String]) {
        if codec::reads_attachments(features) {
            self.link.agree_to_attachments();
        }
    }

    /// Decodes a frame's content, as far as the two sides have agreed on what may be in it.
    pub(in crate::daemon) fn decode<T: Carrier>(&self, content: Vec<u8>) -> Result<T, FrameError> {
        match self.link.has_attachments() {
            true => codec::decode_attached(content),
            false => codec::decode(&content),
        }
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
        self.next_within(Some(self.link.deadlines.quiet), MAX_REQUEST)
    }

    /// The next chunk of the photo that a client puts.
    pub(in crate::daemon) fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        self.next_within(Some(self.link.deadlines.frame), MAX_CHUNK_FRAME)
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
        self.frames.get_mut().deadline = Some(Instant::now() + self.link.deadlines.frame);
        self.frames.length(limit)
    }

    /// The content of a frame that has begun, whole in the time that a frame has.
    pub(in crate::daemon) fn content(&mut self, length: usize) -> Result<Vec<u8>, FrameError> {
        self.frames.get_mut().deadline = Some(Instant::now() + self.link.deadlines.frame);
        self.frames.content(length)
    }
}

/// The frames that go out on a link. Each gets its deadline when it is written, and goes out when
/// [flushed](SocketWriter::flush), at the latest.
pub(in crate::daemon) struct SocketWriter {
    frames: FrameWriter<Outgoing>,
    link: Arc<Link>,
}

impl SocketWriter {
    pub(in crate::daemon) fn new(link: Arc<Link>) -> SocketWriter {
        let outgoing = Outgoing::new(Arc::clone(&link));
        SocketWriter { frames: FrameWriter::new(outgoing, link.channel()), link }
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

    /// Starts the clock of what is written next, which is in the form that the other side is known to read by now.
    fn begin(&mut self) -> &mut FrameWriter<Outgoing> {
        if self.link.has_attachments() {
            self.frames.attach();
        }
        self.frames.get_mut().begin();
        &mut self.frames
    }
}
