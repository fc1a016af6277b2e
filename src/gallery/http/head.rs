//! The head of a request: from bytes to what is asked, or to why it is refused. Pure, so that it can be tried with
//! millions of bad ones.

use super::malformed::Malformed;
use super::target;
use crate::gallery::limits::{HEAD, HEADERS};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// To look.
    Get,
    /// To look whether there is something to look at.
    Head,
    /// To bring a file.
    Put,
    /// To change something.
    Post,
    /// Something that nothing here can do.
    Other,
}

/// A request without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What is to be done.
    pub method: Method,
    /// The segments of the path, decoded: none for `/`. None of them is `.` or `..`, or has control characters.
    pub path: Vec<String>,
    /// The query, decoded, in its order.
    pub query: Vec<(String, String)>,
    /// By name in lower case; those of one name are joined by `, `.
    headers: Vec<(String, String)>,
    /// How many bytes follow.
    pub body: u64,
    /// Whether the client waits for `100 Continue` before it sends them.
    pub expects_continue: bool,
    /// Whether another request may follow on the connection.
    pub keeps: bool,
}

impl Head {
    /// Reads the head that the bytes begin with, and how many of them it takes; none if its end is still to come.
    ///
    /// # Errors
    ///
    /// As soon as the bytes cannot become a request any more that is within the limits, with a status from 400 to 505.
    pub fn read(bytes: &[u8]) -> Result<Option<(Head, usize)>, Malformed> {
        let lines = bytes.chunks_exact(2).take_while(|pair| *pair == b"\r\n").count();
        let start = 2 * lines;
        let rest = &bytes[start.min(bytes.len())..];
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        let head = &rest[..end.unwrap_or(rest.len())];
        // The parser takes a bare LF for the end of a line, other programs do not: so nobody gets one past here.
        let bare = |at: usize| head[at] == b'\n' && (at == 0 || head[at - 1] != b'\r');
        if (0..head.len()).any(bare) {
            return Err(Malformed::new(400, "lines end with CR LF"));
        }
        if start + head.len() > HEAD {
            return Err(Malformed::new(431, "the head of the request is too large"));
        }
        if end.is_none() {
            return Ok(None);
        }
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        match parsed.parse(head) {
            Ok(httparse::Status::Complete(length)) if length == head.len() => {}
            Ok(_) => return Err(Malformed::new(400, "this is no request")),
            Err(error) => return Err(refusal(error)),
        }
        Ok(Some((understood(&parsed)?, start + head.len())))
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The first value of this name in the query.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What the parser's errors are to the client.
fn refusal(error: httparse::Error) -> Malformed {
    match error {
        httparse::Error::TooManyHeaders => Malformed::new(431, "too many headers"),
        httparse::Error::Version => Malformed::new(505, "only HTTP/1.1 and 1.0 are spoken here"),
        httparse::Error::HeaderName
        | httparse::Error::HeaderValue
        | httparse::Error::NewLine
        | httparse::Error::Status
        | httparse::Error::Token => Malformed::new(400, "this is no request"),
    }
}

fn understood(parsed: &httparse::Request<'_, '_>) -> Result<Head, Malformed> {
    let newer = parsed.version == Some(1);
    let method = match parsed.method.unwrap_or_default() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "PUT" => Method::Put,
        "POST" => Method::Post,
        _ => Method::Other,
    };
    let (path, query) = target::read(parsed.path.unwrap_or_default())?;
    let headers = joined(parsed.headers)?;
    let mut head =
        Head { method, path, query, headers, body: 0, expects_continue: false, keeps: newer };
    if newer && head.header("host").is_none() {
        return Err(Malformed::new(400, "a request says which host it is for"));
    }
    head.body = body_length(&head)?;
    if let Some(expected) = head.header("expect") {
        if !expected.eq_ignore_ascii_case("100-continue") {
            return Err(Malformed::new(417, "only 100-continue can be expected"));
        }
        head.expects_continue = newer;
    }
    let mut wishes = head.header("connection").unwrap_or_default().split(',');
    if wishes.any(|wish| wish.trim().eq_ignore_ascii_case("close")) {
        head.keeps = false;
    }
    Ok(head)
}

/// The headers by name; of those that decide where a request ends, or whom it is for, there may be one.
fn joined(parsed: &[httparse::Header<'_>]) -> Result<Vec<(String, String)>, Malformed> {
    let mut headers: Vec<(String, String)> = Vec::with_capacity(parsed.len());
    for header in parsed {
        let name = header.name.to_ascii_lowercase();
        let value = String::from_utf8_lossy(header.value);
        match headers.iter_mut().find(|(own, _)| *own == name) {
            None => headers.push((name, value.trim().to_owned())),
            Some(_) if matches!(name.as_str(), "content-length" | "host") => {
                return Err(Malformed::new(400, "a header that may be there once is there twice"));
            }
            Some((_, before)) => before.push_str(&format!(", {}", value.trim())),
        }
    }
    Ok(headers)
}

/// How many bytes follow the head.
fn body_length(head: &Head) -> Result<u64, Malformed> {
    let chunked = head.header("transfer-encoding").is_some();
    let Some(length) = head.header("content-length") else {
        return match chunked || matches!(head.method, Method::Put | Method::Post) {
            true => Err(Malformed::new(411, "a body comes with its Content-Length")),
            false => Ok(0),
        };
    };
    let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let length = length.parse().ok().filter(|_| digits && !chunked);
    let length = length.ok_or(Malformed::new(400, "it is not clear where the body ends"))?;
    match length > 0 && matches!(head.method, Method::Get | Method::Head) {
        true => Err(Malformed::new(400, "whoever only looks brings nothing along")),
        false => Ok(length),
    }
}
