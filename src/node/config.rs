//! The configuration of a node.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::protocol::group::Roster;
use crate::protocol::{Address, Boot, Gone, MemberName, Membership, NodeId, NodeName, Tombstone};

/// The settings and memories with which a node starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its identity, from the key pair in its folder.
    pub node: NodeId,
    /// Whose node it is; without a group, its own.
    pub membership: Option<Membership>,
    /// What its owner calls it (`--name`).
    pub name: NodeName,
    /// Its present life: one run of its daemon.
    pub boot: Boot,
    /// Where it listens, as told to others.
    pub address: Address,
    /// How many copies of each photo its owner wants (`--copies`).
    pub copies: u32,
    /// How long a node may be away before its photos are copied elsewhere (`--grace`).
    pub grace: Duration,
    /// How long a node that proves a photo keeps it for the asker, at most (`--pin`).
    pub pin: Duration,
    /// How many bytes of the collection may lie on its disk (`--capacity`), its owner's own photos included; without it, as
    /// many as find room there.
    pub capacity: Option<u64>,
    /// How many bytes of others' photos stay here besides because clients have asked for them (`--cache`).
    pub cache: u64,
    /// Its owner's own photos may move to other disks like any others (`--pool`).
    pub pools: bool,
    /// It was handing over all that it has when its last life ended.
    pub draining: bool,
    /// Its owner wants no original moved to the trash for the mesh's sake (`--keep-originals`).
    pub keep_originals: bool,
    /// Its owner wants own files that others make unnecessary moved to the trash without waiting for the hourly limit.
    pub retire_now: bool,
    /// Its owner lets other groups see their own photos (`--share`).
    pub share: bool,
    /// Where its super-peer listens, which shows other groups what they may see, as told to others.
    pub bridge: Option<Address>,
    /// Daemons to join through (`--join`).
    pub join: Vec<Address>,
    /// Nodes remembered from earlier lives.
    pub known: BTreeMap<NodeId, Address>,
    /// What the group has said about its members, remembered from earlier lives.
    pub roster: Roster,
    /// Tombstones remembered from earlier lives.
    pub tombstones: Vec<Tombstone>,
    /// Files of its own that went to its trash in earlier lives because of other nodes, the earliest first.
    pub gone: Vec<Gone>,
    /// Whether the folder is new as a node: no earlier life can have left promises to wait for.
    pub first_start: bool,
    /// Randomness for nonces. In a daemon it must be unpredictable; in a simulation it comes from the run's seed.
    pub seed: [u8; 32],
}

impl Config {
    /// The member whose node this is.
    pub fn member(&self) -> MemberName {
        let named = self.membership.as_ref().map(|membership| membership.name());
        named.unwrap_or_else(|| MemberName::of_node(self.node))
    }
}
