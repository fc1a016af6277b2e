//! Which photos other groups may see.
//!
//! A super-peer, which is a client of its own daemon, shows them to other groups. What it may show is decided here, by
//! what the owners have said and by nothing that the other group says.

use super::context::Context;
use super::table::entry::Entry;
use super::table::verdict::Verdict;
use crate::protocol::MemberName;

/// So many owners are named who do not share.
const NAMED: usize = 3;

impl Context {
    /// Whether other groups may see a photo: it is a keeper, it has owners, and every one of them shares.
    ///
    /// An owner is whoever is [on record](super::table::Table::on_record) as one, whatever they have said of it since. An owner
    /// shares if at least one node of theirs is known in this life and every one that is has said so last; of this node
    /// its own configuration counts. In doubt nobody outside sees a photo: an owner of whom no node was heard does not
    /// share, nor is a photo shared without owners, or with so many that some may have found no room.
    pub(in crate::node) fn is_shared(&self, entry: &Entry) -> bool {
        let owners = self.table.on_record(entry);
        entry.verdict == Verdict::Keeper
            && !entry.facts.may_lack_owners()
            && !owners.is_empty()
            && owners.iter().all(|owner| self.mesh.shares(*owner))
    }

    /// Whether other groups may see a photo, and why not, for people. Where no node shares anything, that is no question.
    pub(in crate::node) fn sharing_in_words(&self, entry: &Entry) -> Option<String> {
        if !self.mesh.anybody_shares() {
            None
        } else if self.is_shared(entry) {
            Some("shown to other groups".to_owned())
        } else {
            Some(format!("not shown to other groups: {}", self.why_not_shared(entry)))
        }
    }

    fn why_not_shared(&self, entry: &Entry) -> String {
        let owners = self.table.on_record(entry);
        let nobody = owners.is_empty();
        let others = owners.into_iter().filter(|owner| !self.mesh.shares(*owner));
        let (refuse, unheard): (Vec<MemberName>, Vec<MemberName>) =
            others.partition(|owner| self.mesh.is_heard(*owner));
        match (&refuse[..], &unheard[..]) {
            ([_], _) => format!("{} does not share (--share)", self.some_owners(&refuse)),
            ([_, ..], _) => format!("{} do not share (--share)", self.some_owners(&refuse)),
            ([], [_, ..]) => {
                format!(
                    "whether they share has not been heard yet from {}",
                    self.some_owners(&unheard)
                )
            }
            ([], []) if nobody => "no owner of it is known".to_owned(),
            ([], []) if entry.facts.may_lack_owners() => {
                "it has so many owners that not all of them may be known".to_owned()
            }
            ([], []) => "it makes way for a better version".to_owned(),
        }
    }

    /// Owners, for people; of many the first.
    fn some_owners(&self, owners: &[MemberName]) -> String {
        let named = self.owners_in_words(owners.iter().take(NAMED));
        match owners.len().saturating_sub(NAMED) {
            0 => named,
            1 => format!("{named} and another one"),
            more => format!("{named} and {more} others"),
        }
    }
}
