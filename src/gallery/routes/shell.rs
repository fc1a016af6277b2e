//! The page and its files: the same for everybody.

use crate::gallery::Gallery;
use crate::gallery::http::head::Head;
use crate::gallery::http::range::is_known;
use crate::gallery::http::response::{ASK_AGAIN, Content, IMMUTABLE, Response};

impl Gallery {
    /// The page. Its script reads from the path what to show.
    pub(super) fn shell(&self, head: &Head) -> Response {
        let etag = self.assets.etag();
        let response = match is_known(head, &etag) {
            true => Response::new(304),
            false => {
                let shell = Content::Bytes(Box::new(self.assets.shell().to_owned()));
                Response::of(200, "text/html; charset=utf-8", shell)
            }
        };
        response.header("ETag", etag).cached(ASK_AGAIN)
    }

    /// A file of the page, of this version of the program.
    pub(super) fn asset(&self, hash: &str, name: &str) -> Response {
        match self.assets.file(hash, name) {
            Some((kind, text)) => {
                Response::of(200, kind, Content::Bytes(Box::new(text))).cached(IMMUTABLE)
            }
            None => Response::refusal(404, "unknown", "this version has no such file"),
        }
    }
}
