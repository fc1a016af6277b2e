//! How copies are counted: by nodes, and by the persons whose nodes they are. [`super::persons`] does it.

use crate::protocol::{MemberName, NodeId};

/// A person, as they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::node) enum Person {
    /// A member of the group.
    Member(MemberName),
    /// A node that is a member of its own.
    Alone(NodeId),
}

/// Over how many nodes, of how many members, the copies of a photo are spread, or are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::node) struct Spread {
    pub(in crate::node) nodes: usize,
    pub(in crate::node) members: usize,
}

impl Spread {
    /// Whether it is less than the goal. Two computers of one person stand in one house, and are no two friends.
    pub(in crate::node) fn falls_short_of(self, goal: Spread) -> bool {
        self.nodes < goal.nodes || self.members < goal.members
    }
}
