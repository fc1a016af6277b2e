//! The state thread: it owns the [`Node`], takes one event at a time, and has the node's actions carried out.
//!
//! ```text
//!   its own events ────┐
//!   clock ─────────────┤                         ┌─ Link ───▶ a writer's outbox, or the dialer
//!   signals ───────────┤                         ├─ Disk ───▶ jobs of the folder thread
//!   folder's results ──┼─▶ one event ▶ Node::step┼─ Client ─▶ a client's writer, or a job that gives it a file
//!   inbox ─────────────┤         ▲               ├─ Log ────▶ console
//!   clients ───────────┘         │               └─ Exit ───▶ the end of the loop
//!      ▲                         └── Continue, while the node has more to do
//!      └── these two stay shut while the disk is behind
//! ```
//!
//! # What it promises
//!
//! **Nobody else touches the node.** Other threads send events and are given commands. So the node needs no lock, and
//! what happened in a daemon is one list of events in one order.
//!
//! **It waits for events and for nothing else.** Every send is one that cannot block: a writer's outbox that is full
//! ends its link as too slow, a dial gets a thread of its own, and the jobs of the folder thread have a queue without a
//! bound. That one is kept short from the other side: while many jobs wait, nothing is taken from links that could
//! cause more of them.
//!
//! **Nobody starves.** Time, the folder, other daemons and people come by different channels. Among those in which
//! something waits, chance decides; so a flood in one of them keeps neither the clock from ticking nor a person from
//! being answered. The node's own work is done when nothing else waits, and at the latest after [`BURST`] events.
//!
//! **A daemon that talks is not taken for dead.** Before each tick the node hears of all links on which bytes have
//! come, even if they are only a part of a frame. While the disk is behind that is said of every daemon, since it is
//! this node then that does not listen.
//!
//! # Its state, and who changes it
//!
//! This thread alone changes any of it:
//!
//! ```text
//!   a link's first event ──▶ links: the way to its writer ──▶ its Closed: forgotten
//!                              │
//!            Close ────────────┴──▶ closing: what waits is sent; after some seconds the link is cut off
//! ```
//!
//! A link's first event brings along the way back to its threads, so there is no link that the node knows and this
//! thread does not. A frame of another daemon keeps its room in memory until its step is over: that is how a busy state
//! thread holds back the readers.
//!
//! # In reading order
//!
//! This file takes the events: [`State::run`] chooses the next one, and `step` hands it to the node. `actions` carries
//! out the answer, one action after the other.
//!
//! # What is left out
//!
//! There are no priorities: what a link, the folder or a client says is neither dropped nor overtaken within its
//! channel, and no channel goes before another. It is enough that each single step is quick, which the node sees to.
//! And nothing is restarted: if this thread panics, the process ends, because nobody could say what state the node is
//! in.
//!
//! # Where it is from
//!
//! One thread with all the state and pipes around it is the event loop that rust-analyzer's main loop and toyDB's
//! server are built on.

mod actions;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, never, select, tick};

use super::clock::Clock;
use super::console::Console;
use super::disk::jobs::Disk;
use super::door::dialer::Dialer;
use super::inbox::{Input, LinkHandle};
use super::limits::{BURST, CLOSE};
use super::socket::link::Link;
use super::socket::outbox::WriterCommand;
use super::trace::NodeTrace;
use crate::node::describe::{self, Ids};
use crate::node::limits::TICK;
use crate::node::{ClientEvent, CloseReason, DiskEvent, Event, Level, LinkEvent, LinkId, Node};

/// Where events come from.
pub(in crate::daemon) struct Sources {
    /// Links of other daemons. Not read while the disk is behind, so that those who cause the work have to wait.
    pub(in crate::daemon) inbox: Receiver<Input>,
    /// Clients, likewise.
    pub(in crate::daemon) clients: Receiver<Input>,
    /// The folder's results.
    pub(in crate::daemon) reports: Receiver<DiskEvent>,
    /// The wish to stop.
    pub(in crate::daemon) signals: Receiver<()>,
}

/// What the state thread owns.
pub(in crate::daemon) struct State {
    node: Node,
    clock: Clock,
    /// Events that this thread itself is the cause of.
    pub(in crate::daemon) self_events: VecDeque<Event>,
    pub(in crate::daemon) links: BTreeMap<LinkId, LinkHandle>,
    /// Links that are to be closed, and when they are cut off.
    closing: BTreeMap<LinkId, Instant>,
    pub(in crate::daemon) disk: Disk,
    pub(in crate::daemon) dialer: Dialer,
    pub(in crate::daemon) console: Console,
    pub(in crate::daemon) trace: NodeTrace,
}

impl State {
    pub(in crate::daemon) fn new(
        node: Node,
        disk: Disk,
        dialer: Dialer,
        console: Console,
        trace: NodeTrace,
    ) -> State {
        State {
            node,
            clock: Clock::new(),
            self_events: VecDeque::new(),
            links: BTreeMap::new(),
            closing: BTreeMap::new(),
            disk,
            dialer,
            console,
            trace,
        }
    }

    /// Runs until the node is done; what is wrong, if something is.
    ///
    /// Ticks have a channel of their own, and so have clients. Among those in which something waits one is chosen by
    /// chance, so that no flood of events keeps time from passing, or people from being answered. The node goes on with
    /// its own work when nothing else waits, and at least once in a while.
    pub(in crate::daemon) fn run(&mut self, sources: &Sources) -> Option<String> {
        let ticks = tick(TICK);
        let closed = never();
        let mut burst = 0;
        loop {
            burst += 1;
            let more = self.node.has_more();
            let patience = if more { Duration::ZERO } else { TICK };
            let (inbox, clients) = match self.disk.is_behind() {
                true => (&closed, &closed),
                false => (&sources.inbox, &sources.clients),
            };
            let exit = if let Some(event) = self.self_events.pop_front() {
                self.step(event)
            } else if more && burst > BURST {
                burst = 0;
                self.step(Event::Continue)
            } else {
                select! {
                    recv(ticks) -> _ => self.tick(),
                    recv(sources.signals) -> _ => self.step(Event::Shutdown),
                    recv(sources.reports) -> event => event.ok().and_then(|event| self.step(event.into())),
                    recv(inbox) -> input => input.ok().and_then(|input| self.take(input)),
                    recv(clients) -> input => input.ok().and_then(|input| self.take(input)),
                    default(patience) => if more { burst = 0; self.step(Event::Continue) } else { None },
                }
            };
            if let Some(Exit { error }) = exit {
                return error;
            }
        }
    }
}

/// The node is done.
pub(in crate::daemon) struct Exit {
    /// What is wrong, if something is.
    pub(in crate::daemon) error: Option<String>,
}

impl State {
    /// Says goodbye: lets every daemon's writer send what waits, for a while. The links that are left.
    pub(in crate::daemon) fn farewell(self) -> Vec<Weak<Link>> {
        let deadline = Instant::now() + CLOSE;
        for handle in self.links.values() {
            if let LinkHandle::Peer(link, outbox) = handle {
                link.set_close_reason(CloseReason::Shutdown);
                outbox.send(WriterCommand::Close);
            }
        }
        for handle in self.links.values() {
            if let LinkHandle::Peer(_, outbox) = handle {
                outbox.wait_for_end(deadline);
            }
        }
        let links = self.links.values();
        links.map(|handle| Arc::downgrade(handle.link())).collect()
    }

    fn take(&mut self, input: Input) -> Option<Exit> {
        // A frame gives its room back when the step is over.
        let Input { handle, event, place: _place, admission } = input;
        if let Some(handle) = handle {
            self.links.insert(handle.link().id, handle);
        }
        let exit = self.step(event);
        if let Some((link, told)) = admission {
            // There is room: it is told once. If the reader has ended, nobody needs to know.
            let _ = told.try_send(self.node.has_let_in(link));
        }
        exit
    }

    /// Time passes: first the signs of life that arrived with bytes of unfinished frames, lest a large frame be taken
    /// for silence.
    fn tick(&mut self) -> Option<Exit> {
        for link in self.signs_of_life() {
            if let Some(exit) = self.step(LinkEvent::Heard { link }.into()) {
                return Some(exit);
            }
        }
        self.cut_off();
        self.step(Event::Tick)
    }

    /// The links to daemons on which bytes have arrived since the last call. While the disk is behind these are all of
    /// them: it is this node that does not listen then, and they must not be taken for dead.
    pub(in crate::daemon) fn signs_of_life(&self) -> Vec<LinkId> {
        let deaf = self.disk.is_behind();
        let heard = |(id, handle): (&LinkId, &LinkHandle)| match handle {
            LinkHandle::Peer(link, _) => (link.take_heard() || deaf).then_some(*id),
            LinkHandle::Client(..) => None,
        };
        self.links.iter().filter_map(heard).collect()
    }

    /// Ends the links that have had their time to close.
    fn cut_off(&mut self) {
        let now = Instant::now();
        for (id, deadline) in &self.closing {
            if *deadline <= now
                && let Some(handle) = self.links.get(id)
            {
                handle.link().end(CloseReason::Slow);
            }
        }
    }

    /// Hands the node one event and carries out what it wants done about it.
    fn step(&mut self, event: Event) -> Option<Exit> {
        self.note(&event);
        let wire = self.wire(&event);
        self.trace.event(&event, wire);
        let now = self.clock.now();
        let actions = self.node.step(now, event);
        actions.into_iter().find_map(|action| self.execute(action))
    }

    /// The connection of a link that begins.
    fn wire(&self, event: &Event) -> Option<String> {
        match event {
            Event::Link(LinkEvent::Opened { link, .. }) => self.links.get(link)?.link().ports(),
            Event::Link(_) | Event::Disk(_) | Event::Client(_) => None,
            Event::Tick | Event::Continue | Event::Shutdown => None,
        }
    }

    /// The one place that logs what happens to links; and forgets those that are gone.
    fn note(&mut self, event: &Event) {
        let (level, topic) = match event {
            Event::Link(LinkEvent::Opened { .. }) => (Level::Debug, "link"),
            Event::Link(LinkEvent::Closed { link, .. }) => {
                self.forget(*link);
                (Level::Debug, "link")
            }
            Event::Client(ClientEvent::Closed { link, .. }) => return self.forget(*link),
            Event::Shutdown => (Level::Info, "stop"),
            Event::Tick | Event::Continue | Event::Link(_) | Event::Disk(_) | Event::Client(_) => {
                return;
            }
        };
        self.console.line(level, topic, describe::event(event, &Ids));
    }

    fn forget(&mut self, link: LinkId) {
        self.closing.remove(&link);
        self.links.remove(&link);
    }
}
