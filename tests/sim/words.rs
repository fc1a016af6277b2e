//! Records in the words of traces and scripts.

use photomesh::photo::{PhotoId, Relation};
use photomesh::protocol::{Holding, Record};

pub(crate) fn record_in_words(record: &Record, name: &impl Fn(&PhotoId) -> String) -> String {
    let yields = record.looks.yields_to.map(|better| {
        format!(
            " ({} {})",
            as_what(record.looks.accepts(better)),
            name(&better)
        )
    });
    let differs = record.looks.differs.iter();
    let differs: String = differs
        .map(|other| format!(" (differs from {})", name(other)))
        .collect();
    let (photo, how) = (name(&record.photo.id), holding(record.holding));
    format!("{photo}={how}{}{differs}", yields.unwrap_or_default())
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
