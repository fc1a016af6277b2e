//! The conversation on one connection: one request after the other.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::body::Body;
use super::connection::{Connection, NoRequest};
use super::head::{Head, Method};
use super::response::{Content, Response};
use super::seats::Seat;
use crate::gallery::say;

/// A request, and between whom it is.
pub(in crate::gallery) struct Request {
    /// What is asked.
    pub(in crate::gallery) head: Head,
    /// This computer's address, as the client knows it.
    pub(in crate::gallery) local: IpAddr,
    /// The client's.
    pub(in crate::gallery) remote: IpAddr,
}

/// Who answers requests. It may be called by many threads at once.
pub(in crate::gallery) trait Handler: Send + Sync {
    /// The answer to a request; what it does not read of the body costs the client the connection.
    fn answer(self: Arc<Self>, request: &Request, body: &mut Body<'_>) -> Response;
}

/// Serves a connection until one of the sides, or the program, wants to end it.
pub(in crate::gallery) fn converse(
    mut connection: Connection,
    (local, remote): (IpAddr, IpAddr),
    seat: &Seat,
    handler: &Arc<dyn Handler>,
    stopping: &AtomicBool,
) {
    loop {
        seat.idle();
        let head = match connection.head() {
            Ok(head) => head,
            Err(NoRequest::Over) => return,
            Err(NoRequest::Bad(bad)) => {
                let refusal = Response::refusal(bad.status, "request", bad.words);
                if connection.answer(refusal, false, false).is_ok() {
                    seat.leaving();
                    connection.linger();
                }
                return;
            }
        };
        seat.busy();
        let request = Request { head, local, remote };
        let bodyless = request.head.method == Method::Head;
        let mut body = Body::new(&mut connection, &request.head);
        // What a handler shares with others is behind locks, whose contents are never half-written.
        let answered =
            catch_unwind(AssertUnwindSafe(|| Arc::clone(handler).answer(&request, &mut body)));
        let unread = body.is_unread();
        let sound = answered.is_ok();
        let response = answered.unwrap_or_else(|_| {
            say(&format!("a fault of the gallery: /{} failed", request.head.path.join("/")));
            Response::refusal(500, "fault", "the gallery has a fault here; its terminal says more")
        });
        let ends = matches!(response.content, Content::Events(_));
        let keep =
            request.head.keeps && sound && !unread && !ends && !stopping.load(Ordering::Relaxed);
        if connection.answer(response, bodyless, keep).is_err() {
            return;
        }
        if !keep {
            seat.leaving();
            return connection.linger();
        }
    }
}
