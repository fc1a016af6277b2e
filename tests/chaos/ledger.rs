//! Everything that was ever given to the mesh, and what it has promised about it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use photomesh::photo::{Photo, PhotoId, Relation, inspect};

use crate::support::pictures::{annotated, draw, grey, jpeg, png, smaller};
use crate::support::rng::Rng;
use crate::support::verdict::{judge, keepers, replaces};

/// How many versions of a picture there are.
const VERSIONS: u64 = 4;

/// A photo, as the test has drawn it.
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) photo: Arc<Photo>,
}

/// What the mesh has said about a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// Nothing: whoever wanted to put it does not know what became of it.
    None,
    /// Its name leads to a better version. It lay in a trash, which went with its disk.
    Replaced,
    /// It is in the collection, with a warning that it has but one copy: it may go with its disk, and only so.
    Single,
    /// It is safe.
    Safe,
}

/// The photos, in the order of their ids; shared by all clients.
#[derive(Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pictures: u64,
    items: BTreeMap<PhotoId, (Arc<Item>, Promise)>,
    wrongs: Vec<String>,
}

impl Ledger {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A version of a picture: of a new one, or of one that was there before.
    pub(crate) fn draw(&self, rng: &mut Rng) -> Arc<Item> {
        let number = {
            let mut state = self.state();
            if state.pictures == 0 || rng.percent(60) {
                state.pictures += 1;
                state.pictures
            } else {
                1 + rng.below(state.pictures)
            }
        };
        let item = Arc::new(Item::draw(number, rng.below(VERSIONS)));
        let mut state = self.state();
        let entry = state.items.entry(item.photo.id);
        let entry = entry.or_insert((item, Promise::None));
        Arc::clone(&entry.0)
    }

    /// Any of all photos.
    pub(crate) fn any(&self, rng: &mut Rng) -> Arc<Item> {
        let state = self.state();
        let at = rng.index(state.items.len());
        let (item, _) = state.items.values().nth(at).expect("there are originals");
        Arc::clone(item)
    }

    pub(crate) fn get(&self, id: PhotoId) -> Option<Arc<Item>> {
        let state = self.state();
        state.items.get(&id).map(|(item, _)| Arc::clone(item))
    }

    /// The mesh has promised to keep a photo.
    pub(crate) fn promise(&self, id: PhotoId, promise: Promise) {
        if let Some((_, before)) = self.state().items.get_mut(&id) {
            *before = promise.max(*before);
        }
    }

    /// Everything is clean and these photos are on some disk: from now on no single disk takes one away that the
    /// collection shows. Those that were promised and should not be gone.
    ///
    /// If no disk was lost, that is all of them. With a disk may go a photo that had a single copy, of which there was a
    /// warning; and a worse version of another photo, of which only the one in the trash was left.
    pub(crate) fn found(&self, on_disk: &BTreeSet<PhotoId>, disk_lost: bool) -> Vec<Arc<Item>> {
        let mut state = self.state();
        let there: Vec<Arc<Item>> =
            on_disk.iter().filter_map(|id| Some(Arc::clone(&state.items.get(id)?.0))).collect();
        let mut gone = Vec::new();
        for (id, (item, promise)) in &mut state.items {
            if on_disk.contains(id) {
                *promise = Promise::Safe;
                continue;
            }
            if *promise <= Promise::Replaced {
                continue;
            }
            let better = |other: &Arc<Item>| replaces(&other.photo, &item.photo);
            let replaced = there.iter().any(better);
            if !disk_lost || (*promise == Promise::Safe && !replaced) {
                gone.push(Arc::clone(item));
            } else if replaced {
                *promise = Promise::Replaced;
            } else {
                *promise = Promise::None;
            }
        }
        gone
    }

    /// The photos of which at least this was promised.
    pub(crate) fn items(&self, least: Promise) -> Vec<Arc<Item>> {
        let state = self.state();
        let items = state.items.values();
        items.filter(|(_, promise)| *promise >= least).map(|(item, _)| Arc::clone(item)).collect()
    }

    /// How many photos were promised.
    pub(crate) fn promised(&self) -> usize {
        self.items(Promise::Replaced).len()
    }

    /// What the collection has to be if these photos are all that there are, by its plain definition.
    pub(crate) fn keepers(&self, all: &BTreeSet<PhotoId>) -> BTreeSet<PhotoId> {
        let state = self.state();
        let there = all.iter().filter_map(|id| state.items.get(id));
        let alike = |a: &Photo, b: &Photo| a.relation(b) != Relation::Different;
        let photos = there.map(|(item, _)| &item.photo);
        keepers(&judge(photos, alike))
    }

    /// Something that must never happen has happened.
    pub(crate) fn wrong(&self, what: String) {
        self.state().wrongs.push(what);
    }

    /// What has gone wrong so far.
    pub(crate) fn wrongs(&self) -> Vec<String> {
        self.state().wrongs.clone()
    }
}

impl Item {
    fn draw(number: u64, version: u64) -> Item {
        let picture = draw(number, 360, 240);
        let (version, ending, bytes) = match version {
            0 => ("", "jpg", jpeg(&picture, 90)),
            1 => (" small", "jpg", jpeg(&smaller(&picture, 60), 85)),
            2 => (" bw", "jpg", jpeg(&grey(&picture), 90)),
            _ => (" dated", "png", png(&annotated(&smaller(&picture, 75)))),
        };
        let mut file = tempfile::tempfile().expect("there is room for a picture");
        file.write_all(&bytes).expect("there is room for a picture");
        Item {
            name: format!("picture {number}{version}.{ending}"),
            photo: Arc::new(inspect(&mut file).expect("it is a picture")),
            bytes,
        }
    }
}

#[test]
fn without_a_lost_disk_nothing_may_vanish() {
    let ledger = Ledger::default();
    let item = ledger.draw(&mut Rng::new(1, 0));
    for (promise, disk_lost, gone) in [
        (Promise::None, false, 0),
        (Promise::Single, true, 0),
        (Promise::Single, false, 1),
        (Promise::Safe, true, 1),
    ] {
        ledger.promise(item.photo.id, promise);
        let found = ledger.found(&BTreeSet::new(), disk_lost);
        assert_eq!(found.len(), gone, "{promise:?}, disk lost: {disk_lost}");
    }
}
