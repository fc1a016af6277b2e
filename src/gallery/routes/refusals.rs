//! What it is to a browser when a daemon says no, or nothing.

use std::io::Read;

use serde::de::DeserializeOwned;

use crate::gallery::http::body::Body;
use crate::gallery::http::response::Response;
use crate::gallery::limits::{JSON_BODY, RETRY_AFTER};
use crate::gallery::pool::Trouble;
use crate::protocol::Answer;
use crate::protocol::client::Refusal;

/// What a handler returns: both are answers, and the second one says that nothing came of it.
pub(super) type Answered = Result<Response, Response>;

/// The answer when the daemon was not heard.
impl From<Trouble> for Response {
    fn from(trouble: Trouble) -> Response {
        let error = match trouble {
            Trouble::Busy => "the daemon has much to do: try again in a moment".to_owned(),
            Trouble::Gone(why) => why,
        };
        Response::refusal(503, "daemon", &error).header("Retry-After", RETRY_AFTER)
    }
}

/// The answer when the daemon has not answered what was asked.
pub(super) fn refused(answer: Answer) -> Response {
    if let Answer::NotFound { undelivered, reason, candidates, .. } = answer {
        return match undelivered {
            true => away(&reason),
            false if !candidates.is_empty() => Response::refusal(409, "ambiguous", &reason),
            false => Response::refusal(404, "unknown", &reason),
        };
    }
    if let Answer::Refused { cause, error } = answer {
        let (status, code) = match cause {
            Refusal::Photo => (422, "photo"),
            Refusal::Disk => (507, "disk"),
            Refusal::Daemon => (409, "not-now"),
            Refusal::Owner | Refusal::Request => (409, "refused"),
            Refusal::Member => (403, "not-yours"),
        };
        return Response::refusal(status, code, &error);
    }
    if let Answer::Error { error } = answer {
        let error =
            format!("the daemon does not understand this: is it older than the gallery? ({error})");
        return Response::refusal(502, "old", &error);
    }
    let error =
        "the daemon gave an answer that does not fit the question: is it of another version?";
    Response::refusal(502, "old", error)
}

/// Nobody who has the photo is here.
pub(super) fn away(reason: &str) -> Response {
    Response::refusal(503, "away", reason)
}

/// The JSON that a request brings along.
///
/// # Errors
///
/// The answer that says what is wrong with it.
pub(super) fn json<T: DeserializeOwned>(body: &mut Body<'_>) -> Result<T, Response> {
    if body.left() > JSON_BODY {
        return Err(Response::refusal(413, "too-large", "that is too much at a time"));
    }
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)
        .map_err(|_| Response::refusal(400, "body", "the request ended before its body"))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Response::refusal(400, "body", &format!("this is not what goes here: {error}"))
    })
}
