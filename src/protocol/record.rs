//! The line of the image table: one node's word on one photo that it holds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::group::MEMBERS;
use super::{Few, FileTime, Looks, MemberName, bounds};
use crate::photo::{Photo, PhotoId};

/// How a node has a photo's bytes on its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holding {
    /// In its trash, or on the way there: still there to be served and restored, but counted by nobody as a copy.
    Retired,
    /// The same, of what lay in the friend's own folder: no copy, but still their photo. Unless they have removed it
    /// themselves, nobody else's removal concerns it.
    RetiredOriginal,
    /// Kept for the mesh, under `.photomesh/replicas`.
    Replica,
    /// In the friend's own folder.
    Original,
}

impl Holding {
    /// Whether it counts as a copy.
    pub fn is_stored(self) -> bool {
        match self {
            Holding::Retired | Holding::RetiredOriginal => false,
            Holding::Replica | Holding::Original => true,
        }
    }

    /// Whether it is the friend's own, be it in the trash.
    pub fn is_own(self) -> bool {
        match self {
            Holding::Retired | Holding::Replica => false,
            Holding::RetiredOriginal | Holding::Original => true,
        }
    }

    /// What it becomes in the trash.
    pub fn retired(self) -> Holding {
        if self.is_own() { Holding::RetiredOriginal } else { Holding::Retired }
    }
}

/// What people or files have said about a photo beyond its bytes. These only grow, and merge by union: in whatever
/// order nodes hear of them, they end with the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Every file name the photo ever had, without folders.
    #[serde(
        default,
        skip_serializing_if = "Few::is_empty",
        deserialize_with = "bounds::texts::<_, _, { Facts::MAX }, { Facts::MAX_NAME }>"
    )]
    pub names: Few<String>,
    /// The names that worse versions of the picture had: they lead here too, even when those versions are gone.
    #[serde(
        default,
        skip_serializing_if = "Few::is_empty",
        deserialize_with = "bounds::texts::<_, _, { Facts::MAX }, { Facts::MAX_NAME }>"
    )]
    pub aliases: Few<String>,
    /// Photos that look like this one, of which a person has said that they are others: in words, or by making this one
    /// out of the other's file.
    #[serde(
        default,
        skip_serializing_if = "Few::is_empty",
        deserialize_with = "bounds::list::<_, _, { Facts::MAX }>"
    )]
    pub distinct: Few<PhotoId>,
    /// Members who have it, or last had it, as an original on a node of theirs, or who have given up their own version
    /// for it. It stays in the collection while one of them has not removed it, however long they have been away.
    #[serde(
        default,
        skip_serializing_if = "Few::is_empty",
        deserialize_with = "bounds::list::<_, _, { Facts::MAX_OWNERS }>"
    )]
    pub owners: Few<MemberName>,
    /// The earliest time of a file with these bytes in the teller's folder, if they are an owner: nobody dates what is
    /// another's. A copy, and what was sent on, is later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<FileTime>,
    /// A person has taken it back into the teller's folder, from which it had gone: there it stays. It says nothing of
    /// copies elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

impl Facts {
    /// The most names, aliases or distinct photos that are said and remembered of one photo. A friend's photo has one
    /// or two names; without a bound, a faulty node could grow a record past every frame.
    pub const MAX: usize = 32;

    /// So many names, and as many aliases, of a photo a holder remembers by hearsay.
    pub const HEARD: usize = 8;

    /// So many distinct photos: each picture of a burst may be told apart from all others.
    pub const HEARD_DISTINCT: usize = 16;

    /// The most owners of a photo: all members of a group find room.
    pub const MAX_OWNERS: usize = MEMBERS;

    /// The longest name that is remembered, in bytes: no common file system allows a longer one.
    pub const MAX_NAME: usize = 255;

    /// Facts that know just a name, of which a very long one is cut.
    pub fn named(name: impl AsRef<str>) -> Facts {
        let name = bounds::cut(name.as_ref(), Facts::MAX_NAME).to_owned();
        Facts { names: [name].into(), ..Facts::default() }
    }

    /// Whether some owner may have found no room: who relies on all of them must think so. Else, where there is no
    /// group, a faulty node could have an owner forgotten by inventing others.
    pub fn may_lack_owners(&self) -> bool {
        self.owners.len() >= Facts::MAX_OWNERS
    }

    /// Whether some of what others say may have found no room.
    pub fn is_full(&self) -> bool {
        [self.names.len(), self.aliases.len(), self.distinct.len()].contains(&Facts::MAX)
    }

    /// Adds what `other` knows, within the bounds; whether anything was new.
    ///
    /// Up to the bounds, which no friend reaches, the order of hearing does not matter. Beyond them what was known
    /// first stays (what people say at a node goes first there): else any member could have a photo lose its name, or
    /// what it is distinct from, by inventing more of them.
    pub fn merge(&mut self, other: &Facts) -> bool {
        let grown = self.add(other, Facts::MAX, Facts::MAX);
        let kept = other.kept && !std::mem::replace(&mut self.kept, true);
        self.date(other.dated) || grown || kept
    }

    /// The same for what a holder hears of another one. It remembers not much of that, so that what it knows itself is
    /// not lost in it.
    pub fn hear(&mut self, other: &Facts) -> bool {
        self.add(other, Facts::HEARD, Facts::HEARD_DISTINCT)
    }

    fn add(&mut self, other: &Facts, names: usize, distinct: usize) -> bool {
        let named = |name: &&String| !name.is_empty();
        let grown = [
            add(&mut self.names, other.names.iter().filter(named), names),
            add(&mut self.aliases, other.aliases.iter().filter(named), names),
            add(&mut self.distinct, &other.distinct, distinct),
            add(&mut self.owners, &other.owners, Facts::MAX_OWNERS),
        ];
        grown.contains(&true)
    }

    /// Takes an earlier time of a file; whether it is one.
    pub fn date(&mut self, dated: Option<FileTime>) -> bool {
        let earlier = dated.filter(|at| self.dated.is_none_or(|before| *at < before));
        self.dated = earlier.or(self.dated);
        earlier.is_some()
    }
}

/// Adds to a set while it has room; whether anything was new.
fn add<'a, T: Ord + Clone + 'a>(
    set: &mut Few<T>,
    others: impl IntoIterator<Item = &'a T>,
    most: usize,
) -> bool {
    let before = set.len();
    for other in others {
        if set.len() < most && !set.contains(other) {
            set.insert(other.clone());
        }
    }
    set.len() > before
}

/// One node's word on one photo: what it is, what is known about it and how this node has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What the bytes say.
    #[serde(flatten)]
    pub photo: Arc<Photo>,
    /// What people and files say.
    #[serde(flatten)]
    pub facts: Arc<Facts>,
    /// How the announcing node has it.
    pub holding: Holding,
    /// What the announcing node has found by comparing this copy with others.
    #[serde(flatten)]
    pub looks: Looks,
}
