//! What clients ask and are answered, in words.

use super::words::{Names, count, listed, nodes, photos, preview, relation};
use crate::protocol::client::{
    DrainOrder, DrainReport, DuplicateReport, Explanation, SimilarReport, Stay,
};
use crate::protocol::{Answer, Request};

/// What a client asks, to follow "is asked".
pub fn request(request: &Request, names: &dyn Names) -> String {
    match request {
        Request::RegisterClient { name, .. } => format!("to call it {name}"),
        Request::GetImageList => "for the list".to_owned(),
        Request::GetImageRequest { image_name } => format!("for {image_name}"),
        Request::GetExact { photo, shared } => {
            format!("for exactly {}{}", names.photo(*photo), if_shared(*shared))
        }
        Request::GetPreview { photo, size, shared } => {
            format!("for a {} of {}{}", preview(*size), names.photo(*photo), if_shared(*shared))
        }
        Request::Put { name, .. } => format!("to store {name}"),
        Request::Chunk { data } => format!("to take {} more", count(data.len(), "byte")),
        Request::List { shared, .. } => format!("for a page of the list{}", if_shared(*shared)),
        Request::Explain { image_name, shared, .. } => {
            format!("to explain {image_name}{}", if_shared(*shared))
        }
        Request::Duplicates { .. } => "for what is not shown".to_owned(),
        Request::Similar { photo } => format!("what looks like {}", names.photo(photo.id)),
        Request::Distinct { image_names } => {
            format!("to tell apart {}", listed(image_names.iter().cloned(), "nothing"))
        }
        Request::Status => "how the mesh is doing".to_owned(),
        Request::Members => "who is in the group".to_owned(),
        Request::Groups => "which other groups there are".to_owned(),
        Request::Abroad { group, .. } => format!("something that the group {group} has"),
        Request::Tell { removal } => format!("to know that {} is no member", removal.name()),
        Request::Forget { node } => {
            let node = node.parse().map_or_else(|_| node.clone(), |id| names.node(id));
            format!("to forget {node}")
        }
        Request::Drain { order: DrainOrder::Begin } => {
            "to hand over all that it has, and leave".to_owned()
        }
        Request::Drain { order: DrainOrder::Cancel } => "to stay after all".to_owned(),
        Request::Drain { order: DrainOrder::Tell } => "what is left to hand over".to_owned(),
        Request::TrashList { .. } => "what is in its trash".to_owned(),
        Request::TrashRestore { image_name } => format!("to restore {image_name}"),
        Request::TrashPurge { older_than: 0 } => "to empty its trash".to_owned(),
        Request::TrashPurge { older_than } => {
            format!("to empty its trash of what is {} old", count(*older_than, "day"))
        }
        Request::PlanRemoval { image_name } => format!("what removing {image_name} would do"),
        Request::Remove { photos: removed } => format!("to remove {}", photos(removed, names)),
    }
}

fn if_shared(shared: bool) -> &'static str {
    if shared { ", as far as other groups may see it" } else { "" }
}

/// What a client is answered.
pub(super) fn answer(answer: &Answer, names: &dyn Names) -> String {
    match answer {
        Answer::Registered { owner: true, .. } => "it is its owner's".to_owned(),
        Answer::Registered { owner: false, .. } => "it is a member's".to_owned(),
        Answer::ListImage { list } => {
            format!("the list has {}", listed(list.iter().cloned(), "nothing"))
        }
        Answer::ReceiveImage { label, .. } => format!("here is {label}"),
        Answer::Preview { photo, .. } => format!("this is {}", names.photo(*photo)),
        Answer::NotFound { image_name, candidates, reason, .. } => {
            let meant = listed(candidates.iter().cloned(), "");
            let meant = if meant.is_empty() { meant } else { format!(" (candidates: {meant})") };
            format!("no {image_name}: {reason}{meant}")
        }
        Answer::Stored { name, nodes: on, warning, .. } => {
            let warning = warning.as_ref().map(|w| format!(" ({w})")).unwrap_or_default();
            format!("{name} is stored on {}{warning}", nodes(on, names))
        }
        Answer::Have { name, .. } => format!("not needed: this folder has a better one, {name}"),
        Answer::Refused { error, .. } => format!("refused: {error}"),
        Answer::Photos { photos, .. } => format!("{} of the list", count(photos.len(), "photo")),
        Answer::Explained(explained) => explanation(explained),
        Answer::Status(status) => {
            let alive = status.nodes.iter().filter(|node| node.alive).count();
            format!(
                "{} here; {}, {}, {} at risk",
                count(alive, "node"),
                count(status.photos, "photo"),
                count(status.duplicates, "duplicate"),
                status.under_replicated
            )
        }
        Answer::Members { members, .. } => {
            let names = members.iter().map(|member| member.name.to_string());
            format!("the group has {}", listed(names, "nobody"))
        }
        Answer::Groups { groups } => format!("there are {} groups", groups.len()),
        Answer::Told => "it is told".to_owned(),
        Answer::Draining(report) => draining(report),
        Answer::Forgotten { node, photos, .. } => {
            format!("{} is forgotten, and {} on it", names.node(*node), count(*photos, "photo"))
        }
        Answer::Trash { photos, .. } => {
            let names = photos.iter().map(|photo| photo.names.join(" or "));
            format!("the trash has {}", listed(names, "nothing"))
        }
        Answer::Duplicates { duplicates: not_shown, .. } => duplicates(not_shown),
        Answer::Similar { photos } => similar(photos),
        Answer::Distinct { photos } => {
            let told = photos.iter().map(|photo| format!("{} is {}", photo.name, photo.state));
            format!("told apart: {}", told.collect::<Vec<_>>().join("; "))
        }
        Answer::Restored { name, .. } => format!("{name} is restored"),
        Answer::Purged { deleted, kept, .. } => {
            format!("{} deleted, {kept} kept", count(*deleted, "photo"))
        }
        Answer::Removal(plan) => {
            let version = plan.photos.iter();
            let version =
                version.map(|photo| format!("{}: {}", names.photo(photo.id), photo.effect));
            format!(
                "removing {} would do this: {}",
                plan.name,
                version.collect::<Vec<_>>().join("; ")
            )
        }
        Answer::Removed { photos: removed } => format!("removed {}", photos(removed, names)),
        Answer::Error { error } => format!("error: {error}"),
    }
}

fn explanation(explained: &Explanation) -> String {
    let Explanation { photo, state, versions, .. } = explained;
    let worse = versions.iter().map(|version| version.names.join(" or "));
    format!("{} is shown: {state}; worse versions: {}", photo.name, listed(worse, "none"))
}

fn similar(photos: &[SimilarReport]) -> String {
    let told = photos.iter().map(|one| format!("{} ({})", one.photo.name, relation(one.relation)));
    format!("like it: {}", listed(told, "nothing"))
}

fn duplicates(duplicates: &[DuplicateReport]) -> String {
    let told = duplicates.iter().map(|duplicate| {
        let (version, keeper) = (&duplicate.version, &duplicate.keeper.name);
        let (name, how) = (version.names.join(" or "), relation(version.relation));
        let stay = match duplicate.trash {
            Some(Stay::Days(days)) => {
                format!(", and stays in this trash for {}", count(days, "day"))
            }
            Some(Stay::UntilPurged) => ", and stays in this trash until it is purged".to_owned(),
            None => String::new(),
        };
        format!("{name} is {how} as {keeper}{stay}")
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "everything is shown".to_owned() } else { told.join("; ") }
}

/// How far a node has come that hands over all that it has.
fn draining(report: &DrainReport) -> String {
    match (report.draining, report.done) {
        (false, _) => "it stays".to_owned(),
        (true, false) => format!("{} to be handed over", count(report.left, "photo")),
        (true, true) => "all is handed over".to_owned(),
    }
}
