//! The links to other daemons: opening, closing, heartbeats, dialing.

use std::collections::BTreeSet;

use super::Link;
use super::pages::Pages;
use crate::node::limits::{HEARTBEAT, REGISTER, SILENCE};
use crate::node::{CloseReason, LinkAction, LinkId, Node};
use crate::protocol::{Address, Message, NodeId};

impl Node {
    /// A link to another daemon is there. The dialer speaks first.
    pub(in crate::node) fn link_opened(
        &mut self,
        link: LinkId,
        remote: String,
        dialed: Option<Address>,
    ) {
        let now = self.now;
        let speaks_first = dialed.is_some();
        let pages = Pages::default();
        let state = Link { remote, dialed, node: None, opened: now, heard: now, said: now, pages };
        self.mesh.links.insert(link, state);
        if speaks_first {
            self.send_register(link);
        }
    }

    /// An address could not be reached.
    pub(in crate::node) fn dial_failed(&mut self, address: &Address, reason: &str) {
        let now = self.now;
        if let Some(redial) = self.mesh.joins.get_mut(address) {
            redial.failed(now);
            self.log(
                "join",
                format!("cannot reach {address} ({reason}); trying again until it is there"),
            );
        }
        for member in self.mesh.members.values_mut().filter(|member| member.address == *address) {
            member.redial.failed(now);
        }
        self.mesh.forget_hearsay();
    }

    /// Something came on a link: its node lives.
    pub(in crate::node) fn heard(&mut self, link: LinkId) {
        if let Some(link) = self.mesh.links.get_mut(&link) {
            link.heard = self.now;
        }
    }

    /// Sends a message on a link that is still open.
    pub(in crate::node) fn send(&mut self, link: LinkId, message: Message) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.said = self.now;
            self.link(LinkAction::Send { link, message });
        }
    }

    /// Sends a message to a node that is here.
    pub(in crate::node) fn send_to(&mut self, node: NodeId, message: Message) {
        if let Some(link) = self.mesh.link_to(node) {
            self.send(link, message);
        }
    }

    /// Closes a link from this side, after telling the other end why if it would not know.
    pub(in crate::node) fn close(&mut self, link: LinkId, reason: CloseReason) {
        if let CloseReason::Protocol(error) | CloseReason::Refused(error) = &reason {
            self.send(link, Message::Error { error: error.clone() });
        }
        self.link(LinkAction::Close { link, reason: reason.clone() });
        self.link_closed(link, &reason);
    }

    /// A link is gone, whoever closed it.
    pub(in crate::node) fn link_closed(&mut self, link: LinkId, reason: &CloseReason) {
        let Some(state) = self.mesh.links.remove(&link) else {
            return;
        };
        let now = self.now;
        if let Some(redial) =
            state.dialed.as_ref().and_then(|address| self.mesh.joins.get_mut(address))
        {
            redial.failed(now);
        }
        let dialed = state.dialed.clone();
        for member in
            self.mesh.members.values_mut().filter(|member| Some(&member.address) == dialed.as_ref())
        {
            member.redial.failed(now);
        }
        self.mesh.forget_hearsay();
        if let Some(node) = state.node.filter(|node| self.mesh.link_to(*node) == Some(link)) {
            self.node_down(node, reason);
        }
    }

    pub(super) fn tend_links(&mut self) {
        let now = self.now;
        let mut silent = Vec::new();
        let mut quiet = Vec::new();
        for (id, link) in &self.mesh.links {
            let unregistered = link.node.is_none() && now.since(link.opened) >= REGISTER;
            if unregistered || now.since(link.heard) >= SILENCE {
                silent.push(*id);
            } else if link.node.is_some() && now.since(link.said) >= HEARTBEAT {
                quiet.push(*id);
            }
        }
        for link in quiet {
            self.send(link, Message::Heartbeat);
        }
        for link in silent {
            self.close(link, CloseReason::Silent);
        }
    }

    pub(in crate::node) fn dial(&mut self) {
        let now = self.now;
        let members = self.mesh.members.values();
        let missed = members.filter(|member| !member.is_here());
        let missed = missed.map(|member| (&member.address, &member.redial));
        let mut due: BTreeSet<Address> = missed
            .chain(&self.mesh.joins)
            .filter(|(_, redial)| redial.next <= now && !redial.dialing)
            .map(|(address, _)| address.clone())
            .collect();
        due.retain(|address| !self.is_reached(address));
        for address in due {
            let members = self.mesh.members.values_mut();
            let there = members.filter(|member| !member.is_here() && member.address == address);
            there.for_each(|member| member.redial.dialing = true);
            if let Some(redial) = self.mesh.joins.get_mut(&address) {
                redial.dialing = true;
            }
            self.link(LinkAction::Dial { address });
        }
    }

    /// Whether it is known already who listens at an address, were it this node itself; it may have been another one
    /// before.
    fn is_reached(&self, address: &Address) -> bool {
        let mut links = self.mesh.links.values();
        let mut members = self.mesh.members.values();
        *address == self.config.address
            || links.any(|link| link.dialed.as_ref() == Some(address))
            || members.any(|member| member.is_here() && member.address == *address)
    }
}
