//! The photos of a simulated disk, each with its copies, and how often they may have changed.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use photomesh::photo::{PhotoId, Relation};
use photomesh::protocol::{Facts, Holding, Looks};

/// One photo on a disk.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// How the best of its copies is held.
    pub(crate) place: Holding,
    /// How many files of the friend's own folder have these bytes.
    pub(crate) files: u32,
    /// How the copies are held that the trash has besides, the best one last.
    trash: Vec<Holding>,
    /// What is known about it, and how much of that a crash leaves.
    pub(crate) facts: Facts,
    pub(crate) facts_synced: Facts,
    /// What its node has found by comparing it with others, and how much of that a crash leaves.
    pub(crate) looks: Looks,
    pub(crate) looks_synced: Looks,
    /// What the note of a copy in the trash says: for which photo it was put away, and how it stands to that.
    pub(crate) note: Option<(PhotoId, Relation)>,
    /// A bit of the best copy has flipped, and nobody has noticed.
    pub(crate) rotten: bool,
    /// When a copy went to the trash last, in running time.
    pub(crate) trashed: Duration,
}

impl File {
    pub(crate) fn new(place: Holding, facts: &Facts) -> File {
        // What it is called says its file, and the rest the index alone.
        let name = facts.names.first().cloned();
        File {
            place,
            files: u32::from(place == Holding::Original),
            trash: Vec::new(),
            facts: facts.clone(),
            facts_synced: name.map(Facts::named).unwrap_or_default(),
            looks: Looks::default(),
            looks_synced: Looks::default(),
            note: None,
            rotten: false,
            trashed: Duration::ZERO,
        }
    }

    /// Whether any copy is good.
    pub(crate) fn has_bytes(&self) -> bool {
        !self.rotten || !self.trash.is_empty()
    }

    /// Gets another stored copy. A replica that it makes superfluous goes to the trash.
    pub(crate) fn add(&mut self, holding: Holding) {
        if self.place < holding {
            self.bury(self.place);
        }
        self.place = self.place.max(holding);
        self.files += u32::from(holding == Holding::Original);
    }

    /// Moves all copies to the trash, for a better version if it is one. One that is there already may be the best.
    pub(crate) fn put_away(&mut self, now: Duration, better: Option<(PhotoId, Relation)>) {
        self.dedupe();
        self.note = better.or(self.note);
        let moved = self.place.retired();
        self.files = 0;
        self.trashed = now;
        if self.trash.last().is_some_and(|best| *best > moved) {
            self.bury(moved);
            self.unearth();
        } else {
            self.place = moved;
        }
    }

    /// Moves all but one of the files with the same bytes to the trash. One that is damaged is found out by that.
    pub(crate) fn dedupe(&mut self) {
        if self.rotten && self.files > 1 {
            self.files -= 1;
            self.rotten = false;
        }
        while self.files > 1 {
            self.bury(Holding::Original);
            self.files -= 1;
        }
    }

    /// The best copy is gone, and its duplicates are: the best one in the trash takes its place, if there is one.
    pub(crate) fn unearth(&mut self) -> bool {
        let Some(place) = self.trash.pop() else {
            return false;
        };
        self.place = place;
        self.files = 0;
        self.rotten = false;
        true
    }

    /// Whether time passes for what is in the trash: not for what may show something that no better version does.
    pub(crate) fn is_perishable(&self) -> bool {
        self.note.is_none_or(|(_, relation)| relation == Relation::Same)
    }

    /// Whether it is a copy in the trash that was kept for others, who have it in any case.
    pub(crate) fn is_spare_replica(&self) -> bool {
        self.place == Holding::Retired && self.note.is_none() && self.trash.is_empty()
    }

    /// What a node that starts is told of what was found in an earlier life.
    pub(crate) fn recalled(&self) -> Option<Looks> {
        let noted = self.note.filter(|_| !self.place.is_stored());
        let noted = noted.map(|(better, relation)| Looks::accepted_earlier(better, Some(relation)));
        (!self.looks.is_empty()).then(|| self.looks.clone()).or(noted)
    }

    /// Notes what was found, beside the copies in the trash too.
    pub(crate) fn note_looks(&mut self, looks: &Looks) {
        self.looks = looks.clone();
        let better = looks.yields_to;
        let found = better.and_then(|better| Some((better, looks.accepts(better)?)));
        self.note = self.note.and(found).or(self.note);
    }

    /// What the trash has besides is deleted.
    pub(crate) fn empty_trash(&mut self) {
        self.trash.clear();
    }

    fn bury(&mut self, place: Holding) {
        self.trash.push(place.retired());
        self.trash.sort_unstable();
    }
}

/// The photos of a disk. Whoever asks for them to change them is counted, so that an oracle which looks at all disks
/// every second need not look again where nothing happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    files: BTreeMap<PhotoId, File>,
    changes: u64,
}

impl Files {
    /// How often they may have changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }
}

impl Deref for Files {
    type Target = BTreeMap<PhotoId, File>;

    fn deref(&self) -> &BTreeMap<PhotoId, File> {
        &self.files
    }
}

impl DerefMut for Files {
    fn deref_mut(&mut self) -> &mut BTreeMap<PhotoId, File> {
        self.changes += 1;
        &mut self.files
    }
}
