//! The core of a daemon: a pure state machine.

mod config;
mod event;
pub mod limits;

pub use config::Config;
pub use event::{Action, CloseReason, DiskError, Event, LinkId, Source, Spool, Time};

/// One node of the mesh.
#[derive(Debug)]
pub struct Node {
    config: Config,
}

impl Node {
    /// A node at its start, and what it wants done first.
    pub fn new(config: Config) -> Node {
        Node { config }
    }

    /// Takes one event and returns what is to be done about it, in order.
    pub fn step(&mut self, _now: Time, _event: Event) -> Vec<Action> {
        let _ = &self.config;
        Vec::new()
    }

    /// Whether there is more to do right now: the driver then calls [`Node::step`] with [`Event::Continue`] as soon as
    /// no other event waits.
    pub fn has_more(&self) -> bool {
        false
    }
}
