//! Carrying out what a node wants, as the daemon's threads do.

use photomesh::node::{Action, ClientAction, LinkAction, LinkId, Source};
use photomesh::protocol::Message;

use std::time::Duration;

use crate::agenda::{Life, What};
use crate::host::Far;
use crate::net::Serving;
use crate::world::World;

impl World {
    /// Begins to carry out one action.
    pub(crate) fn perform(&mut self, life: Life, action: Action) {
        self.show_action(life.host, &action);
        self.tape_action(life, &action);
        match action {
            Action::Link(action) => self.on_link(life, action),
            Action::Disk(action) => self.submit(life, action),
            Action::Client(action) => self.for_client(life, action),
            Action::Log { .. } => {}
            Action::Exit { error } => self.exit(life, error),
        }
    }

    pub(crate) fn on_link(&mut self, life: Life, action: LinkAction) {
        match action {
            LinkAction::Dial { address } => self.dial(life, address),
            LinkAction::Send { link, message } => self.send_on(life, link, message),
            LinkAction::Close { link, reason } => {
                if let Some(Far::Conn(conn, side)) = self.far(life, link) {
                    self.close(conn, side, reason);
                }
            }
            LinkAction::SendPreview { link, ask, image } => {
                self.send_preview(life, link, ask, &image);
            }
            LinkAction::StopServing { link, transfer } => {
                if let Some(Far::Conn(conn, side)) = self.far(life, link) {
                    self.stop_serving(conn, side, transfer);
                }
            }
            LinkAction::Serve { link, transfer, photo, offset, length, lane } => {
                if let Some(Far::Conn(conn, side)) = self.far(life, link) {
                    let end = offset.saturating_add(length);
                    let serving = Serving {
                        transfer,
                        photo,
                        offset,
                        end,
                        whole: offset == 0 && end >= self.library.photo(photo).bytes,
                    };
                    self.serve(conn, side, serving, lane);
                }
            }
        }
    }

    fn for_client(&mut self, life: Life, action: ClientAction) {
        match action {
            ClientAction::Answer { link, answer } => {
                if let Some(Far::Client(client)) = self.far(life, link) {
                    self.answered(client, answer);
                }
            }
            ClientAction::AnswerPhoto { link, name: _, label: _, photo, source } => {
                if let Some(Far::Client(client)) = self.far(life, link) {
                    match source {
                        Source::Spooled(spool) => self.begin_stream(life, client, photo.id, spool),
                        Source::Held(_) | Source::Kept(_) => {
                            self.answer_photo(life, client, photo.id, source);
                        }
                    }
                }
            }
        }
    }

    fn far(&self, life: Life, link: LinkId) -> Option<Far> {
        let daemon = self.hosts[life.host].daemon.as_ref()?;
        daemon.links.get(&link).copied()
    }

    fn send_on(&mut self, life: Life, link: LinkId, message: Message) {
        self.watch_message(life, &message);
        if let Some(Far::Conn(conn, side)) = self.far(life, link) {
            for message in self.turn_round(life, message) {
                self.show_sent(conn, side, &message);
                self.send(conn, side, message);
            }
        }
    }

    /// The daemon stops by its node's own wish.
    fn exit(&mut self, life: Life, error: Option<String>) {
        if let Some(error) = &error {
            self.watch_exit(life.host, error);
        }
        self.flush(life);
        self.end_life(life.host, false);
        if self.settings.jitter {
            // Whoever stopped it starts it again, sooner or later.
            let down = self.rng.span(Duration::from_secs(1), Duration::from_secs(90));
            self.agenda.add(self.now + down, What::Start(life.host));
        }
    }

    /// A daemon is no more: its sockets close (or fall silent), what it had not synced is gone.
    pub(crate) fn end_life(&mut self, host: usize, silent: bool) {
        let Some(life) = self.hosts[host].life() else {
            return;
        };
        self.resume(host);
        self.half_done_jobs(host);
        self.sockets_die(host, silent);
        self.clients_lose(life);
        self.hosts[host].daemon = None;
        let now = self.now;
        let World { hosts, rng, .. } = self;
        hosts[host].disk.crash(now, || rng.percent(50));
    }

    /// Lets a stopped process run on; what happened to it meanwhile comes all at once.
    pub(crate) fn resume(&mut self, host: usize) {
        if !self.hosts[host].paused {
            return;
        }
        self.hosts[host].paused = false;
        self.hosts[host].paused_last = self.now;
        let mut waiting = std::mem::take(&mut self.hosts[host].backlog);
        if self.rng.percent(50) {
            // The ticker may be the first or the last to run again.
            waiting.sort_by_key(|what| !matches!(what, What::Tick(_)));
        }
        for what in waiting {
            self.agenda.add(self.now, what);
        }
        self.release_held();
    }
}
