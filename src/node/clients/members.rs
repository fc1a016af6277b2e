//! Members: whom this node serves, and who is in the group.

use std::collections::BTreeMap;

use super::{View, refused};
use crate::node::Asker;
use crate::node::mesh::Presence;
use crate::protocol::client::{MemberReport, NodeOfMember, Refusal};
use crate::protocol::{Answer, MemberName, NodeId, Request, Revocation};

impl View<'_> {
    /// What a client is answered in place of what it asks, if it may not ask that.
    ///
    /// Every request of every client passes here, at the time when it is answered. So here is the place, too, where
    /// somebody who was removed since he registered is cut off: an [`Answer::Error`] is the last one of its link.
    pub(super) fn refusal(&self, by: &Asker, request: &Request) -> Option<Answer> {
        match by {
            Asker::Member(certificate) if !by.may_ask(request) => {
                let config = self.cx.config();
                Some(Answer::not_yours(&config.member(), &config.name, certificate.name()))
            }
            Asker::Owner | Asker::Member(_) => None,
        }
    }

    /// Who is in the group, as far as this node knows.
    pub(super) fn members(&self) -> Answer {
        let cx = self.cx;
        let mine = NodeOfMember {
            id: cx.me(),
            name: Some(cx.config().name.clone()),
            here: true,
            away_secs: None,
        };
        let mut nodes = BTreeMap::from([(cx.config().member(), vec![mine])]);
        for (id, peer) in cx.mesh.peers() {
            let away = match peer.presence {
                Presence::Away { since, .. } => Some(cx.now().since(since).as_secs()),
                Presence::Here { .. } | Presence::Gone => None,
            };
            let here = matches!(peer.presence, Presence::Here { .. });
            let node = NodeOfMember { id, name: None, here, away_secs: away };
            nodes.entry(self.member_of(id)).or_default().push(node);
        }
        let report = |(name, nodes)| MemberReport { name, nodes, removed: false };
        Answer::Members { members: nodes.into_iter().map(report).collect() }
    }

    /// Whose another node is. What it has registered as is not kept yet, so each counts as its own.
    fn member_of(&self, node: NodeId) -> MemberName {
        MemberName::of_node(node)
    }

    /// Somebody brings the group's word that a member is none any more.
    pub(super) fn told(&self, removal: &Revocation) -> Answer {
        match &self.cx.config().membership {
            None => refused(Refusal::Request, "this daemon is of no group"),
            Some(mine) if mine.group() != removal.group() => {
                refused(Refusal::Request, "that removal is another group's")
            }
            Some(_) => refused(Refusal::Daemon, "not possible yet: this node keeps no removals"),
        }
    }
}
