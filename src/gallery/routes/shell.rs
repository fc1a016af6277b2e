//! The page and its files: the same for everybody.

use super::refusals::Answered;
use crate::gallery::Gallery;
use crate::gallery::http::head::Head;
use crate::gallery::http::range::tagged;
use crate::gallery::http::response::{ASK_AGAIN, Content, IMMUTABLE, Response};

impl Gallery {
    /// The page. Its script reads from the path what to show.
    pub(super) fn shell(&self, head: &Head) -> Answered {
        tagged(head, &self.assets.etag(), ASK_AGAIN, || {
            let shell = Content::Bytes(Box::new(self.assets.shell().to_owned()));
            Ok(Response::of(200, "text/html; charset=utf-8", shell))
        })
    }

    /// A file of the page, of this version of the program.
    pub(super) fn asset(&self, head: &Head, hash: &str, name: &str) -> Response {
        let Some(((_, kind, text), packed)) = self.assets.file(hash, name) else {
            return Response::refusal(404, "unknown", "this version has no such file");
        };
        let is_packed = !packed.is_empty() && takes_gzip(head);
        let content: Box<dyn AsRef<[u8]> + Send> = match is_packed {
            true => Box::new(packed.to_owned()),
            false => Box::new(text),
        };
        let response = Response::of(200, kind, Content::Bytes(content)).cached(IMMUTABLE);
        let response = response.header("Vary", "Accept-Encoding");
        if is_packed { response.header("Content-Encoding", "gzip") } else { response }
    }
}

/// Whether the client says that it can unpack it.
fn takes_gzip(head: &Head) -> bool {
    let mut codings = head.header("accept-encoding").unwrap_or_default().split(',');
    codings.any(|coding| coding.split(';').map(str::trim).eq(["gzip"]))
}
