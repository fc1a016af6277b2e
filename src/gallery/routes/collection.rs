//! The timeline, its pages, and what is searched for in it: all from a snapshot, so the daemon is not asked.

use super::refusals::Answered;
use crate::client::near;
use crate::gallery::Gallery;
use crate::gallery::api::Hits;
use crate::gallery::http::head::Head;
use crate::gallery::http::range::tagged;
use crate::gallery::http::response::{ASK_AGAIN, Content, IMMUTABLE, Response};
use crate::gallery::search::{Called, Query};
use crate::protocol::SafeName;

impl Gallery {
    /// The whole timeline, in a byte a photo.
    pub(super) fn timeline(&self, head: &Head) -> Answered {
        let snapshot = self.mirror.present();
        let etag = format!("\"{}\"", snapshot.rev);
        tagged(head, &etag, ASK_AGAIN, || {
            let timeline = Content::Bytes(Box::new(snapshot.timeline.clone()));
            Ok(Response::of(200, "application/json", timeline))
        })
    }

    /// A page of a timeline that is still kept.
    pub(super) fn page(&self, head: &Head, number: usize) -> Answered {
        let rev = head.asked("rev").unwrap_or_default();
        let snapshot = self.mirror.of(rev);
        let gone = || Response::refusal(410, "gone", "there is a newer timeline");
        let page = snapshot.ok_or_else(gone)?.page(number);
        let page = Content::Bytes(Box::new(page));
        // A snapshot never changes, and no other one has its name.
        Ok(Response::of(200, "application/json", page).cached(IMMUTABLE))
    }

    /// The photos of the present timeline that fit.
    pub(super) fn search(&self, head: &Head) -> Answered {
        let text = head.asked("q").unwrap_or_default();
        let query = Query::read(text).map_err(|error| Response::refusal(400, "search", error))?;
        let called = self.called_folded();
        let snapshot = self.mirror.present();
        let hits = snapshot.shots.iter().zip(0_u32..);
        let positions: Vec<u32> = hits
            .filter(|(shot, _)| query.fits(shot, &called))
            .map(|(_, position)| position)
            .collect();
        let labels: Vec<&str> = match positions.is_empty() {
            true => snapshot.shots.iter().map(|shot| &*shot.name).collect(),
            false => Vec::new(),
        };
        let near = near(text, &labels);
        Ok(Response::json(200, &Hits { rev: &snapshot.rev, positions, near }))
    }

    fn called_folded(&self) -> Called {
        let seen = self.watch.seen();
        let nodes = seen.status.iter().flat_map(|status| &status.nodes);
        nodes.map(|node| (node.id, SafeName::folded(&node.name()))).collect()
    }
}
