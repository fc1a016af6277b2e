//! Who belongs to the group, as a client is told.

use serde::{Deserialize, Serialize};

use super::{MemberName, NodeId};

/// A member of the group, as a node knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberReport {
    /// The member.
    pub name: MemberName,
    /// Their nodes.
    pub nodes: Vec<NodeOfMember>,
    /// The group says that this is no member any longer.
    pub removed: bool,
}

/// A node of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeOfMember {
    /// The node.
    pub id: NodeId,
    /// What its owner calls it, with its port if that is the name of several; or else its id.
    pub name: String,
    /// Whether it is here.
    pub here: bool,
    /// For how many seconds it has been away, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_secs: Option<u64>,
}
