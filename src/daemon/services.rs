//! What the threads of a connection need of the rest of the daemon.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::Sender;

use super::console::Console;
use super::disk::jobs::Disk;
use super::inbox::Input;
use super::limits::{Deadlines, UNSENT};
use super::room::Room;
use super::seats::Seats;
use super::socket::link::Link;
use super::trace::Trace;
use crate::folder::Previews;
use crate::node::{CloseReason, Event, LinkId};
use crate::platform;
use crate::protocol::secure::Credentials;
use crate::protocol::{Membership, NodeName};

/// What the threads of a connection need of the rest of the daemon.
#[derive(Clone)]
pub(super) struct Services {
    /// To the state thread: what concerns other daemons.
    pub(super) inbox: Sender<Input>,
    /// To the state thread: what concerns clients. They have a way of their own, so that people do not wait behind all
    /// that daemons say.
    pub(super) clients: Sender<Input>,
    /// Where large frames of other daemons find room while they are read.
    pub(super) reading: Arc<Room>,
    /// Where frames of other daemons find room when they have been read.
    pub(super) room: Arc<Room>,
    /// To the folder.
    pub(super) disk: Disk,
    /// Small pictures that are there already.
    pub(super) previews: Previews,
    /// To the log.
    pub(super) console: Console,
    /// To the trace.
    pub(super) trace: Trace,
    /// The number of the next link.
    pub(super) next_link: Arc<AtomicU64>,
    /// How many links each member has.
    pub(super) seats: Arc<Seats>,
    /// How long the other sides of links may take.
    pub(super) deadlines: Deadlines,
    /// The group that this daemon is of. Without one, links are not encrypted, and everybody may ask everything.
    pub(super) group: Option<Arc<InGroup>>,
}

/// What makes a daemon one of a group's.
pub(super) struct InGroup {
    /// For its links.
    pub(super) credentials: Credentials,
    /// Whose it is.
    pub(super) membership: Membership,
    /// What its owner calls it.
    pub(super) name: NodeName,
}

impl Services {
    /// What this daemon encrypts its links with, if it does.
    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.group.as_ref().map(|group| &group.credentials)
    }

    /// A new link over a socket.
    pub(super) fn link(&self, stream: TcpStream) -> io::Result<Arc<Link>> {
        // Without this a small answer waits for the acknowledgement of the one before.
        stream.set_nodelay(true)?;
        platform::limit_unsent(&stream, UNSENT);
        let id = LinkId(self.next_link.fetch_add(1, Ordering::Relaxed));
        Ok(Arc::new(Link::new(id, stream, self.deadlines)))
    }
}

/// Tells the node of the end of a link when dropped: once, from one place, even if the thread panics.
pub(super) struct ClosedOnDrop<'a> {
    /// To the state thread, by the same way as all else of this link.
    pub(super) inbox: &'a Sender<Input>,
    pub(super) link: &'a Link,
    /// What the node is told: the end of a daemon's link, or of a client's.
    pub(super) closed: fn(LinkId, CloseReason) -> Event,
}

impl Drop for ClosedOnDrop<'_> {
    fn drop(&mut self) {
        let closed = (self.closed)(self.link.id, self.link.reason());
        // If there is no state thread any more, nobody needs to know.
        let _ = self.inbox.send(closed.into());
    }
}
