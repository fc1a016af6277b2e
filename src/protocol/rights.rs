//! Which requests every member may make of a daemon, and which only its owner.
//!
//! Reading is for every member, because every member has the photos anyway. What changes something, or shows what is no
//! longer in the collection, is the owner's: nobody commands another's computer.

use super::client::{Answer, Refusal, Request};
use super::{MemberName, NodeName};

impl Request {
    /// Whether only the owner of a node may ask this of it: whatever changes anything, or shows what is the owner's
    /// alone. To look at photos is for every member, because every member has them anyway.
    ///
    /// A list without a rest, so that nobody adds a request and forgets to say whose it is.
    pub fn is_for_owner_alone(&self) -> bool {
        match self {
            Request::RegisterClient { .. }
            | Request::GetImageList
            | Request::GetImageRequest { .. }
            | Request::GetExact { .. }
            | Request::GetPreview { .. }
            | Request::List { .. }
            | Request::Explain { .. }
            | Request::Duplicates { .. }
            | Request::Similar { .. }
            | Request::Status
            | Request::Members
            | Request::Groups
            | Request::Abroad { .. }
            // A removal proves itself, whoever brings it.
            | Request::Tell { .. } => false,
            Request::Put { .. }
            | Request::Chunk { .. }
            | Request::Distinct { .. }
            | Request::Forget { .. }
            | Request::Drain { .. }
            | Request::TrashList { .. }
            | Request::TrashRestore { .. }
            | Request::TrashPurge { .. }
            | Request::PlanRemoval { .. }
            | Request::Remove { .. } => true,
        }
    }
}

impl Request {
    /// Whether it is asked for another group, which may see what is shared.
    pub fn is_for_other_groups(&self) -> bool {
        if let Request::List { shared, .. }
        | Request::Explain { shared, .. }
        | Request::GetExact { shared, .. }
        | Request::GetPreview { shared, .. } = self
        {
            *shared
        } else {
            false
        }
    }
}

impl Answer {
    /// The answer to somebody who asks what only the node's owner may. They may have the owner's name: then their key is
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
