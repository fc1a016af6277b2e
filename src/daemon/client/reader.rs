//! The thread that reads a client: one request at a time.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use super::upload::{self, Stop};
use super::writer::{self, Turn};
use crate::daemon::inbox::{Input, LinkHandle};
use crate::daemon::seats::{Kind, Seat};
use crate::daemon::services::{ClosedOnDrop, Services};
use crate::daemon::socket::frames::{SocketReader, SocketWriter};
use crate::daemon::socket::link::Link;
use crate::node::{Asker, ClientEvent, CloseReason, Level};
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::client::SHARED;
use crate::protocol::codec::{self, FrameError};
use crate::protocol::{Answer, Blob, Request, Visit, in_words};

/// Serves a client until its link ends, beginning with the frame that made it one. Runs in the thread that accepted the
/// link, of which it makes the reader; a second thread writes.
pub(in crate::daemon) fn serve_client(
    services: &Services,
    link: &Arc<Link>,
    frames: SocketReader,
    first: Vec<u8>,
) {
    let writer::Ways { replies, own, turns } = match writer::start(services, link) {
        Ok(ways) => ways,
        Err(error) => {
            let error = in_words(&error);
            services.console.warn("net", format!("no thread for {}: {error}", link.remote()));
            let error = format!("this daemon cannot start a thread for this client: {error}");
            let answer = Answer::Error { error: error.clone() };
            if SocketWriter::new(Arc::clone(link)).answer(&answer).is_ok() {
                link.linger();
            }
            return link.end(CloseReason::Io(error));
        }
    };
    let mut reader = Reader {
        services,
        link,
        frames,
        own,
        turns,
        handle: Some(LinkHandle::Client(Arc::clone(link), replies)),
        closed_on_drop: None,
        by: services.group.is_none().then_some(Asker::Owner),
        named: false,
        seat: None,
    };
    let reason = match reader.converse(first) {
        Ok(()) => CloseReason::Remote,
        Err(Stop::Over(reason)) => reason,
        Err(Stop::Broken(error)) => {
            reader.complain(&error);
            CloseReason::Protocol(error)
        }
        Err(Stop::Answered) => {
            link.drain();
            link.reason()
        }
    };
    link.end(reason);
}

/// What a client of no member is told by a daemon that is of a group.
const NOT_REGISTERED: &str =
    "this daemon is of a group: a client says first which member it is (registerClient)";

/// Decodes a frame from a client.
fn decoded(frames: &SocketReader, content: Vec<u8>) -> Result<Request, FrameError> {
    codec::count_values(&content)?;
    frames.decode(content)
}

struct Reader<'a> {
    services: &'a Services,
    link: &'a Arc<Link>,
    frames: SocketReader,
    /// To the writer: what is answered without the node.
    own: Sender<Answer>,
    /// From the writer: one for each answer that is written.
    turns: Receiver<Turn>,
    /// What the state thread needs to answer; goes along with the first request.
    handle: Option<LinkHandle>,
    /// Once the node knows the client it must hear of its end.
    closed_on_drop: Option<ClosedOnDrop<'a>>,
    /// Who asks; in a group that is not known before the client has registered.
    by: Option<Asker>,
    /// Whether the client has told its name.
    named: bool,
    /// In a group: its seat among its member's clients.
    seat: Option<Seat>,
}

impl Reader<'_> {
    /// Has one request after the other answered, until the client asks no more.
    fn converse(&mut self, first: Vec<u8>) -> Result<(), Stop> {
        let mut content = first;
        loop {
            self.handle(decoded(&self.frames, content)?)?;
            match self.frames.next_request()? {
                Some(next) => content = next,
                None => return Ok(()),
            }
        }
    }

    fn handle(&mut self, request: Request) -> Result<(), Stop> {
        match &request {
            Request::RegisterClient { name, member, features } => {
                self.register(name, member.as_deref(), features)
            }
            Request::Chunk { .. } => Err(Stop::Broken("a Chunk without a Put".to_owned())),
            Request::Put { bytes, .. } => {
                let refused = self.refusal(self.asker()?, &request);
                let next_chunk = || {
                    let content = self.frames.next_chunk()?.ok_or(FrameError::Torn)?;
                    decoded(&self.frames, content)
                };
                match upload::receive(self.services, self.link, *bytes, refused, next_chunk)? {
                    Ok(()) => self.ask(request),
                    Err(answer) => self.answer(answer),
                }
            }
            Request::GetPreview { photo, size, shared: false } => {
                match self.kept_picture(*photo, *size)? {
                    Some(answer) => self.answer(answer),
                    None => self.ask(request),
                }
            }
            // Whether other groups may see it, only the node knows.
            Request::GetPreview { shared: true, .. }
            | Request::GetImageList
            | Request::GetImageRequest { .. }
            | Request::GetExact { .. }
            | Request::Duplicates { .. }
            | Request::Similar { .. }
            | Request::Distinct { .. }
            | Request::List { .. }
            | Request::Explain { .. }
            | Request::Status
            | Request::Members
            | Request::Groups
            | Request::Abroad { .. }
            | Request::Tell { .. }
            | Request::Forget { .. }
            | Request::Drain { .. }
            | Request::TrashList { .. }
            | Request::TrashRestore { .. }
            | Request::TrashPurge { .. }
            | Request::PlanRemoval { .. }
            | Request::Remove { .. } => self.ask(request),
        }
    }

    /// Takes in who the client is, and what it can do. Without a group it is just a name, if any, and not answered.
    fn register(
        &mut self,
        name: &str,
        visit: Option<&Visit>,
        features: &[String],
    ) -> Result<(), Stop> {
        let services = self.services;
        let (Some(ours), Some(channel)) = (&services.group, self.link.channel()) else {
            self.frames.heed(features);
            if !self.named && !name.is_empty() {
                self.named = true;
                let name: String = name.chars().take(64).collect();
                let remote = self.link.remote();
                services.console.line(Level::Debug, "client", format!("{name} at {remote}"));
            }
            return Ok(());
        };
        if self.by.is_some() {
            return Err(Stop::Broken("the client has registered before".to_owned()));
        }
        let visit = visit.ok_or_else(|| Stop::Broken(NOT_REGISTERED.to_owned()))?;
        let visitor = visit.verify(channel.handshake()).map_err(Stop::Broken)?;
        let membership = &ours.membership;
        if visitor.group() != membership.group() {
            return Err(Stop::Broken(format!("{} is a member of another group", visitor.name())));
        }
        self.seat = Some(services.seats.take(visitor.name(), Kind::Client).map_err(Stop::Broken)?);
        let owner = visitor.key() == membership.certificate().key();
        self.by = Some(match owner {
            true => Asker::Owner,
            false => Asker::Member(Box::new(visitor.clone())),
        });
        self.frames.heed(features);
        let (node, member) = (membership.node(), Box::new(membership.clone()));
        let mut features = codec::features();
        features.push(SHARED.to_owned());
        self.answer(Answer::Registered { node, member, owner, features })
    }

    fn asker(&self) -> Result<&Asker, Stop> {
        self.by.as_ref().ok_or_else(|| Stop::Broken(NOT_REGISTERED.to_owned()))
    }

    /// The answer to a put that is not this client's to make. The node would give the same, but it hears of a put only
    /// when all bytes are on the disk.
    fn refusal(&self, by: &Asker, put: &Request) -> Option<Answer> {
        let (Some(ours), Asker::Member(asker)) = (&self.services.group, by) else {
            return None;
        };
        let refused = || Answer::not_yours(ours.membership.name(), ours.name, asker.name());
        (!by.may_ask(put)).then(refused)
    }

    /// A small picture that was made here and is in the cache, for the owner. The node would say the same: such pictures
    /// are of photos that are here, and of what is removed the owner may see what lies in the trash. What others have made
    /// goes through the node, which knows whether it may be shown; and whether somebody else is still a member.
    fn kept_picture(&self, photo: PhotoId, size: PreviewSize) -> Result<Option<Answer>, Stop> {
        let is_owner = *self.asker()? == Asker::Owner;
        let kept = is_owner.then(|| self.services.previews.get(photo, size)).flatten();
        Ok(kept.map(|image| {
            let (bytes, image) = (image.len() as u64, Blob::from(image));
            Answer::Preview { photo, bytes, image }
        }))
    }

    /// Asks the node, and waits until its answer is written.
    fn ask(&mut self, request: Request) -> Result<(), Stop> {
        let by = self.asker()?.clone();
        let asked = ClientEvent::Asked { link: self.link.id, by, request };
        let input = match self.handle.take() {
            Some(handle) => Input::first(handle, asked),
            None => asked.into(),
        };
        let stopped = |_| Stop::Over(CloseReason::Shutdown);
        self.services.clients.send(input).map_err(stopped)?;
        if self.closed_on_drop.is_none() {
            let closed = |link, reason| ClientEvent::Closed { link, reason }.into();
            let inbox = &self.services.clients;
            self.closed_on_drop = Some(ClosedOnDrop { inbox, link: self.link, closed });
        }
        self.wait_for_turn()
    }

    /// Answers without the node, and waits until that is written.
    fn answer(&mut self, answer: Answer) -> Result<(), Stop> {
        self.own.send(answer).map_err(|_| Stop::Answered)?;
        self.wait_for_turn()
    }

    fn wait_for_turn(&mut self) -> Result<(), Stop> {
        self.turns.recv().map(|Turn| ()).map_err(|_| Stop::Answered)
    }

    /// Tells the client what it did wrong, and lets it read that before the link is closed.
    fn complain(&mut self, error: &str) {
        self.link.set_close_reason(CloseReason::Protocol(error.to_owned()));
        // If the writer has ended, there is nobody to be told.
        let _ = self.own.send(Answer::Error { error: error.to_owned() });
        while let Ok(Turn) = self.turns.recv() {}
        self.link.drain();
    }
}
