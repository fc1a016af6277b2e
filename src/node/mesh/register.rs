//! Registering: which nodes may come in, and the steps that follow.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Link, Mesh, Outward, Peer, Presence, Redial};
use crate::node::limits::{NODES, NODES_OF_MEMBER, WISH_RESTS};
use crate::node::members::Members;
use crate::node::news::News;
use crate::node::step::Step;
use crate::node::{CloseReason, DiskAction, LinkId, Time};
use crate::protocol::group::Roster;
use crate::protocol::message::{PROTOCOL, Register, SHOWS_PREVIEWS};
use crate::protocol::{Address, Message, NodeId};

impl Mesh {
    /// A node has sent its registration.
    pub(in crate::node) fn registered(
        &mut self,
        step: &mut Step,
        members: &mut Members,
        link: LinkId,
        register: Register,
    ) {
        let Some(state) = self.links.get(&link) else {
            return;
        };
        if state.node.is_some() {
            return self.close(step, link, CloseReason::Protocol("registered twice".to_owned()));
        }
        let dialed = state.dialed.clone();
        if let Err(reason) = self.admit(step, members, link, &register) {
            match &dialed {
                Some(address) => step.warn("join", format!("{address}: {reason}")),
                // This node has dialed itself: the other end must learn that.
                None if register.node == step.me() => self.send_register(step, link),
                None => {}
            }
            return self.close(step, link, reason);
        }
        if let Some(address) = &dialed {
            self.joins.remove(address);
        } else {
            self.send_register(step, link);
        }
        if let Some(membership) = &register.member
            && members.learn(membership.certificate())
        {
            step.tell(News::MembersChanged);
        }
        self.node_up(step, members, link, register);
    }

    /// Whether a node may come in on this link.
    pub(super) fn admit(
        &mut self,
        step: &mut Step,
        members: &Members,
        link: LinkId,
        register: &Register,
    ) -> Result<(), CloseReason> {
        let node = register.node;
        if node == step.me() {
            if let Some(address) = self.links.get(&link).and_then(|state| state.dialed.clone()) {
                self.joins.remove(&address);
            }
            return Err(if register.boot == step.config.boot {
                CloseReason::Refused("a node need not join itself".to_owned())
            } else {
                CloseReason::Refused(twin(node, &step.config.address))
            });
        }
        if register.protocol_min > PROTOCOL.1 || register.protocol_max < PROTOCOL.0 {
            let (ours, theirs) = (PROTOCOL, (register.protocol_min, register.protocol_max));
            let text = format!(
                "no common protocol version: {ours:?} here, {theirs:?} there; upgrade the older one"
            );
            return Err(CloseReason::Refused(text));
        }
        members.admit(node, register.member.as_deref()).map_err(CloseReason::Refused)?;
        let from_here = |link: &Link| Address::new(&link.remote, 0).is_loopback();
        if register.address.is_loopback() && !self.links.get(&link).is_some_and(from_here) {
            let text = format!(
                "nobody else can reach {}: start with --host 0.0.0.0, or say with --advertise where you are reached",
                register.address
            );
            return Err(CloseReason::Refused(text));
        }
        let place = self.place_of(link, &register.address);
        if !place.is_possible_from(&place) {
            let text =
                format!("nobody can reach a daemon at {place}: it needs a port from 1024 on");
            return Err(CloseReason::Refused(text));
        }
        let Some(peer) = self.peers.get(&node) else {
            return self.has_place(step, register).map_err(CloseReason::Refused);
        };
        let Presence::Here { link: other, .. } = peer.presence else {
            return Ok(());
        };
        if peer.boot != Some(register.boot) {
            return Err(CloseReason::Refused(twin(node, &peer.address)));
        }
        // If two nodes dialed each other at once, the link dialed by the lower id stays; of two links dialed by one
        // node, the later stays, since that node has given up the earlier.
        let by_us =
            |link: LinkId| self.links.get(&link).is_some_and(|state| state.dialed.is_some());
        let lower_is_us = step.me() < node;
        if by_us(link) == by_us(other) || by_us(link) == lower_is_us {
            self.supersede(step, other, node);
            Ok(())
        } else {
            Err(CloseReason::Duplicate)
        }
    }

    /// Whether there is a place for a node that was never here. A member's first node finds one in any case: else one
    /// member with many nodes could keep all others out.
    fn has_place(&self, step: &Step, register: &Register) -> Result<(), String> {
        let name = register.member.as_ref().map(|membership| membership.name());
        let lately = self.peers.values().filter(|peer| peer.met && peer.is_lately(step.now));
        let of_member = lately.filter(|peer| name.is_some() && peer.member() == name).count();
        if of_member >= NODES_OF_MEMBER {
            Err(format!("this member has {NODES_OF_MEMBER} nodes already"))
        } else if self.count_lately(step.now) >= NODES && (name.is_none() || of_member > 0) {
            Err(format!("this mesh has {NODES} nodes already"))
        } else {
            Ok(())
        }
    }

    /// The group has removed or replaced certificates: nodes that came in with one of them go. Those of a removed
    /// member are forgotten, for they will not come back.
    pub(in crate::node) fn turn_out(&mut self, step: &mut Step, members: &Members) {
        let is_void =
            |peer: &Peer| peer.certificate.as_ref().is_some_and(|own| !members.counts(own));
        let void = self.peers.iter().filter(|(_, peer)| is_void(peer));
        let mut removed = Vec::new();
        for node in void.map(|(node, _)| *node).collect::<Vec<_>>() {
            if let Some(link) = self.link_to(node) {
                let reason = "the group has removed this member, or given out a newer member file";
                self.close(step, link, CloseReason::Refused(reason.to_owned()));
            }
            let name = self.peers.get(&node).and_then(Peer::member);
            if name.is_some_and(|name| !members.is_member(name)) {
                removed.push(node);
            }
        }
        self.forget(step, &removed);
    }

    /// Tells every node that is here what the group has said about its members.
    pub(in crate::node) fn tell_members(&mut self, step: &mut Step, members: &Members) {
        let roster = members.roster();
        step.disk(DiskAction::NoteMembers { roster: roster.clone() });
        for (_, link) in self.here().collect::<Vec<_>>() {
            let (nodes, roster) = (BTreeMap::new(), roster.clone());
            self.send(step, link, Message::ConnectionUpdate { nodes, roster });
        }
    }

    /// Closes a link whose node continues on another one: the node was never away.
    pub(super) fn supersede(&mut self, step: &mut Step, link: LinkId, node: NodeId) {
        if let Some(state) = self.links.get_mut(&link) {
            state.node = None;
        }
        step.tell(News::LinkLost(node));
        self.close(step, link, CloseReason::Duplicate);
    }

    pub(super) fn node_up(
        &mut self,
        step: &mut Step,
        members: &Members,
        link: LinkId,
        register: Register,
    ) {
        let (now, node) = (step.now, register.node);
        let address = self.place_of(link, &register.address);
        let bridge = register.bridge.map(|bridge| self.place_of(link, &bridge));
        let known = self.peers.get(&node);
        let is_new = known.is_none_or(|peer| peer.address != address);
        let is_to_note = is_new || known.is_some_and(|peer| !peer.met);
        let peer = self.peers.entry(node).or_insert_with(|| Peer::known(address.clone(), now));
        if matches!(peer.presence, Presence::Away { .. }) {
            peer.flaps += 1;
        }
        peer.met = true;
        peer.address = address.clone();
        peer.boot = Some(register.boot);
        peer.wish(register.copies.min(NODES as u32), now);
        peer.pin = Duration::from_millis(register.pin_ms);
        peer.keeps_originals = register.keep_originals;
        peer.shows_previews = register.features.iter().any(|feature| feature == SHOWS_PREVIEWS);
        peer.outward = Outward::told(register.share, bridge, &address);
        peer.space = None;
        // That a node answers does not say that it can be talked with: the next pause is as long as it was.
        peer.redial = Redial { pause: peer.redial.pause, ..Redial::at(now) };
        peer.name = register.name;
        peer.certificate = register.member.map(|membership| membership.certificate().clone());
        step.tell(News::Up { node, member: peer.member() });
        let presence = Presence::Here { link, since: now, complete: false };
        self.set_presence(node, presence);
        self.count_sharers();
        if let Some(state) = self.links.get_mut(&link) {
            state.node = Some(node);
        }
        self.vanished.remove(&node);
        let called = self.called(node);
        step.log("mesh", format!("{called} is here, at {address}"));
        let mut nodes = self.addresses(|peer| peer.is_lately(now));
        nodes.remove(&node);
        let roster = members.roster();
        self.send(step, link, Message::ConnectionUpdate { nodes, roster });
        self.send(step, link, Message::RequestInfo);
        if let Some(space) = self.me.space {
            self.send(step, link, Message::Space(space));
        }
        if is_to_note {
            self.note_nodes(step);
        }
        // If another node has already told of it here, that one has told all others, too.
        if is_new {
            for (other, link) in self.here().collect::<Vec<_>>() {
                if other != node {
                    let nodes = BTreeMap::from([(node, address.clone())]);
                    let roster = Roster::default();
                    self.send(step, link, Message::ConnectionUpdate { nodes, roster });
                }
            }
        }
        step.tell(News::MeshChanged);
    }

    /// Where the node at the other end of a link can be reached, by what it says of itself.
    fn place_of(&self, link: LinkId, told: &Address) -> Address {
        match self.links.get(&link) {
            Some(state) if told.is_unspecified() => Address::new(&state.remote, told.port()),
            _ => told.clone(),
        }
    }

    pub(super) fn note_nodes(&mut self, step: &mut Step) {
        let nodes = self.addresses(|_| true);
        step.disk(DiskAction::NoteNodes { nodes });
    }

    pub(super) fn send_register(&mut self, step: &mut Step, link: LinkId) {
        let register = Register {
            protocol_min: PROTOCOL.0,
            protocol_max: PROTOCOL.1,
            features: vec![SHOWS_PREVIEWS.to_owned()],
            node: step.me(),
            boot: step.config.boot,
            member: step.config.membership.clone().map(Box::new),
            name: Some(step.config.name),
            address: step.config.address.clone(),
            copies: step.config.copies,
            pin_ms: u64::try_from(step.config.pin.as_millis()).unwrap_or(u64::MAX),
            keep_originals: step.config.keep_originals,
            share: step.config.share,
            bridge: step.config.bridge.clone(),
        };
        self.send(step, link, Message::Register(register));
    }
}

impl Peer {
    /// It says how many copies it wants: the first word counts at once, another one when it has rested.
    fn wish(&mut self, copies: u32, now: Time) {
        if self.copies == 0 {
            self.copies = copies;
        }
        self.next_copies = match self.next_copies {
            _ if copies == self.copies => None,
            Some((next, due)) if next == copies => Some((next, due)),
            _ => Some((copies, now + WISH_RESTS)),
        };
    }
}

impl Mesh {
    /// Whether a node is here that can say what photos look like.
    pub(in crate::node) fn shows_previews(&self, node: NodeId) -> bool {
        self.peers.get(&node).is_some_and(|peer| peer.is_here() && peer.shows_previews)
    }

    /// Time has passed: wishes that have rested count.
    pub(super) fn heed_wishes(&mut self, step: &mut Step) {
        let mut heeded = false;
        for peer in self.peers.values_mut() {
            if let Some((copies, _)) = peer.next_copies.take_if(|(_, due)| *due <= step.now) {
                peer.copies = copies;
                heeded = true;
            }
        }
        if heeded {
            self.census = self.count();
            step.tell(News::MeshChanged);
        }
    }
}

fn twin(node: NodeId, address: &Address) -> String {
    format!(
        "another live daemon is node {node}, at {address}; if its folder was copied here, remove `.photomesh` from the copy"
    )
}
