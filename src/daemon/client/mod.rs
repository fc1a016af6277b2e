//! The thread that serves one client: one request, one answer, in the order asked.
//!
//! A client needs no second thread, because nothing is sent to it that it has not asked for. While the answer to one
//! request is being made or sent the next one is not read, so a client that pipelines without reading holds back
//! itself, and costs one answer.

mod upload;

use std::fs::File;
use std::io::Seek;
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};

use super::hub::{Farewell, Hub};
use super::inbox::{Input, Outlet};
use super::limits::{FRAME, QUIET};
use super::socket::frames::{SocketReader, SocketWriter};
use super::socket::link::{Link, write_failure};
use super::socket::reply::{Delivery, Reply};
use crate::node::{CloseReason, DiskError, Event};
use crate::photo::{Photo, PhotoId};
use crate::protocol::client::Refusal;
use crate::protocol::codec::{self, MAX_CHUNK_FRAME, MAX_REQUEST};
use crate::protocol::{Answer, Blob, Request};
use upload::Ending;

/// Serves a client until its link ends, beginning with the frame that made it one.
pub(in crate::daemon) fn serve(hub: &Hub, link: &Arc<Link>, frames: SocketReader, first: Vec<u8>) {
    let (replies, answers) = bounded(1);
    let mut client = Client {
        hub,
        link,
        frames,
        out: SocketWriter::new(Arc::clone(link)),
        replies: answers,
        outlet: Some(Outlet::Client(Arc::clone(link), replies)),
        farewell: None,
        named: false,
    };
    let reason = match client.converse(first) {
        Ok(()) => CloseReason::Remote,
        Err(Ending::Over(reason)) => reason,
        Err(Ending::Broken(error)) => {
            link.blame(CloseReason::Protocol(error.clone()));
            let complaint = Answer::Error { error: error.clone() };
            if client.write(&complaint).is_ok() {
                link.linger();
            }
            CloseReason::Protocol(error)
        }
    };
    link.end(reason);
}

struct Client<'a> {
    hub: &'a Hub,
    link: &'a Arc<Link>,
    frames: SocketReader,
    out: SocketWriter,
    replies: Receiver<Reply>,
    /// What the state thread needs to answer; goes along with the first request.
    outlet: Option<Outlet>,
    /// Once the node knows the client it must hear of its end.
    farewell: Option<Farewell<'a>>,
    /// Whether the client has told its name.
    named: bool,
}

impl Client<'_> {
    fn converse(&mut self, first: Vec<u8>) -> Result<(), Ending> {
        let mut content = first;
        loop {
            self.handle(codec::decode(&content)?)?;
            drop(content);
            match self.frames.next_within(Some(QUIET), FRAME, MAX_REQUEST)? {
                Some(next) => content = next,
                None => return Ok(()),
            }
        }
    }

    fn handle(&mut self, request: Request) -> Result<(), Ending> {
        match &request {
            Request::RegisterClient { name } => {
                self.register(name);
                Ok(())
            }
            Request::Chunk { .. } => Err(Ending::Broken("a Chunk without a Put".to_owned())),
            Request::Put { bytes, .. } => {
                match upload::receive(self.hub, self.link, *bytes, || {
                    self.frames.next_within(Some(FRAME), FRAME, MAX_CHUNK_FRAME)
                })? {
                    Ok(()) => self.ask(request),
                    Err(error) => self.write(&Answer::Refused { cause: Refusal::Disk, error }),
                }
            }
            Request::GetImageList
            | Request::GetImageRequest { .. }
            | Request::GetExact { .. }
            | Request::Duplicates { .. }
            | Request::Distinct { .. }
            | Request::List { .. }
            | Request::Explain { .. }
            | Request::Status
            | Request::TrashList { .. }
            | Request::TrashRestore { .. }
            | Request::TrashPurge { .. }
            | Request::PlanRemoval { .. }
            | Request::Remove { .. } => self.ask(request),
        }
    }

    fn register(&mut self, name: &str) {
        if !self.named {
            self.named = true;
            let name: String = name.chars().take(64).collect();
            let remote = self.link.remote();
            self.hub.console.line("client", format!("{name} at {remote}"));
        }
    }

    /// Has the node answer a request, and sends the answer.
    fn ask(&mut self, request: Request) -> Result<(), Ending> {
        let asked = Event::Asked { link: self.link.id, request };
        self.report(asked)?;
        loop {
            let stopped = |_| Ending::Over(CloseReason::Shutdown);
            match self.replies.recv().map_err(stopped)? {
                Reply::Answer(Answer::Error { error }) => return Err(Ending::Broken(error)),
                Reply::Answer(answer) => return self.write(&answer),
                Reply::Photo(delivery) => {
                    let result = self.deliver(delivery)?;
                    let done = result.is_ok();
                    let link = self.link.id;
                    self.report(Event::Answered { link, result })?;
                    if done {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Tells the node something; the first time together with the way to answer.
    fn report(&mut self, event: Event) -> Result<(), Ending> {
        let input = match self.outlet.take() {
            Some(outlet) => Input::first(outlet, event),
            None => event.into(),
        };
        let stopped = |_| Ending::Over(CloseReason::Shutdown);
        self.hub.inbox.send(input).map_err(stopped)?;
        if self.farewell.is_none() {
            self.farewell = Some(Farewell { hub: self.hub, link: self.link });
        }
        Ok(())
    }

    fn write(&mut self, answer: &Answer) -> Result<(), Ending> {
        self.out.answer(answer).map_err(|error| Ending::Over(write_failure(&error)))
    }

    /// Reads a photo twice: once to be sure of it, once to send it. It is never in memory as a whole, and a client
    /// never gets the first half of a damaged one.
    fn deliver(&mut self, delivery: Delivery) -> Result<Result<(), DiskError>, Ending> {
        let photo = &delivery.photo;
        let mut file = match delivery.opened.and_then(|(file, _)| check(file, photo)) {
            Ok(file) => file,
            Err(error) => {
                if delivery.held && error != DiskError::Gone {
                    self.hub.disk.suspect(photo.id);
                }
                return Ok(Err(error));
            }
        };
        let answer = Answer::ReceiveImage {
            image_name: delivery.name,
            label: delivery.label,
            id: photo.id,
            bytes: photo.bytes,
            image: Blob::default(),
        };
        self.out
            .image(&answer, photo.bytes, &mut file)
            .map_err(|error| Ending::Over(write_failure(&error)))?;
        Ok(Ok(()))
    }
}

/// Reads a file through and gives it back, at its start, if it is the photo.
fn check(mut file: File, photo: &Photo) -> Result<File, DiskError> {
    let unreadable = |error: std::io::Error| DiskError::Other(error.to_string());
    if PhotoId::of_rest(&mut file).map_err(unreadable)? != photo.id {
        return Err(DiskError::Damaged);
    }
    file.rewind().map_err(unreadable)?;
    Ok(file)
}
