//! When to look at a photo again, and the tasks that follow.
//!
//! Every change of a photo puts it on the agenda, to be reviewed when it has been unchanged for [`SETTLE`]. A review
//! compares the present state with the goal, and finds this node's part in closing the gap. Only here is that decided;
//! a review can run at any time, any number of times.

use std::sync::Arc;

use super::Task;
use crate::node::DiskAction;
use crate::node::context::Context;
use crate::node::limits::{DOUBT, RETRY, SETTLE};
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::photo::{PhotoId, Relation};
use crate::protocol::Facts;

/// This node's tasks for a photo, in this order; none if there is no gap to close.
pub(in crate::node) fn review(cx: &mut Context, photo: PhotoId) -> Vec<Task> {
    let Some(entry) = cx.table.get(photo) else {
        return Vec::new();
    };
    if !cx.is_at_rest(entry) {
        let at_rest = entry.changed_at + SETTLE;
        cx.agenda.set(photo, at_rest);
        return Vec::new();
    }
    if cx.table.is_withdrawn(photo) {
        return vec![Task::Withdraw];
    }
    match entry.verdict {
        Verdict::Absent => Vec::new(),
        Verdict::Removed => vec![Task::Remove],
        Verdict::Loser(keeper) => {
            let copy = lacks_doubted(cx, photo) || lacks_variant(cx, photo, keeper);
            let copy = copy.then_some(Task::Copy);
            copy.into_iter().chain([Task::Retire { keeper }]).collect()
        }
        Verdict::Keeper => {
            let (live, counted) = (entry.live().count(), cx.table.spread(entry.counted()));
            if counted.falls_short_of(cx.goal()) {
                vec![Task::Copy]
            } else if live > cx.copies() {
                vec![Task::Trim]
            } else {
                consider_deduping(cx, photo);
                Vec::new()
            }
        }
    }
}

/// A worse version that is still shown after a while gets its copies: the better one may never come.
fn lacks_doubted(cx: &mut Context, photo: PhotoId) -> bool {
    let Some(entry) = cx.table.get(photo).filter(|entry| cx.table.is_shown(entry)) else {
        return false;
    };
    let missing = cx.table.spread(entry.counted()).falls_short_of(cx.goal());
    let lacks = missing && entry.changed_at + DOUBT <= cx.now();
    if !lacks {
        cx.retry(photo, RETRY);
    }
    lacks
}

/// Whether this node has a variant that has too few copies, in trashes and elsewhere.
fn lacks_variant(cx: &Context, photo: PhotoId, keeper: PhotoId) -> bool {
    let is_variant = cx.table.found(photo, keeper) == Some(Relation::Variant);
    let holders = |entry: &Entry| cx.table.spread(entry.claims.iter().map(|(node, _)| node));
    let few = |entry: &Entry| holders(entry).falls_short_of(cx.goal());
    is_variant && cx.table.mine(photo).is_some() && cx.table.get(photo).is_some_and(few)
}

/// A keeper's holders remember the names of its worse versions, and who has given up their own for it: these will be gone
/// one day, and then the keeper is all that their owners have left. So they own it from then on. It happens at once, since that day may be now: a name that has led to the
/// keeper leads to it for good.
pub(in crate::node) fn adopt_from_worse(cx: &mut Context, photo: PhotoId) {
    let is_keeper =
        |entry: &&Entry| entry.verdict == Verdict::Keeper && entry.is_stored_by(cx.me());
    let Some(entry) = cx.table.get(photo).filter(is_keeper) else {
        return;
    };
    let mut facts = Facts::default();
    for loser in cx.table.worse_versions(entry).filter(|loser| !cx.table.is_shown(loser)) {
        facts.aliases.extend(loser.facts.names.union(&loser.facts.aliases).cloned());
        facts.owners.extend(cx.table.owners(loser));
    }
    facts.aliases.retain(|alias| !entry.facts.names.contains(alias));
    cx.table.learn(photo, &Arc::new(facts));
}

/// If the same bytes lie several times in this folder, one file is enough once others have the photo too.
fn consider_deduping(cx: &mut Context, photo: PhotoId) {
    let spare = cx.folder.has_several(photo) && !cx.config().keep_originals;
    if spare && cx.unfit_or_alone().is_none() {
        cx.folder.set_files(photo, 0);
        cx.disk(DiskAction::Dedupe { photo });
    }
}
