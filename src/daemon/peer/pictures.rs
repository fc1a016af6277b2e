//! Small pictures on their way to another daemon, in pieces: a view should not keep a heartbeat waiting.

use crossbeam_channel::Receiver;

use crate::daemon::limits::CHUNK;
use crate::daemon::socket::outbox::Picture;
use crate::protocol::{Blob, Message};

/// The pictures that are to be sent, and how much is sent of the first.
pub(super) struct Pictures {
    pub(super) waiting: Receiver<Picture>,
    current: Option<(Picture, usize)>,
}

impl Pictures {
    pub(super) fn new(waiting: Receiver<Picture>) -> Pictures {
        Pictures { waiting, current: None }
    }

    /// The next piece, and whether it is the last one of its picture; none if no picture waits.
    pub(super) fn next(&mut self) -> Option<(Message, bool)> {
        let next = || self.waiting.try_recv().ok().map(|picture| (picture, 0));
        let (picture, sent) = self.current.take().or_else(next)?;
        let Picture { ask, image } = &picture;
        let (ask, bytes, offset) = (*ask, image.len() as u64, sent as u64);
        let end = image.len().min(sent + CHUNK);
        let piece = Blob::from(image[sent..end].to_vec());
        let is_last = end == image.len();
        if !is_last {
            self.current = Some((picture, end));
        }
        Some((Message::Preview { ask, bytes, offset, image: piece }, is_last))
    }
}
