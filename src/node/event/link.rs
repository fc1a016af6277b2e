//! What happens on links to other daemons.

use std::fmt;

use super::{DiskError, LinkId};
#[cfg(doc)]
use crate::node::{Event, LinkAction};
use crate::photo::PhotoId;
use crate::protocol::message::TransferId;
use crate::protocol::{Address, Message};

/// What happens on a link to another daemon.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkEvent {
    /// A link to another daemon: one that we dialed, or an accepted one whose first frame was `register`. Frames follow
    /// as [`LinkEvent::Received`], including that `register`.
    Opened {
        /// The link.
        link: LinkId,
        /// The remote host: a literal address.
        remote: String,
        /// The address that was dialed; none if the link was accepted.
        dialed: Option<Address>,
    },
    /// [`LinkAction::Dial`] led to no link.
    DialFailed {
        /// The address that was dialed.
        address: Address,
        /// Why, for people.
        reason: String,
    },
    /// Bytes have arrived on a link since its last event, perhaps only a part of a frame: its node lives. Sent for
    /// every such link before each [`Event::Tick`].
    Heard {
        /// The link.
        link: LinkId,
    },
    /// A whole message from another daemon.
    Received {
        /// The link it came on.
        link: LinkId,
        /// The message.
        message: Message,
    },
    /// An `ImageInfo` has been handed to the operating system: the next page may be made.
    PageSent {
        /// The link it went to.
        link: LinkId,
    },
    /// [`LinkAction::Serve`] is done: the window is sent, or is not wanted any more, or could not be read.
    Served {
        /// The link.
        link: LinkId,
        /// The pull it belongs to.
        transfer: TransferId,
        /// The photo.
        photo: PhotoId,
        /// Whether all of it was sent. After a failure the driver has sent `noImage`.
        result: Result<(), DiskError>,
    },
    /// [`LinkAction::SendPreview`] is done: all of it has been handed to the operating system.
    PreviewSent {
        /// The link it went to.
        link: LinkId,
    },
    /// A link to a daemon is gone: no message comes from it any more. Also sent after [`LinkAction::Close`].
    Closed {
        /// The link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
}

/// Why a link ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The other side closed it.
    Remote,
    /// The other side said goodbye first.
    Left,
    /// A broken frame, or a message that makes no sense.
    Protocol(String),
    /// Nothing could be sent for too long, or too much was waiting.
    Slow,
    /// Nothing was heard for too long.
    Silent,
    /// Another link to the same node is kept.
    Duplicate,
    /// The other side is refused.
    Refused(String),
    /// This daemon stops.
    Shutdown,
    /// Reading or writing failed.
    Io(String),
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseReason::Remote => f.write_str("closed by the other side"),
            CloseReason::Left => f.write_str("said goodbye"),
            CloseReason::Protocol(text) => write!(f, "broke the protocol: {text}"),
            CloseReason::Slow => f.write_str("too slow"),
            CloseReason::Silent => f.write_str("silent for too long"),
            CloseReason::Duplicate => f.write_str("a second link to the same node"),
            CloseReason::Refused(text) => write!(f, "refused: {text}"),
            CloseReason::Shutdown => f.write_str("this daemon stops"),
            CloseReason::Io(text) => f.write_str(text),
        }
    }
}
