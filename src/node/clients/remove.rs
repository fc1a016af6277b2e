//! Tells people what removing a picture would do, before it is done.

use std::collections::BTreeSet;

use super::{View, refused};
use crate::node::context::Context;
use crate::node::limits::TOMBSTONES_OF_OWNER;
use crate::node::table::entry::Entry;
use crate::node::table::names::Found;
use crate::node::words::spoken;
use crate::photo::PhotoId;
use crate::protocol::client::{MAX_REMOVED, Refusal, RemovalPlan, RemovalReport};
use crate::protocol::{Answer, Holding, NodeId};

impl View<'_> {
    /// A client asks what would happen if it removed a picture through this node.
    pub(super) fn plan_removal(&self, name: &str) -> Answer {
        let found = self.cx.table.find(name);
        let keeper = match found {
            Found::One(photo) => self.cx.table.get(photo),
            Found::Ambiguous(_) | Found::Nothing => None,
        };
        let Some(keeper) = keeper else {
            return self.not_found(name, found, false);
        };
        let mut versions: Vec<&Entry> = self.worse_versions(keeper).collect();
        versions.sort_by_key(|worse| std::cmp::Reverse(worse.photo.rank()));
        let meant = self.cx.table.meant(name, keeper, &versions);
        versions.insert(0, keeper);
        let mine: BTreeSet<PhotoId> = versions
            .iter()
            .map(|entry| entry.photo.id)
            .filter(|id| self.is_mine_to_remove(*id))
            .take(MAX_REMOVED)
            .collect();
        let label = self.cx.table.label(keeper.photo.id);
        if mine.is_empty() {
            let error = self.not_yours(&label, keeper);
            return refused(Refusal::Owner, &error);
        }
        let reports = versions.iter().map(|entry| self.removal_report(entry, &mine));
        let plan = RemovalPlan { name: label, meant, photos: reports.collect() };
        Answer::Removal(Box::new(plan))
    }

    /// Whether this node's owner may remove a photo: the owner has, or had, it as an original, or has given up a worse
    /// version for it.
    fn is_mine_to_remove(&self, photo: PhotoId) -> bool {
        let entry = self.cx.table.get(photo);
        entry.is_some_and(|entry| self.cx.table.owners(entry).contains(&self.cx.my_member()))
    }

    /// Whether these photos may be removed through this node.
    pub(super) fn may_remove(&self, photos: &[PhotoId]) -> Result<(), String> {
        if photos.is_empty() || photos.len() > MAX_REMOVED {
            return Err(format!("ask for 1 to {MAX_REMOVED} photos"));
        }
        if let Some(other) = photos.iter().find(|id| !self.is_mine_to_remove(**id)) {
            return Err(match self.cx.table.get(*other) {
                Some(entry) => self.not_yours(&self.cx.name_of(*other), entry),
                None => format!("no photo {other} is in the collection"),
            });
        }
        let tombstones = &self.cx.table.tombstones();
        if !tombstones.has_room(self.cx.my_member(), photos.len()) {
            return Err(format!(
                "no more removals can be remembered: the limit is {TOMBSTONES_OF_OWNER} of one owner"
            ));
        }
        Ok(())
    }

    fn not_yours(&self, name: &str, entry: &Entry) -> String {
        let owners = self.cx.table.owners(entry);
        if owners.is_empty() {
            return format!(
                "nobody owns {name}: no known node has it in its owner's folder. Whoever puts it owns it, and can then remove it"
            );
        }
        format!(
            "{name} is not this node's own: only its owner can remove it, through {}",
            self.cx.owners_in_words(&owners)
        )
    }

    /// What happens to one version if those in `mine` are removed.
    fn removal_report(&self, entry: &Entry, mine: &BTreeSet<PhotoId>) -> RemovalReport {
        let id = entry.photo.id;
        let removed = mine.contains(&id);
        let mut others = self.cx.table.owners(entry);
        others.remove(&self.cx.my_member());
        let mut effects = Vec::new();
        match self.cx.table.mine(id) {
            _ if !removed => {}
            Some(Holding::Original) => {
                let files = self.cx.folder.companions_of(id);
                let with = match files.is_empty() {
                    true => String::new(),
                    false => format!(", with {}", files.join(", ")),
                };
                let yours = match self.cx.folder.has_several(id) {
                    true => "your files go",
                    false => "your file goes",
                };
                effects.push(format!("{yours} to this node's trash{with}"));
            }
            Some(Holding::RetiredOriginal) => {
                effects.push("your file is in this node's trash already".to_owned());
            }
            Some(Holding::Replica | Holding::Retired) | None => {}
        }
        let replicas: Vec<NodeId> =
            entry.on_disk().filter(|node| entry.holding(*node) == Some(Holding::Replica)).collect();
        let stays = !removed || !others.is_empty();
        if !others.is_empty() {
            effects.push(match removed {
                true => {
                    format!("stays: {} has it too", self.cx.owners_in_words(&others))
                }
                false => format!("stays: it belongs to {}", self.cx.owners_in_words(&others)),
            });
        } else if stays {
            effects.push("stays: nobody owns it".to_owned());
        } else if !replicas.is_empty() {
            // Until then it could not know of all owners.
            effects.push(format!(
                "the copy on {} goes to the trash there, once that node has run for {}",
                self.cx.in_words(&replicas),
                spoken(self.cx.config().grace)
            ));
        }
        RemovalReport {
            id,
            names: entry.facts.names.iter().cloned().collect(),
            bytes: entry.photo.bytes,
            withdrawn: removed,
            stays,
            effect: effects.join("; "),
        }
    }
}

/// A text for a photo that is not in the collection because it was removed.
pub(super) fn removed_in_words(cx: &Context, query: &str) -> Option<String> {
    let photo = cx.table.find_removed(query)?;
    let removers = cx.owners_in_words(&cx.table.removers(photo));
    Some(format!("it was removed from the collection by its owner, {removers}"))
}
