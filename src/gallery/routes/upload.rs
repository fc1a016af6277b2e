//! A photo on its way from a browser to the daemon: piece by piece, so that no photo is in memory as a whole.

use std::io::Read;

use super::refusals::{Answered, refused};
use crate::client::{Daemon, Failure};
use crate::gallery::Gallery;
use crate::gallery::api::{Have, Stored};
use crate::gallery::http::body::Body;
use crate::gallery::http::response::Response;
use crate::gallery::limits::LONG_ANSWER;
use crate::gallery::pool::Need;
use crate::photo::MAX_PHOTO;
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, MAX_CHUNK, NodeId, Request, SafeName};

/// How an upload ended.
enum Ended {
    /// The daemon has answered.
    Answered(Answer),
    /// The browser did not send what it had announced. The daemon's link is closed then, and it keeps nothing.
    CutShort,
}

impl Gallery {
    /// Puts a photo into the daemon's folder.
    pub(super) fn upload(&self, name: &str, body: &mut Body<'_>) -> Answered {
        if body.left() == 0 {
            return Err(Response::refusal(400, "empty", "the file is empty"));
        }
        if body.left() > MAX_PHOTO {
            let error = format!("a photo has at most {} MiB", MAX_PHOTO >> 20);
            return Err(Response::refusal(413, "too-large", &error));
        }
        let ended = self.pool.on_new_link(Need::Long, |daemon| {
            daemon.be_patient(LONG_ANSWER);
            pass_on(daemon, name, body)
        })?;
        match ended {
            Ended::Answered(answer) => self.uploaded(answer),
            Ended::CutShort => {
                Err(Response::refusal(400, "cut", "the file did not come to its end"))
            }
        }
    }

    fn uploaded(&self, answer: Answer) -> Answered {
        if let Answer::Stored { name, id, copies, nodes, called, already, warning } = answer {
            let name_of =
                |node: &NodeId| called.get(node).cloned().unwrap_or_else(|| self.name_of(*node));
            let nodes = nodes.iter().map(name_of).collect();
            let stored = Stored { stored: name, id, copies, nodes, already, warning };
            return Ok(Response::json(201, &stored));
        }
        if let Answer::Have { name, id, differs, .. } = answer {
            return Ok(Response::json(200, &Have { have: name, id, differs }));
        }
        if let Answer::Refused { cause: Refusal::Photo, error } = answer {
            return Err(Response::refusal(415, "photo", &error));
        }
        Err(refused(answer))
    }
}

fn pass_on(daemon: &mut Daemon, name: &str, body: &mut Body<'_>) -> Result<Ended, Failure> {
    // A browser may say anything; the name of a photo has no folders.
    let name = SafeName::new(name).to_string();
    daemon.send(&Request::Put { name, bytes: body.left() })?;
    while body.left() > 0 {
        let length = body.left().min(MAX_CHUNK as u64) as usize;
        let mut piece = vec![0; length];
        if body.read_exact(&mut piece).is_err() {
            return Ok(Ended::CutShort);
        }
        if let Err(broken) = daemon.send(&Request::Chunk { data: piece.into() }) {
            // A daemon that refuses says why before it closes; that tells more than "connection reset".
            return daemon.heard().map(Ended::Answered).map_err(|_| broken);
        }
    }
    daemon.heard().map(Ended::Answered)
}
