//! The thread that reads from another daemon.

use std::sync::Arc;

use crossbeam_channel::{Sender, bounded};

use super::writer;
use crate::daemon::inbox::{Input, LinkHandle};
use crate::daemon::room::{Place, Speaker};
use crate::daemon::seats::{Kind, Seat};
use crate::daemon::services::{ClosedOnDrop, Services};
use crate::daemon::socket::frames::SocketReader;
use crate::daemon::socket::link::{Link, read_failure};
use crate::daemon::socket::outbox::{WriterCommand, outbox};
use crate::node::{CloseReason, LinkEvent};
use crate::protocol::codec::{self, FrameError, MAX_FRAME, MAX_REQUEST};
use crate::protocol::message::Register;
use crate::protocol::{Address, MAX_CHUNK, Message, in_words};

/// Serves a link to another daemon until it ends. Runs in the thread that dialed it or accepted it, of which it makes
/// the link's reader; a second thread writes.
///
/// `first` is the `register` that an accepted link began with, `dialed` the address of one that was dialed.
pub(in crate::daemon) fn serve_peer(
    services: &Services,
    link: &Arc<Link>,
    frames: &mut SocketReader,
    first: Option<Message>,
    dialed: Option<Address>,
) {
    let remote = link.remote();
    let (outbox, queues) = outbox();
    let commands = outbox.messages.clone();
    if let Err(error) = writer::start(services, link, queues) {
        services.console.warn("net", format!("no thread for {remote}: {}", in_words(&error)));
        return link.end(CloseReason::Io(in_words(&error)));
    }
    let opened = LinkEvent::Opened { link: link.id, remote, dialed };
    let handle = LinkHandle::Peer(Arc::clone(link), outbox);
    if services.inbox.send(Input::first(handle, opened)).is_err() {
        return link.end(CloseReason::Shutdown);
    }
    // From here on the node knows the link, so it must hear of its end, whatever happens.
    let closed = |link, reason| LinkEvent::Closed { link, reason }.into();
    let _closed_on_drop = ClosedOnDrop { inbox: &services.inbox, link, closed };
    let speaker = Speaker::Link(link.id);
    let mut reader = Reader { services, link, frames, speaker, seat: None, is_in: false };
    let reason = reader.read_messages(first);
    if let CloseReason::Protocol(error) = &reason {
        complain(&commands, error);
        link.set_close_reason(reason.clone());
        // The writer ends what is sent when the complaint is out.
        link.drain();
    }
    link.end(reason);
}

/// What each value in a frame takes when it is decoded, in bytes: in a record that is about right.
const VALUE: usize = 256;

struct Reader<'a> {
    services: &'a Services,
    link: &'a Link,
    frames: &'a mut SocketReader,
    /// As whose frames these count: the member's, once it has registered.
    speaker: Speaker,
    /// In a group: its seat among the links of its member's nodes.
    seat: Option<Seat>,
    /// Whether the node has let it in.
    is_in: bool,
}

impl Reader<'_> {
    /// Hands every message to the state thread; why it ended.
    fn read_messages(&mut self, first: Option<Message>) -> CloseReason {
        let mut next = first.map(|register| (register, None));
        loop {
            if let Some((message, place)) = next.take()
                && let Err(reason) = self.hand_on(message, place)
            {
                return reason;
            }
            match self.next_message() {
                Ok(Some((message, place))) => next = Some((message, Some(place))),
                Ok(None) => return CloseReason::Remote,
                Err(FrameError::Io(error)) => return read_failure(&error),
                Err(FrameError::Torn) => return CloseReason::Io(FrameError::Torn.to_string()),
                Err(broken @ (FrameError::TooLarge { .. } | FrameError::Malformed(_))) => {
                    return CloseReason::Protocol(broken.to_string());
                }
            }
        }
    }

    /// Hands a message to the state thread. If it registers the other daemon, waits until the node has let it in, or
    /// has not: what it says next may be large, and is read only then.
    fn hand_on(&mut self, message: Message, place: Option<Place>) -> Result<(), CloseReason> {
        check_sender(self.services, self.link, &message).map_err(CloseReason::Protocol)?;
        let registers = matches!(message, Message::Register(_));
        if let Message::Register(register) = &message {
            self.frames.heed(&register.features);
        }
        if let Message::Register(Register { member: Some(member), .. }) = &message
            && self.seat.is_none()
        {
            let seat = self.services.seats.take(member.name(), Kind::Node);
            self.seat = Some(seat.map_err(CloseReason::Protocol)?);
            self.speaker = Speaker::Member(member.name());
        }
        let id = self.link.id;
        let mut input = Input::placed(LinkEvent::Received { link: id, message }, place);
        let (tell, told) = bounded(1);
        input.admission = registers.then_some((id, tell));
        self.services.inbox.send(input).map_err(|_| CloseReason::Shutdown)?;
        if registers {
            self.is_in = told.recv().map_err(|_| CloseReason::Shutdown)?;
        }
        Ok(())
    }

    /// The next message, and its place; none if the stream ends before it.
    fn next_message(&mut self) -> Result<Option<(Message, Place)>, FrameError> {
        let limit = if self.is_in { MAX_FRAME } else { MAX_REQUEST };
        let (speaker, wait) = (self.speaker, || self.link.count_as_heard());
        let Some(length) = self.frames.next_message(limit)? else {
            return Ok(None);
        };
        let is_large = length > MAX_REQUEST;
        let _reading = is_large.then(|| self.services.reading.place(speaker, length, wait));
        let content = self.frames.content(length)?;
        let bytes = content.len() + VALUE * codec::count_values(&content)?;
        let place = self.services.room.place(speaker, bytes, wait);
        Ok(Some((message(self.frames, content)?, place)))
    }
}

/// Refuses who registers as another node than it is, or as no member's. In a group the link proves a key of the node,
/// all 32 bytes of it, and it is this key that a member must have signed.
fn check_sender(services: &Services, link: &Link, message: &Message) -> Result<(), String> {
    let Message::Register(register) = message else {
        return Ok(());
    };
    let (Some(ours), Some(channel)) = (&services.group, link.channel()) else {
        return match register.member {
            Some(_) => Err("the node is of a group, and this daemon is of none".to_owned()),
            None => Ok(()),
        };
    };
    let (node, proven) = (register.node, channel.remote());
    let Some(member) = &register.member else {
        return Err("the node does not say whose it is".to_owned());
    };
    if node != proven {
        Err(format!("the node registers as {node}, but its key is that of {proven}"))
    } else if member.link_key() != channel.remote_key() {
        Err(format!("the node is not the one that {} has signed for", member.name()))
    } else if member.group() != ours.membership.group() {
        Err(format!("{} is a member of another group", member.name()))
    } else {
        Ok(())
    }
}

/// Decodes a frame from another daemon.
pub(in crate::daemon) fn message(
    frames: &SocketReader,
    content: Vec<u8>,
) -> Result<Message, FrameError> {
    let message = frames.decode(content)?;
    if let Message::Chunk { data, .. } | Message::Preview { image: data, .. } = &message
        && data.len() > MAX_CHUNK
    {
        let size = data.len();
        let error = format!("a chunk of {size} bytes is over the limit of {MAX_CHUNK}");
        return Err(FrameError::Malformed(error));
    }
    Ok(message)
}

/// Tells the other daemon what it did wrong, if there is room for it, and lets the writer end.
fn complain(commands: &Sender<WriterCommand>, error: &str) {
    let error = Message::Error { error: error.to_owned() };
    for command in [WriterCommand::Message(error), WriterCommand::Close] {
        if commands.try_send(command).is_err() {
            return;
        }
    }
}
