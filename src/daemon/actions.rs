//! Carrying out what the node asks for: each action becomes a parcel for a link's thread or a job for the folder's.

use std::time::{Duration, Instant};

use super::client::Reply;
use super::disk::{Challenge, Job, Removal};
use super::limits::CLOSE;
use super::state::{Exit, Outlet, State};
use super::writer::{Parcel, Window};
use crate::node::{Action, CloseReason, Event, LinkId};
use crate::photo::PhotoId;
use crate::protocol::Address;
use crate::protocol::message::Lane;

impl State {
    /// Carries out one action, or has it carried out; never waits.
    pub(super) fn execute(&mut self, action: Action) -> Option<Exit> {
        match action {
            Action::Dial { address } => self.dial(address),
            Action::Send { link, message } => self.send(link, Parcel::Message(message)),
            Action::Close { link, reason } => self.close(link, reason),
            Action::Serve {
                link,
                transfer,
                photo,
                offset,
                length,
                lane,
            } => {
                let window = Window {
                    transfer,
                    photo,
                    offset,
                    length,
                };
                self.serve(link, lane, window);
            }
            Action::Answer { link, answer } => self.answer(link, Reply::Answer(answer)),
            Action::AnswerPhoto {
                link,
                name,
                label,
                photo,
                source,
            } => {
                if let Some(Outlet::Client(_, replies)) = self.links.get(&link) {
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
            Action::Write {
                spool,
                offset,
                data,
            } => self.disk.submit(Job::Write {
                spool,
                offset,
                data,
            }),
            Action::Inspect { spool } => self.disk.submit(Job::Inspect { spool }),
            Action::Install {
                spool,
                photo,
                facts,
                holding,
            } => self.disk.submit(Job::Install {
                spool,
                photo,
                facts,
                holding,
            }),
            Action::Discard { spool } => self.disk.submit(Job::Discard { spool }),
            Action::Prove {
                source,
                photo,
                nonce,
                provers,
            } => self.disk.submit(Job::Prove(Challenge {
                source,
                photo,
                nonce,
                provers,
            })),
            Action::Drop { photo, within } => self.remove(photo, Removal::Surplus, within),
            Action::Retire {
                photo,
                keeper,
                within,
            } => self.remove(photo, Removal::Worse { keeper }, within),
            Action::Purge { photo, within } => self.remove(photo, Removal::Purge, within),
            Action::Restore { photo } => self.disk.submit(Job::Restore { photo }),
            Action::Dedupe { photo } => self.disk.submit(Job::Dedupe { photo }),
            Action::NoteFacts { photo, facts } => {
                self.disk.submit(Job::NoteFacts { photo, facts });
            }
            Action::NoteNodes { nodes } => self.disk.submit(Job::NoteNodes { nodes }),
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
    fn send(&mut self, link: LinkId, parcel: Parcel) {
        if let Some(Outlet::Peer(link, outbox)) = self.links.get(&link)
            && !outbox.send(parcel)
        {
            link.end(CloseReason::Slow);
        }
    }

    fn serve(&mut self, link: LinkId, lane: Lane, window: Window) {
        if let Some(Outlet::Peer(link, outbox)) = self.links.get(&link)
            && !outbox.serve(lane, window)
        {
            link.end(CloseReason::Slow);
        }
    }

    fn answer(&mut self, link: LinkId, reply: Reply) {
        // The client's thread takes one reply to each request, so the only reason to fail is that it has ended.
        if let Some(Outlet::Client(link, replies)) = self.links.get(&link)
            && replies.try_send(reply).is_err()
        {
            link.end(CloseReason::Shutdown);
        }
    }

    /// Lets a link end in order: what is queued for a daemon is sent, and a client gets the answer that it waits for.
    fn close(&mut self, id: LinkId, reason: CloseReason) {
        let Some(outlet) = self.links.get(&id) else {
            return;
        };
        outlet.link().blame(reason);
        match outlet {
            Outlet::Peer(link, outbox) => {
                if !outbox.send(Parcel::Close) {
                    link.end(CloseReason::Slow);
                }
            }
            Outlet::Client(link, _) => link.stop_reading(),
        }
        self.closing.insert(id, Instant::now() + CLOSE);
    }

    fn remove(&mut self, photo: PhotoId, removal: Removal, within: Duration) {
        self.disk.submit(Job::Remove {
            photo,
            removal,
            deadline: Instant::now() + within,
        });
    }
}
