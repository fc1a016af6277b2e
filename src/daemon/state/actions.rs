//! Carrying out what the node asks for: each action becomes a command for a link's thread or a job for the folder's.

use std::time::Instant;

use super::{Exit, State};
use crate::daemon::disk::jobs::Job;
use crate::daemon::inbox::LinkHandle;
use crate::daemon::limits::CLOSE;
use crate::daemon::socket::outbox::{Picture, Window, WriterCommand};
use crate::daemon::socket::reply::Reply;
use crate::folder::Moment;
use crate::node::{Action, ClientAction, CloseReason, LinkAction, LinkEvent, LinkId};
use crate::protocol::Address;
use crate::protocol::message::Lane;

impl State {
    /// Carries out one action, or has it carried out; never waits.
    pub(super) fn execute(&mut self, action: Action) -> Option<Exit> {
        self.trace.action(&action);
        match action {
            Action::Link(action) => self.on_link(action),
            Action::Disk(action) => self.disk.submit(Job::Do(action, Moment::now())),
            Action::Client(action) => self.for_client(action),
            Action::Log { level, topic, text } => self.console.line(level, topic, text),
            Action::Exit { error } => return Some(Exit { error }),
        }
        None
    }

    fn on_link(&mut self, action: LinkAction) {
        match action {
            LinkAction::Dial { address } => self.dial(address),
            LinkAction::Send { link, message } => self.send(link, WriterCommand::Message(message)),
            LinkAction::Close { link, reason } => self.close(link, reason),
            LinkAction::StopServing { link, transfer } => {
                self.send(link, WriterCommand::Cancel(transfer));
            }
            LinkAction::SendPreview { link, ask, image } => {
                if let Some(LinkHandle::Peer(link, outbox)) = self.links.get(&link)
                    && !outbox.show(Picture { ask, image })
                {
                    link.end(CloseReason::Slow);
                }
            }
            LinkAction::Serve { link, transfer, photo, offset, length, lane } => {
                let window = Window { transfer, photo, offset, length };
                self.serve(link, lane, window);
            }
        }
    }

    fn for_client(&mut self, action: ClientAction) {
        match action {
            ClientAction::Answer { link, answer } => self.answer(link, Reply::Answer(answer)),
            ClientAction::AnswerPhoto { link, name, label, photo, source } => {
                if let Some(LinkHandle::Client(_, replies)) = self.links.get(&link) {
                    let to = replies.clone();
                    self.disk.submit(Job::Deliver { name, label, photo, source, to });
                }
            }
        }
    }

    fn dial(&mut self, address: Address) {
        if let Err(reason) = self.dialer.dial(&address) {
            self.self_events.push_back(LinkEvent::DialFailed { address, reason }.into());
        }
    }

    /// Queues something for a daemon. If too much waits already, it reads too slowly, and the link ends: to wait here
    /// would let one slow peer stop the whole node.
    fn send(&mut self, link: LinkId, command: WriterCommand) {
        if let Some(LinkHandle::Peer(link, outbox)) = self.links.get(&link)
            && !outbox.send(command)
        {
            link.end(CloseReason::Slow);
        }
    }

    fn serve(&mut self, link: LinkId, lane: Lane, window: Window) {
        if let Some(LinkHandle::Peer(link, outbox)) = self.links.get(&link)
            && !outbox.serve(lane, window)
        {
            link.end(CloseReason::Slow);
        }
    }

    fn answer(&mut self, link: LinkId, reply: Reply) {
        // The client's writer takes one reply to each request, so the only reason to fail is that it has ended.
        if let Some(LinkHandle::Client(link, replies)) = self.links.get(&link)
            && replies.try_send(reply).is_err()
        {
            link.end(CloseReason::Shutdown);
        }
    }

    /// Lets a link to a daemon end in order: what is queued is sent.
    fn close(&mut self, id: LinkId, reason: CloseReason) {
        if let Some(LinkHandle::Peer(link, outbox)) = self.links.get(&id) {
            link.set_close_reason(reason);
            if !outbox.send(WriterCommand::Close) {
                link.end(CloseReason::Slow);
            }
            self.closing.insert(id, Instant::now() + CLOSE);
        }
    }
}
