//! What reaches the state thread: events, and with the first one of a link the way back to it.

use std::sync::Arc;

use crossbeam_channel::Sender;

use super::room::Place;
use super::socket::link::Link;
use super::socket::outbox::Outbox;
use super::socket::reply::Reply;
use crate::node::{Event, LinkId};

/// Something for the state thread: an event and, with the first one of a link, the way back to it.
pub(super) struct Input {
    pub(super) handle: Option<LinkHandle>,
    pub(super) event: Event,
    /// The room that its frame takes, until the state thread has taken it in.
    pub(super) place: Option<Place>,
    /// Where to say whether the node has let in the daemon on this link, which has just registered.
    pub(super) admission: Option<(LinkId, Sender<bool>)>,
}

impl Input {
    /// The first event of a link.
    pub(super) fn first(handle: LinkHandle, event: impl Into<Event>) -> Input {
        Input { handle: Some(handle), ..Input::from(event) }
    }

    /// An event that was a frame, and has its place.
    pub(super) fn placed(event: impl Into<Event>, place: Option<Place>) -> Input {
        Input { place, ..Input::from(event) }
    }
}

impl<E: Into<Event>> From<E> for Input {
    fn from(event: E) -> Input {
        Input { handle: None, event: event.into(), place: None, admission: None }
    }
}

/// The way from the state thread to a link's threads.
pub(super) enum LinkHandle {
    /// To a daemon's writer.
    Peer(Arc<Link>, Outbox),
    /// To a client's writer, which takes one answer to each request.
    Client(Arc<Link>, Sender<Reply>),
}

impl LinkHandle {
    pub(super) fn link(&self) -> &Arc<Link> {
        match self {
            LinkHandle::Peer(link, _) | LinkHandle::Client(link, _) => link,
        }
    }
}
