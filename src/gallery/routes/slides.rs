//! For slideshows and scripts: the newest photos, any photo, and photos by the first digits of their ids.

use super::ID_DIGITS;
use super::details::date;
use super::refusals::Answered;
use crate::gallery::Gallery;
use crate::gallery::api::{Feed, Slide};
use crate::gallery::http::head::Head;
use crate::gallery::http::response::{ASK_AGAIN, Response};
use crate::gallery::http::target::encoded;
use crate::gallery::limits::FEED;
use crate::gallery::snapshot::Shot;

impl Gallery {
    /// The newest photos that can be drawn.
    pub(super) fn feed(&self) -> Response {
        let snapshot = self.mirror.present();
        let drawn = snapshot.shots.iter().filter(|shot| shot.is_drawable()).take(FEED);
        let photos = drawn.map(|shot| slide(shot)).collect();
        Response::json(200, &Feed { photos }).cached(ASK_AGAIN)
    }

    /// Leads to any one of the photos that can be drawn.
    pub(super) fn random(&self) -> Answered {
        let snapshot = self.mirror.present();
        let shots = &snapshot.shots;
        // Without entropy it is always the first one, which is a photo, too.
        let any = getrandom::u64().unwrap_or_default() % (shots.len() as u64).max(1);
        let (before, after) = shots.split_at(any as usize);
        let shot = after.iter().chain(before).find(|shot| shot.is_drawable());
        let none = || Response::refusal(404, "unknown", "there is no photo that can be drawn");
        Ok(found(&format!("/view/{}.jpg", shot.ok_or_else(none)?.id)))
    }

    /// Leads from the first digits of an id to the photo of the collection that they mean.
    pub(super) fn short(&self, head: &Head, digits: &str) -> Answered {
        let digits = digits.to_ascii_lowercase();
        if digits.len() < ID_DIGITS {
            let error = format!("give at least {ID_DIGITS} digits of an id");
            return Err(Response::refusal(404, "short", &error));
        }
        let snapshot = self.mirror.present();
        let ids = snapshot.shots.iter().map(|shot| shot.id.to_string());
        let mut meant = ids.filter(|id| id.starts_with(&digits));
        match (meant.next(), meant.next()) {
            (Some(id), None) => {
                let download = if head.asked("download").is_some() { "?download" } else { "" };
                Ok(found(&format!("/photo/{id}{download}")))
            }
            (Some(_), Some(_)) => {
                let error = "several photos have ids that begin so: give more digits";
                Err(Response::refusal(404, "several", error))
            }
            (None, _) => {
                let error = "no photo of the collection has an id that begins so";
                Err(Response::refusal(404, "unknown", error))
            }
        }
    }
}

fn found(path: &str) -> Response {
    Response::new(302).header("Location", path).cached(ASK_AGAIN)
}

fn slide(shot: &Shot) -> Slide<'_> {
    let (id, name) = (shot.id, &shot.name);
    Slide {
        id,
        name,
        date: shot.date.map(date),
        width: shot.width,
        height: shot.height,
        view: format!("/view/{id}.jpg"),
        photo: format!("/photo/{id}/{}", encoded(name)),
    }
}
