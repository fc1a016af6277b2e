//! What goes out by the door.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::limits::{IN_FLIGHT, SILENCE};
use super::pieces::Outlet;
use crate::platform;
use crate::protocol::Answer;
use crate::protocol::between::{Between, Greeting};
use crate::protocol::codec::FrameWriter;
use crate::protocol::secure::Channel;

/// The slowest that an answer may be taken, in bytes a second: as slow as a daemon bears with.
const TAKEN: u64 = 8 * 1024;

/// Answers on their way out, none of which may be taken without end.
pub(super) struct Answers(FrameWriter<Paced>);

/// A socket into which is written until a moment at most.
struct Paced {
    stream: TcpStream,
    until: Instant,
}

impl Write for Paced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match Instant::now() < self.until {
            true => self.stream.write(bytes),
            false => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Answers {
    /// Answers to another group, whose photos are not to fill the line of this one.
    pub(super) fn to_other_group(stream: TcpStream, channel: &Arc<Channel>) -> Answers {
        platform::limit_in_flight(&stream, IN_FLIGHT);
        Answers::to_own_group(stream, channel)
    }

    pub(super) fn to_own_group(stream: TcpStream, channel: &Arc<Channel>) -> Answers {
        let paced = Paced { stream, until: Instant::now() };
        Answers(FrameWriter::new(paced, Some(Arc::clone(channel))))
    }

    /// From now on attaches the bytes of photos.
    pub(super) fn attach(&mut self) {
        self.0.attach();
    }

    /// Says who answers here. Between groups bytes are always attached.
    pub(super) fn link(&mut self, greeting: Greeting) -> io::Result<()> {
        self.has_time_for(0);
        self.0.attach();
        self.0.between(&Between::Link(Box::new(greeting)))?;
        self.0.flush()
    }

    pub(super) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        self.has_time_for(1 << 20);
        self.0.answer(answer)?;
        self.0.flush()
    }

    /// An answer with a photo of so many bytes. If they do not come, the frame is torn and the link of no use.
    pub(super) fn image(
        &mut self,
        answer: &Answer,
        bytes: u64,
        outlet: &mut Outlet,
    ) -> io::Result<()> {
        self.has_time_for(bytes);
        self.0.image(answer, bytes, outlet)?;
        self.0.flush()
    }

    fn has_time_for(&mut self, bytes: u64) {
        let time = SILENCE + Duration::from_secs(bytes / TAKEN);
        self.0.get_mut().until = Instant::now() + time;
    }
}
