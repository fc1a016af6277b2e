//! What a client is told of the mesh as a whole.

use serde::{Deserialize, Serialize};

use super::{Address, MemberName, NodeId};
use crate::photo::PhotoId;

/// How the mesh is doing, as one node sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// The node that was asked.
    pub node: NodeId,
    /// Where it listens.
    pub address: Address,
    /// How many copies of every photo the mesh wants: the highest number any live node asks for.
    pub copies_wanted: u32,
    /// All nodes: live ones, this one included, and those that are missed.
    pub nodes: Vec<NodeReport>,
    /// Photos in the collection.
    pub photos: u64,
    /// Their bytes, each photo counted once.
    #[serde(default)]
    pub bytes: u64,
    /// Worse versions that the collection does not show.
    pub duplicates: u64,
    /// Photos on fewer nodes than wanted.
    pub under_replicated: u64,
    /// Photos on more nodes than wanted.
    pub over_replicated: u64,
    /// Photos on fewer nodes than wanted, and why; the first hundred.
    pub at_risk: Vec<RiskReport>,
    /// Photos in this node's own trash.
    pub trash: u64,
    /// Files in this node's folder that are no pictures.
    pub skipped_files: u64,
    /// Damaged files found in this node's folder since its start.
    pub damaged: u64,
    /// What else this node's folder has.
    #[serde(default, flatten)]
    pub folder: FolderReport,
    /// Photos of other nodes that this one keeps for clients, besides its folder.
    #[serde(default)]
    pub cache: CacheReport,
    /// What is not as it should be: tables still incomplete, too few nodes, no room.
    pub notes: Vec<String>,
    /// What people should know although nothing is wrong: which of their files went to the trash, and which will.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<String>,
    /// Another number whenever [`Request::List`](super::Request::List) may be answered in another way, with `shared` or
    /// without. It begins anew at
    /// a random one in each life of the node, and stays below 2^53, so that every reader of JSON reads it right.
    #[serde(default)]
    pub revision: u64,
}

/// Photos that clients have asked a node for, which lie on other nodes and stay at this one for a while. They are no
/// copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CacheReport {
    /// How many there are.
    pub photos: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many bytes they may take.
    pub limit: u64,
    /// Gets of other nodes' photos, since the start, that took no transfer of their own: the bytes were here, or on their
    /// way to somebody else.
    pub hits: u64,
    /// Those that took one.
    pub misses: u64,
    /// The bytes that were not sent for that.
    pub bytes_saved: u64,
}

/// What a node's folder has besides photos that are as they should be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FolderReport {
    /// Photos that are still to be read by the present rules; until then they are versions of no other.
    pub unread: u64,
    /// Files that belong to photos: sidecars, and the films of live photos. They are on this computer only.
    pub companions: u64,
}

/// One node of the mesh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeReport {
    /// Its identity.
    pub id: NodeId,
    /// What people call it: its member, and its own name if the member has several nodes; without a group its id.
    #[serde(default)]
    pub called: String,
    /// Where it listens.
    pub address: Address,
    /// Whether it is here now.
    pub alive: bool,
    /// Photos of the collection on its disk; those of a node that is away when it was last here.
    pub photos: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them are its owner's own.
    pub originals: u64,
    /// How large its disk is.
    #[serde(default, flatten)]
    pub disk: DiskReport,
    /// The member whose node it is; none without a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberName>,
    /// Where its super-peer listens, through which other groups see what is shared; none if it has none, or is not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Address>,
    /// In words: "this node", "scanning", "away for 3 min, its photos are copied in 7 min".
    pub state: String,
}

impl NodeReport {
    /// What people call it, or its id.
    pub fn name(&self) -> String {
        if self.called.is_empty() { self.id.to_string() } else { self.called.clone() }
    }
}

/// The disk of a node, as it has told; all in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiskReport {
    /// How much of the collection may lie on it; none if it has not told, as a node that is away or of an earlier
    /// program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u64>,
    /// How much more of others' photos it takes now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<u64>,
    /// How much of what lies there may not move: its owner's own photos.
    pub fixed: u64,
    /// Its owner's own photos may move to other disks like any others.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pools: bool,
    /// Its node hands over all that it has, and will leave.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
}

/// How far a node has come that hands over all that it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainReport {
    /// Whether it still does.
    pub draining: bool,
    /// Of the photos that it has: how many have too few copies without it, or all of them while that is not known.
    pub left: u64,
    /// Nothing is left: it leaves in a moment.
    pub done: bool,
}

/// A photo on fewer nodes than wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskReport {
    /// Its label.
    pub name: String,
    /// Its id.
    pub id: PhotoId,
    /// On how many live nodes it is.
    pub copies: u32,
    /// Why not on more.
    pub reason: String,
}
