//! All about one photo, and the lists of what is put away.

use std::collections::BTreeMap;

use super::refusals::{Answered, refused};
use crate::client::dates::{self, Shown, Source};
use crate::gallery::Gallery;
use crate::gallery::api::{
    DateShown, Details, Duplicate, Duplicates, Held, Picture, Place, Thrown, Trash, Version,
};
use crate::gallery::http::response::{ASK_AGAIN, Response};
use crate::gallery::pool::Whose;
use crate::photo::PhotoId;
use crate::protocol::client::{
    DuplicateReport, Explanation, PhotoReport, TrashReport, VersionReport,
};
use crate::protocol::{Answer, Holding, NodeId, Request};

/// Who has a photo, and how.
type HeldBy<'a> = &'a [(NodeId, Holding)];

impl Gallery {
    /// All about a photo, be it shown or put away.
    pub(super) fn details(&self, id: PhotoId) -> Answered {
        let details = self.about(id, *self.explain(Whose::Own, id)?);
        let details = details.ok_or_else(nobody_has_it)?;
        Ok(Response::json(200, &details).cached(ASK_AGAIN))
    }

    /// What the daemon, or another group, knows of a photo, and of the picture that it is a version of.
    pub(super) fn explain(
        &self,
        whose: Whose<'_>,
        id: PhotoId,
    ) -> Result<Box<Explanation>, Response> {
        let request = Request::Explain { image_name: id.to_string(), exact: false, shared: false };
        let answer = self.ask(whose, &request)?;
        if let Answer::Explained(explained) = answer { Ok(explained) } else { Err(refused(answer)) }
    }

    fn about(&self, id: PhotoId, explained: Explanation) -> Option<Details> {
        let Explanation { photo, colour, camera, held, versions, state, .. } = explained;
        let shown = photo.id;
        let own = versions.iter().find(|version| version.id == id);
        let (picture, captured, dated, held) = match own {
            Some(own) => (picture_of(own), None, None, &own.held),
            None if id == shown => {
                let names = [photo.name.clone()].into_iter().chain(photo.aliases).collect();
                let PhotoReport { name, bytes, width, height, format, .. } = photo;
                let picture = Picture { id, name, names, bytes, width, height, format };
                (picture, photo.captured, photo.dated, &held)
            }
            None => return None,
        };
        let called = self.watch.seen().names();
        let names = picture.names.iter().map(String::as_str);
        Some(Details {
            date: dates::shown(captured.as_deref(), names, dated).map(date),
            places: self.places(held),
            versions: versions.iter().map(|version| shape(version, &called)).collect(),
            picture,
            colour: own.is_none().then_some(colour),
            camera: own.is_none().then_some(camera),
            state,
            shown,
        })
    }

    /// Every node, those that are missed too, and how it has a photo.
    fn places(&self, held: HeldBy<'_>) -> Vec<Place> {
        let seen = self.watch.seen();
        let Some(status) = &seen.status else {
            return Vec::new();
        };
        let holding = |node: NodeId| held.iter().find(|(by, _)| *by == node);
        let place = |node: &crate::protocol::client::NodeReport| Place {
            node: node.id,
            called: node.name(),
            alive: node.alive,
            this: node.id == status.node,
            holding: holding(node.id).map(|(_, holding)| word(*holding)),
        };
        status.nodes.iter().map(place).collect()
    }

    /// A page of the versions that are put away.
    pub(super) fn duplicates(&self, after: Option<PhotoId>) -> Answered {
        let answer = self.pool.ask(&Request::Duplicates { after })?;
        let Answer::Duplicates { duplicates, next, .. } = answer else {
            return Err(refused(answer));
        };
        let called = self.watch.seen().names();
        let shape = |report| self.duplicate(report, &called);
        let duplicates = duplicates.into_iter().map(shape).collect();
        Ok(Response::json(200, &Duplicates { duplicates, next }))
    }

    fn duplicate(&self, report: DuplicateReport, called: &BTreeMap<NodeId, String>) -> Duplicate {
        let DuplicateReport { version, keeper, trash } = report;
        Duplicate {
            reviewed: self.reviewed.has((keeper.id, version.id)),
            version: shape(&version, called),
            keeper,
            stay: trash,
        }
    }

    /// A page of the daemon's own trash.
    pub(super) fn trash(&self, after: Option<PhotoId>) -> Answered {
        let answer = self.pool.ask(&Request::TrashList { after })?;
        let Answer::Trash { photos, next } = answer else {
            return Err(refused(answer));
        };
        let seen = self.watch.seen();
        let called = seen.status.as_ref().map(|status| seen.name_of(status.node));
        let called = called.unwrap_or_default();
        let photos = photos.into_iter().map(thrown).collect();
        Ok(Response::json(200, &Trash { called, photos, next }))
    }
}

/// The answer for a photo of which nobody tells.
pub(super) fn nobody_has_it() -> Response {
    Response::refusal(404, "unknown", "nobody has this photo")
}

fn thrown(report: TrashReport) -> Thrown {
    let stay = report.stays();
    let TrashReport { names, id, bytes, keeper, reason, companions, .. } = report;
    let name = label(&names, id);
    Thrown { id, name, names, bytes, keeper, reason, stay, companions }
}

fn picture_of(version: &VersionReport) -> Picture {
    let VersionReport { id, names, bytes, width, height, format, .. } = version;
    Picture {
        id: *id,
        name: label(names, *id),
        names: names.clone(),
        bytes: *bytes,
        width: *width,
        height: *height,
        format: *format,
    }
}

fn shape(version: &VersionReport, called: &BTreeMap<NodeId, String>) -> Version {
    let held = |(node, holding): &(NodeId, Holding)| Held {
        node: *node,
        called: called.get(node).cloned().unwrap_or_else(|| node.to_string()),
        holding: word(*holding),
    };
    Version {
        picture: picture_of(version),
        places: version.held.iter().map(held).collect(),
        worse_by: version.worse_by.clone(),
        differs: version.differs.clone(),
    }
}

/// The first of a photo's names. One that nobody has named any more is called by its id.
pub(super) fn label(names: &[String], id: PhotoId) -> String {
    names.first().cloned().unwrap_or_else(|| id.short())
}

fn word(holding: Holding) -> &'static str {
    match holding {
        Holding::Retired | Holding::RetiredOriginal => "trash",
        Holding::Replica => "replica",
        Holding::Original => "original",
    }
}

pub(super) fn date(shown: Shown) -> DateShown {
    let moment = shown.moment();
    DateShown {
        day: moment.date().to_string(),
        time: shown.has_time.then(|| moment.time().strftime("%H:%M:%S").to_string()),
        source: match shown.source {
            Source::Camera => "camera",
            Source::Name => "name",
            Source::File => "file",
        },
    }
}
