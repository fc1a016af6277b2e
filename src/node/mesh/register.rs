//! Registering: who may come in, and what follows when it does.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Link, Member, Presence, Redial};
use crate::node::limits::NODES;
use crate::node::{CloseReason, DiskAction, LinkId, Node};
use crate::protocol::message::{PROTOCOL, Register};
use crate::protocol::{Address, Message, NodeId};

impl Node {
    /// A node has said who it is.
    pub(in crate::node) fn registered(&mut self, link: LinkId, register: Register) {
        let Some(state) = self.mesh.links.get(&link) else {
            return;
        };
        if state.node.is_some() {
            return self.close(link, CloseReason::Protocol("registered twice".to_owned()));
        }
        let dialed = state.dialed.clone();
        if let Err(reason) = self.admit(link, &register) {
            match &dialed {
                Some(address) => self.log("join", format!("{address}: {reason}")),
                // Its own dialing end must learn whom it has reached.
                None if register.node == self.config.node => self.send_register(link),
                None => {}
            }
            return self.close(link, reason);
        }
        if let Some(address) = &dialed {
            self.mesh.joins.remove(address);
        } else {
            self.send_register(link);
        }
        self.node_up(link, register);
    }

    /// Whether a node may come in on this link.
    pub(super) fn admit(&mut self, link: LinkId, register: &Register) -> Result<(), CloseReason> {
        let node = register.node;
        if node == self.config.node {
            if let Some(address) = self.mesh.links.get(&link).and_then(|state| state.dialed.clone())
            {
                self.mesh.joins.remove(&address);
            }
            return Err(if register.boot == self.config.boot {
                CloseReason::Refused("a node need not join itself".to_owned())
            } else {
                CloseReason::Refused(twin(node, &self.config.address))
            });
        }
        if register.protocol_min > PROTOCOL.1 || register.protocol_max < PROTOCOL.0 {
            let (ours, theirs) = (PROTOCOL, (register.protocol_min, register.protocol_max));
            let text = format!(
                "no common protocol version: {ours:?} here, {theirs:?} there; upgrade the older one"
            );
            return Err(CloseReason::Refused(text));
        }
        let from_here = |link: &Link| Address::new(&link.remote, 0).is_loopback();
        if register.address.is_loopback() && !self.mesh.links.get(&link).is_some_and(from_here) {
            let text = format!(
                "nobody else can reach {}: start with --host 0.0.0.0, or say with --advertise where you are reached",
                register.address
            );
            return Err(CloseReason::Refused(text));
        }
        let Some(member) = self.mesh.members.get(&node) else {
            let full = self.mesh.count_met() >= NODES;
            return if full {
                Err(CloseReason::Refused(format!("this mesh has {NODES} nodes already")))
            } else {
                Ok(())
            };
        };
        let Presence::Here { link: other, .. } = member.presence else {
            return Ok(());
        };
        if member.boot != Some(register.boot) {
            return Err(CloseReason::Refused(twin(node, &member.address)));
        }
        // Two that dialed each other at once keep the link dialed by the lower id; of two links dialed by one node the
        // later counts, since that node has given up the earlier.
        let by_us =
            |link: LinkId| self.mesh.links.get(&link).is_some_and(|state| state.dialed.is_some());
        let lower_is_us = self.config.node < node;
        if by_us(link) == by_us(other) || by_us(link) == lower_is_us {
            self.supersede(other, node);
            Ok(())
        } else {
            Err(CloseReason::Duplicate)
        }
    }

    /// Closes a link whose node goes on on another one: the node was never away.
    pub(super) fn supersede(&mut self, link: LinkId, node: NodeId) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.node = None;
        }
        self.table.set_away(node);
        self.link_lost_for_transfers(node);
        self.close(link, CloseReason::Duplicate);
    }

    pub(super) fn node_up(&mut self, link: LinkId, register: Register) {
        let (now, node) = (self.now, register.node);
        let remote =
            self.mesh.links.get(&link).map(|state| state.remote.clone()).unwrap_or_default();
        let address = if register.address.is_unspecified() {
            Address::new(&remote, register.address.port())
        } else {
            register.address
        };
        let known = self.mesh.members.get(&node);
        let is_new = known.is_none_or(|member| member.address != address);
        let is_to_note = is_new || known.is_some_and(|member| !member.met);
        let member =
            self.mesh.members.entry(node).or_insert_with(|| Member::known(address.clone(), now));
        if matches!(member.presence, Presence::Away { .. }) {
            member.flaps += 1;
        }
        member.met = true;
        member.address = address.clone();
        member.boot = Some(register.boot);
        member.copies = register.copies.min(NODES as u32);
        member.pin = Duration::from_millis(register.pin_ms);
        member.keeps_originals = register.keep_originals;
        member.redial = Redial::at(now);
        // It tells all that it has anew.
        self.left_out.remove(&node);
        let presence = Presence::Here { link, since: now, complete: false };
        self.mesh.set_presence(node, presence);
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.node = Some(node);
        }
        self.mesh.vanished.remove(&node);
        self.log("mesh", format!("{node} is here, at {address}"));
        let mut nodes = self.mesh.addresses();
        nodes.remove(&node);
        self.send(link, Message::ConnectionUpdate { nodes });
        self.send(link, Message::RequestInfo);
        if is_to_note {
            self.note_nodes();
        }
        // Who was told of it by another node knows that this one has told all others too.
        if is_new {
            for (other, link) in self.mesh.here().collect::<Vec<_>>() {
                if other != node {
                    let nodes = BTreeMap::from([(node, address.clone())]);
                    self.send(link, Message::ConnectionUpdate { nodes });
                }
            }
        }
        self.mesh_changed();
    }

    pub(super) fn note_nodes(&mut self) {
        let nodes = self.mesh.addresses();
        self.disk(DiskAction::NoteNodes { nodes });
    }

    pub(super) fn send_register(&mut self, link: LinkId) {
        let register = Register {
            protocol_min: PROTOCOL.0,
            protocol_max: PROTOCOL.1,
            features: Vec::new(),
            node: self.config.node,
            boot: self.config.boot,
            address: self.config.address.clone(),
            copies: self.config.copies,
            pin_ms: u64::try_from(self.config.pin.as_millis()).unwrap_or(u64::MAX),
            keep_originals: self.config.keep_originals,
        };
        self.send(link, Message::Register(register));
    }
}

fn twin(node: NodeId, address: &Address) -> String {
    format!(
        "another live daemon is node {node}, at {address}; if its folder was copied here, remove `.photomesh` from the copy"
    )
}
