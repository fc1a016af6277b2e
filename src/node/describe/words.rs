//! Small things in words.

use crate::node::{LinkId, Source, Spool};
use crate::photo::{Nonce, PhotoId, PreviewSize, Relation};
use crate::protocol::group::Roster;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Holding, MemberName, NodeId, Tombstone, Wish};

/// How a reader calls photos and nodes.
pub trait Names {
    /// What a photo is called.
    fn photo(&self, photo: PhotoId) -> String {
        photo.short()
    }

    /// What a node is called.
    fn node(&self, node: NodeId) -> String {
        node.to_string()
    }

    /// What a member is called. Without a group each node is one.
    fn member(&self, member: MemberName) -> String {
        let node = member.as_str().parse().map(|node| self.node(node));
        node.unwrap_or_else(|_| member.to_string())
    }
}

/// Names for whoever knows none: the short ids of photos, the ids of nodes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ids;

impl Names for Ids {}

pub(super) fn holding(holding: Holding) -> &'static str {
    match holding {
        Holding::Retired => "retired replica",
        Holding::RetiredOriginal => "retired original",
        Holding::Replica => "replica",
        Holding::Original => "original",
    }
}

/// How a photo stands to another one, of which it is said before.
pub(super) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "the same picture",
        Relation::Variant => "a variant of the picture",
        Relation::Different => "another picture",
    }
}

pub(super) fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Get => "a client waits",
        Lane::Replicate => "no client waits",
    }
}

/// A small picture, to be followed by the photo that it is of.
pub(super) fn preview(size: PreviewSize) -> &'static str {
    match size {
        PreviewSize::Grid => "small picture",
        PreviewSize::View => "view",
    }
}

pub(super) fn transfer(transfer: TransferId) -> String {
    format!("#{}", transfer.0)
}

pub(super) fn client(link: LinkId) -> String {
    format!("client {}", link.0)
}

pub(super) fn spool(spool: Spool) -> String {
    match spool {
        Spool::Pull(id) => format!("pull {}", transfer(id)),
        Spool::Put(link) => format!("what {} puts", client(link)),
    }
}

/// The bytes of a photo, which is named before.
pub(super) fn source(source: Source) -> String {
    match source {
        Source::Held(_) => "in the folder".to_owned(),
        Source::Spooled(file) => format!("as {}", spool(file)),
        Source::Kept(file) => format!("as {}, kept here", spool(file)),
    }
}

/// A round of challenges, by the beginning of its question.
pub(super) fn round(nonce: Nonce) -> String {
    let [first, second, ..] = nonce.0;
    format!("round {first:02x}{second:02x}")
}

pub(super) fn bytes(offset: u64, length: u64) -> String {
    format!("bytes {offset}..{}", offset.saturating_add(length))
}

/// So many of something that makes its plural by an `s`.
pub(super) fn count(number: impl TryInto<u64>, what: &str) -> String {
    match number.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {what}"),
        other => format!("{other} {what}s"),
    }
}

/// One after the other, or a word for none.
pub(super) fn listed(items: impl IntoIterator<Item = String>, none: &str) -> String {
    let items: Vec<String> = items.into_iter().collect();
    if items.is_empty() { none.to_owned() } else { items.join(", ") }
}

pub(super) fn photos<'a>(
    photos: impl IntoIterator<Item = &'a PhotoId>,
    names: &dyn Names,
) -> String {
    listed(photos.into_iter().map(|photo| names.photo(*photo)), "nothing")
}

pub(super) fn nodes<'a>(nodes: impl IntoIterator<Item = &'a NodeId>, names: &dyn Names) -> String {
    listed(nodes.into_iter().map(|node| names.node(*node)), "nobody else")
}

/// An owner's word.
pub(super) fn tombstone(tombstone: &Tombstone, names: &dyn Names) -> String {
    let (owner, photo) = (names.member(tombstone.owner()), names.photo(tombstone.photo()));
    match tombstone.wish() {
        Wish::Removed => format!("{owner} removes {photo}"),
        Wish::Lifted => format!("{owner} takes back that it removes {photo}"),
    }
}

/// What the group has said about its members.
pub(super) fn members(roster: &Roster) -> String {
    let known = roster.certificates.iter().map(|one| format!("{} is a member", one.name()));
    let removed = roster.removals.iter().map(|one| format!("{} was removed", one.name()));
    listed(known.chain(removed), "nobody is a member")
}
