//! Whether the simulated folder does what the real one does. What the simulator proves is worth as much as its folder is
//! like the real one: both are given the same photos, jobs and people, drawn at random, and must answer alike and say
//! the same of what they hold.

use photomesh::photo::{PhotoId, Relation};
use photomesh::protocol::{Departure, Holding, MemberName, NodeId};

use crate::rng::Rng;
use crate::twins::Twins;

/// How many pairs of folders there are.
const SEEDS: u64 = 40;
/// How many things happen to a pair of folders.
const STEPS: u32 = 60;

/// What happens to a folder.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Add,
    Edit(PhotoId),
    Delete,
    Rot,
    Install(Holding),
    Drop,
    Compare(PhotoId, Relation),
    Retire(PhotoId, Relation),
    RemoveOwn,
    RemoveForAnother,
    Restore(Option<Holding>),
    Purge,
    Dedupe,
}

impl Deed {
    fn draw(rng: &mut Rng, other: PhotoId) -> Deed {
        let holding = if rng.percent(50) { Holding::Original } else { Holding::Replica };
        let relation = [Relation::Different, Relation::Variant, Relation::Same][rng.index(3)];
        match rng.below(15) {
            0..3 => Deed::Add,
            3 => Deed::Edit(other),
            4 => Deed::Delete,
            5..7 => Deed::Install(holding),
            7 => Deed::Drop,
            8 => Deed::Retire(other, relation.max(Relation::Variant)),
            9 if rng.percent(50) => Deed::RemoveOwn,
            9 => Deed::RemoveForAnother,
            10 => Deed::Restore(rng.percent(30).then_some(holding)),
            11 => Deed::Purge,
            12 => Deed::Rot,
            13 => Deed::Compare(other, relation),
            _ => Deed::Dedupe,
        }
    }

    /// Does it to both, who must answer alike.
    fn happen(self, twins: &mut Twins, photo: PhotoId) {
        let (real, sim) = match self {
            Deed::Add => twins.add(photo),
            Deed::Edit(new) => twins.edit(photo, new),
            Deed::Delete => twins.delete(photo),
            Deed::Rot => twins.rot(photo),
            Deed::Install(holding) => twins.install(photo, holding),
            Deed::Drop => twins.put_away(photo, Departure::Surplus),
            Deed::Compare(other, relation) => twins.compare_with(photo, other, relation),
            Deed::Retire(by, relation) => {
                twins.put_away(photo, Departure::Replaced { by, relation })
            }
            Deed::RemoveOwn => {
                twins.put_away(photo, Departure::Removed { by: MemberName::of_node(twins.node()) })
            }
            Deed::RemoveForAnother => {
                twins.put_away(photo, Departure::Removed { by: MemberName::of_node(NodeId(1)) })
            }
            Deed::Restore(holding) => twins.restore(photo, holding),
            Deed::Purge => twins.put_away(photo, Departure::Expired),
            Deed::Dedupe => twins.dedupe(photo),
        };
        assert_eq!(real, sim, "the answers to {self:?} of {}", photo.short());
    }
}

#[test]
fn the_simulated_folder_does_as_the_real_one() {
    for seed in 0..SEEDS {
        let mut rng = Rng::new(seed, 0);
        let mut twins = Twins::new();
        let photos = twins.photos();
        println!("seed {seed}");
        for _ in 0..STEPS {
            if rng.percent(10) {
                println!("restart");
                twins = twins.restart();
                twins.scan();
                twins.compare_memories();
            } else {
                let photo = photos[rng.index(photos.len())];
                let other = photos[rng.index(photos.len())];
                let deed = Deed::draw(&mut rng, other);
                println!("{deed:?} {}", photo.short());
                deed.happen(&mut twins, photo);
            }
            twins.scan();
            twins.compare();
        }
    }
}
