//! In the end all image tables are equal, and equal to the disks.

use std::collections::{BTreeMap, BTreeSet};

use photomesh::photo::PhotoId;
use photomesh::protocol::{Facts, Holding, MemberName, NodeId, Tombstone};

use crate::world::World;

/// Who has a photo, and how.
type Held = BTreeMap<NodeId, Holding>;

impl World {
    /// Whether every node's table says of every photo, the worse versions and those in the trash too, what the disks
    /// say, and all tables the same of its names and owners; and whether all know what owners have removed.
    pub(crate) fn tables_agree(&self) -> Result<(), String> {
        let truth = self.truth();
        let mut first: Option<BTreeMap<PhotoId, &Facts>> = None;
        for host in &self.hosts {
            let name = &host.name;
            let Some(daemon) = &host.daemon else {
                return Err(format!("{name} is not up"));
            };
            let (mut table, mut facts) = (BTreeMap::new(), BTreeMap::new());
            for (photo, said, held) in daemon.node.table() {
                table.insert(photo, Held::from_iter(held));
                facts.insert(photo, said);
            }
            if let Some(photo) = difference(&table, &truth) {
                let (table, truth) = (table.get(&photo), truth.get(&photo));
                let photo = self.library.name(photo);
                return Err(format!(
                    "{name} has {photo} in its table as {table:?}, and on the disks it is {truth:?}"
                ));
            }
            let first = first.get_or_insert_with(|| facts.clone());
            if let Some(photo) = difference(&facts, first) {
                let (one, other) = (facts.get(&photo), first.get(&photo));
                let photo = self.library.name(photo);
                return Err(format!("{name} says of {photo} {one:?}, and another node {other:?}"));
            }
        }
        self.words_agree()
    }

    /// What is on the disks.
    fn truth(&self) -> BTreeMap<PhotoId, Held> {
        let mut truth: BTreeMap<PhotoId, Held> = BTreeMap::new();
        for host in &self.hosts {
            for (photo, file) in host.disk.files.iter() {
                let held = truth.entry(*photo).or_default();
                held.insert(host.disk.identity, file.place);
            }
        }
        truth
    }

    /// Whether everyone has written down what every owner has said.
    fn words_agree(&self) -> Result<(), String> {
        let words = |tombstones: &BTreeMap<(PhotoId, MemberName), Tombstone>| -> BTreeSet<_> {
            let words = tombstones.iter();
            words.map(|(key, word)| (*key, word.wish())).collect()
        };
        let mut all = self.hosts.iter().map(|host| words(&host.disk.tombstones));
        let Some(first) = all.next() else {
            return Ok(());
        };
        match all.find(|other| *other != first) {
            Some(other) => {
                let odd = other.symmetric_difference(&first).next();
                Err(format!("not all nodes know of {odd:?}"))
            }
            None => Ok(()),
        }
    }
}

/// A photo of which two tables say different things.
fn difference<T: PartialEq>(
    one: &BTreeMap<PhotoId, T>,
    other: &BTreeMap<PhotoId, T>,
) -> Option<PhotoId> {
    let mut photos = one.keys().chain(other.keys());
    photos.find(|photo| one.get(photo) != other.get(photo)).copied()
}
