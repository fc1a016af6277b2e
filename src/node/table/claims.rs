//! The claims of nodes on one photo.

use std::sync::Arc;

use crate::photo::Photo;
use crate::protocol::{Facts, Holding, Looks, NodeId};

/// One node's word on one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) struct Claim {
    /// How the node holds the photo.
    pub(in crate::node) holding: Holding,
    /// Whether it announced that on its present link.
    pub(in crate::node) current: bool,
    /// Whether the node hands over all that it has: the photo can be had from it, and nobody counts on that.
    pub(in crate::node) draining: bool,
    /// Its findings from comparing its copy with others, if any.
    pub(in crate::node) looks: Option<Box<Looks>>,
    /// The facts it reported; in this node's own claim what it knows and reports itself.
    pub(in crate::node) facts: Arc<Facts>,
    /// Its account of the bytes, if that is another one than the entry has.
    pub(in crate::node) account: Option<Arc<Photo>>,
}

impl Claim {
    /// Whether a node that makes this claim says the same as by another one.
    pub(in crate::node) fn says_as(&self, other: &Claim) -> bool {
        *self == Claim { draining: self.draining, ..other.clone() }
    }

    /// The node's findings from comparing its copy with others.
    pub(in crate::node) fn looks(&self) -> Option<&Looks> {
        self.looks.as_deref()
    }
}

/// The claims on one photo, at most one of each node, in order of the nodes.
///
/// Most photos have two, and there may be a million photos: a list of the exact length takes a fifth of the memory of a
/// map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::node) struct Claims(Vec<(NodeId, Claim)>);

impl Claims {
    /// Where a node's claim is, or would be.
    fn place(&self, node: NodeId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&node, |(other, _)| *other)
    }

    /// A node's claim.
    pub(in crate::node) fn get(&self, node: NodeId) -> Option<&Claim> {
        self.place(node).ok().map(|at| &self.0[at].1)
    }

    /// A node's claim, to be changed.
    pub(in crate::node) fn get_mut(&mut self, node: NodeId) -> Option<&mut Claim> {
        self.place(node).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether a node has a claim.
    pub(in crate::node) fn has(&self, node: NodeId) -> bool {
        self.place(node).is_ok()
    }

    /// Replaces a node's claim; `None` ends it.
    pub(in crate::node) fn set(&mut self, node: NodeId, claim: Option<Claim>) {
        match (self.place(node), claim) {
            (Ok(at), Some(claim)) => self.0[at].1 = claim,
            (Ok(at), None) => {
                self.0.remove(at);
            }
            (Err(at), Some(claim)) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (node, claim));
            }
            (Err(_), None) => {}
        }
    }

    /// Whether the same nodes hold the photo in the same ways.
    pub(in crate::node) fn hold_alike(&self, other: &Claims) -> bool {
        let held =
            |(node, claim): &(NodeId, Claim)| (*node, claim.holding, claim.current, claim.draining);
        self.0.iter().map(held).eq(other.0.iter().map(held))
    }

    pub(in crate::node) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::node) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::node) fn iter(&self) -> impl Iterator<Item = (NodeId, &Claim)> {
        self.0.iter().map(|(node, claim)| (*node, claim))
    }

    /// Changes all claims.
    pub(in crate::node) fn values_mut(&mut self) -> impl Iterator<Item = &mut Claim> {
        self.0.iter_mut().map(|(_, claim)| claim)
    }

    /// The claims without their nodes.
    pub(in crate::node) fn values(&self) -> impl Iterator<Item = &Claim> {
        self.0.iter().map(|(_, claim)| claim)
    }
}
