//! When to look at a photo again, and what to do about it then.
//!
//! Whatever changes about a photo puts it on the agenda, to be reviewed when it has been unchanged for [`SETTLE`]. A
//! review compares what is with what should be, and starts whatever is this node's part in closing the gap. It is the
//! one place where that is decided; it may run at any time, any number of times.

use std::sync::Arc;
use std::time::Duration;

use super::placement::{Copy, coordinator};
use crate::node::limits::{DOUBT, RETRY, SETTLE, WORK_PER_STEP};
use crate::node::mesh::Presence;
use crate::node::table::edges::is_current;
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskAction, Node};
use crate::photo::PhotoId;
use crate::protocol::{Facts, Holding};

impl Node {
    /// How many copies of every photo the mesh wants: the highest number that a node asks for.
    pub(in crate::node) fn copies(&self) -> usize {
        self.config.copies.max(self.mesh.census.copies).max(1) as usize
    }

    /// How many nodes can have a copy now: this one, those here, and those that are expected back.
    pub(in crate::node) fn reachable_copies(&self) -> usize {
        let nodes = 1 + self.mesh.census.here + self.mesh.census.away;
        self.copies().min(nodes)
    }

    /// Nodes came, went or completed their tables: what the mesh can do, or wants, may have changed.
    pub(in crate::node) fn mesh_changed(&mut self) {
        let goals = (self.copies(), self.reachable_copies());
        if goals != self.goals {
            self.goals = goals;
            let due = self.now + SETTLE;
            for photo in self.table.entries.keys() {
                self.agenda.set(*photo, due);
            }
        }
    }

    /// Whether every table is complete that could tell of a copy: nobody acts on half a table.
    pub(in crate::node) fn is_settled(&self) -> bool {
        self.scanned && self.mesh.census.incomplete == 0
    }

    /// Whether copies may be made: as [`Node::is_settled`], but a node that takes longer than its grace to tell what it
    /// has (a first scan of years of photos) no longer holds up the repair of others. A copy too many does no harm.
    pub(in crate::node) fn may_repair(&self) -> bool {
        let now = self.now;
        let grace = self.config.grace;
        let holds_up = |presence: Presence| match presence {
            Presence::Here { complete, since, .. } => !complete && now.since(since) < grace,
            Presence::Away { .. } | Presence::Gone => false,
        };
        let mut members = self.mesh.members.values();
        self.is_settled() || self.scanned && !members.any(|member| holds_up(member.presence))
    }

    /// Passes on what has changed in the table, and reviews what is due; both within the work of one step.
    pub(in crate::node) fn follow_up(&mut self) {
        let settles = self.now + SETTLE;
        for photo in self.table.take_changed() {
            self.agenda.set(photo, settles);
            self.put_progressed(photo);
            self.adopt_from_worse(photo);
        }
        for photo in self.table.take_unnoted() {
            if let Some(record) = self.table.record(photo) {
                self.disk(DiskAction::NoteFacts {
                    photo,
                    facts: Arc::unwrap_or_clone(record.facts),
                });
            }
        }
        self.announce();
        if !self.agenda.has_work(self.now) {
            return;
        }
        let may_repair = self.may_repair();
        if may_repair {
            self.agenda.unpark(self.now);
        }
        for _ in 0..WORK_PER_STEP {
            let Some(photo) = self.agenda.pop(self.now) else {
                break;
            };
            let called_up = self.replication.line.answer(photo);
            if may_repair {
                self.review(photo);
                if called_up {
                    self.turn_taken(photo);
                }
            } else {
                self.agenda.parked.insert(photo);
            }
        }
    }

    /// Reviews a photo again after a while.
    pub(in crate::node) fn retry(&mut self, photo: PhotoId, after: Duration) {
        self.agenda.set(photo, self.now + after);
    }

    fn review(&mut self, photo: PhotoId) {
        let Some(entry) = self.table.get(photo) else {
            return;
        };
        let settled_at = entry.changed_at + SETTLE;
        if settled_at > self.now {
            return self.agenda.set(photo, settled_at);
        }
        match entry.verdict {
            Verdict::Absent => {}
            Verdict::Removed => self.consider_removing(photo),
            Verdict::Loser(keeper) => {
                self.repair_doubted(photo);
                self.consider_retiring(photo, keeper);
            }
            Verdict::Keeper => self.review_keeper(photo),
        }
    }

    fn review_keeper(&mut self, photo: PhotoId) {
        let Some(entry) = self.table.get(photo) else {
            return;
        };
        let (live, counted) = (entry.live().count(), entry.counted().count());
        if counted < self.reachable_copies() {
            self.repair(photo);
        } else if live > self.copies() {
            self.consider_trimming(photo);
        } else {
            self.consider_deduping(photo);
        }
    }

    /// Makes copies of a photo, if that is this node's task.
    pub(in crate::node) fn repair(&mut self, photo: PhotoId) {
        let me = self.config.node;
        let Some(entry) = self.table.get(photo) else {
            return;
        };
        if entry.counted().next().is_none() {
            // Only the trash has it still: it comes back from there. By an account of an earlier program it resembles nothing,
            // and would go again once it is read anew.
            if is_current(&entry.photo) && coordinator(photo, entry.retired()) == Some(me) {
                self.restore(photo);
            }
        } else if coordinator(photo, entry.live()) == Some(me) {
            self.offer(photo);
        }
        if !self.replication.line.has(photo) {
            self.retry(photo, RETRY);
        }
    }

    /// What is said to be better may never come: a photo that is still shown after a while gets its copies.
    fn repair_doubted(&mut self, photo: PhotoId) {
        let Some(entry) = self.table.get(photo) else {
            return;
        };
        if !self.table.is_shown(entry) {
            return;
        }
        let missing = entry.counted().count() < self.reachable_copies();
        if missing && entry.changed_at + DOUBT <= self.now {
            self.repair(photo);
        } else {
            self.retry(photo, RETRY);
        }
    }

    /// A keeper's holders remember the names of its worse versions, and whose own they were: those will be gone one day,
    /// and what their owners have left is the keeper. At once, since that day may be now: a name that has led to the keeper
    /// leads to it for good.
    fn adopt_from_worse(&mut self, photo: PhotoId) {
        let is_keeper = |entry: &&Entry| {
            entry.verdict == Verdict::Keeper && entry.is_stored_by(self.config.node)
        };
        let Some(entry) = self.table.get(photo).filter(is_keeper) else {
            return;
        };
        let losers = entry.similar.iter().filter_map(|id| self.table.get(*id));
        let mut facts = Facts::default();
        for loser in losers
            .filter(|loser| loser.verdict == Verdict::Loser(photo) && !self.table.is_shown(loser))
        {
            facts.aliases.extend(loser.facts.names.union(&loser.facts.aliases).cloned());
            facts.heirs.extend(self.table.owners(loser));
            facts.heirs.extend(&loser.facts.heirs);
        }
        facts.aliases.retain(|alias| !entry.facts.names.contains(alias));
        let owners = &entry.facts.owners;
        facts.heirs.retain(|heir| !owners.contains(heir));
        self.table.learn(photo, &Arc::new(facts));
    }

    /// The same bytes lie several times in this folder: one file is enough, once others have the photo too.
    fn consider_deduping(&mut self, photo: PhotoId) {
        let spare = self.files.get(&photo).is_some_and(|files| *files > 1);
        if spare && self.unfit_or_alone().is_none() && !self.config.keep_originals {
            self.files.remove(&photo);
            self.disk(DiskAction::Dedupe { photo });
        }
    }

    /// The copies of a photo, as the trim order wants them.
    pub(in crate::node) fn copies_of(&self, entry: &Entry) -> Vec<Copy> {
        let copy = |node| {
            let member = self.mesh.members.get(&node);
            let keeps = member.map_or(self.config.keep_originals, |member| member.keeps_originals);
            let holding = entry.holding(node).unwrap_or(Holding::Replica);
            Copy { node, holding, load: self.table.load(node).photos, keeps_originals: keeps }
        };
        entry.live().map(copy).collect()
    }
}
