//! An answer, and its head as bytes.

use std::fmt::Write;
use std::fs::File;
use std::io;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Serialize;

/// What a browser may do with a page of the gallery: run its own scripts, and nothing that a name could smuggle in.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// What it may do with the bytes of a stranger's photo: show them, even if they turn out to be a page or a drawing.
const PICTURE_POLICY: &str = "default-src 'none'; sandbox";

/// What is on every answer: it is what it says, tells nobody where it was seen, and is for pages of the gallery alone.
const EVERY: &str = "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
     Cross-Origin-Resource-Policy: same-origin\r\nCross-Origin-Opener-Policy: same-origin\r\n";

/// For what is named by its content, and so never changes.
pub(in crate::gallery) const IMMUTABLE: &str = "private, max-age=31536000, immutable";

/// For what may have changed since, which its ETag tells.
pub(in crate::gallery) const ASK_AGAIN: &str = "no-cache";

/// Takes the bytes of an answer, or none, only to see; an error says that nobody reads them any more.
pub(in crate::gallery) type Take<'a> = &'a mut dyn FnMut(&[u8]) -> io::Result<()>;

/// The bytes of an answer.
pub(in crate::gallery) enum Content {
    /// In memory.
    Bytes(Box<dyn AsRef<[u8]> + Send>),
    /// So many bytes of a file, from where it stands.
    File(File, u64),
    /// So many bytes, which are not there: for whoever asks only how many.
    Absent(u64),
    /// What happens, as it happens; the end of the connection ends it.
    Events(Box<dyn FnOnce(Take<'_>) -> io::Result<()> + Send>),
}

/// An answer.
pub(in crate::gallery) struct Response {
    /// The HTTP status.
    pub(in crate::gallery) status: u16,
    headers: Vec<(&'static str, String)>,
    caching: &'static str,
    is_picture: bool,
    /// What follows.
    pub(in crate::gallery) content: Content,
}

/// What went wrong, as JSON.
#[derive(Serialize)]
struct Refusal<'a> {
    error: &'a str,
    code: &'a str,
}

impl Response {
    /// An answer without content, not to be kept.
    pub(in crate::gallery) fn new(status: u16) -> Response {
        let content = Content::Bytes(Box::new([]));
        Response { status, headers: Vec::new(), caching: "no-store", is_picture: false, content }
    }

    /// An answer with content of this type.
    pub(in crate::gallery) fn of(status: u16, kind: &'static str, content: Content) -> Response {
        let mut response = Response::new(status).header("Content-Type", kind);
        response.content = content;
        response
    }

    /// An answer in JSON.
    pub(in crate::gallery) fn json(status: u16, value: &impl Serialize) -> Response {
        // Shapes of the gallery are maps with text for keys, which JSON can always say.
        let bytes = serde_json::to_vec(value).unwrap_or_default();
        Response::of(status, "application/json", Content::Bytes(Box::new(bytes)))
    }

    /// Why something is not done, for people and as a word for the page.
    pub(in crate::gallery) fn refusal(status: u16, code: &str, error: &str) -> Response {
        Response::json(status, &Refusal { error, code })
    }

    /// With one more header. Its value is made of this program's own words, or encoded.
    pub(in crate::gallery) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// May be kept, on these terms, by the browser alone.
    pub(in crate::gallery) fn cached(mut self, caching: &'static str) -> Response {
        self.caching = caching;
        self
    }

    /// These are bytes of a stranger's photo.
    pub(in crate::gallery) fn picture(mut self) -> Response {
        self.is_picture = true;
        self
    }

    /// The head, as it goes over the line.
    pub(super) fn head(&self, keep: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let now = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
        if let Ok(now) = now {
            head.push_str(&format!("Date: {now}\r\n"));
        }
        for (name, value) in &self.headers {
            // Whatever a value is made of, it cannot begin another header.
            let value = value.replace(['\r', '\n'], " ");
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let policy = if self.is_picture { PICTURE_POLICY } else { PAGE_POLICY };
        head.push_str(EVERY);
        // To a text nothing can be written that fails.
        let _ = write!(
            head,
            "Content-Security-Policy: {policy}\r\nCache-Control: {}\r\n",
            self.caching
        );
        let length = match &self.content {
            Content::Bytes(bytes) => Some((**bytes).as_ref().len() as u64),
            Content::File(_, length) | Content::Absent(length) => Some(*length),
            Content::Events(_) => None,
        };
        if let Some(length) = length.filter(|_| !matches!(self.status, 204 | 304)) {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        if !keep {
            head.push_str("Connection: close\r\n");
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        206 => "Partial Content",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        _ => "Unknown",
    }
}
