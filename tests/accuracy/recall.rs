//! Versions of one picture: how many are found; and whether versions of different photos are kept apart.

use std::collections::BTreeMap;

use photomesh::photo::{Photo, Relation};

use crate::figures::{Count, HEADS, share};
use crate::looks::{Costs, Looks};
use crate::parallel;
use crate::subject::Subject;
use crate::versions::Expected;

/// A picture's versions, described and compared with the first, which is the original.
struct Family<'a> {
    subject: &'a Subject,
    photos: Vec<Photo>,
    looks: Vec<Looks>,
}

/// What was found, by set and kind.
pub(crate) struct Found<'a> {
    families: Vec<Family<'a>>,
}

/// So many pairs of different photos are looked at a second time; making each again takes a while.
const LOOKED_AT: usize = 500;
/// So many of them are shown by name.
const SHOWN: usize = 10;

pub(crate) fn measure<'a>(subjects: &'a [Subject], costs: &Costs) -> Found<'a> {
    let families = parallel::map(subjects.len(), |at| family(&subjects[at], costs));
    Found { families }
}

fn family<'a>(subject: &'a Subject, costs: &Costs) -> Family<'a> {
    let picture = subject.picture();
    let mut photos: Vec<Photo> = Vec::new();
    let mut looks = Vec::new();
    let mut original = Vec::new();
    for kind in subject.kinds {
        let bytes = kind.make(&picture, subject.number).bytes;
        let photo = costs.inspect(&bytes);
        if photos.is_empty() {
            original = bytes;
        } else {
            looks.push(costs.look(&photos[0], &photo, || [original.clone(), bytes]));
        }
        photos.push(photo);
    }
    Family { subject, photos, looks }
}

impl Found<'_> {
    /// What was found of each kind of version of a set.
    pub(crate) fn kinds(&self, set: &str) -> BTreeMap<(Expected, usize, &'static str), Count> {
        let mut kinds: BTreeMap<_, Count> = BTreeMap::new();
        for family in self.families.iter().filter(|family| family.subject.set == set) {
            for (at, (kind, looks)) in
                family.subject.kinds[1..].iter().zip(&family.looks).enumerate()
            {
                kinds.entry((kind.expected, at, kind.name)).or_default().add(*looks);
            }
        }
        kinds
    }

    /// Prints a row for each kind of version, and one for all that are expected to be found alike.
    pub(crate) fn report(&self, set: &'static str) {
        let kinds = self.kinds(set);
        let pictures = self.families.iter().filter(|family| family.subject.set == set).count();
        if pictures == 0 {
            return;
        }
        println!(
            "\nversions of {pictures} {set}, each against its original; found as the same or a variant, with 95 % bounds"
        );
        println!("{:<40} {HEADS}  found", "");
        let mut sums: BTreeMap<Expected, Count> = BTreeMap::new();
        for ((expected, _, name), count) in &kinds {
            let name = format!("{:<10} {name}", expected.name());
            println!("{name:<40} {}  {}", count.columns(), share(count.found(), count.pairs));
            sums.entry(*expected).or_default().join(count);
        }
        for (expected, count) in &sums {
            let name = format!("{:<10} all together", expected.name());
            println!("{name:<40} {}  {}", count.columns(), share(count.found(), count.pairs));
            if *expected == Expected::Same {
                println!("{:<40} of these as the same: {}", "", share(count.same, count.pairs));
            }
        }
    }

    /// Compares every version of a photo with every version of all others, and prints what is taken for one picture.
    pub(crate) fn report_strangers(&self, costs: &Costs) {
        let photos: Vec<&Family> =
            self.families.iter().filter(|family| family.subject.set == "photos").collect();
        let mut pairs = 0;
        let mut alike = Vec::new();
        let rows = parallel::map(photos.len(), |at| near(&photos[..at], photos[at]));
        for (at, (compared, near)) in rows.into_iter().enumerate() {
            pairs += compared;
            alike.extend(near.into_iter().map(|(other, a, b)| ((at, a), (other, b))));
        }
        if photos.len() < 2 {
            return;
        }
        println!(
            "\npairs made of different photos, {pairs}: {} taken for one picture by the first look",
            alike.len()
        );
        let looked_at = alike.len().min(LOOKED_AT);
        let looks = parallel::map(looked_at, |pair| {
            let ((one, a), (other, b)) = alike[pair];
            let again = |family: &Family, version: usize| {
                let (subject, picture) = (family.subject, family.subject.picture());
                subject.kinds[version].make(&picture, subject.number).bytes
            };
            let bytes = || [again(photos[one], a), again(photos[other], b)];
            costs.look(&photos[one].photos[a], &photos[other].photos[b], bytes)
        });
        let mut count = Count::default();
        looks.iter().for_each(|looks| count.add(*looks));
        println!(
            "of the first {looked_at} of these after the second look: {} the same, {} variants",
            count.same, count.variant
        );
        let false_ones =
            alike.iter().zip(&looks).filter(|(_, looks)| looks.both != Relation::Different);
        for (((one, a), (other, b)), looks) in false_ones.take(SHOWN) {
            let [one, other] = [photos[*one].subject, photos[*other].subject];
            let (a, b) = (one.kinds[*a].name, other.kinds[*b].name);
            println!("  {:?}: {} ({a}), {} ({b})", looks.both, one.name(), other.name());
        }
    }
}

/// How many pairs one photo's versions make with those of others, and which of them the first look calls related: the
/// other photo, the version of this one, the version of the other.
fn near(others: &[&Family], family: &Family) -> (u64, Vec<(usize, usize, usize)>) {
    let mut compared = 0;
    let mut near = Vec::new();
    for (other, versions) in others.iter().enumerate() {
        for (a, one) in family.photos.iter().enumerate() {
            let related = |(_, other): &(usize, &Photo)| one.relation(other) != Relation::Different;
            let hits = versions.photos.iter().enumerate().filter(related);
            near.extend(hits.map(|(b, _)| (other, a, b)));
            compared += versions.photos.len() as u64;
        }
    }
    (compared, near)
}
