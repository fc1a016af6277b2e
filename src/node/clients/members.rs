//! Members: whom this node serves, and who is in the group.

use std::collections::BTreeMap;

use super::{View, refused};
use crate::node::Asker;
use crate::node::context::Context;
use crate::node::mesh::Presence;
use crate::node::news::News;
use crate::protocol::client::{MemberReport, NodeOfMember, Refusal};
use crate::protocol::{Answer, Request, Revocation};

impl View<'_> {
    /// What a client is answered in place of what it asks, if it may not ask that.
    ///
    /// Every request of every client passes here, at the time when it is answered. So whoever was removed since they
    /// registered is cut off here, too: an [`Answer::Error`] is the last one of its link.
    pub(super) fn refusal(&self, by: &Asker, request: &Request) -> Option<Answer> {
        let Asker::Member(certificate) = by else {
            return None;
        };
        if let Err(error) = self.cx.members.admit_certificate(certificate) {
            return Some(Answer::Error { error });
        }
        let config = self.cx.config();
        let refused = || Answer::not_yours(config.member(), config.name, certificate.name());
        (!by.may_ask(request)).then(refused)
    }

    /// Who is in the group, as far as this node knows.
    pub(super) fn members(&self) -> Answer {
        let cx = self.cx;
        let name = |node| cx.mesh.name_of(node);
        let mine = NodeOfMember { id: cx.me(), name: name(cx.me()), here: true, away_secs: None };
        let mut nodes = BTreeMap::from([(cx.config().member(), vec![mine])]);
        for (id, peer) in cx.mesh.peers() {
            let away = match peer.presence {
                Presence::Away { since, .. } => Some(cx.now().since(since).as_secs()),
                Presence::Here { .. } | Presence::Gone => None,
            };
            let here = matches!(peer.presence, Presence::Here { .. });
            let node = NodeOfMember { id, name: name(id), here, away_secs: away };
            nodes.entry(cx.table.member_of(id)).or_default().push(node);
        }
        for name in cx.members.names() {
            nodes.entry(name).or_default();
        }
        let report = |(name, nodes)| MemberReport { name, nodes, removed: false };
        let members = nodes.into_iter().map(report);
        let removed = cx.members.removed();
        let removed = removed.map(|name| MemberReport { name, nodes: Vec::new(), removed: true });
        Answer::Members { members: members.chain(removed).collect() }
    }
}

/// Somebody brings the group's word that a member is none any more.
pub(super) fn told(cx: &mut Context, removal: &Revocation) -> Answer {
    match &cx.config().membership {
        None => return refused(Refusal::Request, "this daemon is of no group"),
        Some(mine) if mine.group() != removal.group() => {
            return refused(Refusal::Request, "that removal is another group's");
        }
        Some(_) => {}
    }
    if cx.members.remove(removal) {
        cx.log("mesh", format!("{} was removed from the group", removal.name()));
        cx.tell(News::MembersChanged);
    }
    Answer::Told
}
