//! What other groups show: which there are, and their photos, page by page. Their pictures are in `pictures`.

use super::details::date;
use super::refusals::{Answered, refused};
use crate::client::dates;
use crate::gallery::Gallery;
use crate::gallery::api::{OtherGroup, OtherGroups, PhotoAbroad, ShownAbroad};
use crate::gallery::http::head::Head;
use crate::gallery::http::response::Response;
use crate::gallery::pool::{Pool, Trouble, Whose};
use crate::gallery::spool::Spool;
use crate::photo::PhotoId;
use crate::protocol::between::GroupReport;
use crate::protocol::client::PhotoReport;
use crate::protocol::{Answer, Request};

impl Gallery {
    /// The links and the photos on disk for those of a group.
    pub(super) fn ways(&self, whose: Whose<'_>) -> (&Pool, &Spool) {
        match whose {
            Whose::Own => (&self.pool, &self.spool),
            Whose::Group(_) => (&self.abroad.0, &self.abroad.1),
        }
    }

    /// Asks a group something that changes nothing.
    pub(super) fn ask(&self, whose: Whose<'_>, request: &Request) -> Result<Answer, Trouble> {
        self.ways(whose).0.ask_of(whose, request)
    }

    /// The other groups; none if nobody of the own one runs a super-peer.
    pub(super) fn groups(&self) -> Answered {
        let groups = self.abroad.0.groups()?.into_iter().map(other).collect();
        Ok(Response::json(200, &OtherGroups { groups }))
    }

    /// A page of what another group shows.
    pub(super) fn shown(&self, head: &Head, name: &str) -> Answered {
        let after: Option<PhotoId> = match head.asked("after").map(str::parse) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_)) => return Err(Response::refusal(400, "after", "this is no photo's id")),
        };
        let answer = self.ask(Whose::Group(name), &Request::List { after, shared: false })?;
        let Answer::Photos { photos, next } = answer else {
            return Err(refused(answer));
        };
        // Pages go up by id: else whoever asks for more and more would never be done.
        if next.is_some() && next <= after {
            return Err(Response::refusal(502, "endless", "the list of this group does not end"));
        }
        let photos = photos.into_iter().map(photo).collect();
        Ok(Response::json(200, &ShownAbroad { photos, next }))
    }
}

fn other((name, group): (String, GroupReport)) -> OtherGroup {
    let GroupReport { photos, bytes, lost_secs, .. } = group;
    OtherGroup { name, photos, bytes, lost_secs }
}

fn photo(report: PhotoReport) -> PhotoAbroad {
    let date = dates::of(&report).map(date);
    let PhotoReport { id, name, width, height, .. } = report;
    PhotoAbroad { id, name, width, height, date }
}
