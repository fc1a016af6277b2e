//! One step of a node: its configuration, its time, and its results.

use std::collections::VecDeque;

use super::news::News;
use super::{Action, ClientAction, Config, DiskAction, Level, LinkAction, LinkId, Time};
use crate::photo::Nonce;
use crate::protocol::{Answer, NodeId};

/// The present step of a node. Every part acts and tells through it.
#[derive(Debug)]
pub(in crate::node) struct Step {
    pub(in crate::node) config: Config,
    /// The time of this step, without the gaps in which this node was stopped.
    pub(in crate::node) now: Time,
    /// If this node is leaving: until when it hands over first.
    leaving: Option<Time>,
    /// For the driver to carry out.
    actions: Vec<Action>,
    /// For other parts, through [`Node::hand_on`](super::Node).
    news: VecDeque<News>,
}

impl Step {
    pub(in crate::node) fn new(config: Config) -> Step {
        Step {
            config,
            now: Time::default(),
            leaving: None,
            actions: Vec::new(),
            news: VecDeque::new(),
        }
    }

    /// This node.
    pub(in crate::node) fn me(&self) -> NodeId {
        self.config.node
    }

    /// Someone wants this node to stop: it hands over until then.
    pub(in crate::node) fn leave(&mut self, until: Time) {
        self.leaving = Some(until);
    }

    /// Until when this node hands over, if it is leaving.
    pub(in crate::node) fn leaving(&self) -> Option<Time> {
        self.leaving
    }

    pub(in crate::node) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    pub(in crate::node) fn link(&mut self, action: LinkAction) {
        self.act(Action::Link(action));
    }

    pub(in crate::node) fn disk(&mut self, action: DiskAction) {
        self.act(Action::Disk(action));
    }

    pub(in crate::node) fn client(&mut self, action: ClientAction) {
        self.act(Action::Client(action));
    }

    /// Answers a client.
    pub(in crate::node) fn answer(&mut self, link: LinkId, answer: Answer) {
        self.client(ClientAction::Answer { link, answer });
    }

    /// Writes news to the log.
    pub(in crate::node) fn log(&mut self, topic: &'static str, text: String) {
        self.act(Action::Log { level: Level::Info, topic, text });
    }

    /// Writes to the log what may need a person.
    pub(in crate::node) fn warn(&mut self, topic: &'static str, text: String) {
        self.act(Action::Log { level: Level::Warn, topic, text });
    }

    /// Writes to the log what is for whoever looks for a fault.
    pub(in crate::node) fn trace(&mut self, topic: &'static str, text: String) {
        self.act(Action::Log { level: Level::Debug, topic, text });
    }

    /// Tells the other parts something. They hear it when the part that tells it is done.
    pub(in crate::node) fn tell(&mut self, news: News) {
        self.news.push_back(news);
    }

    /// The oldest piece of news that was not handed on yet.
    pub(in crate::node) fn next_news(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    /// The actions so far, in order.
    pub(in crate::node) fn take_actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    /// A nonce that nobody can foresee, a different one for each number.
    pub(in crate::node) fn nonce(&self, number: u64) -> Nonce {
        Nonce(*blake3::keyed_hash(&self.config.seed, &number.to_be_bytes()).as_bytes())
    }
}
