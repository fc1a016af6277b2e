//! What happens on links to clients.

#[cfg(doc)]
use super::Spool;
use super::{CloseReason, DiskError, LinkId};
#[cfg(doc)]
use crate::node::ClientAction;
use crate::protocol::{Certificate, Request};

/// What happens on a link to a client.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// A client makes a request. The next one of this link comes only after this one is answered.
    Asked {
        /// The client's link.
        link: LinkId,
        /// Who asks.
        by: Asker,
        /// The request. A `Put` comes when all its bytes are in [`Spool::Put`]; `Chunk` and `RegisterClient` never come.
        request: Request,
    },
    /// [`ClientAction::AnswerPhoto`] is done: the bytes are sent, or the photo could not be read and nothing was sent.
    Answered {
        /// The client's link.
        link: LinkId,
        /// Whether the photo could be read. After a failure nothing was sent and another answer is due.
        result: Result<(), DiskError>,
    },
    /// A client that has made a request is gone; nothing more comes from its link, and no answer may be sent.
    Closed {
        /// The client's link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
}

/// Who asks: settled once, when the client registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// This node's owner: whoever has the key in the member file that the daemon was started with. Without a group that
    /// is every program on this computer.
    Owner,
    /// Somebody else of the group. Their certificate, not just their name: they may be removed while they are
    /// connected, and be invited again under the same name.
    Member(Box<Certificate>),
}

impl Asker {
    /// Whether this request is theirs to make.
    pub fn may_ask(&self, request: &Request) -> bool {
        *self == Asker::Owner || !request.is_for_owner_alone()
    }
}
