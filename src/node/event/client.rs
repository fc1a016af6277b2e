//! What happens on links to clients.

#[cfg(doc)]
use super::Spool;
use super::{CloseReason, DiskError, LinkId};
#[cfg(doc)]
use crate::node::ClientAction;
use crate::protocol::Request;

/// What happens on a link to a client.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// A client makes a request. The next one of this link comes only after this one is answered.
    Asked {
        /// The client's link.
        link: LinkId,
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
