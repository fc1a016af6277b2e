//! Carrying out what the node asks for: each action becomes something for a link's writer or a job for the folder's.

use std::time::Instant;

use super::{Exit, State};
use crate::daemon::disk::jobs::Job;
use crate::daemon::inbox::LinkHandle;
use crate::daemon::limits::CLOSE;
use crate::daemon::socket::outbox::{Window, WriterCommand};
use crate::daemon::socket::reply::Reply;
use crate::folder::Moment;
use crate::node::{Action, CloseReason, Event, LinkId};
use crate::protocol::Address;
use crate::protocol::message::Lane;

impl State {
    /// Carries out one action, or has it carried out; never waits.
    pub(super) fn execute(&mut self, action: Action) -> Option<Exit> {
        match action {
            Action::Dial { address } => self.dial(address),
            Action::Send { link, message } => self.send(link, WriterCommand::Message(message)),
            Action::Close { link, reason } => self.close(link, reason),
            Action::Serve { link, transfer, photo, offset, length, lane } => {
                let window = Window { transfer, photo, offset, length };
                self.serve(link, lane, window);
            }
            Action::Answer { link, answer } => self.answer(link, Reply::Answer(answer)),
            Action::AnswerPhoto { link, name, label, photo, source } => {
                if let Some(LinkHandle::Client(_, replies)) = self.links.get(&link) {
                    self.disk.submit(Job::Deliver {
                        name,
                        label,
                        photo,
                        source,
                        to: replies.clone(),
                    });
                }
            }
            Action::Log { topic, text } => self.console.line(topic, text),
            Action::Exit { error } => return Some(Exit { error }),
            for_the_folder @ (Action::Write { .. }
            | Action::Inspect { .. }
            | Action::Install { .. }
            | Action::Discard { .. }
            | Action::Prove { .. }
            | Action::Drop { .. }
            | Action::Retire { .. }
            | Action::Purge { .. }
            | Action::Remove { .. }
            | Action::Sign { .. }
            | Action::FindAged { .. }
            | Action::FindDaysLeft { .. }
            | Action::NoteTombstones { .. }
            | Action::Restore { .. }
            | Action::Dedupe { .. }
            | Action::NoteFacts { .. }
            | Action::NoteLooks { .. }
            | Action::Look { .. }
            | Action::NoteNodes { .. }) => {
                self.disk.submit(Job::Do(for_the_folder, Moment::now()));
            }
        }
        None
    }

    fn dial(&mut self, address: Address) {
        if let Err(reason) = self.dialer.dial(&address) {
            self.own.push_back(Event::DialFailed { address, reason });
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

    /// Lets a link end in order: what is queued for a daemon is sent, and a client gets the answer that it waits for.
    fn close(&mut self, id: LinkId, reason: CloseReason) {
        let Some(handle) = self.links.get(&id) else {
            return;
        };
        handle.link().set_close_reason(reason);
        match handle {
            LinkHandle::Peer(link, outbox) => {
                if !outbox.send(WriterCommand::Close) {
                    link.end(CloseReason::Slow);
                }
            }
            LinkHandle::Client(link, _) => link.stop_reading(),
        }
        self.closing.insert(id, Instant::now() + CLOSE);
    }
}
