//! A small part of it as a test, among the tests: what looks alike is kept apart, and the same picture is found.

use crate::families::{self, Group};
use crate::looks::Costs;
use crate::source::Scenery;
use crate::subject::{self, Subject};
use crate::{alike, recall};

/// Whether all is well; what is not is told.
pub(crate) fn check() -> bool {
    let costs = Costs::default();
    let scenery = Scenery::of_folder(None);
    // Two of each family. Whole series take too long here.
    let mut groups = families::groups(2, &scenery);
    groups.retain(is_quick);
    let mut complaints = Vec::new();
    for kind in alike::measure(&groups, &costs) {
        if kind.count.same > 0 {
            complaints.push(format!("{}: two different pictures are the same", kind.name));
        }
    }
    let mut subjects = subject::all(1, 1, &scenery);
    subjects.retain(|subject| {
        subject.number == 0 || subject.is_one_of(&["letters", "bank app", "slides, points"])
    });
    subjects.iter_mut().for_each(Subject::keep_the_same);
    let found = recall::measure(&subjects, &costs);
    for set in ["photos", "documents"] {
        for ((_, _, name), count) in found.kinds(set) {
            if count.found() < count.pairs {
                complaints.push(format!(
                    "{set}, {name}: of {} versions {} are found",
                    count.pairs,
                    count.found()
                ));
            }
        }
    }
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    complaints.is_empty()
}

fn is_quick(group: &Group) -> bool {
    let name = group.name;
    !["burst", "tripod", "scanned"].iter().any(|part| name.contains(part))
}
