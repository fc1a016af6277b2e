//! The way to a daemon's writer: bounded queues, and what is in them.

use std::convert::Infallible;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::daemon::limits::{MESSAGES, PICTURES, WINDOWS};
use crate::photo::PhotoId;
use crate::protocol::message::{AskId, Lane, TransferId};
use crate::protocol::{Blob, Message};

/// What a writer is to do in its turn.
pub(in crate::daemon) enum WriterCommand {
    /// Send a message.
    Message(Message),
    /// Send no more of the windows of this pull.
    Cancel(TransferId),
    /// Send nothing more: end the link once everything before is out.
    Close,
}

/// A part of a photo to be sent.
#[derive(Debug)]
pub(in crate::daemon) struct Window {
    pub(in crate::daemon) transfer: TransferId,
    pub(in crate::daemon) photo: PhotoId,
    pub(in crate::daemon) offset: u64,
    pub(in crate::daemon) length: u64,
}

/// A small picture to be sent.
#[derive(Debug)]
pub(in crate::daemon) struct Picture {
    pub(in crate::daemon) ask: AskId,
    pub(in crate::daemon) image: Blob,
}

/// The way to a writer. Every queue is bounded and nobody waits for room in one: a full queue means that the other side
/// is too slow.
pub(in crate::daemon) struct Outbox {
    pub(in crate::daemon) messages: Sender<WriterCommand>,
    pictures: Sender<Picture>,
    gets: Sender<Window>,
    replicas: Sender<Window>,
    /// Ends when the writer has.
    ended: Receiver<Infallible>,
}

impl Outbox {
    /// Waits until the writer has ended, but not longer than the deadline.
    pub(in crate::daemon) fn wait_for_end(&self, deadline: Instant) {
        let _ = self.ended.recv_deadline(deadline);
    }

    /// Queues a window in its lane; `false` if too much waits already or the writer is gone.
    pub(in crate::daemon) fn serve(&self, lane: Lane, window: Window) -> bool {
        let queue = match lane {
            Lane::Get => &self.gets,
            Lane::Replicate => &self.replicas,
        };
        queue.try_send(window).is_ok()
    }

    /// Queues a small picture; `false` if too much waits already or the writer is gone.
    pub(in crate::daemon) fn show(&self, picture: Picture) -> bool {
        self.pictures.try_send(picture).is_ok()
    }

    /// Queues a command; `false` if too much waits already or the writer is gone.
    pub(in crate::daemon) fn send(&self, command: WriterCommand) -> bool {
        self.messages.try_send(command).is_ok()
    }
}

/// The writer's end of an [`Outbox`].
pub(in crate::daemon) struct Queues {
    pub(in crate::daemon) messages: Receiver<WriterCommand>,
    pub(in crate::daemon) pictures: Receiver<Picture>,
    pub(in crate::daemon) gets: Receiver<Window>,
    pub(in crate::daemon) replicas: Receiver<Window>,
    pub(in crate::daemon) ending: Sender<Infallible>,
}

/// An outbox and its other end.
pub(in crate::daemon) fn outbox() -> (Outbox, Queues) {
    let (messages, commands) = bounded(MESSAGES);
    let (pictures, picture_queue) = bounded(PICTURES);
    let (gets, get_windows) = bounded(WINDOWS);
    let (replicas, replica_windows) = bounded(WINDOWS);
    let (ending, ended) = bounded(0);
    let outbox = Outbox { messages, pictures, gets, replicas, ended };
    let queues = Queues {
        messages: commands,
        pictures: picture_queue,
        gets: get_windows,
        replicas: replica_windows,
        ending,
    };
    (outbox, queues)
}
