//! Who may ask what of a daemon, and who there is.

use serde::{Deserialize, Serialize};

use super::client::{Answer, Refusal, Request};
use super::{MemberName, NodeId, NodeName};

/// A member of the group, as a node knows him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberReport {
    /// The member.
    pub name: MemberName,
    /// His nodes.
    pub nodes: Vec<NodeOfMember>,
    /// The group says that he is a member no longer.
    pub removed: bool,
}

/// A node of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeOfMember {
    /// The node.
    pub id: NodeId,
    /// What its owner calls it, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<NodeName>,
    /// Whether it is here.
    pub here: bool,
    /// For how many seconds it has been away, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_secs: Option<u64>,
}

impl Request {
    /// Whether only the owner of a node may ask this of it: whatever changes anything, or shows what is his alone. To look
    /// at photos is for every member, because every member has them anyway.
    ///
    /// A list without a rest, so that nobody adds a request and forgets to say whose it is.
    pub fn is_for_owner_alone(&self) -> bool {
        match self {
            Request::RegisterClient { .. }
            | Request::GetImageList
            | Request::GetImageRequest { .. }
            | Request::GetExact { .. }
            | Request::List { .. }
            | Request::Explain { .. }
            | Request::Duplicates { .. }
            | Request::Status
            | Request::Members
            // A removal proves itself, whoever brings it.
            | Request::Tell { .. } => false,
            Request::Put { .. }
            | Request::Chunk { .. }
            | Request::Distinct { .. }
            | Request::TrashList { .. }
            | Request::TrashRestore { .. }
            | Request::TrashPurge { .. }
            | Request::PlanRemoval { .. }
            | Request::Remove { .. } => true,
        }
    }
}

impl Answer {
    /// The answer to somebody who asks what only the node's owner may. He may have the owner's name: then his key is
    /// another one.
    pub fn not_yours(owner: MemberName, node: NodeName, asker: MemberName) -> Answer {
        let what_to_do = match asker == owner {
            true => format!(
                "it was started with another member file of {owner}'s: start it with the newest one"
            ),
            false => "ask a daemon of your own".to_owned(),
        };
        let error = format!("only {owner} can do this at {owner}/{node}: {what_to_do}");
        Answer::Refused { cause: Refusal::Member, error }
    }
}
