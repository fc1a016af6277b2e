//! The peers of the mesh: links, presence, dialing, heartbeats and grace.
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
//! A node that is *here* takes part in decisions. While it is *away*, its photos count as copies, so that a reboot
//! moves nothing; when its grace is over, they are copied elsewhere. It is dialed all the time, for thirty days. This
//! node's owner can cut all that short, and have a node forgotten at once. A node that is here may *drain*: it hands over
//! all that it has and leaves for good, so nobody counts on its copies, or waits for it.
//!
//! # Who does what
//!
//! This file has the peers and their presence. `links` opens, closes and dials, `redial` says when; `register` decides which
//! node comes in, `census` counts them, `patience` says how long they are waited for, `naming` what people call them, and
//! `addresses` keeps the addresses that others have told. `space` is about their disks, and about those that hand over all
//! that they have, `sharing` about what other groups may see. `announce` tells this node's records to every link, in `pages`; each page is made when the one before
//! is sent.
//!
//! # What is left out
//!
//! Every node has a link to every other: a few friends need no overlay, and with a link to each node none must be
//! believed about a third. There is no vote on which nodes are gone, either. Each node goes by its own links, and where
//! two differ for a while, the cost is a surplus copy.

pub(in crate::node) mod addresses;
mod announce;
mod census;
mod links;
mod naming;
pub(in crate::node) mod pages;
mod patience;
mod redial;
mod register;
mod sharing;
mod space;

use std::collections::BTreeMap;
use std::time::Duration;

use super::limits::{
    CUT_OFF_GRACE, FLAPS_MAX, LATELY, NODES, REANNOUNCE, REDIAL_MIN, SILENCE, STAYED, UNMET,
};
use super::news::News;
use super::step::Step;
use super::words::spoken;
use super::{CloseReason, Config, LinkId, Time};
use crate::protocol::{Address, Boot, Certificate, MemberName, NodeId, NodeName, Space};
pub(in crate::node) use announce::impossible_size;
pub(in crate::node) use census::Census;
use pages::Pages;
use patience::Patience;
use redial::Redial;
use sharing::{Outward, Sharers};
use space::Drains;

/// A connection to another daemon.
#[derive(Debug)]
struct Link {
    /// The remote host, a literal address.
    remote: String,
    /// The address we dialed, if we did.
    dialed: Option<Address>,
    /// The node at the other end, once it has registered.
    node: Option<NodeId>,
    opened: Time,
    heard: Time,
    said: Time,
    /// How far the other end knows our records.
    pages: Pages,
}

/// Another node of the mesh.
#[derive(Debug)]
pub(in crate::node) struct Peer {
    pub(in crate::node) address: Address,
    /// What proves whose node it is, as it has registered.
    certificate: Option<Certificate>,
    /// What its owner calls it.
    pub(in crate::node) name: Option<NodeName>,
    /// It has registered here, now or in an earlier life; else it is known only from others.
    met: bool,
    pub(in crate::node) presence: Presence,
    /// When it was last here; before that, when it was first heard of.
    seen: Time,
    /// It was here for a while at a time, now or in an earlier life; else it is a stranger.
    stayed: bool,
    /// Which life of it has registered in this life of this node.
    boot: Option<Boot>,
    pub(in crate::node) copies: u32,
    /// How many it has wished for since, and when that counts.
    next_copies: Option<(u32, Time)>,
    /// How long its promises hold.
    pub(in crate::node) pin: Duration,
    pub(in crate::node) keeps_originals: bool,
    shows_previews: bool,
    outward: Outward,
    /// What it has told of its disk since it registered.
    pub(in crate::node) space: Option<Space>,
    drains: Drains,
    /// How many times in a row it came back within its grace.
    pub(in crate::node) flaps: u32,
    redial: Redial,
}

/// Whether a node is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Presence {
    /// Only its address is known, or its grace is over.
    Gone,
    /// Its link was lost, and its grace is not over.
    Away { since: Time, until: Time },
    /// It is connected; `complete` once it has told all its photos.
    Here { link: LinkId, since: Time, complete: bool },
}

/// This node, as far as it is counted with the others.
#[derive(Debug)]
struct Myself {
    node: NodeId,
    member: Option<MemberName>,
    name: NodeName,
    address: Address,
    copies: u32,
    /// What the others were told last of its disk.
    space: Option<Space>,
    draining: bool,
    outward: Outward,
}

/// All links and nodes.
#[derive(Debug)]
pub(in crate::node) struct Mesh {
    me: Myself,
    links: BTreeMap<LinkId, Link>,
    peers: BTreeMap<NodeId, Peer>,
    /// Addresses to join through, until the node there has registered.
    joins: BTreeMap<Address, Redial>,
    /// Nodes that were lost lately, and when.
    vanished: BTreeMap<NodeId, Time>,
    /// How long others were waited for that had not told all their photos.
    patience: Patience,
    /// The node that was last told the peers again, and when the next one is.
    reannounced: (Option<NodeId>, Time),
    /// Members counted by presence, cached: every step needs it.
    census: Census,
    sharers: Sharers,
}

impl Mesh {
    /// The mesh at the start: known nodes, and addresses to join through.
    pub(in crate::node) fn new(config: &Config) -> Mesh {
        let now = Time::default();
        let joins = config.join.iter().map(|address| (address.clone(), Redial::at(now)));
        let known = config.known.iter().take(NODES + UNMET);
        let known = known.map(|(node, address)| {
            (*node, Peer { stayed: true, ..Peer::known(address.clone(), now) })
        });
        let member = config.membership.as_ref().map(|membership| membership.name());
        let mut mesh = Mesh {
            me: Myself {
                node: config.node,
                member,
                name: config.name,
                address: config.address.clone(),
                copies: config.copies,
                space: None,
                draining: config.draining,
                outward: Outward::own(config),
            },
            links: BTreeMap::new(),
            peers: known.collect(),
            joins: joins.collect(),
            vanished: BTreeMap::new(),
            patience: Patience::default(),
            reannounced: (None, Time(REANNOUNCE)),
            census: Census::default(),
            sharers: Sharers::default(),
        };
        mesh.census = mesh.count();
        mesh.count_sharers();
        mesh
    }

    /// The nodes that are here, and their links.
    pub(in crate::node) fn here(&self) -> impl Iterator<Item = (NodeId, LinkId)> + '_ {
        self.peers.iter().filter_map(|(node, peer)| match peer.presence {
            Presence::Here { link, .. } => Some((*node, link)),
            Presence::Gone | Presence::Away { .. } => None,
        })
    }

    /// All nodes that have registered here, now or in an earlier life.
    pub(in crate::node) fn peers(&self) -> impl Iterator<Item = (NodeId, &Peer)> {
        self.peers.iter().filter(|(_, peer)| peer.met).map(|(node, peer)| (*node, peer))
    }

    /// What is known of a node.
    pub(in crate::node) fn peer(&self, node: NodeId) -> Option<&Peer> {
        self.peers.get(&node)
    }

    /// The peers, counted.
    pub(in crate::node) fn census(&self) -> Census {
        self.census
    }

    /// The link to a node that is here.
    pub(in crate::node) fn link_to(&self, node: NodeId) -> Option<LinkId> {
        match self.peers.get(&node)?.presence {
            Presence::Here { link, .. } => Some(link),
            Presence::Gone | Presence::Away { .. } => None,
        }
    }

    /// Whether a link is open.
    pub(in crate::node) fn is_open(&self, link: LinkId) -> bool {
        self.links.contains_key(&link)
    }

    /// The registered node at the other end of a link.
    pub(in crate::node) fn node_at(&self, link: LinkId) -> Option<NodeId> {
        self.links.get(&link)?.node
    }

    /// Whether a node is here and has told all its photos.
    pub(in crate::node) fn is_here_completely(&self, node: NodeId) -> bool {
        let presence = self.peers.get(&node).map(|peer| peer.presence);
        matches!(presence, Some(Presence::Here { complete: true, .. }))
    }

    /// How many nodes are here, besides this one.
    pub(in crate::node) fn count_here(&self) -> usize {
        self.census.here
    }

    /// A peer comes, goes or completes its table: the only way to change its presence, which keeps the census right.
    fn set_presence(&mut self, node: NodeId, presence: Presence) {
        if let Some(peer) = self.peers.get_mut(&node) {
            peer.presence = presence;
            self.census = self.count();
        }
    }
}

impl Peer {
    fn known(address: Address, dial_at: Time) -> Peer {
        Peer {
            address,
            certificate: None,
            name: None,
            met: true,
            presence: Presence::Gone,
            seen: dial_at,
            stayed: false,
            boot: None,
            copies: 0,
            next_copies: None,
            pin: Duration::ZERO,
            keeps_originals: false,
            shows_previews: false,
            outward: Outward::default(),
            space: None,
            drains: Drains::default(),
            flaps: 0,
            redial: Redial::at(dial_at),
        }
    }

    /// The member whose node it is; none without a group.
    pub(in crate::node) fn member(&self) -> Option<MemberName> {
        self.certificate.as_ref().map(Certificate::name)
    }

    /// Whether it is here.
    fn is_here(&self) -> bool {
        matches!(self.presence, Presence::Here { .. })
    }

    /// Whether it is here, or was not so long ago that nobody expects it any longer.
    fn is_lately(&self, now: Time) -> bool {
        self.is_here() || now.since(self.seen) < LATELY
    }

    /// How long it could be away last time. Who was here for less before it went again is not waited for longer: its
    /// claims, which nobody has proven, would stand for hours for the price of seconds.
    fn last_grace(&self, grace: Duration) -> Duration {
        grace.saturating_mul(1 << self.flaps.saturating_sub(1).min(FLAPS_MAX))
    }

    /// How long it may be away this time: longer each time it came back for a while and went again.
    fn grace(&self, grace: Duration) -> Duration {
        grace.saturating_mul(1 << self.flaps.min(FLAPS_MAX))
    }
}

impl Mesh {
    fn node_down(&mut self, step: &mut Step, node: NodeId, reason: &CloseReason) {
        let now = step.now;
        let Some(peer) = self.peers.get_mut(&node) else {
            return;
        };
        let Presence::Here { since, .. } = peer.presence else {
            return;
        };
        let grace = step.config.grace;
        let here = now.since(since);
        if here < peer.last_grace(grace) || here >= grace.saturating_mul(10) {
            peer.flaps = 0;
        }
        let presence = Presence::Away { since: now, until: now + peer.grace(grace) };
        // Who breaks the protocol each time would be dialed twice a second for ever.
        if matches!(reason, CloseReason::Protocol(_)) {
            peer.redial.failed(now);
        } else {
            peer.redial = Redial { next: now + REDIAL_MIN, ..Redial::at(now) };
        }
        peer.seen = now;
        peer.stayed |= here >= STAYED;
        let (address, away) = (peer.address.clone(), peer.grace(grace));
        let called = self.called(node);
        let then = self.fate_of_photos(step, Some(away));
        step.log("mesh", format!("{called} at {address} is away ({reason}); {then}"));
        self.set_presence(node, presence);
        if *reason != CloseReason::Left {
            self.vanished.insert(node, now);
            self.suspect_partition(step);
        }
        step.tell(News::LinkLost(node));
        step.tell(News::MeshChanged);
    }

    /// If more than half of the nodes vanish at once, this one is cut off: it must not start copying everything.
    fn suspect_partition(&mut self, step: &mut Step) {
        let now = step.now;
        self.vanished.retain(|_, at| now.since(*at) <= SILENCE + SILENCE / 2);
        let vanished = self.vanished.len();
        let before = vanished + self.count_here() + 1;
        if vanished * 2 <= before {
            return;
        }
        let grace = step.config.grace.saturating_mul(CUT_OFF_GRACE);
        for node in self.vanished.keys() {
            if let Some(Peer { presence: Presence::Away { since, until }, .. }) =
                self.peers.get_mut(node)
            {
                *until = (*until).max(*since + grace);
            }
        }
        let text = format!(
            "{vanished} of {before} nodes vanished at once: this one may be cut off, so it waits for {}",
            spoken(grace)
        );
        step.warn("mesh", text);
    }

    /// A node has told all its photos.
    pub(in crate::node) fn told_all(&mut self, node: NodeId) {
        let presence = self.peers.get(&node).map(|peer| peer.presence);
        if let Some(Presence::Here { link, since, .. }) = presence {
            self.set_presence(node, Presence::Here { link, since, complete: true });
        }
    }

    /// Time has passed: heartbeats, silence, grace and dialing.
    pub(in crate::node) fn tend(&mut self, step: &mut Step) {
        self.tend_links(step);
        let now = step.now;
        self.tend_patience(now, step.config.grace);
        let is_over =
            |peer: &Peer| matches!(peer.presence, Presence::Away { until, .. } if until <= now);
        let over = self.peers.iter().filter(|(_, peer)| is_over(peer));
        for node in over.map(|(node, _)| *node).collect::<Vec<_>>() {
            self.set_presence(node, Presence::Gone);
            let called = self.called(node);
            let then = self.fate_of_photos(step, None);
            step.warn("mesh", format!("{called} stayed away: {then}"));
            step.tell(News::Gone(node));
            step.tell(News::MeshChanged);
        }
        if step.leaving().is_none() {
            self.dial(step);
            self.heed_wishes(step);
            self.heed_all_draining(step);
            self.forget_strangers(step);
            self.reannounce_peers(step);
        }
    }
}
