//! What clients ask, and what they are told of versions, in a few words.

use photomesh::protocol::Request;
use photomesh::protocol::client::{DistinctReport, DuplicateReport};

/// What a client asks.
pub(crate) fn ask(request: &Request) -> String {
    match request {
        Request::RegisterClient { name } => format!("to be called {name}"),
        Request::GetImageList => "for the list".to_owned(),
        Request::GetImageRequest { image_name } => format!("for {image_name}"),
        Request::Put { name, .. } => format!("to put {name}"),
        Request::Chunk { .. } => "with a chunk".to_owned(),
        Request::List { .. } => "for a page of the list".to_owned(),
        Request::GetExact { photo } => format!("for exactly {}", photo.short()),
        Request::Explain { image_name, .. } => format!("why {image_name}"),
        Request::Duplicates { .. } => "for duplicates".to_owned(),
        Request::Distinct { image_names } => format!("to tell apart {}", image_names.join(" ")),
        Request::Status => "for the status".to_owned(),
        Request::TrashList { .. } => "for the trash".to_owned(),
        Request::TrashRestore { image_name } => format!("to restore {image_name}"),
        Request::TrashPurge { .. } => "to empty the trash".to_owned(),
        Request::PlanRemoval { image_name } => format!("what removing {image_name} would do"),
        Request::Remove { photos } => format!("to remove {} photo(s)", photos.len()),
    }
}

/// What is not shown, and why.
pub(crate) fn duplicates(duplicates: &[DuplicateReport]) -> String {
    let told = duplicates.iter().map(|duplicate| {
        let (version, keeper) = (&duplicate.version, &duplicate.keeper.name);
        let (name, how) = (version.names.join(" "), version.relation);
        let stay = duplicate.trash.map(|stay| format!(", stays {stay:?}"));
        format!("; {name} is {how:?} as {keeper}{}", stay.unwrap_or_default())
    });
    format!("{} not shown{}", duplicates.len(), told.collect::<String>())
}

/// What has become of photos that were told apart.
pub(crate) fn distinct(photos: &[DistinctReport]) -> String {
    let told = photos.iter().map(|photo| format!("{} {}", photo.name, photo.state));
    format!("different: {}", told.collect::<Vec<_>>().join("; "))
}
