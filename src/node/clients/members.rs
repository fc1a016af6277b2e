//! Members: whom this node serves, who is in the group, and which of their nodes are not expected any more.

use std::collections::BTreeMap;

use super::{View, refused};
use crate::node::Asker;
use crate::node::context::Context;
use crate::node::mesh::Presence;
use crate::node::news::News;
use crate::protocol::client::{MemberReport, NodeOfMember, Refusal};
use crate::protocol::{Answer, NodeId, Request, Revocation};

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
        let removals = cx.members.roster().removals;
        Answer::Members { members: members.chain(removed).collect(), removals }
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

/// This node's owner says that a node will not come back.
pub(super) fn forget(cx: &mut Context, name: &str) -> Answer {
    let meant = cx.mesh.meant(name);
    let [node] = meant[..] else {
        return no_such_node(cx, name, &meant);
    };
    let called = cx.called(node);
    if node == cx.me() {
        let error = format!("{called} is the very node that was asked: ask one of the others");
        return refused(Refusal::Request, &error);
    }
    if cx.mesh.link_to(node).is_some() {
        let error = format!(
            "{called} is here, and would be back at once: stop its daemon first, or wait until it is away"
        );
        return refused(Refusal::Request, &error);
    }
    let photos = cx.table.told_of(node) as u64;
    cx.log("mesh", format!("{called} is forgotten: this node's owner does not expect it back"));
    cx.mesh.give_up(&mut cx.step, node);
    Answer::Forgotten { node, called, photos }
}

/// A name is that of no node, or not of just one.
fn no_such_node(cx: &Context, name: &str, meant: &[NodeId]) -> Answer {
    let away = cx.mesh.peers().filter(|(_, peer)| !matches!(peer.presence, Presence::Here { .. }));
    let away: Vec<NodeId> = away.map(|(node, _)| node).collect();
    let missed = match away[..] {
        [] => "none is missed".to_owned(),
        _ => format!("those that are not here: {}", cx.mesh.called_with_ids(&away).join("; ")),
    };
    Answer::NotFound {
        image_name: name.to_owned(),
        candidates: cx.mesh.called_with_ids(meant),
        undelivered: false,
        reason: format!("no node of this name is known; {missed}"),
    }
}
