//! Reading frames within deadlines.

use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::link::{Incoming, Link};
use crate::daemon::limits::FRAME;
use crate::protocol::codec::{self, FrameError, MAX_FRAME, MAX_REQUEST};
use crate::protocol::secure::Opening;

/// The frames that come on a link.
pub(in crate::daemon) struct Frames {
    bytes: Opening<BufReader<Incoming>>,
}

impl Frames {
    pub(in crate::daemon) fn new(link: Arc<Link>) -> Frames {
        let channel = link.channel();
        let input = BufReader::new(Incoming::new(link));
        Frames { bytes: Opening::new(input, channel) }
    }

    /// The first frame, whole by the deadline; none if the stream ends before it.
    pub(in crate::daemon) fn first(
        &mut self,
        deadline: Instant,
    ) -> Result<Option<Vec<u8>>, FrameError> {
        self.input().get_mut().deadline = Some(deadline);
        codec::read_frame(&mut self.bytes, MAX_REQUEST)
    }

    /// The next frame of a daemon, which must begin within `patience` (for ever without one) and is to be whole within [`FRAME`]
    /// of its first byte; none if the stream ends before it.
    pub(in crate::daemon) fn next(
        &mut self,
        patience: Option<Duration>,
    ) -> Result<Option<Vec<u8>>, FrameError> {
        self.next_within(patience, FRAME, MAX_FRAME)
    }

    /// The next frame of at most `limit` bytes, which must begin within `patience` and be whole within `whole`.
    pub(in crate::daemon) fn next_within(
        &mut self,
        patience: Option<Duration>,
        whole: Duration,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, FrameError> {
        // The clock starts with the first byte of what may be a record of an encrypted link.
        self.input().get_mut().deadline = patience.map(|patience| Instant::now() + patience);
        if self.bytes.is_drained() && self.input().fill_buf().map_err(FrameError::Io)?.is_empty() {
            return Ok(None);
        }
        self.input().get_mut().deadline = Some(Instant::now() + whole);
        codec::read_frame(&mut self.bytes, limit)
    }

    fn input(&mut self) -> &mut BufReader<Incoming> {
        self.bytes.get_mut()
    }
}
