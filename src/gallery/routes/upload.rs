//! A photo on its way from a browser to the daemon: piece by piece, so that no photo is in memory as a whole.

use std::io::Read;

use super::refusals::{Answered, refused};
use crate::client::Failure;
use crate::gallery::Gallery;
use crate::gallery::api::{Have, Stored};
use crate::gallery::http::body::Body;
use crate::gallery::http::head::Head;
use crate::gallery::http::response::Response;
use crate::gallery::limits::LONG_ANSWER;
use crate::gallery::pool::{Need, Whose};
use crate::photo::MAX_PHOTO;
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, NodeId, SafeName, in_words};

impl Gallery {
    /// Puts a photo into the daemon's folder. A time of its file that is none is passed over.
    pub(super) fn upload(&self, name: &str, head: &Head, body: &mut Body<'_>) -> Answered {
        if body.left() == 0 {
            return Err(Response::refusal(400, "empty", "the file is empty"));
        }
        if body.left() > MAX_PHOTO {
            let error = format!("a photo has at most {} MiB", MAX_PHOTO >> 20);
            return Err(Response::refusal(413, "too-large", &error));
        }
        // A browser may say anything; the name of a photo has no folders.
        let (name, bytes) = (SafeName::new(name).to_string(), body.left());
        let dated = head.header("x-photomesh-dated").and_then(|dated| dated.parse().ok());
        let mut cut = false;
        let answer = self.pool.on_new_link(Whose::Own, Need::Long, |daemon| {
            daemon.be_patient(LONG_ANSWER);
            daemon.put(name, bytes, dated, |piece| {
                body.read_exact(piece).map_err(|error| {
                    cut = true;
                    Failure::Io(in_words(&error))
                })
            })
        });
        if cut {
            // The daemon's link is closed by now, so it keeps nothing.
            return Err(Response::refusal(400, "cut", "the file did not come to its end"));
        }
        self.uploaded(answer?)
    }

    fn uploaded(&self, answer: Answer) -> Answered {
        if let Answer::Stored { name, id, copies, nodes, called, already, warning } = answer {
            let seen = self.watch.seen();
            let name_of =
                |node: &NodeId| called.get(node).cloned().unwrap_or_else(|| seen.name_of(*node));
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
