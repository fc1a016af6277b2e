//! The links to other daemons: opening, closing, heartbeats, dialing.

use std::collections::BTreeSet;

use super::pages::Pages;
use super::{Link, Mesh};
use crate::node::limits::{HEARTBEAT, JOIN_TOLD, REGISTER, SILENCE};
use crate::node::step::Step;
use crate::node::{CloseReason, LinkAction, LinkId};
use crate::protocol::{Address, Message, NodeId};

impl Mesh {
    /// A link to another daemon is open. The dialer speaks first.
    pub(in crate::node) fn link_opened(
        &mut self,
        step: &mut Step,
        link: LinkId,
        remote: String,
        dialed: Option<Address>,
    ) {
        let now = step.now;
        let speaks_first = dialed.is_some();
        let pages = Pages::default();
        let state = Link { remote, dialed, node: None, opened: now, heard: now, said: now, pages };
        self.links.insert(link, state);
        if speaks_first {
            self.send_register(step, link);
        }
    }

    /// An address could not be reached.
    pub(in crate::node) fn dial_failed(
        &mut self,
        step: &mut Step,
        address: &Address,
        reason: &str,
    ) {
        let now = step.now;
        if let Some(redial) = self.joins.get_mut(address) {
            redial.failed(now);
            let text = match redial.told {
                None => {
                    format!("cannot join through {address} ({reason}); trying until that works")
                }
                Some(_) => format!("still cannot join through {address} ({reason})"),
            };
            if redial.told.is_none_or(|told| now.since(told) >= JOIN_TOLD) {
                redial.told = Some(now);
                step.warn("join", text);
            }
        }
        for peer in self.peers.values_mut().filter(|peer| peer.address == *address) {
            peer.redial.failed(now);
        }
        self.forget_unmet();
    }

    /// Bytes came on a link: its node lives.
    pub(in crate::node) fn heard(&mut self, step: &Step, link: LinkId) {
        if let Some(link) = self.links.get_mut(&link) {
            link.heard = step.now;
        }
    }

    /// Sends a message on a link that is still open.
    pub(in crate::node) fn send(&mut self, step: &mut Step, link: LinkId, message: Message) {
        if let Some(state) = self.links.get_mut(&link) {
            state.said = step.now;
            step.link(LinkAction::Send { link, message });
        }
    }

    /// Sends a message to a node that is here.
    pub(in crate::node) fn send_to(&mut self, step: &mut Step, node: NodeId, message: Message) {
        if let Some(link) = self.link_to(node) {
            self.send(step, link, message);
        }
    }

    /// A node says that it goes.
    pub(in crate::node) fn goodbye_heard(&mut self, step: &mut Step, link: LinkId, reason: &str) {
        if let Some(node) = self.node_at(link) {
            step.log("mesh", format!("{} says goodbye: {reason}", self.called(node)));
        }
        self.close(step, link, CloseReason::Left);
    }

    /// Closes a link from this side, and first tells the other end why, if it would not know.
    pub(in crate::node) fn close(&mut self, step: &mut Step, link: LinkId, reason: CloseReason) {
        if let CloseReason::Protocol(error) | CloseReason::Refused(error) = &reason {
            self.send(step, link, Message::Error { error: error.clone() });
        }
        step.link(LinkAction::Close { link, reason: reason.clone() });
        self.link_closed(step, link, &reason);
    }

    /// A link is gone, closed by either side.
    pub(in crate::node) fn link_closed(
        &mut self,
        step: &mut Step,
        link: LinkId,
        reason: &CloseReason,
    ) {
        let Some(state) = self.links.remove(&link) else {
            return;
        };
        let now = step.now;
        if let Some(redial) = state.dialed.as_ref().and_then(|address| self.joins.get_mut(address))
        {
            redial.failed(now);
        }
        let dialed = state.dialed.clone();
        for peer in self.peers.values_mut().filter(|peer| Some(&peer.address) == dialed.as_ref()) {
            peer.redial.failed(now);
        }
        self.forget_unmet();
        if let Some(node) = state.node.filter(|node| self.link_to(*node) == Some(link)) {
            self.node_down(step, node, reason);
        }
    }

    /// Tells people that another daemon has ended a link before it said who it is: else the reason is on the other
    /// computer's terminal alone.
    pub(in crate::node) fn ended_by_other(
        &mut self,
        step: &mut Step,
        link: LinkId,
        reason: &CloseReason,
    ) {
        let state = self.links.get(&link).filter(|state| state.node.is_none());
        let Some(address) = state.and_then(|state| state.dialed.clone()) else {
            return;
        };
        // Of two links between the same nodes one ends early.
        if self.peers.values().any(|peer| peer.is_here() && peer.address == address) {
            return;
        }
        let why = match reason {
            CloseReason::Refused(error) => error.as_str(),
            CloseReason::Remote | CloseReason::Io(_) => match step.config.membership.is_some() {
                true => {
                    "it may be of another group, or of none, or this daemon's owner was removed from the group"
                }
                false => {
                    "it may be of a group, which takes a member file: photomesh daemon --member FILE"
                }
            },
            // That is said elsewhere, or no fault.
            CloseReason::Left
            | CloseReason::Protocol(_)
            | CloseReason::Slow
            | CloseReason::Silent
            | CloseReason::Duplicate
            | CloseReason::Shutdown => return,
        };
        let now = step.now;
        let peers = self.peers.values_mut().filter(|peer| peer.address == address);
        let peers = peers.map(|peer| &mut peer.redial);
        let mut is_due = false;
        for redial in self.joins.get_mut(&address).into_iter().chain(peers) {
            if redial.told.is_none_or(|told| now.since(told) >= JOIN_TOLD) {
                redial.told = Some(now);
                is_due = true;
            }
        }
        if is_due {
            let text = format!("{address} has hung up before it said who it is: {why}");
            step.warn("join", text);
        }
    }

    pub(super) fn tend_links(&mut self, step: &mut Step) {
        let now = step.now;
        let mut silent = Vec::new();
        let mut quiet = Vec::new();
        for (id, link) in &self.links {
            let unregistered = link.node.is_none() && now.since(link.opened) >= REGISTER;
            if unregistered || now.since(link.heard) >= SILENCE {
                silent.push(*id);
            } else if link.node.is_some() && now.since(link.said) >= HEARTBEAT {
                quiet.push(*id);
            }
        }
        for link in quiet {
            self.send(step, link, Message::Heartbeat);
        }
        for link in silent {
            self.close(step, link, CloseReason::Silent);
        }
    }

    pub(in crate::node) fn dial(&mut self, step: &mut Step) {
        let now = step.now;
        let peers = self.peers.values();
        let missed = peers.filter(|peer| !peer.is_here() && peer.is_lately(now));
        let missed = missed.map(|peer| (&peer.address, &peer.redial));
        let mut due: BTreeSet<Address> = missed
            .chain(&self.joins)
            .filter(|(_, redial)| redial.next <= now && !redial.dialing)
            .map(|(address, _)| address.clone())
            .collect();
        due.retain(|address| !self.is_reached(step, address));
        for address in due {
            let peers = self.peers.values_mut();
            let there = peers.filter(|peer| !peer.is_here() && peer.address == address);
            there.for_each(|peer| peer.redial.dialing = true);
            if let Some(redial) = self.joins.get_mut(&address) {
                redial.dialing = true;
            }
            step.link(LinkAction::Dial { address });
        }
    }

    /// Whether the node at an address is here already, or is this node itself, whichever node listened there before.
    fn is_reached(&self, step: &Step, address: &Address) -> bool {
        let mut links = self.links.values();
        let mut peers = self.peers.values();
        *address == step.config.address
            || links.any(|link| link.dialed.as_ref() == Some(address))
            || peers.any(|peer| peer.is_here() && peer.address == *address)
    }
}
