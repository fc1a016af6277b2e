//! Which members let other groups see their own photos, and where the super-peers are that show them.
//!
//! Every node says so of itself when it registers, and what it has said last counts for as long as it is remembered in
//! this life, be it here or away.

use std::collections::{BTreeMap, BTreeSet};

use super::Mesh;
use crate::node::Config;
use crate::protocol::{Address, MemberName, NodeId};

/// What a node has said of other groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Outward {
    /// Its owner lets them see their own photos.
    shares: bool,
    /// Where its super-peer listens.
    bridge: Option<Address>,
}

impl Outward {
    /// What this node says.
    pub(super) fn own(config: &Config) -> Outward {
        Outward { shares: config.share, bridge: config.bridge.clone() }
    }

    /// What a node says that listens at this address. Where it cannot have a super-peer, nobody is sent.
    pub(super) fn told(shares: bool, bridge: Option<Address>, at: &Address) -> Outward {
        Outward { shares, bridge: bridge.filter(|bridge| bridge.is_possible_from(at)) }
    }
}

/// The members who share, cached: every photo of a page is looked at.
#[derive(Debug, Default)]
pub(super) struct Sharers {
    members: BTreeSet<MemberName>,
    /// How often that has changed.
    changes: u64,
}

impl Mesh {
    /// Whether a member lets other groups see their own photos: at least one node of theirs is known in this life, and
    /// every one of those has said so.
    pub(in crate::node) fn shares(&self, member: MemberName) -> bool {
        self.sharers.members.contains(&member)
    }

    /// Whether any node shares, this one included.
    pub(in crate::node) fn anybody_shares(&self) -> bool {
        self.words().any(|(_, outward)| outward.shares)
    }

    /// Whether any node of a member has said in this life whether it shares.
    pub(in crate::node) fn is_heard(&self, member: MemberName) -> bool {
        self.words().any(|(other, _)| other == member)
    }

    /// How often the members who share were others.
    pub(in crate::node) fn sharing_changes(&self) -> u64 {
        self.sharers.changes
    }

    /// Where the super-peer of a node listens, if it has one: of this node, or of another one as it has told.
    pub(in crate::node) fn bridge_of(&self, node: NodeId) -> Option<&Address> {
        let peer = self.peers.get(&node).map(|peer| &peer.outward);
        let outward = peer.or((node == self.me.node).then_some(&self.me.outward));
        outward.and_then(|outward| outward.bridge.as_ref())
    }

    /// A node has registered, or is forgotten: who shares now.
    pub(super) fn count_sharers(&mut self) {
        let mut all: BTreeMap<MemberName, bool> = BTreeMap::new();
        for (member, outward) in self.words() {
            *all.entry(member).or_insert(true) &= outward.shares;
        }
        let share = all.into_iter().filter(|(_, shares)| *shares);
        let members: BTreeSet<MemberName> = share.map(|(member, _)| member).collect();
        if members != self.sharers.members {
            self.sharers = Sharers { members, changes: self.sharers.changes + 1 };
        }
    }

    /// What each node has said in this life, this one included, and whose it is.
    fn words(&self) -> impl Iterator<Item = (MemberName, &Outward)> {
        let whose =
            |node, member: Option<MemberName>| member.unwrap_or_else(|| MemberName::of_node(node));
        let heard = self.peers.iter().filter(|(_, peer)| peer.boot.is_some());
        let others = heard.map(move |(node, peer)| (whose(*node, peer.member()), &peer.outward));
        others.chain([(whose(self.me.node, self.me.member), &self.me.outward)])
    }
}
