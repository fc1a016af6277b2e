//! Records in words: whole, or what has changed of them.

use std::collections::BTreeMap;

use super::words::{Names, holding};
use crate::photo::{PhotoId, Relation};
use crate::protocol::{Facts, Looks, Record};

/// What the reader was told of a node's photos before: the latest record of each.
pub type Told = BTreeMap<PhotoId, Record>;

/// A record: what it is, and what neither its name nor its holder says by itself.
pub(super) fn record(record: &Record, names: &dyn Names) -> String {
    let mut words = vec![holding(record.holding).to_owned()];
    let Facts { aliases, distinct, .. } = &*record.facts;
    words.extend(aliases.iter().map(|name| also_found_as(name)));
    words.extend(distinct.iter().map(|photo| no_version_of(*photo, names)));
    words.extend(looks(&record.looks, names));
    format!("{} ({})", names.photo(record.photo.id), words.join(", "))
}

/// A record, or what is different in it if the reader was told of the photo before.
pub(super) fn record_since(now: &Record, told: &Told, names: &dyn Names) -> String {
    let Some(before) = told.get(&now.photo.id) else {
        return record(now, names);
    };
    let mut words = Vec::new();
    if now.holding != before.holding {
        words.push(holding(now.holding).to_owned());
    }
    if now.photo != before.photo {
        words.push("read anew".to_owned());
    }
    words.extend(new_facts(&before.facts, &now.facts, names));
    words.extend(new_looks(&before.looks, &now.looks, names));
    let photo = names.photo(now.photo.id);
    match (words.is_empty(), now == before) {
        (false, _) => format!("{photo} now {}", words.join(", ")),
        (true, true) => format!("{photo} as before"),
        (true, false) => format!("{photo} as before but for details"),
    }
}

/// What second looks have found.
pub(super) fn looks(looks: &Looks, names: &dyn Names) -> Vec<String> {
    let yields = looks.yields_to.iter().map(|better| yields_to(looks, *better, names));
    let differs = looks.differs.iter().map(|other| format!("differs from {}", names.photo(*other)));
    yields.chain(differs).collect()
}

fn yields_to(looks: &Looks, better: PhotoId, names: &dyn Names) -> String {
    let how = match looks.accepts(better) {
        Some(Relation::Same) => "yields to",
        Some(Relation::Variant | Relation::Different) | None => "yields as a variant to",
    };
    format!("{how} {}", names.photo(better))
}

fn new_looks(before: &Looks, now: &Looks, names: &dyn Names) -> Vec<String> {
    let mut words = Vec::new();
    if (now.yields_to, now.relation) != (before.yields_to, before.relation) {
        words.extend(now.yields_to.map(|better| yields_to(now, better, names)));
        let no_longer = before.yields_to.filter(|_| now.yields_to.is_none());
        words
            .extend(no_longer.map(|better| format!("no longer yields to {}", names.photo(better))));
    }
    let differs = |from: &PhotoId| format!("differs from {}", names.photo(*from));
    words.extend(now.differs.difference(&before.differs).map(differs));
    let alike = |from: &PhotoId| format!("no longer differs from {}", names.photo(*from));
    words.extend(before.differs.difference(&now.differs).map(alike));
    words
}

/// All that is known beyond the bytes: it only grows.
pub(super) fn facts(facts: &Facts, names: &dyn Names) -> Vec<String> {
    new_facts(&Facts::default(), facts, names)
}

fn new_facts(before: &Facts, now: &Facts, names: &dyn Names) -> Vec<String> {
    let mut words = Vec::new();
    let called = now.names.difference(&before.names);
    words.extend(called.map(|name| format!("called {name}")));
    let found_as = now.aliases.difference(&before.aliases);
    words.extend(found_as.map(|name| also_found_as(name)));
    let distinct = now.distinct.difference(&before.distinct);
    words.extend(distinct.map(|photo| no_version_of(*photo, names)));
    let owners = now.owners.difference(&before.owners).map(|owner| names.member(*owner));
    words.extend(owners.map(|owner| format!("owned by {owner}")));
    words
}

fn also_found_as(name: &str) -> String {
    format!("also found as {name}")
}

fn no_version_of(photo: PhotoId, names: &dyn Names) -> String {
    format!("said to be no version of {}", names.photo(photo))
}
