//! What changes something at the daemon, or in what is noted here. Each is said once, over a link of its own.

use super::refusals::{Answered, json, refused};
use crate::gallery::Gallery;
use crate::gallery::api::{Distinct, Done, Looked, Named, One, Photos, Purge, Purged};
use crate::gallery::http::body::Body;
use crate::gallery::http::response::Response;
use crate::gallery::limits::LONG_ANSWER;
use crate::gallery::pool::{Need, Whose};
use crate::photo::PhotoId;
use crate::protocol::client::{MAX_DISTINCT, MAX_REMOVED};
use crate::protocol::{Answer, Request, in_words};

impl Gallery {
    /// These are different pictures.
    pub(super) fn distinct(&self, body: &mut Body<'_>) -> Answered {
        let Photos { photos } = json(body)?;
        few(&photos, MAX_DISTINCT)?;
        let image_names = photos.iter().map(ToString::to_string).collect();
        let answer = self.change(&Request::Distinct { image_names })?;
        let Answer::Distinct { photos } = answer else {
            return Err(refused(answer));
        };
        Ok(Response::json(200, &Distinct { photos }))
    }

    /// Somebody has looked at these pairs.
    pub(super) fn review(&self, body: &mut Body<'_>) -> Answered {
        let Looked { pairs, undo } = json(body)?;
        self.reviewed.note(&pairs, undo).map_err(|error| {
            let error = format!("it cannot be noted: {}", in_words(&error));
            Response::refusal(507, "disk", &error)
        })?;
        Ok(Response::json(200, &Done {}))
    }

    /// Back from the trash.
    pub(super) fn restore(&self, body: &mut Body<'_>) -> Answered {
        let One { photo } = json(body)?;
        let answer = self.change(&Request::TrashRestore { image_name: photo.to_string() })?;
        let Answer::Restored { name, id, .. } = answer else {
            return Err(refused(answer));
        };
        Ok(Response::json(200, &Named { name, id }))
    }

    /// Deletes from the trash what is safe elsewhere.
    pub(super) fn purge(&self, body: &mut Body<'_>) -> Answered {
        let Purge { older_than } = json(body)?;
        let answer = self.change(&Request::TrashPurge { older_than })?;
        let Answer::Purged { deleted, kept, why } = answer else {
            return Err(refused(answer));
        };
        Ok(Response::json(200, &Purged { deleted, kept, why }))
    }

    /// What it would do to remove a picture.
    pub(super) fn plan(&self, body: &mut Body<'_>) -> Answered {
        let One { photo } = json(body)?;
        let answer = self.pool.ask(&Request::PlanRemoval { image_name: photo.to_string() })?;
        let Answer::Removal(plan) = answer else {
            return Err(refused(answer));
        };
        Ok(Response::json(200, &plan))
    }

    /// Removes what a plan has shown.
    pub(super) fn remove(&self, body: &mut Body<'_>) -> Answered {
        let Photos { photos } = json(body)?;
        few(&photos, MAX_REMOVED)?;
        let answer = self.change(&Request::Remove { photos })?;
        let Answer::Removed { photos } = answer else {
            return Err(refused(answer));
        };
        Ok(Response::json(200, &Photos { photos }))
    }

    /// Asks for a change. It is not asked for again if the link breaks: nobody knows then whether it was made.
    fn change(&self, request: &Request) -> Result<Answer, Response> {
        Ok(self.pool.on_new_link(Whose::Own, Need::Short, |daemon| {
            daemon.be_patient(LONG_ANSWER);
            daemon.hear(request)
        })?)
    }
}

/// Refuses more photos than a daemon takes at a time.
fn few(photos: &[PhotoId], most: usize) -> Result<(), Response> {
    match photos.len() > most {
        true => Err(Response::refusal(422, "too-many", "those are too many photos at a time")),
        false => Ok(()),
    }
}
