//! Records in the words of traces and scripts.

use photomesh::photo::{PhotoId, Relation};
use photomesh::protocol::{Holding, Looks, Record};

pub(crate) fn record_in_words(record: &Record, name: &impl Fn(&PhotoId) -> String) -> String {
    let (photo, how) = (name(&record.photo.id), holding(record.holding));
    format!("{photo}={how}{}", looks_in_words(&record.looks, name))
}

/// What second looks have found of a photo.
pub(crate) fn looks_in_words(looks: &Looks, name: &impl Fn(&PhotoId) -> String) -> String {
    let better = looks.yields_to.iter();
    let yields = better.map(|better| {
        let how = as_what(looks.accepts(*better));
        format!(" ({how} {})", name(better))
    });
    let differs = looks.differs.iter();
    let differs = differs.map(|other| format!(" (differs from {})", name(other)));
    yields.chain(differs).collect()
}

fn as_what(relation: Option<Relation>) -> &'static str {
    match relation {
        Some(Relation::Same) => "yields to",
        Some(Relation::Variant | Relation::Different) | None => "yields as a variant to",
    }
}

pub(crate) fn holding(holding: Holding) -> &'static str {
    match holding {
        Holding::Retired => "retired",
        Holding::RetiredOriginal => "retired-original",
        Holding::Replica => "replica",
        Holding::Original => "original",
    }
}
