//! The reasons for which a copy leaves a folder, and the terms on which it may.
//!
//! For every reason this file answers three questions: which bytes must be proven, the photo's own or those of the
//! version that takes its place; which nodes can prove them, and how many must; and what must have settled before. With
//! the answers the gate in [`custody`](super::custody) decides. Everybody asks [`Context::may_leave`]; only that asks
//! the gate.

use super::context::Context;
use super::custody::{Obstacle, Standing};
use super::table::entry::Entry;
use super::table::verdict::Verdict;
use crate::photo::{PhotoId, Relation};
use crate::protocol::{Departure, Holding, NodeId};

/// How a departure stands: its terms, and what else must be so.
struct Case {
    terms: Terms,
    /// What must have settled before has.
    settled: bool,
    /// What keeps this node from any such departure.
    unfit: Option<Obstacle>,
}

/// What must be proven before a copy goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) struct Terms {
    /// The bytes: those of the photo itself, or of the version that takes its place.
    pub(in crate::node) proven: PhotoId,
    /// The nodes that can prove them.
    pub(in crate::node) holders: Vec<NodeId>,
    /// How many of them must, counted in [voices](super::table::persons).
    pub(in crate::node) needed: usize,
}

impl Terms {
    /// No proof is needed.
    fn none(photo: PhotoId) -> Terms {
        Terms { proven: photo, holders: Vec::new(), needed: 0 }
    }
}

impl Context {
    /// Whether this node's copy of a photo may leave for this reason: the terms, or the obstacle.
    pub(in crate::node) fn may_leave(
        &self,
        photo: PhotoId,
        why: Departure,
    ) -> Result<Terms, Obstacle> {
        let entry = self.table.get(photo).ok_or(Obstacle::Unsettled)?;
        let Case { terms, settled, unfit } = match why {
            Departure::Surplus => self.for_itself(entry, entry.live()),
            Departure::Replaced { by, .. } => self.for_keeper(by)?,
            // An owner's file goes at the owner's word; a replica when nobody else can be an owner.
            Departure::Removed { .. } => {
                let own = self.table.mine(photo) == Some(Holding::Original);
                let settled = own || self.knows_all_owners();
                let unfit = if own { self.unfit_for_owner() } else { self.unfit() };
                Case { terms: Terms::none(photo), settled, unfit }
            }
            Departure::Expired => match entry.verdict {
                Verdict::Loser(keeper)
                    if self.table.found(photo, keeper) == Some(Relation::Same) =>
                {
                    self.for_keeper(keeper)?
                }
                // No better version takes the place of a variant: others must have this very photo, if only in their
                // trashes.
                Verdict::Loser(_) => self.for_itself(entry, entry.kept_here()),
                Verdict::Keeper => self.for_itself(entry, entry.live()),
                Verdict::Removed => {
                    let settled = self.is_at_rest(entry)
                        && self.table.is_removed(entry)
                        && self.knows_all_owners();
                    Case { terms: Terms::none(photo), settled, unfit: self.unfit_or_alone() }
                }
                Verdict::Absent => return Err(Obstacle::Unsettled),
            },
        };
        let by_owner = matches!(why, Departure::Removed { by } if by == self.my_member());
        let others = self.table.voices(self.me(), terms.holders.iter().copied());
        let standing = Standing { unfit, settled, others, needed: terms.needed, by_owner };
        self.custody.may_leave(photo, terms.proven, &standing).map(|()| terms)
    }

    /// Others must prove that they have the photo itself, as many as there are to be copies.
    fn for_itself(&self, entry: &Entry, holders: impl Iterator<Item = NodeId>) -> Case {
        Case { terms: self.own_bytes(entry, holders), settled: true, unfit: self.unfit() }
    }

    /// Others must prove that they have this photo.
    fn own_bytes(&self, entry: &Entry, holders: impl Iterator<Item = NodeId>) -> Terms {
        let holders = holders.filter(|node| *node != self.me()).collect();
        Terms { proven: entry.photo.id, holders, needed: self.copies_wanted_by(self.me()) }
    }

    /// Others must prove that they have the keeper: as many as are wanted or, if fewer are here, all of them; this node
    /// counts if it has the keeper itself. A node that is alone gives up nothing.
    fn for_keeper(&self, keeper: PhotoId) -> Result<Case, Obstacle> {
        let entry = self.table.get(keeper).ok_or(Obstacle::Unsettled)?;
        let own = usize::from(entry.is_stored_by(self.me()));
        let terms = self.own_bytes(entry, entry.live());
        let reachable = terms.needed.min(1 + self.mesh.census().voices);
        let terms = Terms { needed: reachable - own, ..terms };
        let settled = self.is_at_rest(entry) && entry.verdict == Verdict::Keeper;
        Ok(Case { terms, settled, unfit: self.unfit_or_alone() })
    }

    /// Why this node may give up no copy: it is leaving, a table is incomplete, or earlier promises may hold.
    pub(in crate::node) fn unfit(&self) -> Option<Obstacle> {
        let left = self.config().pin.saturating_sub(self.now().0);
        if self.is_leaving() {
            Some(Obstacle::Stopping)
        } else if self.is_draining() {
            Some(Obstacle::HandingOver)
        } else if !self.is_settled() || !self.table.is_swept() {
            Some(Obstacle::Untold)
        } else if !self.config().first_start && !left.is_zero() {
            Some(Obstacle::JustStarted(left.as_secs() + 1))
        } else {
            None
        }
    }

    /// The same, and for departures that a node may not begin alone: no other node is here that stays.
    pub(in crate::node) fn unfit_or_alone(&self) -> Option<Obstacle> {
        let alone = (self.mesh.census().voices == 0).then_some(Obstacle::Alone);
        self.unfit().or(alone)
    }

    /// Why not even what an owner wants done with their own photo can be done. That rests on what they say, and neither
    /// on what others have nor on what was promised to them: the file only moves to the trash.
    pub(in crate::node) fn unfit_for_owner(&self) -> Option<Obstacle> {
        if self.is_leaving() {
            Some(Obstacle::Stopping)
        } else if !self.folder.is_scanned() {
            Some(Obstacle::Untold)
        } else {
            None
        }
    }

    /// Whether this node has run for a grace time, and all that it was told found a place in the table: otherwise there
    /// could be an owner without a record here.
    fn knows_all_owners(&self) -> bool {
        self.now().0 >= self.config().grace && self.table.knows_all()
    }
}
