//! When to look at a photo again, and the tasks that follow.
//!
//! Every change of a photo puts it on the agenda, to be reviewed when it has been unchanged for [`SETTLE`]. A review
//! compares the present state with the goal, and finds this node's part in closing the gap. Only here is that decided;
//! a review can run at any time, any number of times. What never rests may be stirred by a liar: it is copied after a
//! while, and given up never.
//!
//! A photo that has lost a holder does not wait for that. One that has come into this node's folder, and has never had its
//! copies, does not even wait until every node has told all its photos, be it this one: many may have come with it, and
//! until each has its copy it is on one disk only.

use std::sync::Arc;

use super::Task;
use crate::node::context::Context;
use crate::node::limits::{DOUBT, RETRY, SETTLE, URGENT_RESTS};
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskAction, Time};
use crate::photo::{PhotoId, Relation};
use crate::protocol::Facts;

/// This node's tasks for a photo, in this order; none if there is no gap to close.
pub(in crate::node) fn review(cx: &mut Context, photo: PhotoId) -> Vec<Task> {
    let Some((changed_at, verdict)) = standing(cx, photo) else {
        cx.agenda.rests(photo);
        cx.agenda.suffices(photo);
        cx.agenda.not_urgent(photo);
        return Vec::new();
    };
    let copy = lacks_copy(cx, photo, verdict).then_some(Task::Copy);
    if changed_at + SETTLE > cx.now() {
        cx.agenda.set(photo, changed_at + SETTLE);
        let hurries = cx.agenda.finds_no_rest(photo, cx.now()) || hurries(cx, photo);
        let waits = !hurries || cx.table.is_withdrawn(photo);
        return copy.filter(|_| !waits).into_iter().collect();
    }
    cx.agenda.rests(photo);
    if cx.table.is_withdrawn(photo) {
        return vec![Task::Withdraw];
    }
    let live = cx.table.get(photo).map_or(0, |entry| entry.live().count());
    if live >= cx.copies() {
        cx.agenda.not_urgent(photo);
    }
    match verdict {
        Verdict::Absent => Vec::new(),
        Verdict::Removed => vec![Task::Remove],
        Verdict::Loser(keeper) => copy.into_iter().chain([Task::Retire { keeper }]).collect(),
        Verdict::Keeper if copy.is_some() => vec![Task::Copy],
        Verdict::Keeper if live > cx.copies() => vec![Task::Trim],
        Verdict::Keeper => {
            consider_deduping(cx, photo);
            Vec::new()
        }
    }
}

/// Whether a photo that is new to this node's folder is to be copied at once, whatever else is not known yet.
pub(in crate::node) fn lacks_first_copy(cx: &mut Context, photo: PhotoId) -> bool {
    cx.agenda.is_new(photo) && hurries(cx, photo) && lacks_copy(cx, photo, Verdict::Keeper)
}

fn hurries(cx: &Context, photo: PhotoId) -> bool {
    let is_quiet = |entry: &&Entry| entry.changed_at + URGENT_RESTS <= cx.now();
    let entry = cx.table.get(photo).filter(|_| cx.agenda.is_urgent(photo)).filter(is_quiet);
    entry.is_some_and(|entry| {
        entry.verdict == Verdict::Keeper
            && entry.is_stored_by(cx.me())
            && !cx.table.is_withdrawn(photo)
    })
}

/// When a photo's holders or verdict changed last, and its verdict.
fn standing(cx: &Context, photo: PhotoId) -> Option<(Time, Verdict)> {
    cx.table.get(photo).map(|entry| (entry.changed_at, entry.verdict))
}

/// Whether one more copy of a photo is to be made. Since when it falls short is remembered, whatever changes meanwhile.
fn lacks_copy(cx: &mut Context, photo: PhotoId, verdict: Verdict) -> bool {
    let Some(entry) = cx.table.get(photo) else {
        return false;
    };
    let spread = cx.table.spread(entry.counted());
    let (missing, persons) = (spread.falls_short_of(cx.goal()), spread.members);
    let (is_shown, changed_at) = (cx.table.is_shown(entry), entry.changed_at);
    let variant = matches!(verdict, Verdict::Loser(keeper) if lacks_variant(cx, photo, keeper));
    let short = match verdict {
        Verdict::Absent | Verdict::Removed => false,
        Verdict::Loser(_) => variant || is_shown && missing,
        Verdict::Keeper => missing,
    };
    match short {
        true => cx.agenda.falls_short(photo, changed_at, persons),
        false => cx.agenda.suffices(photo),
    }
    // A worse version that is still shown after a while gets its copies: the better one may never come.
    let doubted = cx.agenda.short_since(photo).is_some_and(|since| since + DOUBT <= cx.now());
    if matches!(verdict, Verdict::Loser(_)) && is_shown && !(missing && doubted) {
        cx.retry(photo, RETRY);
    }
    variant || short && (verdict == Verdict::Keeper || doubted)
}

/// Whether this node has a variant that has too few copies, in trashes and elsewhere.
fn lacks_variant(cx: &Context, photo: PhotoId, keeper: PhotoId) -> bool {
    let is_variant = cx.table.found(photo, keeper) == Some(Relation::Variant);
    let holders = |entry: &Entry| cx.table.spread(entry.kept().map(|(node, _)| node));
    let few = |entry: &Entry| holders(entry).falls_short_of(cx.goal());
    is_variant && cx.table.mine(photo).is_some() && cx.table.get(photo).is_some_and(few)
}

/// A keeper's holders remember the names of its worse versions, and who has given up their own for it: these will be
/// gone one day, and then the keeper is all that their owners have left. So they own it from then on. It happens at
/// once, since that day may be now: a name that has led to the keeper leads to it for good.
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
    cx.table.adopt(photo, &Arc::new(facts));
}

/// If the same bytes lie several times in this folder, one file is enough once others have the photo too.
fn consider_deduping(cx: &mut Context, photo: PhotoId) {
    let spare = cx.folder.has_several(photo) && !cx.config().keep_originals;
    if spare && cx.unfit_or_alone().is_none() {
        cx.folder.set_files(photo, 0);
        cx.disk(DiskAction::Dedupe { photo });
    }
}
