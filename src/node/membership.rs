//! Who is in the mesh: links, nodes, dialing, heartbeats and grace.
//!
//! # A node's life, as the others see it
//!
//! ```text
//!            register                link gone, or silent            grace over
//!   known ─────────────▶ here ─────────────────────────▶ away ─────────────────▶ gone
//!                         ▲  ◀───────── register ─────────┘ ◀───── register ──────┘
//!              its table: incomplete ─▶ complete            its last known records stand in for repair, then go
//! ```
//!
//! A node that is *here* takes part in decisions. While it is *away* its photos count as copies, so that a reboot moves
//! nothing; when its grace is over, they are copied elsewhere. It is dialed all the while, and for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::announce::Pages;
use super::limits::{
    CUT_OFF_GRACE, DIAL_COURTESY, FLAPS_MAX, HEARTBEAT, NODES, REDIAL_MAX, REDIAL_MIN, REGISTER,
    SILENCE,
};
use super::{Action, CloseReason, LinkId, Node, Time};
use crate::protocol::message::{PROTOCOL, Register};
use crate::protocol::{Address, Boot, Message, NodeId};

/// A connection to another daemon.
#[derive(Debug)]
pub(super) struct Link {
    /// The remote host, a literal address.
    remote: String,
    /// The address we dialed, if we did.
    dialed: Option<Address>,
    /// Who is at the other end, once it has registered.
    pub(super) node: Option<NodeId>,
    opened: Time,
    heard: Time,
    said: Time,
    /// How far the other end knows our table.
    pub(super) pages: Pages,
}

/// When to dial an address next.
#[derive(Clone, Copy, Debug)]
struct Redial {
    next: Time,
    pause: Duration,
    dialing: bool,
}

impl Redial {
    fn at(next: Time) -> Redial {
        Redial {
            next,
            pause: REDIAL_MIN,
            dialing: false,
        }
    }

    fn failed(&mut self, now: Time) {
        *self = Redial {
            next: now + self.pause,
            pause: (self.pause * 2).min(REDIAL_MAX),
            dialing: false,
        };
    }
}

/// Another node of the mesh.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) address: Address,
    pub(super) presence: Presence,
    boot: Option<Boot>,
    pub(super) copies: u32,
    pub(super) keeps_originals: bool,
    /// How many times in a row it came back within its grace.
    flaps: u32,
    redial: Redial,
}

/// Whether a node is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// Only its address is known, or its grace is over.
    Gone,
    /// It was here and is missed.
    Away { since: Time, until: Time },
    /// It is here; `complete` once it has told all that it holds.
    Here {
        link: LinkId,
        since: Time,
        complete: bool,
    },
}

/// All links and nodes.
#[derive(Debug, Default)]
pub(super) struct Membership {
    pub(super) links: BTreeMap<LinkId, Link>,
    pub(super) members: BTreeMap<NodeId, Member>,
    /// Addresses to join through, until the node there has registered.
    joins: BTreeMap<Address, Redial>,
    /// Nodes that vanished lately, and when.
    vanished: BTreeMap<NodeId, Time>,
}

impl Membership {
    /// Everyone who is known or to be asked for at the start.
    pub(super) fn new(join: &[Address], known: &BTreeMap<NodeId, Address>) -> Membership {
        let mut membership = Membership::default();
        for address in join {
            membership
                .joins
                .insert(address.clone(), Redial::at(Time::default()));
        }
        for (node, address) in known.iter().take(NODES) {
            membership
                .members
                .insert(*node, Member::known(address.clone(), Time::default()));
        }
        membership
    }

    /// The nodes that are here, and their links.
    pub(super) fn here(&self) -> impl Iterator<Item = (NodeId, LinkId)> + '_ {
        self.members
            .iter()
            .filter_map(|(node, member)| match member.presence {
                Presence::Here { link, .. } => Some((*node, link)),
                Presence::Gone | Presence::Away { .. } => None,
            })
    }

    /// The link to a node that is here.
    pub(super) fn link_to(&self, node: NodeId) -> Option<LinkId> {
        match self.members.get(&node)?.presence {
            Presence::Here { link, .. } => Some(link),
            Presence::Gone | Presence::Away { .. } => None,
        }
    }

    /// The registered node at the other end of a link.
    pub(super) fn node_at(&self, link: LinkId) -> Option<NodeId> {
        self.links.get(&link)?.node
    }

    /// How many nodes are here, besides this one.
    pub(super) fn count_here(&self) -> usize {
        self.here().count()
    }

    /// How many nodes are away, within their grace.
    pub(super) fn count_away(&self) -> usize {
        self.members
            .values()
            .filter(|member| matches!(member.presence, Presence::Away { .. }))
            .count()
    }

    /// The highest number of copies that a node wants that is here or away.
    pub(super) fn copies(&self) -> u32 {
        let present = self
            .members
            .values()
            .filter(|member| member.presence != Presence::Gone);
        present.map(|member| member.copies).max().unwrap_or(0)
    }

    /// Where every known node listens.
    fn addresses(&self) -> BTreeMap<NodeId, Address> {
        self.members
            .iter()
            .map(|(node, member)| (*node, member.address.clone()))
            .collect()
    }
}

impl Member {
    fn known(address: Address, dial_at: Time) -> Member {
        Member {
            address,
            presence: Presence::Gone,
            boot: None,
            copies: 0,
            keeps_originals: false,
            flaps: 0,
            redial: Redial::at(dial_at),
        }
    }

    /// How long it may be away this time: longer each time that it came back and went again.
    fn grace(&self, grace: Duration) -> Duration {
        grace * (1 << self.flaps.min(FLAPS_MAX))
    }
}

impl Node {
    /// A link to another daemon is there. The dialer speaks first.
    pub(super) fn link_opened(&mut self, link: LinkId, remote: String, dialed: Option<Address>) {
        let now = self.now;
        let speaks_first = dialed.is_some();
        let pages = Pages::default();
        let state = Link {
            remote,
            dialed,
            node: None,
            opened: now,
            heard: now,
            said: now,
            pages,
        };
        self.mesh.links.insert(link, state);
        if speaks_first {
            self.send_register(link);
        }
    }

    /// An address could not be reached.
    pub(super) fn dial_failed(&mut self, address: &Address, reason: &str) {
        let now = self.now;
        if let Some(redial) = self.mesh.joins.get_mut(address) {
            redial.failed(now);
            self.log(
                "join",
                format!("cannot reach {address} ({reason}); trying again until it is there"),
            );
        }
        for member in self
            .mesh
            .members
            .values_mut()
            .filter(|member| member.address == *address)
        {
            member.redial.failed(now);
        }
    }

    /// Something came on a link: its node lives.
    pub(super) fn heard(&mut self, link: LinkId) {
        if let Some(link) = self.mesh.links.get_mut(&link) {
            link.heard = self.now;
        }
    }

    /// Sends a message on a link that is still open.
    pub(super) fn send(&mut self, link: LinkId, message: Message) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.said = self.now;
            self.act(Action::Send { link, message });
        }
    }

    /// Sends a message to a node that is here.
    pub(super) fn send_to(&mut self, node: NodeId, message: Message) {
        if let Some(link) = self.mesh.link_to(node) {
            self.send(link, message);
        }
    }

    /// Closes a link from this side, after telling the other end why if it would not know.
    pub(super) fn close(&mut self, link: LinkId, reason: CloseReason) {
        if let CloseReason::Protocol(error) | CloseReason::Refused(error) = &reason {
            self.send(
                link,
                Message::Error {
                    error: error.clone(),
                },
            );
        }
        self.act(Action::Close {
            link,
            reason: reason.clone(),
        });
        self.link_closed(link, &reason);
    }

    /// A link is gone, whoever closed it.
    pub(super) fn link_closed(&mut self, link: LinkId, reason: &CloseReason) {
        let Some(state) = self.mesh.links.remove(&link) else {
            return;
        };
        let now = self.now;
        if let Some(redial) = state
            .dialed
            .as_ref()
            .and_then(|address| self.mesh.joins.get_mut(address))
        {
            redial.failed(now);
        }
        let dialed = state.dialed.clone();
        for member in self
            .mesh
            .members
            .values_mut()
            .filter(|member| Some(&member.address) == dialed.as_ref())
        {
            member.redial.failed(now);
        }
        if let Some(node) = state
            .node
            .filter(|node| self.mesh.link_to(*node) == Some(link))
        {
            self.node_down(node, reason);
        }
    }

    /// A node has said who it is.
    pub(super) fn registered(&mut self, link: LinkId, register: Register) {
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
    fn admit(&mut self, link: LinkId, register: &Register) -> Result<(), CloseReason> {
        let node = register.node;
        if node == self.config.node {
            if let Some(address) = self
                .mesh
                .links
                .get(&link)
                .and_then(|state| state.dialed.clone())
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
        let Some(member) = self.mesh.members.get(&node) else {
            let full = self.mesh.members.len() >= NODES;
            return if full {
                Err(CloseReason::Refused(format!(
                    "this mesh has {NODES} nodes already"
                )))
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
        let by_us = |link: LinkId| {
            self.mesh
                .links
                .get(&link)
                .is_some_and(|state| state.dialed.is_some())
        };
        let lower_is_us = self.config.node < node;
        if by_us(link) == by_us(other) || by_us(link) == lower_is_us {
            self.supersede(other, node);
            Ok(())
        } else {
            Err(CloseReason::Duplicate)
        }
    }

    /// Closes a link whose node goes on on another one: the node was never away.
    fn supersede(&mut self, link: LinkId, node: NodeId) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.node = None;
        }
        self.catalog.set_away(node);
        self.link_lost_for_transfers(node);
        self.close(link, CloseReason::Duplicate);
    }

    fn node_up(&mut self, link: LinkId, register: Register) {
        let (now, node) = (self.now, register.node);
        let remote = self
            .mesh
            .links
            .get(&link)
            .map(|state| state.remote.clone())
            .unwrap_or_default();
        let address = if register.address.is_unspecified() {
            Address::new(&remote, register.address.port())
        } else {
            register.address
        };
        let is_new = self
            .mesh
            .members
            .get(&node)
            .is_none_or(|member| member.address != address);
        let member = self
            .mesh
            .members
            .entry(node)
            .or_insert_with(|| Member::known(address.clone(), now));
        if matches!(member.presence, Presence::Away { .. }) {
            member.flaps += 1;
        }
        member.address = address.clone();
        member.presence = Presence::Here {
            link,
            since: now,
            complete: false,
        };
        member.boot = Some(register.boot);
        member.copies = register.copies.min(NODES as u32);
        member.keeps_originals = register.keep_originals;
        member.redial = Redial::at(now);
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.node = Some(node);
        }
        self.mesh.vanished.remove(&node);
        self.log("mesh", format!("{node} is here, at {address}"));
        let mut nodes = self.mesh.addresses();
        nodes.remove(&node);
        self.send(link, Message::ConnectionUpdate { nodes });
        self.send(link, Message::RequestInfo);
        if is_new {
            self.note_nodes();
            for (other, link) in self.mesh.here().collect::<Vec<_>>() {
                if other != node {
                    let nodes = BTreeMap::from([(node, address.clone())]);
                    self.send(link, Message::ConnectionUpdate { nodes });
                }
            }
        }
        self.mesh_changed();
    }

    /// Other nodes, as another one knows them: addresses to dial and no more.
    pub(super) fn nodes_learned(&mut self, nodes: BTreeMap<NodeId, Address>) {
        let now = self.now;
        let mut fresh = false;
        for (node, address) in nodes {
            let full = self.mesh.members.len() >= NODES;
            if node == self.config.node
                || full
                || self.mesh.members.contains_key(&node)
                || address.port() == 0
            {
                continue;
            }
            let courtesy = if self.config.node < node {
                Duration::ZERO
            } else {
                DIAL_COURTESY
            };
            self.mesh
                .members
                .insert(node, Member::known(address, now + courtesy));
            fresh = true;
        }
        if fresh {
            self.note_nodes();
        }
    }

    fn note_nodes(&mut self) {
        let nodes = self.mesh.addresses();
        self.act(Action::NoteNodes { nodes });
    }

    fn node_down(&mut self, node: NodeId, reason: &CloseReason) {
        let now = self.now;
        let Some(member) = self.mesh.members.get_mut(&node) else {
            return;
        };
        let Presence::Here { since, .. } = member.presence else {
            return;
        };
        let grace = self.config.grace;
        if now.since(since) >= grace * 10 {
            member.flaps = 0;
        }
        member.presence = Presence::Away {
            since: now,
            until: now + member.grace(grace),
        };
        member.redial = Redial {
            next: now + REDIAL_MIN,
            ..Redial::at(now)
        };
        let (address, away) = (member.address.clone(), member.grace(grace));
        let text = format!(
            "{node} at {address} is away ({reason}); its photos are copied if it stays away {away:?}"
        );
        self.log("mesh", text);
        self.catalog.set_away(node);
        self.link_lost_for_transfers(node);
        if *reason != CloseReason::Left {
            self.mesh.vanished.insert(node, now);
            self.doubt_yourself();
        }
        self.mesh_changed();
    }

    /// If more than half of the nodes vanish at once, this one is cut off: it must not start copying everything.
    fn doubt_yourself(&mut self) {
        let now = self.now;
        self.mesh
            .vanished
            .retain(|_, at| now.since(*at) <= SILENCE + SILENCE / 2);
        let vanished = self.mesh.vanished.len();
        let before = vanished + self.mesh.count_here() + 1;
        if vanished * 2 <= before {
            return;
        }
        let grace = self.config.grace * CUT_OFF_GRACE;
        for node in self.mesh.vanished.keys() {
            if let Some(Member {
                presence: Presence::Away { since, until },
                ..
            }) = self.mesh.members.get_mut(node)
            {
                *until = (*until).max(*since + grace);
            }
        }
        let text = format!(
            "{vanished} of {before} nodes vanished at once: this one may be cut off, so it waits {grace:?}"
        );
        self.log("mesh", text);
    }

    /// Time has passed: heartbeats, silence, grace and dialing.
    pub(super) fn tend_membership(&mut self) {
        self.tend_links();
        let now = self.now;
        let over: Vec<NodeId> = self
            .mesh
            .members
            .iter()
            .filter(|(_, member)| matches!(member.presence, Presence::Away { until, .. } if until <= now))
            .map(|(node, _)| *node)
            .collect();
        for node in over {
            if let Some(member) = self.mesh.members.get_mut(&node) {
                member.presence = Presence::Gone;
            }
            self.log("mesh", format!("{node} stayed away: its photos are copied"));
            self.catalog.forget_last_known(node);
            self.mesh_changed();
        }
        if self.leaving.is_none() {
            self.dial();
        }
    }

    fn tend_links(&mut self) {
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

    fn dial(&mut self) {
        let now = self.now;
        let linked = self
            .mesh
            .links
            .values()
            .filter_map(|link| link.dialed.as_ref());
        let here = self
            .mesh
            .members
            .values()
            .filter(|member| matches!(member.presence, Presence::Here { .. }));
        // Whoever listens there now is known already: an address may have had another node before.
        let known: BTreeSet<Address> = linked
            .chain(here.map(|member| &member.address))
            .chain([&self.config.address])
            .cloned()
            .collect();
        let away = self
            .mesh
            .members
            .values_mut()
            .filter(|member| !matches!(member.presence, Presence::Here { .. }));
        let members = away.map(|member| (&member.address, &mut member.redial));
        let mut addresses = BTreeSet::new();
        for (address, redial) in members.chain(self.mesh.joins.iter_mut()) {
            if redial.next <= now && !redial.dialing && !known.contains(address) {
                redial.dialing = true;
                addresses.insert(address.clone());
            }
        }
        for address in addresses {
            self.act(Action::Dial { address });
        }
    }

    fn send_register(&mut self, link: LinkId) {
        let register = Register {
            protocol_min: PROTOCOL.0,
            protocol_max: PROTOCOL.1,
            features: Vec::new(),
            node: self.config.node,
            boot: self.config.boot,
            address: self.config.address.clone(),
            copies: self.config.copies,
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
